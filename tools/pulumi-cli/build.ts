// If Pulumi's download cannot be reached but Go modules can: builds the same version of the CLI.

import { chmodSync, copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DYNAMIC_PROVIDER, LANGUAGE_HOST, PULUMI } from "./find";
import type { Job } from "./make";
import { type Log, withProgress } from "./progress";
import { run } from "./run";
import { goNeededBy, isAtLeast, parseVersion, showVersion } from "./versions";

const CLI_MODULE = join(__dirname, "cli");
const LANGUAGE_HOST_MODULE = join(__dirname, "language-nodejs");
const SDK = "github.com/pulumi/pulumi/sdk/v3";

/** Two slow cores take about ten minutes; far beyond that, the build will not finish. */
const TIMEOUT_MS = 45 * 60_000;

/** Builds the CLI and its companions and returns their folder, below `staging`. */
export async function build({ version, staging, env, log, signal }: Job): Promise<string> {
  // The caller's GOPROXY and caches stay unchanged. These settings keep Go from downloading another Go, from
  // using a workspace file in a parent folder, and from needing a C compiler (Pulumi's own releases are built
  // without one).
  const go = goCommand({ ...env, GOTOOLCHAIN: "local", GOWORK: "off", CGO_ENABLED: "0" }, log, signal);
  await checkGo(go);

  log(`building the Pulumi CLI ${version} from Go modules: once, 5 to 10 minutes on two cores`);
  const bin = join(staging, "bin");
  mkdirSync(bin);
  await go.build({
    module: CLI_MODULE,
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    output: join(bin, PULUMI),
    ldflags: `-s -w -X ${SDK}/go/common/version.Version=${version}`,
  });
  await go.build({
    module: LANGUAGE_HOST_MODULE,
    package: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
    output: join(bin, LANGUAGE_HOST),
    ldflags: "-s -w",
  });

  // The third program is a small script, which the SDK's module contains in the same form as Pulumi's releases.
  const sdk = await go.ask(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK], CLI_MODULE);
  copyFileSync(join(sdk, "nodejs", "dist", DYNAMIC_PROVIDER), join(bin, DYNAMIC_PROVIDER));
  chmodSync(join(bin, DYNAMIC_PROVIDER), 0o755);
  return bin;
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

interface Target {
  module: string;
  package: string;
  output: string;
  ldflags: string;
}

interface GoCommand {
  ask(args: readonly string[], cwd: string): Promise<string>;
  build(target: Target): Promise<void>;
}

function goCommand(env: NodeJS.ProcessEnv, log: Log, signal: AbortSignal): GoCommand {
  return {
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
}
