import * as pulumi from "@pulumi/pulumi";
import { collect } from "./api/pages";
import type {
  App,
  AppEvent,
  AppHealth,
  AppInstance,
  BandwidthUsage,
  Deployment,
  DeploymentPhase,
  EventType,
  InstanceSize,
  InvocationPhase,
  JobInvocation,
  Region,
} from "./api/types";
import { AppPlatformError } from "./errors";
import { explained, lifted, refuseUnreadable, serviceClient, withoutCiphertext } from "./lookup-calls";
import { appById, appByName, componentNames, near, notFound } from "./service";

/** Which app: by its id at the service, or by the name in its spec. */
export type AppQuery = { readonly id: string } | { readonly name: string };

/** One page of a list; without `page`, all pages are read. */
export interface PageQuery {
  /** From 1. @default all pages */
  readonly page?: number | undefined;
  /** Items of a page, 1 to 200. @default 20 with `page`, else 200 */
  readonly perPage?: number | undefined;
}

const LARGEST_PAGE = 200;

/** What is wanted of a list: a page of it, or everything. */
async function listed<T>(
  { page, perPage }: PageQuery,
  onePage: (page: { page: number; perPage?: number | undefined }) => Promise<{ items: T[] }>,
  allPages: (perPage: number) => AsyncIterable<T>,
): Promise<T[]> {
  if (page === undefined) return collect(allPages(perPage ?? LARGEST_PAGE));
  return (await onePage({ page, perPage })).items;
}

/**
 * An existing app. Ciphertext in specs is replaced by a fixed text, here and in all look-ups: no other app could use it, and
 * an `App` with that text keeps the value which the service holds.
 * @throws AppPlatformError `not-found` with names that are near, `missing-token`; ApiError
 */
export async function getApp(query: AppQuery): Promise<App> {
  const { id, name } = query as { id?: unknown; name?: unknown };
  if ((id === undefined) === (name === undefined))
    throw new AppPlatformError("invalid-input", "getApp takes { id } or { name }, one of them.");
  refuseUnreadable("getApp", id === undefined ? { name } : { id });
  const client = serviceClient();
  const found =
    id === undefined ? await appByName(client, name as string) : await appById(client, id as string);
  return withoutCiphertext(found);
}
/** {@link getApp} with inputs. */
export const getAppOutput = lifted(getApp);

/** All apps that the token may see. */
export async function getApps(): Promise<App[]> {
  return withoutCiphertext(await collect(serviceClient().listApps()));
}
/** {@link getApps} as an Output. */
export const getAppsOutput = lifted(getApps);

export interface DeploymentsQuery extends PageQuery {
  /** Only deployments that stand there, such as `["ACTIVE", "ERROR"]`. With `page`: those of that page. @default all */
  readonly phases?: readonly DeploymentPhase[] | undefined;
}

/** Deployments of an app, the newest first. @throws AppPlatformError `not-found`; ApiError */
export async function getDeployments(appId: string, query: DeploymentsQuery = {}): Promise<Deployment[]> {
  return explained("getDeployments", { appId }, async (client) => {
    const found = await listed(
      query,
      (page) => client.listDeploymentPage(appId, page),
      (perPage) => client.listDeployments(appId, { perPage }),
    );
    const { phases } = query;
    return withoutCiphertext(
      phases ? found.filter(({ phase }) => phases.includes(phase ?? "UNKNOWN")) : found,
    );
  });
}
/** {@link getDeployments} with inputs. */
export const getDeploymentsOutput = lifted(getDeployments);

/** One deployment. @throws AppPlatformError `not-found` with the newest ones; ApiError */
export async function getDeployment(appId: string, deploymentId: string): Promise<Deployment> {
  return explained("getDeployment", { appId, deploymentId }, async (client) =>
    withoutCiphertext(await client.getDeployment(appId, deploymentId)),
  );
}
/** {@link getDeployment} with inputs. */
export const getDeploymentOutput = lifted(getDeployment);

/**
 * Cancels a deployment that has not ended, and returns it as cancelled. In a preview nothing is cancelled, and the
 * deployment comes back as it stands.
 * @throws AppPlatformError `not-found`; ApiError, also where it has ended already
 */
