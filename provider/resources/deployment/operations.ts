import type { Deployment } from "../../api/types";
import {
  knownTo,
  newDeployment,
  shownDeployments,
  type Started,
  type Awaited,
} from "../../service/new-deployment";
import type { Outcome } from "../../deploy/outcome";
import {
  asServiceRollback,
  describeServiceRollback,
  recordedRollback,
  rollbackOf,
} from "../../deploy/service-rollback";
import { afterServiceRollback, rollbackAfter } from "../service-rollback";
import { asAppPlatformError, InitializationError, isApiError, orUndefinedIfNotFound } from "../../errors";
import {
  createDeployment,
  deploymentOf,
  lookForDeployment,
  noDeployment,
  throwIfShown,
} from "../start-deployment";
import { WAIT_LIMITS } from "../../service/poll";
import { refuseWhilePinned } from "../app/rollback-on-failure";
import { appById } from "../../service/find";
import { nameInterruption, waitForOutcomeOnRow, type OperationContext } from "../base-provider";
import { confirm } from "./confirm";
import { outputs, type DeploymentInputs, type DeploymentOutputs } from "./state";

/** Not stopped by Ctrl-C: otherwise the deployment would continue without being recorded in the state. */
export async function make(context: OperationContext, inputs: DeploymentInputs): Promise<Started> {
  const { appId, forceBuild } = inputs;
  const app = await appById(context.client, appId);
  refuseWhilePinned(app, context.texts);
  await afterServiceRollback(context, app);
  context.stopped?.throwIfAborted();
  const known = shownDeployments(app).map(({ id }) => id);
  return createDeployment(context, appId, { forceBuild, known, stops: false });
}

export async function tellRollback(
  { client, reporter, options }: OperationContext,
  appId: string,
  failed: Deployment,
): Promise<void> {
  const { items } = await client.listDeploymentPage(appId, {}, options);
  const rollback = rollbackOf(items, failed);
  if (rollback)
    reporter.info(`Deployment ${failed.id} failed, and ${recordedRollback(asServiceRollback(rollback))}.`);
}

/** The deployment of an earlier run that no run has seen, if it appears now. */
export async function lateOne(
  context: OperationContext,
  appId: string,
  awaited: Awaited,
): Promise<Started | undefined> {
  const known = knownTo(awaited);
  const deployment = await lookForDeployment(context, appId, known, WAIT_LIMITS.laterRun);
  return deployment && { deployment, known, must: true };
}

/** The same with a single request, which also accepts that the app is gone. */
export async function unseen(
  { client, options }: OperationContext,
  { appId }: DeploymentOutputs,
  awaited: Awaited,
): Promise<Deployment | undefined> {
  const page = await orUndefinedIfNotFound(client.listDeploymentPage(appId, {}, options));
  return page && newDeployment(page.items, knownTo(awaited));
}

/**
 * From here on the deployment exists, or the service has accepted it: any failure keeps it in the state, and the next run
 * continues from there.
 * @param id absent for a new resource if the response did not contain its deployment
 */
export async function finish(
  context: OperationContext,
  id: string | undefined,
  inputs: DeploymentInputs,
  { deployment, known }: Started,
  operation: "create" | "update",
): Promise<DeploymentOutputs> {
  const awaited = { known: [...known.ids], must: true };
  const failed = (error: unknown): InitializationError => {
    const { errorCode, message } = asAppPlatformError(nameInterruption(error, context.stopped));
    const named = deployment ?? { id: "", phase: "UNKNOWN" };
    const outs = outputs(inputs, named, named.id, awaited);
    return new InitializationError(errorCode, id ?? deployment?.id ?? unseenId(inputs.appId), outs, [
      message,
    ]);
  };
  let made = deployment;
  try {
    made ??= await lookForDeployment(context, inputs.appId, known, WAIT_LIMITS.deployment);
  } catch (error) {
    throw failed(error);
  }
  if (!made) throw failed(context.stopped?.aborted ? new Error("stopped") : noDeployment(inputs.appId));
  const begun = { made: made.id, awaited };
  return waited(context, id ?? made.id, inputs, made, begun, operation, async (error, hasSeen) => {
    if (hasSeen || !isApiError(error, "not-found")) throw error;
    await throwIfShown(context, inputs.appId, made.id, error);
    // The deployment in the response may never exist, and another one may be the result.
    const others = { ...known, ids: [...known.ids, made.id] };
    const other = await lookForDeployment(context, inputs.appId, others, WAIT_LIMITS.deployment);
    if (!other) throw failed(noDeployment(inputs.appId));
    return other;
  });
}

