import { parseArgs } from "node:util";
import type { Command, Io } from "../../provider/cli/command";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Terminal {
  /** Standard input. */
  readonly input?: string;
  /** The answer to a question; without it, there is no terminal. */
  readonly answer?: string;
}

/** Runs a command of `app-platform` in this process. A failure is thrown, as the command throws it. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  env: Record<string, string>,
  { input = "", answer }: Terminal = {},
): Promise<Ran> {
  let [out, err] = ["", ""];
  const io: Io = {
    out: async (text) => void (out += text),
    err: (text) => void (err += text),
    colors: false,
    errColors: false,
    env,
    signal: new AbortController().signal,
    isTerminal: false,
    input: async () => input,
    ask: async (question) => ((err += question), answer),
  };
  const { values, positionals } = parseArgs({
    args: [...args],
    options: command.options,
    allowPositionals: true,
  });
  return { code: await command.run(values, positionals, io), out, err };
}
