import type { Client } from "../api/client";
import type { SizePrices } from "../appspec/explain";
import { isPlainObject } from "../appspec/lists-by-name";
import { sendable } from "../appspec/send";
import { holdsUnknown } from "../appspec/unknown";
import { AppPlatformError, asAppPlatformError } from "../errors";
import { runningDeployment } from "../resources/app/unrecorded-run";
import { printableJson } from "../text/json";
import { shownInLine } from "../text/shown";
import {
  clientIfToken,
  contentOf,
  only,
  text,
  UsageError,
  type Command,
  type Io,
  type Values,
} from "./command";
import { consoleUrlOf, isWebAddress, reportMarkdown, type Price, type Report } from "./report-markdown";
import { appLines, previewedRun, withAdopted, type PreviewedApp, type PreviewedRun } from "./report-run";

export const report: Command = {
  summary: "turn the output of pulumi preview --json into a comment",
  help: `Usage: app-platform report <file> [options]

Reads the output of \`pulumi preview --json\` (- for standard input) and writes a
comment in Markdown for a pull request: what happens to each component and why,
what is lost, the price before and after, and links. Its first line is hidden
and names the stack, so that the next run can update the comment. Contains no
secrets, and at most 65,000 characters.

  pulumi preview --json > preview.json; app-platform report preview.json

With DIGITALOCEAN_TOKEN, requests the prices of new and changed apps; changes
nothing.

Options:
  --run-url URL         link to the run
  --failed              the preview failed; without it, only errors in the file
                        count. The file may then be empty
  --stack PROJECT/STACK name for the title; default: that in the file
  --offline             do not contact the service: no prices
  --json                print the report as JSON

Exit codes: 0 success, also if the preview failed; 1 failure, 2 usage error.
`,
  options: {
    "run-url": { type: "string" },
    failed: { type: "boolean" },
    stack: { type: "string" },
    offline: { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(values, positionals, io) {
    const runUrl = text(values, "run-url") ?? "";
    if (runUrl !== "" && !isWebAddress(runUrl))
      throw new UsageError("--run-url: not a web address, such as https://ci.example.com/runs/1");
    const [project, stack] = stackOf(values);
    const { name, content } = await contentOf(only(positionals, "file"), io);
    const run = previewedRun(content) ?? withoutOutput(name, values);
    const client = values["offline"] === true || run.apps.length === 0 ? undefined : clientIfToken(io);
    const apps = client ? await Promise.all(run.apps.map((app) => completed(client, app, io))) : run.apps;
    const prices = client ? await pricesOf(client, apps, io) : { apps: [] };
    const result: Report = {
      project: project ?? run.project ?? "unknown",
      stack: stack ?? run.stack ?? "unknown",
      failed: values["failed"] === true || run.errors.length > 0,
      runUrl,
      apps: apps.map((app, index) => ({
        resource: app.resource,
        name: app.name,
        operation: app.operation,
        action: app.plan?.action ?? null,
        lines: appLines(app, prices.sizes),
        price: prices.apps[index] ?? {},
        consoleUrl: consoleUrlOf(app.id),
        liveUrl: app.liveUrl ?? "",
      })),
      actions: run.actions,
      others: run.others,
      errors: run.errors,
    };
    await io.out(values["json"] === true ? `${printableJson(result)}\n` : reportMarkdown(result));
    return 0;
  },
};

function stackOf(values: Values): string[] {
  const given = text(values, "stack");
  if (given === undefined) return [];
  const parts = given.split("/");
  if (parts.length !== 2 || parts.includes(""))
    throw new UsageError(`--stack: "${given}" does not have the form PROJECT/STACK`);
  return parts;
}

/** A preview that failed early prints nothing. */
function withoutOutput(name: string, values: Values): PreviewedRun {
  if (values["failed"] === true)
    return { project: undefined, stack: undefined, apps: [], actions: [], others: {}, errors: [] };
  // The content may contain secrets, so no part of it is shown.
  throw new AppPlatformError(
    "invalid-input",
    `${name} is not the output of \`pulumi preview --json\`. If the preview failed before it printed anything, add --failed.`,
  );
}

interface Prices {
  readonly sizes?: SizePrices;
  readonly apps: readonly Price[];
}

/** With the plan of an adoption, if the service has the app. */
async function completed(client: Client, app: PreviewedApp, { signal }: Io): Promise<PreviewedApp> {
  const { adopts, name } = app;
  if (adopts === undefined) return app;
  try {
    const held = await (adopts === true
      ? client.findAppByName(name, { signal })
      : client.getApp(adopts, { signal }));
    if (!held) return app;
    const isRunning = runningDeployment(held) !== undefined;
    return withAdopted(app, {
      id: held.id,
      spec: held.spec,
      projectId: held.project_id,
      liveUrl: held.live_url,
      lastPhase: isRunning ? "DEPLOYING" : held.active_deployment ? "ACTIVE" : "ERROR",
    });
  } catch {
    // The report of the prices says why the service does not respond.
    return app;
  }
}

/** Without prices, the report is still useful. */
async function pricesOf(client: Client, apps: readonly PreviewedApp[], io: Io): Promise<Prices> {
  const options = { signal: io.signal };
  try {
    const list = await client.listInstanceSizes(options);
    const sizes = list.map(({ slug, usd_per_month: price }) => [slug ?? "", Number(price)] as const);
    return {
      sizes: new Map(sizes.filter(([, price]) => Number.isFinite(price))),
      apps: await Promise.all(apps.map((app) => priceOf(client, app, options))),
    };
  } catch (error) {
    io.err(`Note: the report has no prices: ${shownInLine(asAppPlatformError(error).message)}\n`);
    return { apps: [] };
  }
}

async function priceOf(client: Client, app: PreviewedApp, options: { signal: AbortSignal }): Promise<Price> {
  const isNew = app.operation === "create";
  const [before, after] = await Promise.all([
    isNew ? 0 : costOf(client, app.before, app.id, options),
    app.operation === "delete"
      ? 0
      : costOf(client, app.after, ["update", "adopt"].includes(app.operation) ? app.id : undefined, options),
  ]);
  return { before, after };
}

/** Undefined for a spec that is not fully known, or that the service does not accept without its secrets. */
async function costOf(
  client: Client,
  keyed: unknown,
  appId: string | undefined,
  options: { signal: AbortSignal },
): Promise<number | undefined> {
  if (!isPlainObject(keyed) || holdsUnknown(keyed)) return undefined;
  const spec = sendable(keyed, undefined);
  try {
    const { app_cost: cost } = await client.proposeApp(
      { spec, ...(appId !== undefined && { app_id: appId }) },
      options,
    );
    return cost;
  } catch {
    return undefined;
  }
}
