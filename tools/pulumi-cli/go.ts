// Runs Go to build programs from modules.

import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Log, withProgress } from "./progress";
import { run } from "./run";
import { goNeededBy, isAtLeast, parseVersion, showVersion } from "./versions";

const CLI_MODULE = join(__dirname, "cli");

/** Two slow cores take about ten minutes; far beyond that, the build will not finish. */
const TIMEOUT_MS = 45 * 60_000;

interface Target {
  module: string;
  package: string;
  output: string;
  ldflags: string;
}

export interface GoCommand {
  ask(args: readonly string[], cwd: string): Promise<string>;
  build(target: Target): Promise<void>;
}

/**
 * The caller's GOPROXY and caches stay unchanged. Go neither downloads another Go, nor uses a workspace file in a parent
 * folder, nor needs a C compiler (Pulumi's own releases are built without one).
 *
 * @throws Error when there is no Go, or it is too old
 */
export async function goCommand(
  callersEnv: NodeJS.ProcessEnv,
  log: Log,
  signal: AbortSignal,
): Promise<GoCommand> {
  const env = { ...callersEnv, GOTOOLCHAIN: "local", GOWORK: "off", CGO_ENABLED: "0" };
  const go: GoCommand = {
    async ask(args, cwd) {
      const { stdout, failure } = await run("go", args, { cwd, env, signal, timeoutMs: 60_000 });
      if (failure) throw new Error(`go ${args[0]}: ${failure}`);
      return stdout.trim();
    },

    async build({ module, package: name, output, ldflags }) {
      const program = name.slice(name.lastIndexOf("/") + 1);
      const seen = { downloaded: 0, compiled: 0 };
      const messages: string[] = [];
      const onLine = (line: string) => {
        // With -v, Go prints the bare path of each package it compiles between its messages.
        if (/^go: downloading /.test(line)) seen.downloaded++;
        else if (/^\S+$/.test(line)) seen.compiled++;
        else if (line.trim()) messages.push(line);
      };
      const args = ["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", ldflags];
      const { failure } = await withProgress(
        log,
        (elapsed) =>
          `building ${program}: ${seen.downloaded} modules fetched, ${seen.compiled} packages compiled, ${elapsed}`,
        () =>
          run("go", [...args, "-o", output, name], {
            cwd: module,
            env,
            signal,
            timeoutMs: TIMEOUT_MS,
            onLine,
          }),
      );
      if (failure === undefined) return;
      messages.forEach(log);
      throw new Error(`go build ${program}: ${messages.find((line) => !line.startsWith("#")) ?? failure}`);
    },
  };
  await checkGo(go);
  return go;
}

async function checkGo(go: GoCommand): Promise<void> {
  const needed = goNeededBy(readFileSync(join(CLI_MODULE, "go.mod"), "utf8"));
  // Not in the module's folder, where a Go that is too old refuses even to print its version.
  const answer = await go.ask(["env", "GOVERSION"], tmpdir()).catch(() => "");
  const version = parseVersion(answer);
  if (!version || !isAtLeast(version, needed)) {
    throw new Error(
      `Go ${showVersion(needed)} or newer is needed on PATH; found: ${answer || "none that works"}`,
    );
  }
}