export async function cancelDeployment(appId: string, deploymentId: string): Promise<Deployment> {
  if (pulumi.runtime.isDryRun()) return getDeployment(appId, deploymentId);
  return explained("cancelDeployment", { appId, deploymentId }, async (client) =>
    withoutCiphertext(await client.cancelDeployment(appId, deploymentId)),
  );
}
/** {@link cancelDeployment} with inputs. */
export const cancelDeploymentOutput = lifted(cancelDeployment);

export interface RestartArgs {
  /** Names of components. @default all */
  readonly components?: readonly string[] | undefined;
}

/**
 * Restarts what runs, container by container, without a build. In a preview nothing is restarted, and the active
 * deployment comes back as it stands.
 * @returns the deployment that the restart is part of
 * @throws AppPlatformError `not-found`, also for a component; ApiError
 */
export async function restartApp(appId: string, { components }: RestartArgs = {}): Promise<Deployment> {
  return explained("restartApp", { appId }, async (client) => {
    const app = await appById(client, appId);
    const names = componentNames(app);
    for (const name of components ?? [])
      if (!names.includes(name))
        throw notFound(`no component ${name} in the app ${app.spec.name}`, near(name, names, "components"));
    if (!pulumi.runtime.isDryRun())
      return withoutCiphertext(await client.restartApp(appId, components ? { components } : {}));
    if (!app.active_deployment)
      throw notFound(`nothing to restart in the app ${app.spec.name}`, "It has no active deployment.");
    return withoutCiphertext(app.active_deployment);
  });
}
/** {@link restartApp} with inputs. */
export const restartAppOutput = lifted(restartApp);

/** How the components of an app do. @throws AppPlatformError `not-found`; ApiError */
export async function getAppHealth(appId: string): Promise<AppHealth> {
  return explained("getAppHealth", { appId }, (client) => client.getAppHealth(appId));
}
/** {@link getAppHealth} with inputs. */
export const getAppHealthOutput = lifted(getAppHealth);

/** The containers of an app that run now. @throws AppPlatformError `not-found`; ApiError */
export async function getInstances(appId: string): Promise<AppInstance[]> {
  return explained("getInstances", { appId }, (client) => client.listInstances(appId));
}
/** {@link getInstances} with inputs. */
export const getInstancesOutput = lifted(getInstances);

/** Regions of the App Platform. */
export async function getRegions(): Promise<Region[]> {
  return serviceClient().listRegions();
}
/** {@link getRegions} as an Output. */
export const getRegionsOutput = lifted(getRegions);

/** What components can run on, with prices. */
export async function getInstanceSizes(): Promise<InstanceSize[]> {
  return serviceClient().listInstanceSizes();
}
/** {@link getInstanceSizes} as an Output. */
export const getInstanceSizesOutput = lifted(getInstanceSizes);

/** One size, by its slug. @throws AppPlatformError `not-found` with the slug that is near; ApiError */
export async function getInstanceSize(slug: string): Promise<InstanceSize> {
  return explained("getInstanceSize", { slug }, (client) => client.getInstanceSize(slug));
}
/** {@link getInstanceSize} with inputs. */
export const getInstanceSizeOutput = lifted(getInstanceSize);

export interface EventsQuery extends PageQuery {
  /** @default all */
  readonly types?: readonly EventType[] | undefined;
}

/** Deployments and autoscalings of an app, the newest first. @throws AppPlatformError `not-found`; ApiError */
export async function getEvents(appId: string, query: EventsQuery = {}): Promise<AppEvent[]> {
  const { types } = query;
  return explained("getEvents", { appId }, async (client) =>
    withoutCiphertext(
      await listed(
        query,
        (page) => client.listEventPage(appId, { ...page, types }),
        () => client.listEvents(appId, { types }),
      ),
    ),
  );
}
/** {@link getEvents} with inputs. */
export const getEventsOutput = lifted(getEvents);

/** One event. @throws AppPlatformError `not-found`; ApiError */
export async function getEvent(appId: string, eventId: string): Promise<AppEvent> {
  return explained("getEvent", { appId, eventId }, async (client) =>
    withoutCiphertext(await client.getEvent(appId, eventId)),
  );
}
/** {@link getEvent} with inputs. */
export const getEventOutput = lifted(getEvent);

