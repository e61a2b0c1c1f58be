// Gets the Pulumi CLI for the demo and the end-to-end tests: an existing one, otherwise the official
// download, otherwise a build from Go modules. As a command (`npm run pulumi-cli`) it prints where the CLI
// is.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build";
import { download } from "./download";
import { cacheFolder, type Cli, findOnPath, inspect, pulumiHomeOf } from "./find";
import { makeCli } from "./make";
import { type Attempt, cliVersionPinnedIn } from "./versions";

export interface PulumiCli extends Cli {
  /** The home whose `versions` folder contains the CLI; undefined for a CLI that was on PATH. */
  pulumiHome: string | undefined;
  source: "path" | "cache" | "download" | "go";
}

export interface GetOptions {
  /** Receives progress messages, line by line. @default lines on standard error */
  log?: (line: string) => void;
  /** Source of PATH, PULUMI_HOME, Go's settings and the like. @default process.env */
  env?: NodeJS.ProcessEnv;
}

const MANIFEST = join(__dirname, "..", "..", "package.json");

/**
 * Finds or creates a Pulumi CLI with its Node.js language host. The first time may take minutes, later calls well
 * below a second. Below `$PULUMI_HOME` (default `~/.pulumi`) it writes only to `versions`, where the official launcher
 * keeps its CLIs; credentials and stacks are never touched.
 *
 * @throws PulumiCliError when it cannot get one: lists what was tried, and what to do next.
 */
export async function getPulumiCli(options: GetOptions = {}): Promise<PulumiCli> {
  const { log = toStandardError, env = process.env } = options;
  const version = cliVersionPinnedIn(readFileSync(MANIFEST, "utf8"));
  const pulumiHome = pulumiHomeOf(env);
  const target = cacheFolder(pulumiHome, version);

  const onPath = await findOnPath(env);
  if ("cli" in onPath) return { ...onPath.cli, pulumiHome: undefined, source: "path" };

  const cached = await inspect(target, env);
  if ("cli" in cached) return { ...cached.cli, pulumiHome, source: "cache" };

  const attempts: Attempt[] = [
    { where: "PATH", outcome: onPath.missing },
    { where: "the official launcher's folder", outcome: cached.missing },
  ];
  log(`no Pulumi CLI on PATH or in ${target}; getting version ${version}`);
  const made = await makeCli({ version, target, env, log, attempts }, [
    { source: "download", where: "download by the npm package pulumi", fill: download },
    { source: "go", where: "build from Go modules", fill: build },
  ]);
  return { ...made, pulumiHome };
}

export function toStandardError(line: string): void {
  process.stderr.write(`pulumi-cli: ${line}\n`);
}

async function main(): Promise<void> {
  try {
    const { pulumi } = await getPulumiCli();
    process.stdout.write(`${pulumi}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
