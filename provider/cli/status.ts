import type { Client } from "../api/client";
import { collect } from "../api/pages";
import type { App, ComponentHealth, Deployment } from "../api/types";
import { resultOf, standing } from "../deployment-phases";
import { describeProgress } from "../deploy/progress";
import { isApiError } from "../errors";
import { appPage } from "../service/control-panel";
import { isAutomaticRollback } from "../service/new-deployment";
import { COMPONENT_LISTS, KIND_OF_LIST } from "../appspec/component-lists";
import { isPlainObject } from "../appspec/lists-by-name";
import { printableJson } from "../text/json";
import { shownInLine } from "../text/shown";
import { appOf, clientOf, newestIn, only, paint, table, type Command, type Io } from "./command";

export const status: Command = {
  summary: "show an app's deployment, components, health and links",
  help: `Usage: app-platform status [app] [options]

<app> is a name or an id; without it, lists all apps.

Options:
  --exit-code   exit with code 1 if the app needs attention: its newest
                deployment failed (even if the service went back to an
                earlier one), no deployment is active, or a component is
                unhealthy. Without <app>, checks the deployments of all apps
  --json        print the status as JSON

Exit codes: 0 success, 1 failure, or as --exit-code describes; 2 usage error.
`,
  options: { "exit-code": { type: "boolean" }, json: { type: "boolean" } },
  async run(values, positionals, io) {
    const client = clientOf(io);
    const isJson = values["json"] === true;
    const found =
      positionals.length === 0
        ? (await collect(client.listApps({ signal: io.signal }))).map((app) => factsOf(app, newestIn(app)))
        : [await statusOf(client, await appOf(client, only(positionals, "app")), io)];
    if (isJson) {
      const [first] = found;
      await io.out(`${printableJson(positionals.length === 0 ? found : first)}\n`);
    } else if (positionals.length === 0) await list(found, io);
    else for (const facts of found) await show(facts, io);
    return values["exit-code"] === true && found.some(({ attention }) => attention.length > 0) ? 1 : 0;
  },
};

/** The status of an app, as `--json` prints it. */
interface Status {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly consoleUrl: string;
  readonly region: string;
  readonly updatedAt: string;
  /** The newest deployment. */
  readonly deployment: DeploymentFacts | null;
  readonly activeDeploymentId: string;
  /** The rollback deployment that the app is pinned to. */
  readonly pinnedDeploymentId: string;
  readonly components?: readonly ComponentFacts[];
  /** Why the app needs attention. */
  readonly attention: readonly string[];
}

interface DeploymentFacts {
  readonly id: string;
  readonly phase: string;
  readonly progress: string;
  readonly cause: string;
  readonly createdAt: string;
}

interface ComponentFacts {
  readonly name: string;
  readonly kind: string;
  readonly instances: string;
  readonly health: string;
}

async function statusOf(client: Client, app: App, io: Io): Promise<Status> {
  const { signal } = io;
  const [newest] = (await client.listDeploymentPage(app.id, { perPage: 1 }, { signal })).items;
  // The service has no health of apps that were never live.
  const health = await client.getAppHealth(app.id, { signal }).catch((error: unknown) => {
    if (!isApiError(error) || isApiError(error, "unauthorized", "aborted")) throw error;
    return undefined;
  });
  const healths = new Map((health?.components ?? []).map((one) => [one.name, one]));
  const components = COMPONENT_LISTS.flatMap((field) =>
    listOf(app.spec[field]).map((one) => componentFacts(one, KIND_OF_LIST[field], healths)),
  );
  const ill = components.filter((one) => one.health === "UNHEALTHY");
  const facts = factsOf(app, newest ?? newestIn(app));
  return {
    ...facts,
    components,
    attention: [...facts.attention, ...ill.map(({ name }) => `The component ${name} is not healthy.`)],
  };
}

const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isPlainObject) : [];

const wentBack = ({ previous_deployment_id: failed }: Deployment): string =>
  `Deployment${failed ? ` ${failed}` : ""} failed. The service went back to an earlier one; the app's spec is still the failed one.`;

function factsOf(app: App, newest: Deployment | undefined): Status {
  const attention = [
    ...(newest && resultOf(newest.phase) === "bad" ? [`Deployment ${newest.id} failed.`] : []),
    ...(newest && isAutomaticRollback(newest) ? [wentBack(newest)] : []),
    ...(app.active_deployment ? [] : ["No deployment is active."]),
  ];
  return {
    id: app.id,
    name: app.spec.name ?? "",
    url: app.live_url ?? "",
    consoleUrl: appPage(app.id),
    region: app.region?.slug ?? app.spec.region ?? "",
    updatedAt: app.updated_at ?? "",
    deployment: newest
      ? {
          id: newest.id,
          phase: newest.phase ?? "UNKNOWN",
          progress: describeProgress(newest),
          cause: newest.cause ?? "",
          createdAt: newest.created_at ?? "",
        }
      : null,
    activeDeploymentId: app.active_deployment?.id ?? "",
    pinnedDeploymentId: app.pinned_deployment?.id ?? "",
    attention,
  };
}

function componentFacts(
  component: Record<string, unknown>,
  kind: string,
  healths: ReadonlyMap<string | undefined, ComponentHealth>,
): ComponentFacts {
  const name = String(component["name"] ?? "");
  const health = healths.get(name);
  const { replicas_ready: ready, replicas_desired: desired } = health ?? {};
  const count = component["instance_count"];
  return {
    name,
    kind,
    instances:
      desired !== undefined ? `${ready ?? 0}/${desired}` : typeof count === "number" ? `${count}` : "",
    health: health?.state ?? "",
  };
}

async function list(apps: readonly Status[], io: Io): Promise<void> {
  if (apps.length === 0) return io.err("No apps.\n");
  const rows = apps.map(({ name, deployment, url, id }) => [name, deployment?.progress ?? "", url, id]);
  await io.out(table([["NAME", "DEPLOYMENT", "URL", "ID"], ...rows]));
}

async function show(facts: Status, io: Io): Promise<void> {
  const { deployment, components = [] } = facts;
  const color = COLORS[standing(deployment?.phase)];
  const row = (label: string, value: string): string =>
    value === "" ? "" : `${label.padEnd(14)}${shownInLine(value)}\n`;
  const progress = deployment ? `${deployment.progress}  ${deployment.id}  ${deployment.createdAt}` : "none";
  await io.out(
    row("Name", facts.name) +
      row("Id", facts.id) +
      row("URL", facts.url) +
      row("Control panel", facts.consoleUrl) +
      row("Region", facts.region) +
      `${"Deployment".padEnd(14)}${paint(shownInLine(progress), color, io.colors)}\n` +
      row("Cause", deployment?.cause ?? "") +
      row("Pinned to", facts.pinnedDeploymentId),
  );
  if (components.length > 0) {
    const rows = components.map(({ name, kind, instances, health }) => [name, kind, instances, health]);
    await io.out(`\n${table([["COMPONENT", "KIND", "INSTANCES", "HEALTH"], ...rows])}`);
  }
  for (const line of facts.attention) io.err(`Attention: ${shownInLine(line)}\n`);
}

const COLORS = { succeeded: "green", failed: "red", running: "cyan", replaced: "grey" } as const;
