import type { App, Deployment } from "../api/types";
import {
  awaitServiceRollback,
  describeServiceRollback,
  mayBeRolledBack,
  rollbackInProgress,
} from "../deploy/service-rollback";
import { waitForDeployment } from "../deploy/wait";
import { timeoutMs, type Timeouts } from "../durations";
import { isApiError } from "../errors";
import type { OperationContext } from "./base-provider";

/** The service's own rollback of a failed deployment, once it has finished; undefined if none appears in time. */
export function serviceRollback(
  { deployments, reporter, clock, stopped }: OperationContext,
  appId: string,
  failed: Pick<Deployment, "id" | "created_at">,
  operation: keyof Timeouts,
  timeouts?: Timeouts,
  withinMs?: number,
): Promise<Deployment | undefined> {
  reporter.status("checking whether the service rolls back by itself");
  const options = {
    clock,
    signal: stopped,
    timeoutMs: timeoutMs(operation, timeouts),
    onProgress: (line: string) => reporter.status(`rollback by the service: ${line}`),
  };
  return awaitServiceRollback(deployments, appId, failed, options, withinMs);
}

/** Like {@link serviceRollback}, but only if the service may roll back after this failure. */
export async function rollbackAfter(
  context: OperationContext,
  appId: string,
  failed: Deployment,
  operation: keyof Timeouts,
  timeouts?: Timeouts,
): Promise<Deployment | undefined> {
  if (!mayBeRolledBack(failed)) return undefined;
  const app = await context.client.getApp(appId, context.options).catch(() => undefined);
  return app?.active_deployment ? serviceRollback(context, appId, failed, operation, timeouts) : undefined;
}

/**
 * Waits for the service's rollback in progress, if the app contains one: what a new deployment would do to it is not
 * documented.
 * @returns false if there is none
 */
export async function afterServiceRollback(context: OperationContext, app: App): Promise<boolean> {
  const running = rollbackInProgress(app);
  if (!running) return false;
  const { deployments, reporter, clock, stopped } = context;
  reporter.info(`${describeServiceRollback(running)} Waiting for it first.`);
  reporter.waits();
  await waitForDeployment(deployments, app.id, running.id, {
    clock,
    signal: stopped,
    timeoutMs: timeoutMs("update", undefined),
    onProgress: (line) => reporter.status(`rollback by the service: ${line}`),
    follows: false,
  });
  return true;
}

/**
 * Runs a write that starts a deployment. If the service rejects it while its own rollback is in progress, which is not
 * documented, waits for the rollback and tries once more.
 */
export async function unlessRollingBack<T>(
  context: OperationContext,
  appId: string,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isApiError(error, "conflict", "bad-request", "invalid-spec", "service-error")) throw error;
    const { client, options } = context;
    const app = await client.getApp(appId, options).catch(() => undefined);
    if (!app || !(await afterServiceRollback(context, app))) throw error;
    return write();
  }
}
