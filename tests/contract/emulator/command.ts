import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const CLI = join(__dirname, "..", "..", "..", "emulator", "cli.ts");

const started = new Set<ChildProcessWithoutNullStreams>();

/** Starts the emulator's command from its sources. */
export function run(...args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ["--require", "tsx/cjs", CLI, ...args]);
  started.add(child);
  child.once("exit", () => started.delete(child));
  return child;
}

/** Stops processes that a failed test left running. */
export function endLeftovers(): void {
  for (const child of started) child.kill("SIGKILL");
}

/** The exit code of a command and everything it wrote. */
export async function finished(
  child: ChildProcessWithoutNullStreams,
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  child.stdout.on("data", (part) => (out += String(part)));
  child.stderr.on("data", (part) => (err += String(part)));
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

/** The address that a command reports, and the lines it writes after that. */
export async function listening(
  child: ChildProcessWithoutNullStreams,
): Promise<{ url: string; lines: AsyncIterator<string> }> {
  let errors = "";
  child.stderr.on("data", (part) => (errors += String(part)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = String((await lines.next()).value);
  const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(first)?.[1];
  assert.ok(url !== undefined, `${first} ${errors}`);
  assert.equal((await lines.next()).value, `  export DIGITALOCEAN_API_URL=${url}`);
  assert.match(String((await lines.next()).value), /^ {2}export DIGITALOCEAN_TOKEN=/);
  return { url, lines };
}
