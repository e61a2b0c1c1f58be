import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand, TOP } from "../pulumi-project";
import type { Lockfile } from "./lockfile";

/** The folders of the packages that are published. */
export const PUBLISHED = ["provider", "emulator"] as const;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly files: readonly string[];
}

export const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(TOP, folder, "package.json"), "utf8")) as Manifest;

export const readLockfile = (): Lockfile =>
  (JSON.parse(readFileSync(join(TOP, "package-lock.json"), "utf8")) as { packages: Lockfile }).packages;

/**
 * Packs the current build of a published package.
 * @param repository the address that the package names as its source: without it, the registry takes no provenance
 * @param work an empty folder
 */
export async function packPublished(
  folder: string,
  repository: string | undefined,
  work: string,
  out: string,
): Promise<void> {
  const manifest = manifestOf(folder);
  mkdirSync(work, { recursive: true });
  for (const name of manifest.files.filter((file) => !file.startsWith("!")))
    cpSync(join(TOP, folder, name), join(work, name), { recursive: true });
  const source = repository === undefined ? {} : sourceOf(repository, folder);
  writeFileSync(join(work, "package.json"), `${JSON.stringify({ ...manifest, ...source }, undefined, 2)}\n`);
  await npmPack(work, out);
}

const sourceOf = (repository: string, directory: string): object => ({
  repository: { type: "git", url: `git+${repository}.git`, directory },
  homepage: `${repository}#readme`,
  bugs: { url: `${repository}/issues` },
});

/** Packs a folder as it is. */
export const npmPack = (folder: string, out: string): Promise<void> =>
  mustRun("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", out], folder);

/** @throws Error with the command's output if it fails */
export async function mustRun(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<void> {
  const { code, signal, output } = await runCommand(command, args, cwd, {
    ...(process.env as Record<string, string>),
    ...env,
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed (${code ?? signal}):\n${output}`);
}
