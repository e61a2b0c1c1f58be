import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../release/packages";
import type { Manager, NodeLine } from "./cells";

/** The versions of Node and of the package managers, installed as npm packages. */

const PACKAGES: Record<Manager, { spec: string; folder: string; script: string }> = {
  npm: { spec: "npm@11", folder: "npm", script: "bin/npm-cli.js" },
  pnpm: { spec: "pnpm@10", folder: "pnpm", script: "bin/pnpm.cjs" },
  "yarn-1": { spec: "yarn@1", folder: "yarn", script: "bin/yarn.js" },
  "yarn-berry": { spec: "@yarnpkg/cli-dist@4", folder: "@yarnpkg/cli-dist", script: "bin/yarn.js" },
};

export interface Tool {
  /** A folder for PATH, or a script for Node. */
  readonly path: string;
  readonly version: string;
}

/** @param work a folder that keeps what is installed. @throws Error if it cannot be installed, or does not run */
export async function nodeIn(work: string, line: NodeLine): Promise<Tool> {
  const folder = await installed(work, `node@${line}`);
  const path = join(folder, "node_modules", "node", "bin");
  if (!existsSync(join(path, "node")))
    throw new Error(`the npm package node@${line} has no binary for this system`);
  return { path, version: versionIn(join(folder, "node_modules", "node")) };
}

/** @param work a folder that keeps what is installed. @throws Error if it cannot be installed */
export async function managerIn(work: string, manager: Manager): Promise<Tool> {
  const { spec, folder, script } = PACKAGES[manager];
  const place = join(await installed(work, spec), "node_modules", folder);
  return { path: join(place, script), version: versionIn(place) };
}

export const versionIn = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;

async function installed(work: string, spec: string): Promise<string> {
  const folder = join(work, spec.replaceAll("/", "-"));
  if (existsSync(join(folder, "node_modules"))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  await mustRun("npm", ["install", spec, "--no-audit", "--no-fund", "--loglevel=error"], folder);
  return folder;
}
