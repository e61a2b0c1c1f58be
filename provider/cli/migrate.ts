import { join } from "node:path";
import type { Client } from "../api/client";
import { AppPlatformError, isApiError } from "../errors";
import { differences } from "../appspec/covers";
import { fromTerraformSpec } from "../appspec/from-terraform";
import { formatPath, listsToMaps } from "../appspec/lists-by-name";
import { KEPT_SECRET } from "../appspec/secrets";
import type { AppSpec } from "../appspec/types";
import { shellWord } from "../deploy/next-steps";
import { foreignApps, type ForeignApp } from "../resources/foreign-state";
import { printableJson } from "../text/json";
import { shownInLine } from "../text/shown";
import { withoutSecretValues, type OpenSpec } from "../secrets/open-spec";
import { appFileText, writeFile } from "./app-file";
import { clientIfToken, contentOf, only, text, type Command, type Io } from "./command";
import { languageOfLines } from "./language";

export const migrate: Command = {
  summary: "move apps from the bridged provider or Terraform to this package",
  help: `Usage: app-platform migrate <file> [options]

Reads the state of the bridged DigitalOcean provider or of Terraform, and writes
an app.yaml for each app in it. Prints the lines of a program that adopts the
apps, and the commands that take them out of the old state. Does not change
apps or states.

<file> is the output of one of these commands; - reads standard input:
  pulumi stack export --show-secrets | app-platform migrate -
  terraform show -json | app-platform migrate -

The files contain no secrets; the service keeps their values. With a token, the
specs come from the service, and differences from the state are listed;
otherwise they come from the state.

Options:
  --out DIR     folder for the files (default: this folder). A single app is
                written to app.yaml, several to NAME.app.yaml
  --offline     do not contact the service
  --force       overwrite existing files
  --language LANG  language of the lines: typescript or yaml (default: that of
                the Pulumi project in this folder, or typescript)
  --json        print a JSON list: name, id, resource, file, secrets, remove

Exit codes: 0 success, 1 failure, 2 usage error.
`,
  options: {
    out: { type: "string" },
    offline: { type: "boolean" },
    force: { type: "boolean" },
    language: { type: "string" },
    json: { type: "boolean" },
  },
  async run(values, positionals, io) {
    const language = languageOfLines(text(values, "language"));
    const { name, content } = await contentOf(only(positionals, "file"), io);
    const apps = appsIn(name, content);
    const client = values["offline"] === true ? undefined : clientIfToken(io);
    const folder = text(values, "out") ?? "";
    const moved: Moved[] = [];
    for (const app of apps) moved.push(await move(app, apps.length, folder, client, io));
    for (const { file, content: written } of moved) writeFile(file, written, values["force"] === true);
    if (values["json"] === true)
      await io.out(`${printableJson(moved.map(({ content: _content, ...rest }) => rest))}\n`);
    else {
      await io.out(language.lines(moved.map(({ name: app, file, id }) => ({ name: app, file, adopt: id }))));
      io.err(nextSteps(moved));
    }
    return 0;
  },
};

/** One app of the old state, as `--json` prints it. */
interface Moved {
  readonly name: string;
  readonly id: string;
  readonly resource: string;
  readonly file: string;
  readonly secrets: readonly string[];
  /** The command that takes it out of the old state. */
  readonly remove: string;
  readonly content: string;
}

function appsIn(name: string, content: string): ForeignApp[] {
  let state: unknown;
  try {
    state = JSON.parse(content);
  } catch {
    state = undefined;
  }
  const apps = foreignApps(state);
  // The content may contain secrets, so no part of it is shown.
  if (apps === undefined)
    throw new AppPlatformError(
      "invalid-input",
      `${name} is not a state. Run \`pulumi stack export --show-secrets\` or \`terraform show -json\`, and pass the output.`,
    );
  if (apps.length > 0) return apps;
  throw new AppPlatformError(
    "not-found",
    `${name} contains no apps to migrate: no digitalocean.App of the bridged provider, and no digitalocean_app of Terraform.`,
  );
}

