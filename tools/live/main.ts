import { createInterface } from "node:readline/promises";
import { masked } from "./findings";
import { liveRun, type Surroundings } from "./run";
import { LIVE_HELP, LiveUsageError, parseLive, SERVICE_URL } from "./target";

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Without an answer, as at the end of the input, nothing is confirmed.
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  return answer;
}

/** @param service its address, which tests replace; nothing in the environment does */
export async function main(
  args: readonly string[],
  service: Pick<Surroundings, "service" | "interval"> = { service: SERVICE_URL },
): Promise<void> {
  process.exitCode = await codeOf(args, service);
}

async function codeOf(
  args: readonly string[],
  service: Pick<Surroundings, "service" | "interval">,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => stop.abort(new Error("interrupted")));
  try {
    const options = parseLive(args);
    if (options === "help") {
      console.log(LIVE_HELP);
      return 0;
    }
    return await liveRun(options, {
      env: process.env,
      ...service,
      ask,
      log: console.log,
      signal: stop.signal,
      visit: async (url) => void (await (await fetch(url)).arrayBuffer()),
    });
  } catch (error) {
    console.error(masked((error as Error).message));
    return error instanceof LiveUsageError ? 2 : 1;
  }
}

if (require.main === module) void main(process.argv.slice(2));
