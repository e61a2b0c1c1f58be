import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePlugin, PLUGIN_FOLDER } from "../plugin-bundle";
import { packPlugin } from "../plugin-pack";
import { notesOf } from "./changelog";
import { dependenciesOf, installedWith, type Lockfile } from "./lockfile";
import { manifestOf, packPublished, PUBLISHED } from "./packages";
import { npmPurl, sbomOf, type Subject } from "./sbom";
import { packNodeSdk, packPythonSdk } from "./sdks";

export const SUMS = "SHA256SUMS";

export interface Build {
  readonly version: string;
  readonly changelog: string;
  readonly lock: Lockfile;
  readonly repository: string | undefined;
}

/**
 * Writes what a release consists of, from the current build.
 * @param work an empty folder for intermediate files
 * @returns what is missing on this machine, with the reason
 */
export async function writeArtifacts(build: Build, work: string, out: string): Promise<string[]> {
  const { version, changelog, lock, repository } = build;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "release-notes.md"), notesOf(changelog, version));
  for (const folder of PUBLISHED) {
    await packPublished(folder, repository, join(work, folder), out);
    const { name, description, license } = manifestOf(folder);
    const purl = npmPurl(name, version);
    const direct = dependenciesOf(lock, folder);
    const subject: Subject = { type: "library", name, version, description, license, purl, direct };
    writeSbom(out, `${name}-${version}`, sbomOf(lock, subject, installedWith(lock, folder)));
  }
  packPlugin(out);
  writeSbom(out, `pulumi-resource-app-platform-v${version}`, await sbomOfPlugin(build));
  await packNodeSdk(join(work, "nodejs"), out);
  const missing = await packPythonSdk(join(work, "python"), out);
  writeFileSync(join(out, SUMS), sumsOf(out));
  return missing === undefined ? [] : [`the Python package: ${missing}`];
}

const writeSbom = (out: string, name: string, sbom: object): void =>
  writeFileSync(join(out, `${name}.cdx.json`), `${JSON.stringify(sbom, undefined, 2)}\n`);

/** The plugin contains the code of other packages. @throws Error if the built plugin is older than its sources */
async function sbomOfPlugin({ version, lock }: Build): Promise<object> {
  const { files, packages } = await bundlePlugin();
  for (const [name, content] of files)
    if (!readFileSync(join(PLUGIN_FOLDER, name)).equals(content))
      throw new Error("The built plugin does not match its sources. Run `npm run build`.");
  const subject: Subject = {
    type: "application",
    name: "pulumi-resource-app-platform",
    version,
    description: "The provider plugin of pulumi-app-platform",
    license: manifestOf("provider").license,
    purl: `pkg:generic/pulumi-resource-app-platform@${version}`,
    direct: [...dependenciesOf(lock, "provider"), ...withoutDependents(lock, packages)],
  };
  return sbomOf(lock, subject, packages);
}

/** The bundle's own dependencies that the package does not have. */
function withoutDependents(lock: Lockfile, places: readonly string[]): string[] {
  const dependents = new Set([
    ...dependenciesOf(lock, "provider"),
    ...places.flatMap((place) => dependenciesOf(lock, place)),
  ]);
  return places.filter((place) => !dependents.has(place));
}

/** As `sha256sum` prints them. */
function sumsOf(folder: string): string {
  const lines = readdirSync(folder)
    .filter((name) => name !== SUMS)
    .sort()
    .map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`);
  return lines.join("");
}

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