async function move(
  app: ForeignApp,
  count: number,
  folder: string,
  client: Client | undefined,
  io: Io,
): Promise<Moved> {
  const converted = fromTerraformSpec(app.spec);
  const live = client && (await liveSpec(client, app, io));
  const file = live ?? withoutSecretValues(converted.spec);
  const label = shownInLine(file.spec.name ?? app.id);
  if (live)
    reportDifferences(label, live.spec, withoutSecretValues(converted.spec).spec, converted.hidden, io);
  else if (converted.hidden.length > 0)
    throw new AppPlatformError(
      "invalid-input",
      `${app.resource}: parts of the spec are encrypted (${converted.hidden.join(", ")}). ` +
        "Run: pulumi stack export --show-secrets | app-platform migrate - (or set DIGITALOCEAN_TOKEN, to read the spec from the service).",
    );
  reportDropped(label, converted.dropped, io);
  const name = file.spec.name ?? app.id;
  const path = join(folder, count === 1 ? "app.yaml" : `${name.replace(/[^\w-]/g, "-")}.app.yaml`);
  const about = [`The AppSpec of the app ${name} (id ${app.id}), until now managed as ${app.resource}.`];
  return {
    name,
    id: app.id,
    resource: app.resource,
    file: path,
    secrets: file.secrets,
    remove: removal(app),
    content: appFileText(file, path, about),
  };
}

async function liveSpec(client: Client, { id, resource }: ForeignApp, io: Io): Promise<OpenSpec | undefined> {
  try {
    return withoutSecretValues((await client.getApp(id, { signal: io.signal })).spec);
  } catch (error) {
    if (!isApiError(error, "not-found", "bad-request", "network", "timeout", "service-error")) throw error;
    const why = isApiError(error, "not-found", "bad-request")
      ? `there is no app with the id ${id} at the service`
      : "the service could not be reached";
    io.err(`Note: ${shownInLine(`${resource}: ${why}`)}. The spec comes from the state.\n`);
    return undefined;
  }
}

const MOST_PATHS = 10;

function reportDifferences(
  label: string,
  live: AppSpec,
  state: AppSpec,
  hidden: readonly string[],
  io: Io,
): void {
  if (hidden.length > 0) return;
  const paths = differences(listsToMaps(live), listsToMaps(state))
    .filter(({ before }) => before !== KEPT_SECRET)
    .map(({ path }) => formatPath(path));
  if (paths.length === 0) return;
  const more = paths.length > MOST_PATHS ? `, and ${paths.length - MOST_PATHS} more` : "";
  io.err(
    `Note: ${label} differs from the state: ${shownInLine(paths.slice(0, MOST_PATHS).join(", "))}${more}. The file contains the values of the service.\n`,
  );
}

function reportDropped(label: string, dropped: readonly string[], io: Io): void {
  const [recipients, others] = [true, false].map((wanted) =>
    dropped.filter((path) => (path.split(".").at(-1) === "destinations") === wanted),
  );
  if (recipients && recipients.length > 0)
    io.err(
      `Note: ${label}: recipients of alerts are not part of an AppSpec; they stay unchanged. To manage them, set alertDestinations.\n`,
    );
  if (others && others.length > 0)
    io.err(`Note: ${label}: the AppSpec has no field for ${shownInLine(others.join(", "))}; left out.\n`);
}

function removal({ tool, resource, isProtected }: ForeignApp): string {
  if (tool === "terraform") return `terraform state rm ${shellWord(resource)}`;
  return `pulumi state delete ${shellWord(resource)} --yes${isProtected ? " --force" : ""}`;
}

function nextSteps(moved: readonly Moved[]): string {
  const isTerraform = moved.some(({ remove }) => remove.startsWith("terraform"));
  const secrets = moved.filter((one) => one.secrets.length > 0);
  return [
    `Files: ${moved.map(({ file }) => file).join(", ")}`,
    ...(secrets.length > 0
      ? [
          "Secrets left out; the service keeps their values:",
          ...secrets.map(({ name, secrets: list }) => `  ${name}: ${list.join(", ")}`),
        ]
      : []),
    "Next:",
    "1. Take the apps out of the old state. This does not delete them:",
    ...moved.map(({ remove }) => `   ${remove}`),
    isTerraform
      ? "2. Remove their blocks from the Terraform configuration, and add the lines above to a Pulumi program."
      : "2. In the program, replace the old resources with the lines above.",
    "3. Run pulumi preview: it adopts the apps and plans no deployment. Then run pulumi up.",
    "",
  ]
    .map((line) => `${shownInLine(line)}\n`)
    .join("")
    .replace(/\n\n$/, "\n");
}
