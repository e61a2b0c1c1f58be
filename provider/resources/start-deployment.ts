import type { Deployment } from "../api/types";
import { AppPlatformError } from "../errors";
import { lookForStarted, shownDeployments, type Known, type Started } from "../service/new-deployment";
import { WAIT_LIMITS } from "../service/poll";
import { createDeploymentOnce } from "../service/safe-writes";
import type { OperationContext } from "./base-provider";
import { unlessRollingBack } from "./service-rollback";

/**
 * Throws the given not-found error of a deployment if the app or its deployment list still contains that deployment: the
 * responses contradict each other, so the result is inconclusive.
 */
export async function throwIfShown(
  { client, options }: OperationContext,
  appId: string,
  id: string,
  error: unknown,
): Promise<void> {
  const isIt = (one: Deployment): boolean => one.id === id;
  if (shownDeployments(await client.getApp(appId, options)).some(isIt)) throw error;
  if ((await client.listDeploymentPage(appId, {}, options)).items.some(isIt)) throw error;
}

interface NewDeployment {
  readonly forceBuild?: boolean | undefined;
  /** Ids of the deployments before it. */
  readonly known: readonly string[];
  /** Whether stopping the run ends its requests, except the one that creates the deployment. @default true */
  readonly stops?: boolean;
}

/** Creates a new deployment of the spec at the service. */
export async function createDeployment(
  context: OperationContext,
  appId: string,
  { forceBuild, known, stops = true }: NewDeployment,
): Promise<Started> {
  const { client, reads, reporter, options, clock } = context;
  reporter.status("creating a deployment");
  const request = forceBuild ? { force_build: true } : {};
  const create = () => createDeploymentOnce(client, appId, request, { ...(stops && options), clock }, known);
  const started = await unlessRollingBack(context, appId, create);
  reads.noteWrite(appId);
  return started;
}

/** The deployment that a write has started, wherever it appears. @throws AppPlatformError `no-deployment` */
export async function deploymentOf(
  context: OperationContext,
  appId: string,
  { deployment, known }: Started,
): Promise<Deployment> {
  const found = deployment ?? (await lookForDeployment(context, appId, known, WAIT_LIMITS.deployment));
  if (found) return found;
  context.stopped?.throwIfAborted();
  throw noDeployment(appId);
}

/** A new deployment of an app, if one appears in time. */
export function lookForDeployment(
  { client, reads, options, clock, stopped }: OperationContext,
  appId: string,
  known: Known,
  withinMs: number,
): ReturnType<typeof lookForStarted> {
  return lookForStarted(
    {
      app: () => reads.app(client, appId, 0, options),
      deployments: async () => (await client.listDeploymentPage(appId, {}, options)).items,
    },
    known,
    withinMs,
    { clock, signal: stopped },
  );
}

/** The error if no new deployment appears after a write that must deploy. */
export function noDeployment(appId: string, cause?: unknown): AppPlatformError {
  return new AppPlatformError(
    "no-deployment",
    `The service accepted the request, but no new deployment of the app ${appId} appeared within ${WAIT_LIMITS.deployment / 1000} s. ` +
      "Run pulumi up again: it checks once more, and starts a deployment if there is still none.",
    { cause },
  );
}
