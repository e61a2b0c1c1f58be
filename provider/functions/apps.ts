import type { Client } from "../api/client";
import { collect } from "../api/pages";
import type { App, AppHealth, AppInstance, BandwidthUsage, Deployment, Proposal } from "../api/types";
import { listsToMaps } from "../appspec/lists-by-name";
import type { AppSpec } from "../appspec/types";
import { systemClock, type Clock } from "../clock";
import { AppPlatformError } from "../errors";
import { secrecyOf } from "../resources/app/app-secrets";
import { explainRejection } from "../resources/app/rejected-spec";
import { withoutSecrets } from "../secrets/mask-errors";
import { appById, appByName, componentNames, near, notFound } from "../service/find";
import { lookForStarted, shownDeployments, type Known } from "../service/new-deployment";
import { WAIT_LIMITS } from "../service/poll";
import { deploymentOnce } from "../service/safe-writes";
import { explainedBy, refuseUnreadable, withSecretsHidden } from "./explain-not-found";
import { appPage } from "../service/control-panel";

/** Selects an app by its id or by the name in its spec. */
export type AppQuery = { readonly id: string } | { readonly name: string };

/** @throws AppPlatformError `not-found` with similar names, `invalid-input`; ApiError */
export async function getApp(client: Client, query: AppQuery): Promise<App> {
  const { id, name } = query as { id?: unknown; name?: unknown };
  if ((id === undefined) === (name === undefined))
    throw new AppPlatformError("invalid-input", "getApp requires either id or name.");
  refuseUnreadable("getApp", id === undefined ? { name } : { id });
  return withSecretsHidden(
    id === undefined ? await appByName(client, name as string) : await appById(client, id as string),
  );
}

export interface AppsQuery {
  /** Include the `project_id` of each app; the request takes longer. @default false */
  readonly withProjects?: boolean | undefined;
}

export async function getApps(client: Client, { withProjects }: AppsQuery = {}): Promise<App[]> {
  return withSecretsHidden(await collect(client.listApps({ withProjects })));
}

export interface ProposalQuery {
  readonly spec: AppSpec;
  /** Propose the spec as an update of this app. @default as a new app */
  readonly appId?: string | undefined;
}

/**
 * @param file of the spec, for line and column in errors
 * @throws AppPlatformError `not-found` for the app; ApiError `invalid-spec` with the place and the service's message
 */
export async function getProposal(
  client: Client,
  { spec, appId }: ProposalQuery,
  file?: string,
): Promise<Proposal> {
  return explainedBy(client, "getProposal", { appId }, async () =>
    withSecretsHidden(await client.proposeApp({ spec, ...(appId !== undefined && { app_id: appId }) })),
  ).catch((error: unknown) => {
    // The service's message may repeat what it was sent.
    const secrecy = secrecyOf({ spec: listsToMaps(spec) }, undefined);
    throw withoutSecrets(explainRejection(error, { spec, file, secrecy }), secrecy);
  });
}

/** In a preview, functions that change something only read it. */
export interface InPreview {
  readonly preview: boolean;
}

export interface RestartArgs {
  /** Names of components. @default all */
  readonly components?: readonly string[] | undefined;
}

/**
 * @returns the deployment of the restart; in a preview the active one
 * @throws AppPlatformError `not-found`, also for a component; ApiError
 */
export async function restartApp(
  client: Client,
  appId: string,
  { components }: RestartArgs,
  { preview }: InPreview,
  clock: Clock = systemClock,
): Promise<Deployment> {
  return explainedBy(client, "restartApp", { appId }, async () => {
    const app = await appById(client, appId);
    const names = componentNames(app);
    for (const name of components ?? [])
      if (!names.includes(name))
        throw notFound(`no component ${name} in the app ${app.spec.name}`, near(name, names, "components"));
    if (!preview) return withSecretsHidden(await restartNow(client, app, components, clock));
    if (!app.active_deployment)
      throw notFound(`nothing to restart in the app ${app.spec.name}`, "It has no active deployment.");
    return withSecretsHidden(app.active_deployment);
  });
}

async function restartNow(
  client: Client,
  app: App,
  components: readonly string[] | undefined,
  clock: Clock,
): Promise<Deployment> {
  const { deployment, known } = await deploymentOnce(
    client,
    app.id,
    () => client.restartApp(app.id, components ? { components } : {}),
    { clock },
    shownDeployments(app).map(({ id }) => id),
  );
  const found = deployment ?? (await startedOne(client, app.id, known, clock));
  if (found) return found;
  throw new AppPlatformError(
    "no-deployment",
    `The service accepted the restart, but no new deployment of the app ${app.spec.name} appeared. Check it in the control panel: ${appPage(app.id)}`,
  );
}

/** The deployment of a write if its response does not contain it. */
const startedOne = (
  client: Client,
  appId: string,
  known: Known,
  clock: Clock,
): Promise<Deployment | undefined> => {
  const source = {
    app: () => client.getApp(appId),
    deployments: async () => (await client.listDeploymentPage(appId, {})).items,
  };
  return lookForStarted(source, known, WAIT_LIMITS.deployment, { clock });
};

/** @throws AppPlatformError `not-found`; ApiError */
export const getAppHealth = (client: Client, appId: string): Promise<AppHealth> =>
  explainedBy(client, "getAppHealth", { appId }, () => client.getAppHealth(appId));

/** @throws AppPlatformError `not-found`; ApiError */
export const getInstances = (client: Client, appId: string): Promise<AppInstance[]> =>
  explainedBy(client, "getInstances", { appId }, () => client.listInstances(appId));

export interface BandwidthQuery {
  /** ISO 8601; the time of day is ignored. @default yesterday */
  readonly date?: string | undefined;
}

/** @throws AppPlatformError `not-found`; ApiError */
export async function getBandwidth(
  client: Client,
  appIds: string | readonly string[],
  { date }: BandwidthQuery = {},
): Promise<BandwidthUsage> {
  if (typeof appIds !== "string") return client.getBandwidths({ app_ids: appIds, date });
  return explainedBy(client, "getBandwidth", { appId: appIds }, () => client.getBandwidth(appIds, { date }));
}

export interface ExecQuery {
  readonly component: string;
  /** @default the active one */
  readonly deploymentId?: string | undefined;
  /** Name of a container, see {@link getInstances}. @default any */
  readonly instance?: string | undefined;
}

/** @throws AppPlatformError `not-found`, also for a component; ApiError */
export async function getExecUrl(client: Client, appId: string, query: ExecQuery): Promise<string> {
  const { component, deploymentId } = query;
  return explainedBy(client, "getExecUrl", { appId, deploymentId, component }, () =>
    client.getExecUrl(appId, query),
  );
}
