import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand, TOP } from "../pulumi-project";
import { writeContent } from "./content";

/** `npm run site`: the documentation as a static website. Its dependencies are in site/, apart from those of the project. */

const USAGE = `Usage: npm run site -- [options]

Builds the documentation as a website in site/dist. Installs what it needs in site/, once.

  --base PATH        the path of the site on its server, default /
  --repository URL   the repository's address, for links to its files
`;

const SITE = join(TOP, "site");
const CONTENT = join(SITE, "content");

/** Folders of the docstrings' pages, by the package that they are from. */
const API = { provider: "api", emulator: "emulator/api" } as const;

async function run(command: string, ...args: string[]): Promise<void> {
  const env = process.env as Record<string, string>;
  const { code } = await runCommand(command, args, SITE, env, { show: true });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}

async function build(base: string, repository: string | undefined): Promise<void> {
  if (!isInstalled()) await run("npm", "ci", "--no-audit", "--no-fund");
  writeContent(CONTENT, { base, repository });
  for (const [name, folder] of Object.entries(API))
    await run(
      process.execPath,
      join("node_modules", "typedoc", "bin", "typedoc"),
      ...["--options", `typedoc.${name}.json`, "--out", join(CONTENT, folder)],
    );
  await run(process.execPath, join("node_modules", "vitepress", "bin", "vitepress.js"), "build");
  console.log("The site is in site/dist. `npm --prefix site run preview` serves it.");
}

/** npm keeps a copy of the lockfile that it installed from, without the project's own entry. */
function isInstalled(): boolean {
  const installed = join(SITE, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const versions = (path: string): string => {
    const { packages } = JSON.parse(readFileSync(path, "utf8")) as {
      packages: Record<string, { version?: string; optional?: boolean }>;
    };
    const all = Object.entries(packages).filter(([place, { optional }]) => place !== "" && !optional);
    return JSON.stringify(all.map(([place, { version }]) => [place, version]).sort());
  };
  return versions(installed) === versions(join(SITE, "package-lock.json"));
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        base: { type: "string", default: "/" },
        repository: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return void process.stdout.write(USAGE);
    await build(values.base, values.repository);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

void main(process.argv.slice(2));
