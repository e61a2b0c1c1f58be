import { resultOf, standing } from "../deployment-phases";
import type { App, Deployment } from "../api/types";
import type { Clock } from "../clock";
import { isAutomaticRollback } from "../service/new-deployment";
import { poll, WAIT_LIMITS } from "../service/poll";
import { failedSteps } from "./progress";
import { waitForDeployment, type DeploymentSource } from "./wait";

/**
 * The service's own rollback after a failed deploy stage: a new deployment of type AUTO_ROLLBACK with the cause `automated
 * rollback after failed deployment of "<id>"`, `previous_deployment_id` of the failed deployment and `cloned_from` of the one
 * that it restores. The app's spec stays that of the failed deployment. Sources: the type in the API description ("automatic
 * revert to a previous deployment"); a deployment and histories from `doctl apps list-deployments` that users published.
 * Nothing is documented about its delay and its failures, or about requests while it is in progress.
 */
export interface ServiceRollback {
  /** Id of the rollback deployment. */
  readonly by: string;
  /** Id of the deployment that it restores, if the service reports it. */
  readonly to?: string | undefined;
}

export const asServiceRollback = ({ id, cloned_from: to }: Deployment): ServiceRollback => ({
  by: id,
  ...(to && { to }),
});

/** False if the service does not roll back after this failure: the build failed, or it was a rollback itself. Pure. */
export function mayBeRolledBack(failed: Deployment): boolean {
  if (standing(failed.phase) !== "failed" || isAutomaticRollback(failed)) return false;
  const steps = failedSteps(failed);
  return steps.length === 0 || steps.some(({ stage }) => stage !== "build");
}

/**
 * The service's rollback of a failed deployment. Pure.
 * @param newestFirst the app's newest deployments
 */
export function rollbackOf(
  newestFirst: readonly Deployment[],
  failed: Pick<Deployment, "id" | "created_at">,
): Deployment | undefined {
  const own = newestFirst.findIndex(({ id }) => id === failed.id);
  const failedAt = Date.parse(failed.created_at ?? "");
  const later = own < 0 ? newestFirst.filter((one) => isAfter(one, failedAt)) : newestFirst.slice(0, own);
  const rollbacks = later.filter(isAutomaticRollback);
  const named = rollbacks.find(({ previous_deployment_id: id, cause }) =>
    id === undefined ? cause?.includes(failed.id) : id === failed.id,
  );
  return named ?? rollbacks.find((one) => one.previous_deployment_id === undefined && !namesAnother(one));
}

const isAfter = ({ created_at: at }: Deployment, time: number): boolean => Date.parse(at ?? "") > time;

const namesAnother = ({ cause = "" }: Deployment): boolean => /[0-9a-f]{8}-[0-9a-f]{4}/.test(cause);

/** The service's rollback in progress, if the app contains one. Pure. */
export const rollbackInProgress = (app: App): Deployment | undefined =>
  [app.in_progress_deployment, app.pending_deployment].find(
    (one) => one != null && isAutomaticRollback(one) && resultOf(one.phase) === "open",
  ) ?? undefined;

interface Options {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (line: string) => void;
}

/**
 * Looks for the service's rollback of a failed deployment, and waits until it has finished. Never throws, since it only
 * completes the report of a failure: returns the rollback as it was last seen.
 * @param withinMs how long it may take to appear
 */
export async function awaitServiceRollback(
  source: DeploymentSource,
  appId: string,
  failed: Pick<Deployment, "id" | "created_at">,
  { clock, signal, ...options }: Options,
  withinMs: number = WAIT_LIMITS.serviceRollback,
): Promise<Deployment | undefined> {
  let seen: Deployment | undefined;
  const look = async (): Promise<Deployment | undefined> => {
    const calls = signal ? { signal } : {};
    const page = await source.listDeploymentPage(appId, {}, calls).catch(() => undefined);
    return page && rollbackOf(page.items, failed);
  };
  try {
    seen = await poll(look, withinMs, { clock, signal });
    if (!seen || resultOf(seen.phase) !== "open") return seen;
    const onSeen = (now: Deployment): void => void (seen = now);
    return await waitForDeployment(source, appId, seen.id, {
      clock,
      signal,
      ...options,
      onSeen,
      follows: false,
    });
  } catch {
    return seen;
  }
}

/** One sentence about the result of the service's rollback. Pure. */
export function describeServiceRollback(rollback: Deployment): string {
  const { by, to } = asServiceRollback(rollback);
  const target = to === undefined ? "the last working deployment" : `deployment ${to}`;
  switch (rollback.phase) {
    case "ERROR":
      return `The service tried to go back to ${target} by itself, with deployment ${by}, which failed as well.`;
    case "CANCELED":
      return `The service started to go back to ${target} by itself, but its deployment ${by} was canceled.`;
    default:
      return resultOf(rollback.phase) === "good"
        ? `The service went back to ${target} by itself, with deployment ${by}, which is now running.`
        : `The service is going back to ${target} by itself, with deployment ${by}, which is still in progress.`;
  }
}

/** The same for the next run, which knows only what was recorded. Pure. */
export const recordedRollback = ({ by, to }: ServiceRollback): string =>
  `the service went back to ${to === undefined ? "the last working deployment" : `deployment ${to}`} by itself (deployment ${by})`;
