import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { collect } from "../api/pages";
import type { App } from "../api/types";
import { APP_PROVIDER, APP_TYPE } from "../resources/state-texts";
import { AppPlatformError } from "../errors";
import { printableJson } from "../text/json";
import { listsToMaps } from "../appspec/lists-by-name";
import { hideSecrets } from "../appspec/secrets";
import { inputsOf, lastDeployment, outputsOf } from "../resources/app/state";
import { appOf, clientOf, text, UsageError, type Command, type Io } from "./command";

/** The first CLI version that reads inputs and outputs from an import file. */
const NEEDED = [3, 254] as const;
const DEFAULT_FILE = "import.json";

export const importFile: Command = {
  summary: "write a file for `pulumi import` that imports existing apps",
  help: `Usage: app-platform import <app>... [options]
       app-platform import --all [options]

Writes a file for \`pulumi import --file\` (Pulumi ${NEEDED.join(".")} or newer). <app> is a
name or an id. The file contains no secret values; the service keeps them.
Prints the command that imports the file. If the stack already contains a
resource with an app's name, import that app separately, with --name.

Options:
  --all         all apps
  --name NAME   resource name, for a single app (default: the app's name)
  --out FILE    output file; - for standard output (default ${DEFAULT_FILE})
  --force       overwrite an existing file
`,
  options: {
    all: { type: "boolean" },
    name: { type: "string" },
    out: { type: "string" },
    force: { type: "boolean" },
  },
  async run(values, wanted, io) {
    const all = values["all"] === true;
    if (all && wanted.length > 0) throw new UsageError("--all cannot be combined with <app>");
    if (!all && wanted.length === 0) throw new UsageError("missing argument: <app> or --all");
    const name = text(values, "name");
    if (name !== undefined && (all || wanted.length !== 1))
      throw new UsageError("--name requires exactly one <app>");
    await refuseOldCli(io);
    const client = clientOf(io);
    const apps: App[] = all ? await collect(client.listApps({ signal: io.signal })) : [];
    for (const one of wanted) {
      const app = await appOf(client, one);
      if (!apps.some(({ id }) => id === app.id)) apps.push(app);
    }
    if (apps.length === 0)
      throw new AppPlatformError("not-found", "There are no apps to import. No file was written.");
    const file = text(values, "out") ?? DEFAULT_FILE;
    const content = `${printableJson({ resources: apps.map((app) => entry(app, name)) })}\n`;
    if (file === "-") await io.out(content);
    else {
      write(file, content, values["force"] === true);
      await io.out(`${file}: ${apps.length} ${apps.length === 1 ? "app" : "apps"}\n`);
      // Pulumi generates code from a schema, and dynamic resources have none: without the flag it fails after the import.
      io.err(`Next: pulumi import --file ${quoted(file)} --generate-code=false --yes\n`);
      io.err(
        "Then declare each app in the program before the next pulumi up; app-platform spec <app> --out <file> writes its spec.\n",
      );
    }
    return 0;
  },
};

/** One app as recorded in the state: what a refresh would read, and for secrets only that they exist. */
function entry(app: App, name = app.spec.name ?? app.id): object {
  const spec = hideSecrets(listsToMaps(app.spec));
  const inputs = { ...inputsOf({ spec }), __provider: APP_PROVIDER };
  // A failed or running deployment was started elsewhere, so the next update must not repeat it.
  const last = app.active_deployment;
  const outputs = {
    // The secrets do not come from a program.
    ...outputsOf({ ...inputs, __secrets: [] }, app, last ? lastDeployment(last) : undefined, spec),
    __imported: true,
    __provider: APP_PROVIDER,
  };
  return { type: APP_TYPE, name, id: app.id, inputs, outputs };
}

async function refuseOldCli(io: Io): Promise<void> {
  let version: string;
  try {
    const { stdout } = await promisify(execFile)("pulumi", ["version"], { signal: io.signal });
    version = stdout.trim();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return note(io, missing ? "the pulumi command was not found" : "`pulumi version` failed");
  }
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return note(io, "the output of `pulumi version` contains no version");
  if (Number(major) > NEEDED[0] || (Number(major) === NEEDED[0] && Number(minor) >= NEEDED[1])) return;
  throw new AppPlatformError(
    "invalid-input",
    `pulumi ${version} cannot import apps; this requires ${NEEDED.join(".")} or newer. ` +
      "Upgrade Pulumi, or set `adopt: true` on an App to adopt the existing app of the same name, with any version.",
  );
}

/** A path quoted for a shell. */
const quoted = (path: string): string =>
  /^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

const note = (io: Io, what: string): void =>
  io.err(`Note: the file requires Pulumi ${NEEDED.join(".")} or newer; ${what}.\n`);

function write(file: string, content: string, over: boolean): void {
  try {
    writeFileSync(file, content, { mode: 0o600, flag: over ? "w" : "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === "EEXIST"
        ? `${file} already exists. Use --force to overwrite it.`
        : `${file} cannot be written (${code}).`;
    throw new AppPlatformError("invalid-input", what);
  }
}