/** Stops an autoscaling that goes on; in a preview, only looks at it. @throws AppPlatformError `not-found`; ApiError */
export async function cancelEvent(appId: string, eventId: string): Promise<AppEvent> {
  if (pulumi.runtime.isDryRun()) return getEvent(appId, eventId);
  return explained("cancelEvent", { appId, eventId }, async (client) =>
    withoutCiphertext(await client.cancelEvent(appId, eventId)),
  );
}
/** {@link cancelEvent} with inputs. */
export const cancelEventOutput = lifted(cancelEvent);

export interface JobInvocationsQuery extends PageQuery {
  /** Names of jobs. @default all */
  readonly jobs?: readonly string[] | undefined;
  readonly deploymentId?: string | undefined;
  /** Such as `["FAILED"]`. With `page`: those of that page. @default all */
  readonly phases?: readonly InvocationPhase[] | undefined;
}

/** Runs of an app's jobs. @throws AppPlatformError `not-found`; ApiError */
export async function getJobInvocations(
  appId: string,
  query: JobInvocationsQuery = {},
): Promise<JobInvocation[]> {
  const { jobs, deploymentId, phases } = query;
  return explained("getJobInvocations", { appId, deploymentId }, async (client) => {
    const found = await listed(
      query,
      (page) => client.listJobInvocationPage(appId, { ...page, jobs, deploymentId }),
      () => client.listJobInvocations(appId, { jobs, deploymentId }),
    );
    return phases ? found.filter(({ phase }) => phases.includes(phase ?? "UNKNOWN")) : found;
  });
}
/** {@link getJobInvocations} with inputs. */
export const getJobInvocationsOutput = lifted(getJobInvocations);

/** One run of a job. @throws AppPlatformError `not-found`; ApiError */
export async function getJobInvocation(appId: string, invocationId: string): Promise<JobInvocation> {
  return explained("getJobInvocation", { appId, invocationId }, (client) =>
    client.getJobInvocation(appId, invocationId),
  );
}
/** {@link getJobInvocation} with inputs. */
export const getJobInvocationOutput = lifted(getJobInvocation);

/** Stops a run of a job, and returns it; in a preview, only looks at it. @throws AppPlatformError `not-found`; ApiError */
export async function cancelJobInvocation(appId: string, invocationId: string): Promise<JobInvocation> {
  if (pulumi.runtime.isDryRun()) return getJobInvocation(appId, invocationId);
  return explained("cancelJobInvocation", { appId, invocationId }, (client) =>
    client.cancelJobInvocation(appId, invocationId),
  );
}
/** {@link cancelJobInvocation} with inputs. */
export const cancelJobInvocationOutput = lifted(cancelJobInvocation);

export interface BandwidthQuery {
  /** ISO 8601; the time of day does not matter. @default yesterday */
  readonly date?: string | undefined;
}

/** What an app, or each of up to 100 apps, sent on one day. @throws AppPlatformError `not-found`; ApiError */
export async function getBandwidth(
  appIds: string | readonly string[],
  { date }: BandwidthQuery = {},
): Promise<BandwidthUsage> {
  if (typeof appIds !== "string") return serviceClient().getBandwidths({ app_ids: appIds, date });
  return explained("getBandwidth", { appId: appIds }, (client) => client.getBandwidth(appIds, { date }));
}
/** {@link getBandwidth} with inputs. */
export const getBandwidthOutput = lifted(getBandwidth);

export interface ExecQuery {
  readonly component: string;
  /** @default the active one */
  readonly deploymentId?: string | undefined;
  /** Name of a container, see {@link getInstances}. @default any */
  readonly instance?: string | undefined;
}

/**
 * The WebSocket address of a terminal in a running component. Whoever has it is in: never print or store it.
 * @throws AppPlatformError `not-found`, also for a component; ApiError
 */
export async function getExecUrl(appId: string, query: ExecQuery): Promise<string> {
  const { component, deploymentId } = query;
  return explained("getExecUrl", { appId, deploymentId, component }, (client) =>
    client.getExecUrl(appId, query),
  );
}
const execUrl = lifted(getExecUrl);
/** {@link getExecUrl} with inputs, as a secret. */
export const getExecUrlOutput: typeof execUrl = (...args) => pulumi.secret(execUrl(...args));
