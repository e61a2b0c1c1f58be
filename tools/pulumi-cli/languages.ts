// Gets the language hosts for programs in YAML and Python, a generator of SDKs, and Pulumi's Python package, for the
// examples and the end-to-end tests. As a command (`npm run language-hosts`) it prints where they are.

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder, isProgram, pathFoldersOf, pulumiHomeOf } from "./find";
import { getPulumiCli, toStandardError } from "./get";
import { goCommand } from "./go";
import { exclusively, moveIntoPlace, withStaging } from "./install";
import { interruptible, type Log, withProgress } from "./progress";
import { run } from "./run";
import { cliVersionPinnedIn, parseVersion } from "./versions";

const EXE = process.platform === "win32" ? ".exe" : "";
const YAML_HOST = `pulumi-language-yaml${EXE}`;
const PYTHON_HOST = `pulumi-language-python${EXE}`;
const PYTHON_EXEC = "pulumi-language-python-exec";
const GENERATOR = `generate-sdk${EXE}`;

const MANIFEST = join(__dirname, "..", "..", "package.json");
const YAML_MODULE = join(__dirname, "yaml");
const PYTHON_MODULE = join(__dirname, "nodejs-and-python");
const PYTHON_TIMEOUT_MS = 5 * 60_000;

interface Options {
  /** Receives progress messages, line by line. @default lines on standard error */
  readonly log?: Log;
  readonly env?: NodeJS.ProcessEnv;
}

export interface LanguageHosts {
  /** Folders to put on PATH, that of the CLI first. */
  readonly path: readonly string[];
  /** Writes the SDK of the package with this schema, a file, to a folder. @throws Error with the generator's message */
  generateSdk(schema: string, language: "go" | "nodejs" | "python", folder: string): Promise<void>;
}

/**
 * Finds the language hosts beside the CLI or on PATH, as Pulumi's releases have them; otherwise builds them once from Go
 * modules: beside the CLI if this project keeps it, otherwise in a folder of the pinned version.
 *
 * @throws Error when they cannot be built
 */
export async function getLanguageHosts({
  log = toStandardError,
  env = process.env,
}: Options = {}): Promise<LanguageHosts> {
  const cli = await getPulumiCli({ log, env });
  // Beside the CLI, it starts them without a warning about their place.
  const own = cli.pulumiHome === undefined ? besideCli("languages", env) : cli.bin;
  const hosts = [YAML_HOST, PYTHON_HOST];
  const has = (names: readonly string[], folders: readonly string[]): boolean =>
    names.every((name) => folders.some((folder) => isProgram(join(folder, name))));
  if (!has(hosts, [cli.bin, own, ...pathFoldersOf(env)])) await buildAll(own, env, log);

  const generator = join(own, GENERATOR);
  return {
    path: [...new Set([cli.bin, ...(has(hosts, [own]) ? [own] : [])])],
    generateSdk: (schema, language, folder) =>
      isProgram(generator)
        ? mustRun(generator, [schema, language, folder], env)
        : mustRun(cli.pulumi, ["package", "gen-sdk", schema, "--language", language, "--out", folder], env),
  };
}

/** Pulumi's Python package, or why programs in Python cannot run on this machine. */
export type PythonPackages = { readonly env: { readonly PYTHONPATH: string } } | { readonly missing: string };

/** What a generated Python package needs beside Pulumi's own, to run and to be installed. */
const ALSO_NEEDED = ["parver", "setuptools"];

/** Installs Pulumi's Python package and what generated packages need, once, next to the CLI of the pinned version. */
export async function getPythonPackages({
  log = toStandardError,
  env = process.env,
}: Options = {}): Promise<PythonPackages> {
  const { stdout, failure } = await run("python3", ["--version"], { env, timeoutMs: 30_000 });
  const version = parseVersion(stdout);
  if (failure !== undefined || !version)
    return { missing: `python3 does not work: ${failure ?? "it prints no version"}` };
  // Its compiled parts fit one minor version of Python.
  const target = besideCli(`python-${version[0]}.${version[1]}`, env);
  const packages = { env: { PYTHONPATH: target } };
  if (hasPackages(target)) return packages;
  const reason = await install(target, env, log);
  return reason === undefined ? packages : { missing: reason };
}

