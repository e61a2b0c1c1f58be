import { closeSync, openSync } from "node:fs";
import { WriteStream } from "node:tty";

/**
 * How many columns the terminal has in front of which the run was started; undefined where there is none, as in CI, or where the
 * system does not tell.
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