/** Id for a deployment that the service has accepted but not returned. */
const unseenId = (appId: string): string => `deployment-of-${appId}`;

/** Waits for a deployment that an earlier run has created. If the service does not know it, it had no effect: creates another. */
export const resume = (
  context: OperationContext,
  id: string,
  inputs: DeploymentInputs,
  last: Deployment,
  made: string,
): Promise<DeploymentOutputs> =>
  waited(context, id, inputs, last, { made }, "update", async (error, hasSeen) => {
    if (hasSeen || !isApiError(error, "not-found")) throw error;
    await throwIfShown(context, inputs.appId, last.id, error);
    return deploymentOf(context, inputs.appId, await make(context, inputs));
  });

const SPEC_STAYS = "The app's spec is still that of the failed deployment.";

/**
 * @param begun the deployment that the resource has created, and what the next run searches for until it was seen
 * @param instead after a failed wait, finds another deployment to wait for, or throws
 * @param mayRepeat whether to start another deployment in place of one that the service canceled for its own
 */
async function waited(
  context: OperationContext,
  id: string,
  inputs: DeploymentInputs,
  deployment: Deployment,
  begun: { readonly made: string; readonly awaited?: Awaited },
  operation: "create" | "update",
  instead: (error: unknown, hasSeen: boolean) => Promise<Deployment>,
  mayRepeat = true,
): Promise<DeploymentOutputs> {
  let { made, awaited } = begun;
  let last = deployment;
  const reached = (): DeploymentOutputs => outputs(inputs, last, made, awaited);
  const onSeen = (seen: Deployment): void => {
    last = seen;
    awaited = undefined;
  };
  const settle = (): Promise<Outcome> =>
    inputs.wait === false
      ? confirm(context, inputs.appId, last.id, onSeen)
      : waitForOutcomeOnRow(context, inputs.appId, last.id, operation, inputs.timeouts, onSeen);
  try {
    const ended = await settle().catch(async (error: unknown) => {
      last = await instead(error, last !== deployment);
      made = last.id;
      return settle();
    });
    last = ended.deployment;
    if (ended.failures.length === 0) return reached();
    if (ended.displacedBy && mayRepeat) {
      context.reporter.info("Starting a new deployment in place of the canceled one.");
      const started = await make(context, inputs);
      last = await deploymentOf(context, inputs.appId, started);
      made = last.id;
      awaited = { known: [...started.known.ids], must: true };
      const another = { made, awaited };
      const give = (error: unknown): Promise<Deployment> => Promise.reject(error as Error);
      return await waited(context, id, inputs, last, another, operation, give, false);
    }
    const rollback = await rollbackAfter(context, inputs.appId, last, operation, inputs.timeouts);
    const reasons = rollback
      ? [...ended.failures, `${describeServiceRollback(rollback)} ${SPEC_STAYS}`]
      : ended.failures;
    throw new InitializationError("deployment-failed", id, reached(), [...reasons]);
  } catch (error) {
    if (error instanceof InitializationError) throw error;
    const { errorCode, message } = asAppPlatformError(nameInterruption(error, context.stopped));
    throw new InitializationError(errorCode, id, reached(), [message]);
  }
}