const pinned = (): string => cliVersionPinnedIn(readFileSync(MANIFEST, "utf8"));

const besideCli = (name: string, env: NodeJS.ProcessEnv): string =>
  join(dirname(cacheFolder(pulumiHomeOf(env), pinned())), name);

const hasPackages = (folder: string): boolean =>
  ["pulumi", ...ALSO_NEEDED].every((name) => existsSync(join(folder, name)));

const isComplete = (folder: string): boolean =>
  [YAML_HOST, PYTHON_HOST, PYTHON_EXEC, GENERATOR].every((name) => isProgram(join(folder, name)));

function buildAll(target: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  return interruptible((signal) =>
    exclusively(target, log, signal, async () => {
      if (isComplete(target)) return;
      const go = await goCommand(env, log, signal);
      log(
        "building the language hosts for YAML and Python: once, up to two minutes after a build of the CLI",
      );
      await withStaging(target, async (staging) => {
        const folder = join(staging, "languages");
        mkdirSync(folder);
        const output = (name: string) => ({ output: join(folder, name), ldflags: "-s -w" });
        const yaml = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml";
        await go.build({ module: YAML_MODULE, package: yaml, ...output(YAML_HOST) });
        await go.build({ module: YAML_MODULE, package: "./generate-sdk", ...output(GENERATOR) });
        const sdk = "github.com/pulumi/pulumi/sdk/v3";
        const python = `${sdk}/python/cmd/pulumi-language-python`;
        await go.build({ module: PYTHON_MODULE, package: python, ...output(PYTHON_HOST) });
        const source = await go.ask(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", sdk], PYTHON_MODULE);
        copyFileSync(join(source, "python", "cmd", PYTHON_EXEC), join(folder, PYTHON_EXEC));
        chmodSync(join(folder, PYTHON_EXEC), 0o755);
        mkdirSync(target, { recursive: true });
        for (const name of readdirSync(folder)) renameSync(join(folder, name), join(target, name));
      });
      log(`the language hosts are ready in ${target}`);
    }),
  );
}

/** @returns why it failed */
function install(target: string, env: NodeJS.ProcessEnv, log: Log): Promise<string | undefined> {
  return interruptible((signal) =>
    exclusively(target, log, signal, async () => {
      if (hasPackages(target)) return undefined;
      return withStaging(target, async (staging) => {
        const folder = join(staging, "packages");
        const args = [
          "-m",
          "pip",
          "install",
          "--quiet",
          "--target",
          folder,
          `pulumi==${pinned()}`,
          ...ALSO_NEEDED,
        ];
        const { failure } = await withProgress(
          log,
          (elapsed) => `installing Pulumi's Python package (${elapsed})`,
          () => run("python3", args, { env, timeoutMs: PYTHON_TIMEOUT_MS, signal }),
        );
        signal.throwIfAborted();
        const problem = failure ?? (await importFailure(folder, env));
        if (problem !== undefined) return `Pulumi's Python package cannot be installed: ${problem}`;
        moveIntoPlace(folder, target);
        return undefined;
      });
    }),
  );
}

async function importFailure(folder: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { failure } = await run("python3", ["-c", "import pulumi"], {
    env: { ...env, PYTHONPATH: folder },
    timeoutMs: 60_000,
  });
  return failure;
}

async function mustRun(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { failure } = await run(program, args, { env, timeoutMs: 60_000 });
  if (failure !== undefined) throw new Error(`${program} ${args[0]}: ${failure}`);
}

async function main(): Promise<void> {
  try {
    const { path } = await getLanguageHosts();
    const python = await getPythonPackages();
    if ("missing" in python) toStandardError(`no programs in Python: ${python.missing}`);
    process.stdout.write(`${path.at(-1)}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
