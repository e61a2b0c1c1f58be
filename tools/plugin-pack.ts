import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { PLUGIN_FOLDER } from "./plugin-bundle";
import { tarGz, type ArchiveFile } from "./tar";

/**
 * `npm run plugin:pack` writes the plugin as archives for `pulumi plugin install`, one for each system under the name that Pulumi
 * expects on a release page. Their content is the same, since it needs only Node.
 */

const ROOT = resolve(__dirname, "..");
const ARCHIVES = join(ROOT, "plugin-archives");
const SYSTEMS = [
  "linux-amd64",
  "linux-arm64",
  "darwin-amd64",
  "darwin-arm64",
  "windows-amd64",
  "windows-arm64",
];

const { version } = createRequire(__filename)(join(ROOT, "provider/package.json")) as { version: string };

/** @returns the paths of the archives. @throws Error if the plugin has not been built */
export function packPlugin(folder: string): string[] {
  const archive = tarGz(filesOfPlugin());
  mkdirSync(folder, { recursive: true });
  return SYSTEMS.map((system) => {
    const path = join(folder, `pulumi-resource-app-platform-v${version}-${system}.tar.gz`);
    writeFileSync(path, archive);
    return path;
  });
}

function filesOfPlugin(): ArchiveFile[] {
  // Code that a start has saved is only for this version of Node.
  const names = readdirSync(PLUGIN_FOLDER)
    .filter((name) => !name.includes(".cache"))
    .sort();
  const files = names.map((name) => ({
    name,
    content: readFileSync(join(PLUGIN_FOLDER, name)),
    isProgram: name === "pulumi-resource-app-platform",
  }));
  return [{ name: "LICENSE", content: readFileSync(join(ROOT, "LICENSE")) }, ...files];
}

if (require.main === module) {
  rmSync(ARCHIVES, { recursive: true, force: true });
  for (const path of packPlugin(ARCHIVES)) console.log(path);
}
