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

/** The first CLI that takes inputs and outputs from an import file. */
const NEEDED = [3, 254] as const;
const DEFAULT_FILE = "import.json";

export const importFile: Command = {
  summary: "write a file with which `pulumi import` takes apps over",
  help: `Usage: app-platform import <app>... [options]
       app-platform import --all [options]

Writes a file for \`pulumi import --file\` (Pulumi ${NEEDED.join(".")} or newer). <app> is a
name or an id. Values of secrets are not in it: they stay with the service.
Prints the command that imports the file. Where the stack has a resource of an
app's name already, import that app alone, with --name.

Options:
  --all         all apps
  --name NAME   name of the resource (default: the app's; for one app only)
  --out FILE    where to write; - is standard output (default ${DEFAULT_FILE})
  --force       write over a file that exists
`,
  options: {
    all: { type: "boolean" },
    name: { type: "string" },
    out: { type: "string" },
    force: { type: "boolean" },
  },
  async run(values, wanted, io) {
    const all = values["all"] === true;
    if (all === wanted.length > 0) throw new UsageError("give the apps to import, or --all");
    const name = text(values, "name");
    if (name !== undefined && (all || wanted.length !== 1)) throw new UsageError("--name is for one app");
    await refuseOldCli(io);
    const client = clientOf(io);
    const apps: App[] = all ? await collect(client.listApps({ signal: io.signal })) : [];
    for (const one of wanted) {
      const app = await appOf(client, one);
      if (!apps.some(({ id }) => id === app.id)) apps.push(app);
    }
    if (apps.length === 0)
      throw new AppPlatformError("not-found", "There are no apps to import: nothing was written.");
    const file = text(values, "out") ?? DEFAULT_FILE;
    const content = `${printableJson({ resources: apps.map((app) => entry(app, name)) })}\n`;
    if (file === "-") await io.out(content);
    else {
      write(file, content, values["force"] === true);
      await io.out(`${file}: ${apps.length} ${apps.length === 1 ? "app" : "apps"}\n`);
      // Pulumi generates code from a schema, which dynamic resources have none of: it fails after the import otherwise.
      io.err(`Next: pulumi import --file ${quoted(file)} --generate-code=false --yes\n`);
      io.err("Declare each app in the program before the next pulumi up.\n");
    }
    return 0;
  },
};

/** One app as the state is to hold it: what a refresh would have read, and of secrets only that they are there. */
function entry(app: App, name = app.spec.name ?? app.id): object {
  const spec = hideSecrets(listsToMaps(app.spec));
  const inputs = { ...inputsOf({ spec }), __provider: APP_PROVIDER };
  // A deployment that failed or goes on is somebody else's: the next update is not to make up for it.
  const last = app.active_deployment;
  const outputs = {
    // No program has given it secrets.
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
    return note(io, missing ? "no pulumi was found here" : "`pulumi version` failed here");
  }
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return note(io, "`pulumi version` does not tell which this is");
  if (Number(major) > NEEDED[0] || (Number(major) === NEEDED[0] && Number(minor) >= NEEDED[1])) return;
  throw new AppPlatformError(
    "invalid-input",
    `pulumi ${version} cannot import apps: that takes ${NEEDED.join(".")} or newer. ` +
      "With any version, `adopt: true` in the arguments of an App takes over the existing app of its name.",
  );
}

/** A path as a shell takes it. */
const quoted = (path: string): string =>
  /^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

const note = (io: Io, what: string): void =>
  io.err(`Note: the file is for Pulumi ${NEEDED.join(".")} or newer; ${what}.\n`);

function write(file: string, content: string, over: boolean): void {
  try {
    writeFileSync(file, content, { mode: 0o600, flag: over ? "w" : "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === "EEXIST" ? "is there already; --force writes over it" : `cannot be written (${code})`;
    throw new AppPlatformError("invalid-input", `${file} ${what}.`);
  }
}
