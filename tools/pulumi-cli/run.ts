// Runs a program until it exits: with a time limit, stopped with everything it started, its lines passed on
// as they arrive.

import { spawn } from "node:child_process";

export interface RunOptions {
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  cwd?: string | undefined;
  signal?: AbortSignal | undefined;
  onLine?: ((line: string) => void) | undefined;
}

export interface RunResult {
  stdout: string;
  /** Why it did not succeed, in one line; undefined when it exited with 0. */
  failure: string | undefined;
}

const WINDOWS = process.platform === "win32";

export function run(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    let stdout = "";
    let lastLine = "";
    let stoppedBecause: string | undefined;

    // A separate process group, so that everything the program started (a shell, a download) stops with it.
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      detached: !WINDOWS,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = (reason: string) => {
      stoppedBecause ??= reason;
      try {
        if (WINDOWS || !child.pid) child.kill("SIGKILL");
        else process.kill(-child.pid, "SIGKILL");
      } catch {
        // It had already exited.
      }
    };
    const abort = () => stop("interrupted");
    const timer = setTimeout(
      () => stop(`did not end within ${options.timeoutMs / 1000} s`),
      options.timeoutMs,
    );
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener("abort", abort);

    const done = (failure: string | undefined) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
      resolve({ stdout, failure: stoppedBecause ?? failure });
    };
    const pass = (line: string) => {
      if (line.trim()) lastLine = line.trim();
      options.onLine?.(line);
    };

    child.stdout.on("data", (chunk: string) => (stdout += chunk));
    byLine(child.stdout, pass);
    byLine(child.stderr, pass);
    child.on("error", (error) => done(`could not be started: ${error.message}`));
    child.on("close", (code, signal) =>
      done(
        code === 0 ? undefined : lastLine || (signal ? `ended by ${signal}` : `ended with exit code ${code}`),
      ),
    );
  });
}

function byLine(stream: NodeJS.ReadableStream, pass: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach(pass);
  });
  stream.on("end", () => {
    if (rest) pass(rest);
  });
}
