import type { Client, LogRequest } from "../api/client";
import { hasEnded, isBuilt, standing } from "../deployment-phases";
import type { Deployment } from "../api/types";
import { AppPlatformError } from "../errors";
import { appById, componentNames, near, notFound } from "../service/find";

/** Selects a log. */
export interface LogQuery extends Pick<
  LogRequest,
  "component" | "deploymentId" | "eventId" | "invocationId"
> {
  readonly appId: string;
  /** @default "RUN" */
  readonly type?: LogRequest["type"] | undefined;
}

export type LogClient = Pick<
  Client,
  | "getApp"
  | "listApps"
  | "getDeployment"
  | "listDeploymentPage"
  | "getEvent"
  | "getJobInvocation"
  | "getLogUrls"
  | "openLog"
  | "openLive"
>;

/** The source of a log. */
export interface LogTarget {
  /** Parameters of the request. */
  readonly request: Pick<LogRequest, "component" | "deploymentId" | "eventId" | "invocationId" | "type">;
  /** True if the service would select this deployment for a request without one. */
  readonly isActive: boolean;
  /** True for the log of a deployment's running containers. */
  readonly isOfContainers: boolean;
  /** True while a missing log may still appear. */
  mayCome(): Promise<boolean>;
  /** True while the log may get new lines. */
  goesOn(): Promise<boolean>;
}

const WHILE_DEPLOYING = new Set(["BUILD", "DEPLOY"]);

/**
 * Finds the source of the log. Without a deployment in the query, that is the active one; for BUILD and DEPLOY the newest one,
 * failed or not, since the service would return the log of the active one.
 * @throws AppPlatformError `not-found` for the app, the component, or if nothing was deployed yet
 */
export async function findTarget(
  client: LogClient,
  query: LogQuery,
  signal?: AbortSignal,
): Promise<LogTarget> {
  const { appId, component, eventId, invocationId, type = "RUN" } = query;
  const options = { signal };
  if (invocationId !== undefined) {
    const waiting = async (): Promise<boolean> => {
      const { phase } = await client.getJobInvocation(appId, invocationId, {}, options);
      return !hasEnded(phase);
    };
    const job = component ?? (await client.getJobInvocation(appId, invocationId, {}, options)).job_name;
    return {
      request: { type, invocationId, component: job, deploymentId: query.deploymentId },
      isActive: false,
      isOfContainers: false,
      mayCome: waiting,
      goesOn: waiting,
    };
  }
  if (eventId !== undefined) {
    const scaling = async (): Promise<boolean> => {
      const { autoscaling } = await client.getEvent(appId, eventId, options);
      return autoscaling != null && !hasEnded(autoscaling.phase);
    };
    const request = { type: query.type ?? "AUTOSCALE_EVENT", eventId };
    return { request, isActive: false, isOfContainers: false, mayCome: scaling, goesOn: scaling };
  }
  const given = query.deploymentId;
  const { id, isActive } =
    given === undefined ? await deploymentOf(client, query, type, signal) : { id: given, isActive: false };
  const phase = async () => (await client.getDeployment(appId, id, options)).phase;
  return {
    request: { type, component, deploymentId: id },
    isActive,
    isOfContainers: type === "RUN",
    mayCome: async () => standing(await phase()) === "running",
    goesOn: async () => {
      const at = await phase();
      if (type === "BUILD" && isBuilt(at)) return false;
      const now = standing(at);
      return now === "running" || (now === "succeeded" && !WHILE_DEPLOYING.has(type) && type !== "JOB");
    },
  };
}

async function deploymentOf(
  client: LogClient,
  query: LogQuery,
  type: string,
  signal: AbortSignal | undefined,
): Promise<Pick<Deployment, "id"> & { isActive: boolean }> {
  const app = await appById(client as Client, query.appId);
  const names = componentNames(app);
  const { component } = query;
  if (component !== undefined && !names.includes(component))
    throw notFound(
      `no component ${component} in the app ${app.spec.name ?? app.id}`,
      near(component, names, "components"),
    );
  const isGoing = (one: Deployment | null | undefined): boolean => !!one && standing(one.phase) === "running";
  const going = [app.in_progress_deployment, app.pending_deployment].find(isGoing);
  const active = app.active_deployment ?? undefined;
  const wanted = WHILE_DEPLOYING.has(type)
    ? ((await newest(client, app.id, signal)) ?? going ?? active)
    : (active ?? going);
  if (wanted) return { id: wanted.id, isActive: wanted.id === active?.id };
  throw new AppPlatformError(
    "not-found",
    `The app ${app.spec.name ?? app.id} has no active deployment and none in progress. Pass the id of an earlier one.`,
  );
}

async function newest(
  client: LogClient,
  appId: string,
  signal: AbortSignal | undefined,
): Promise<Deployment | undefined> {
  const { items } = await client.listDeploymentPage(appId, { perPage: 1 }, { signal });
  return items[0];
}
