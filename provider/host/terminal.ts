import { closeSync, openSync } from "node:fs";
import { WriteStream } from "node:tty";

/**
 * Width of the terminal in which the run was started; undefined if there is none, as in CI, or if the system does not provide it.
 */
export function terminalColumns(): number | undefined {
  let file: number | undefined;
  try {
    file = openSync("/dev/tty", "r+");
    const terminal = new WriteStream(file);
    file = undefined;
    const { columns } = terminal;
    terminal.destroy();
    return columns > 0 ? columns : undefined;
  } catch {
    if (file !== undefined) closeSync(file);
    return undefined;
  }
}
