import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { PLUGIN_FOLDER } from "../plugin-bundle";
import { runCommand, TOP } from "../pulumi-project";
import { writeArtifacts } from "./artifacts";
import { problemsOf, versionsIn, type Facts } from "./checks";
import { manifestOf, PUBLISHED, readLockfile } from "./packages";

/** `npm run release` checks that a version is ready, and writes everything that its release page offers. */

const USAGE = `Usage: npm run release -- [options]

Checks that the version in provider/package.json is ready, builds and tests it, and writes the files of its release page.

  --dry-run          writes the files from the current build, whatever the checks find; runs no tests
  --no-tests         does not run npm test: for pipelines that have run it already
  --tag TAG          requires the tag to match the version
  --repository URL   the address that the packages name as their source
  --out FOLDER       default: release-files
`;

interface Options {
  readonly dryRun: boolean;
  readonly tests: boolean;
  readonly tag: string | undefined;
  readonly repository: string | undefined;
  readonly out: string;
}

function optionsOf(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "dry-run": { type: "boolean", default: false },
      "no-tests": { type: "boolean", default: false },
      tag: { type: "string" },
      repository: { type: "string" },
      out: { type: "string", default: "release-files" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { "dry-run": dryRun, "no-tests": noTests, tag, repository } = values;
  // npm runs scripts in the top folder, whatever the folder it was called from.
  const out = resolve(process.env["INIT_CWD"] ?? process.cwd(), values.out);
  return { dryRun, tests: !noTests && !dryRun, tag, repository, out };
}

const read = (path: string): string => readFileSync(join(TOP, path), "utf8");

async function factsOf(tag: string | undefined): Promise<Facts> {
  const lock = readLockfile();
  const versions: Record<string, string | undefined> = versionsIn("docs/plugin.md", read("docs/plugin.md"));
  for (const folder of PUBLISHED) {
    versions[`${folder}/package.json`] = manifestOf(folder).version;
    versions[`package-lock.json (${folder})`] = lock[folder]?.version;
  }
  const git = await runCommand("git", ["status", "--porcelain"], TOP, process.env as Record<string, string>);
  if (git.code !== 0) throw new Error(`git status failed:\n${git.output}`);
  return { versions, tag, changelog: read("CHANGELOG.md"), status: git.stdout };
}

async function release({ dryRun, tests, tag, repository, out }: Options): Promise<boolean> {
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new Error(`${out} is not empty. Remove it first.`);
  const { version } = manifestOf("provider");
  const facts = await factsOf(tag);
  const problems = problemsOf(version, facts);
  if (problems.length > 0) {
    console.log(dryRun ? "A release would be refused:" : "Nothing was written:");
    for (const problem of problems) console.log(`- ${problem}`);
    if (!dryRun) return false;
  }
  if (!dryRun && !(await buildAnew())) return false;
  if (tests && !(await npm("test"))) return false;
  const work = mkdtempSync(join(tmpdir(), "app-platform-release-"));
  try {
    const { changelog } = facts;
    const missing = await writeArtifacts({ version, changelog, lock: readLockfile(), repository }, work, out);
    for (const name of readdirSync(out).sort())
      console.log(`${(statSync(join(out, name)).size / 1024).toFixed(1).padStart(8)} KiB  ${name}`);
    for (const one of missing) console.log(`Missing: ${one}`);
    return dryRun || missing.length === 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The output of earlier builds would stay in the packages, even if its source no longer exists. */
function buildAnew(): Promise<boolean> {
  for (const folder of PUBLISHED) rmSync(join(TOP, folder, "dist"), { recursive: true, force: true });
  rmSync(PLUGIN_FOLDER, { recursive: true, force: true });
  return npm("run", "build");
}

async function npm(...args: string[]): Promise<boolean> {
  const { code } = await runCommand("npm", args, TOP, process.env as Record<string, string>, { show: true });
  return code === 0;
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const options = optionsOf(args);
    if (options === undefined) return void process.stdout.write(USAGE);
    if (!(await release(options))) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

void main(process.argv.slice(2));
