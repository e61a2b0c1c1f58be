// Finds CLIs that are already on this machine. Changes nothing.

import { accessSync, constants, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { run } from "./run";
import { isAtLeast, OLDEST_CLI, parseVersion, showVersion } from "./versions";

const WINDOWS = process.platform === "win32";

/** The three programs that a Node.js program with dynamic resources needs. */
export const PULUMI = WINDOWS ? "pulumi.exe" : "pulumi";
export const LANGUAGE_HOST = WINDOWS ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";
export const DYNAMIC_PROVIDER = WINDOWS
  ? "pulumi-resource-pulumi-nodejs.cmd"
  : "pulumi-resource-pulumi-nodejs";

export interface Cli {
  /** Folder to put first on PATH. */
  bin: string;
  /** Path of the executable. */
  pulumi: string;
  version: string;
}

/** A CLI, or why there is none. */
export type Look = { cli: Cli } | { missing: string };

/** The folder where the CLI keeps its files, and the official launcher the CLIs that it downloaded. */
export function pulumiHomeOf(env: NodeJS.ProcessEnv): string {
  return resolve(env["PULUMI_HOME"] || join(homedir(), ".pulumi"));
}

/** Where the official launcher, and Pulumi's Automation API too, keep the CLI of a version. */
export function cacheFolder(pulumiHome: string, version: string): string {
  return join(pulumiHome, "versions", version, "bin");
}

/** The first usable CLI on PATH. */
export async function findOnPath(env: NodeJS.ProcessEnv): Promise<Look> {
  const folders = pathFoldersOf(env);
  const reasons: string[] = [];

  for (const bin of new Set(folders)) {
    const pulumi = join(bin, PULUMI);
    if (!isProgram(pulumi)) continue;
    if (isNpmLauncher(pulumi)) {
      reasons.push(`${pulumi} is an npm package's launcher, not the CLI itself`);
      continue;
    }
    const look = await inspect(bin, env, folders);
    if ("cli" in look) return look;
    reasons.push(look.missing);
  }
  return { missing: reasons.join("; ") || "no pulumi there" };
}

/**
 * Checks whether a folder contains a CLI that starts, is new enough and has its companions next to it or in one of
 * `otherFolders`.
 */
export async function inspect(
  bin: string,
  env: NodeJS.ProcessEnv,
  otherFolders: string[] = [],
): Promise<Look> {
  const pulumi = join(bin, PULUMI);
  if (!isProgram(pulumi)) return { missing: `no ${PULUMI} in ${bin}` };

  for (const companion of [LANGUAGE_HOST, DYNAMIC_PROVIDER]) {
    if (![bin, ...otherFolders].some((folder) => isProgram(join(folder, companion)))) {
      return { missing: `${pulumi} has no ${companion} beside it` };
    }
  }

  const { stdout, failure } = await askVersion(pulumi, env);
  if (failure) return { missing: `${pulumi} does not work: ${failure}` };
  const version = parseVersion(stdout);
  if (!version) return { missing: `${pulumi} does not tell its version` };
  if (!isAtLeast(version, OLDEST_CLI)) {
    return { missing: `${pulumi} is ${showVersion(version)}; needed is ${showVersion(OLDEST_CLI)} or newer` };
  }
  return { cli: { bin, pulumi, version: showVersion(version) } };
}

async function askVersion(pulumi: string, env: NodeJS.ProcessEnv): ReturnType<typeof run> {
  // Even `pulumi version` writes a log into its home, and we must not write to the user's home.
  const home = mkdtempSync(join(tmpdir(), "pulumi-version-"));
  try {
    return await run(pulumi, ["version"], {
      env: { ...env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: 30_000,
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export function pathFoldersOf(env: NodeJS.ProcessEnv): string[] {
  // Windows allows any case in the name, but a copy of process.env is case-sensitive.
  const name = Object.keys(env).find((key) => (WINDOWS ? key.toUpperCase() : key) === "PATH");
  const folders = (name && env[name]?.split(delimiter)) || [];
  return folders.filter(Boolean).map((folder) => resolve(folder));
}

/** `npm run` puts the launcher of the npm package `pulumi` on PATH; a global installation of it links there. */
function isNpmLauncher(pulumi: string): boolean {
  return [pulumi, realpathSync(pulumi)].some((path) => dirname(path).split(sep).includes("node_modules"));
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    const { size } = statSync(path);
    return size > 0;
  } catch {
    return false;
  }
}
