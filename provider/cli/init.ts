import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { isPlainObject } from "../appspec/lists-by-name";
import { parseSpec } from "../appspec/parse";
import { secretAddresses } from "../appspec/secret-addresses";
import { isEmpty, secretVariables } from "../appspec/stored-secrets";
import type { AppSpec } from "../appspec/types";
import { shellWord } from "../deploy/next-steps";
import { AppPlatformError } from "../errors";
import { loadSpec } from "../load-spec";
import { shownInLine } from "../text/shown";
import { schemaLine } from "./app-file";
import { text, UsageError, type Command, type Io } from "./command";
import { SAMPLE_SECRETS, sampleSpec, validName, type Language } from "./init-files";
import { languageOf, refuseOtherRuntime } from "./language";
import { configKey } from "./program-lines";
import { ownVersion } from "./version";

/** Files to look for, in this order. */
const SPECS = [".do/app.yaml", ".do/app.yml", ".do/deploy.template.yaml", "app.yaml"];

export const init: Command = {
  summary: "write a new project: program, app.yaml, and the files around them",
  help: `Usage: app-platform init [directory] [options]

Writes a Pulumi project: the program (index.ts, or Pulumi.yaml in YAML),
app.yaml, and the files around them, such as package.json and .gitignore.
Existing files stay unchanged. Prints what to run next. Does not contact the
service.

If the directory contains .do/app.yaml, .do/deploy.template.yaml, or app.yaml,
the program uses that file, and no app.yaml is written.

Options:
  --from FILE       an existing AppSpec or deploy template to use; - reads
                    standard input and writes it to app.yaml
  --name NAME       name of the project and of a new app (default: the name in
                    the AppSpec, or the directory's name)
  --adopt ID        adopt the existing app with this id, or \`true\` for the app
                    with the name in the AppSpec
  --language LANG   language of the program: typescript (default) or yaml

Exit codes: 0 success, 1 failure, 2 usage error.
`,
  options: {
    from: { type: "string" },
    name: { type: "string" },
    adopt: { type: "string" },
    language: { type: "string" },
  },
  async run(values, positionals, io) {
    const [directory = ".", ...more] = positionals;
    if (more.length > 0) throw new UsageError(`unexpected argument: ${more.join(" ")}`);
    const language = languageOf(text(values, "language") ?? "typescript");
    const given = text(values, "name");
    if (given !== undefined && validName(given) !== given)
      throw new UsageError(
        `--name: "${given}" is not a valid name: 2 to 32 lowercase letters, digits and dashes, starting with a letter`,
      );
    refuseOtherRuntime(directory, language);
    const source = await sourceOf(directory, text(values, "from"), io);
    const name = given ?? validName(source?.spec.name ?? basename(resolve(directory)));
    const file = source?.file ?? "app.yaml";
    const adopt = text(values, "adopt");
    // To adopt an app, its secrets need no values: the service keeps them.
    const secrets = adopt !== undefined ? [] : source ? missingSecrets(source.spec) : SAMPLE_SECRETS;
    const app = {
      name: source?.spec.name ?? name,
      file,
      secrets,
      ...(adopt && { adopt: adopt === "true" || adopt }),
    };
    const files = {
      ...(source === undefined && { [file]: sampleSpec(name, schemaLine("app.yaml", directory)) }),
      ...(source?.content !== undefined && { [file]: source.content }),
      ...language.files({ name, app, version: ownVersion() }),
    };
    const kept = writeMissing(directory, files);
    const written = Object.keys(files).filter((path) => !kept.includes(path));
    await io.out(written.map((path) => `${shownInLine(join(directory, path))}\n`).join(""));
    for (const path of kept) io.err(`${shownInLine(join(directory, path))} exists, and is unchanged.\n`);
    const { program } = language;
    if (kept.includes(program)) io.err(`\nAdd to ${program}:\n\n${language.lines([app])}\n`);
    io.err(nextSteps(directory, language, secrets));
    return 0;
  },
};

interface Source {
  readonly spec: AppSpec;
  /** Relative to the directory, as the program refers to it. */
  readonly file: string;
  /** The text to write to the file, if it came from standard input. */
  readonly content?: string;
}

/** @throws AppPlatformError `unreadable-file`, with the place in the file */
async function sourceOf(directory: string, from: string | undefined, io: Io): Promise<Source | undefined> {
  if (from === "-") {
    const content = await io.input();
    const { spec } = parseSpec(content, { file: "standard input" });
    if (existsSync(join(directory, "app.yaml")))
      throw new AppPlatformError(
        "invalid-input",
        `${join(directory, "app.yaml")} already exists. Move it away, or run init without --from.`,
      );
    return { spec, file: "app.yaml", content: withSchema(content, schemaLine("app.yaml", directory)) };
  }
  const path = from ?? SPECS.map((one) => join(directory, one)).find((one) => existsSync(one));
  if (path === undefined) return undefined;
  const file = relative(resolve(directory), resolve(path)).replaceAll("\\", "/");
  return { spec: loadSpec(path), file };
}

/** A deploy template has another schema, and JSON has no comments. */
function withSchema(content: string, line: string): string {
  const isOther =
    /^\s*\{/.test(content) || /^spec:/m.test(content) || content.includes("yaml-language-server");
  return isOther ? content : `${line}\n${content}`;
}

/** The secrets that a program has to supply: ciphertext of another app, and SECRET variables without a value. */
function missingSecrets(spec: AppSpec): string[] {
  const open = secretVariables(spec).variables.filter(isEmpty);
  return [...new Set([...secretAddresses(spec), ...open.map(({ address }) => address)])];
}

/** Writes the files that do not exist. @returns the paths of those that do */
function writeMissing(directory: string, files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([path, content]) => {
    const file = join(directory, path);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: "wx" });
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") return [path];
      throw new AppPlatformError("invalid-input", `${file} cannot be written (${code}).`);
    }
  });
}

function nextSteps(directory: string, language: Language, secrets: readonly string[]): string {
  const lines = [
    ...(directory === "." ? [] : [`cd ${shellWord(directory)}`]),
    ...installing(join(directory, "package.json"), language),
    "pulumi stack init dev",
    ...secrets.map((address) => `pulumi config set --secret ${configKey(address)}`),
    "export DIGITALOCEAN_TOKEN=…   # with the emulator: the two variables that it prints",
    "pulumi up",
  ];
  return `Next:\n${lines.map((line) => `  ${shownInLine(line)}\n`).join("")}`;
}

/** The commands that install what package.json does not list yet, or everything. */
function installing(path: string, { packages, devPackages }: Language): string[] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return ["npm install"];
  }
  const listed = ["dependencies", "devDependencies"].flatMap((field) => {
    const names = isPlainObject(manifest) ? manifest[field] : undefined;
    return isPlainObject(names) ? Object.keys(names) : [];
  });
  const missing = (names: readonly string[]): string =>
    names.filter((name) => !listed.includes(name.replace(/(?<=.)@.*$/, ""))).join(" ");
  const [needed, dev] = [missing(packages), missing(devPackages)];
  if (needed === "" && dev === "") return ["npm install"];
  return [
    ...(needed === "" ? [] : [`npm install ${needed}`]),
    ...(dev === "" ? [] : [`npm install --save-dev ${dev}`]),
  ];
}
