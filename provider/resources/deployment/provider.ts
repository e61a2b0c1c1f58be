import { resultOf, standing } from "../../deployment-phases";
import type { Deployment } from "../../api/types";
import {
  isUnprompted,
  knownTo,
  newDeployment,
  shownDeployments,
  type Started,
  type Awaited,
} from "../../service/new-deployment";
import type { Outcome } from "../../deploy/outcome";
import { findSuccessor } from "../../deploy/wait";
import {
  asServiceRollback,
  describeServiceRollback,
  recordedRollback,
  rollbackOf,
} from "../../deploy/service-rollback";
import { afterServiceRollback, rollbackAfter, unlessRollingBack } from "../service-rollback";
import { asAppPlatformError, InitializationError, isApiError, orUndefinedIfNotFound } from "../../errors";
import { deploymentOf, lookForDeployment, noDeployment, throwIfShown } from "../start-deployment";
import { WAIT_LIMITS } from "../../service/poll";
import { refuseWhilePinned } from "../app/rollback-on-failure";
import { appById } from "../../service/find";
import {
  nameInterruption,
  PREVIEW_LIMITS,
  BaseProvider,
  waitForOutcomeOnRow,
  type OperationContext,
} from "../base-provider";
import { changes } from "../../appspec/diff";
import { isUnknown } from "../../appspec/unknown";
import { DEPLOYMENT_PROPERTIES } from "../options/named";
import { confirm } from "./confirm";
import { mismatches } from "../options/mismatches";
import { plain } from "../app/state";
import type { ResourceMeta } from "../meta";
import { awaitedIn } from "../state-repair";
import { createDeploymentOnce, writeOnce } from "../../service/safe-writes";
import { shownInLine } from "../../text/shown";
import * as rules from "../arguments";
import type { Timeouts } from "../../durations";

export interface DeploymentInputs {
  appId: string;
  triggers?: unknown;
  forceBuild?: boolean;
  wait?: boolean;
  timeouts?: Pick<Timeouts, "create" | "update">;
}

export interface DeploymentOutputs extends DeploymentInputs {
  deploymentId: string;
  phase: string;
  cause: string;
  createdAt: string;
  /** The deployment that we created; another one may have replaced it. Only this one may be canceled. */
  __made: string;
  /** Set while no run has seen the new deployment. */
  __awaited?: Awaited;
}

const ARGUMENTS = {
  appId: rules.id("an app"),
  triggers: rules.mapOrList,
  forceBuild: rules.boolean,
  wait: rules.boolean,
  timeouts: rules.timeouts(["create", "update"]),
};

/** The next step of an update. */
type Next = "make" | "make again" | "look" | "wait" | "nothing";

export class DeploymentProvider extends BaseProvider {
  async check(
    meta: ResourceMeta,
    olds: unknown,
    news: DeploymentInputs,
  ): Promise<{ inputs: DeploymentInputs; failures: rules.CheckFailure[] }> {
    await this.warnOfMismatches(meta, mismatches(meta.program?.options, DEPLOYMENT_PROPERTIES, [news, olds]));
    return { inputs: news, failures: rules.shownFailures(rules.failuresOf(news, ARGUMENTS)) };
  }

  /** A changed trigger is an update in place: it does not undo the previous deployment. */
  async diff(
    meta: ResourceMeta,
    id: string,
    state: DeploymentOutputs,
    news: DeploymentInputs,
  ): Promise<{ changes?: boolean; replaces?: string[] }> {
    const olds = repaired(id, state);
    if (!isUnknown(news.appId) && news.appId !== olds.appId) return { replaces: ["appId"] };
    const next = nextStep(olds, news);
    const reporter = this.reporter(meta);
    if (next === "look")
      reporter.info("The last run saw no deployment: this update checks once more, or starts one.");
    if (next === "make again")
      reporter.info(`Deployment ${olds.deploymentId} failed; this update starts a new one.`);
    if (next === "wait")
      reporter.info(`Deployment ${olds.deploymentId} is still in progress; this update waits for it.`);
    const phase =
      next === "nothing" && standing(olds.phase) === "running" ? await this.phaseNow(olds) : olds.phase;
    if (phase !== olds.phase)
      reporter.info(
        `Deployment ${olds.deploymentId}, which the last run did not wait for, is now ${phase}: this update records it.`,
      );
    await reporter.flush();
    // Leaves `changes` open: Pulumi compares the inputs itself and shows which properties changed.
    if (changes(visible(olds), visible(news)).length > 0) return {};
    return { changes: next !== "nothing" || phase !== olds.phase };
  }

  /** Falls back to the recorded phase, so that a preview works without the service. */
  private async phaseNow({ appId, deploymentId, phase }: DeploymentOutputs): Promise<string> {
    try {
      const client = this.client(this.reporter({}), PREVIEW_LIMITS);
      return phaseOf(await client.getDeployment(appId, deploymentId));
    } catch {
      return phase;
    }
  }

  async create(
    meta: ResourceMeta,
    inputs: DeploymentInputs,
  ): Promise<{ id: string; outs: DeploymentOutputs }> {
    return this.runOn(meta, inputs, async (context) => {
      const started = await make(context, inputs);
      const id = started.deployment?.id;
      const outs = await finish(context, id, inputs, started, "create");
      return { id: id ?? outs.__made, outs };
    });
  }

  async update(
    meta: ResourceMeta,
    id: string,
    state: DeploymentOutputs,
    news: DeploymentInputs,
  ): Promise<{ outs: DeploymentOutputs }> {
    const olds = repaired(id, state);
    const work = async (context: OperationContext): Promise<{ outs: DeploymentOutputs }> => {
      const last = (await current(context, olds)) ?? asDeployment(olds);
      const next = nextStep({ ...olds, phase: phaseOf(last) }, news);
      if (next === "nothing") return { outs: outputs(news, last, olds.__made) };
      if (next === "wait") return { outs: await resume(context, id, news, last, olds.__made) };
      const late =
        next === "look" && olds.__awaited ? await lateOne(context, olds.appId, olds.__awaited) : undefined;
      if (next === "make again") await tellRollback(context, olds.appId, last);
      const started = late ?? (await make(context, news));
      return { outs: await finish(context, id, news, started, "update") };
    };
    return this.runOn(meta, news, work, { hasDiff: true });
  }

  async read(
    meta: ResourceMeta,
    id: string,
    state: DeploymentOutputs,
  ): Promise<{ id?: string; props?: DeploymentOutputs; inputs?: DeploymentInputs }> {
    const props = repaired(id, state);
    return this.runOn(meta, props, async (context) => {
      const found = await (props.__awaited
        ? unseen(context, props, props.__awaited)
        : current(context, props));
      if (!found && (await isGone(context, props.appId))) return {};
      // The service may drop old deployments, which is no reason to create a new one.
      const awaited = found ? undefined : props.__awaited;
      const made = props.__awaited && found ? found.id : props.__made;
      const outs = outputs(inputsOf(props), found ?? asDeployment(props), made, awaited);
      return { id, props: outs, inputs: inputsOf(props) };
    });
  }

  async delete(meta: ResourceMeta, id: string, state: DeploymentOutputs): Promise<void> {
    const props = repaired(id, state);
    await this.runOn(meta, props, async (context) => {
      const { client, reporter, reads, options, clock, stopped } = context;
      const { appId } = props;
      const made = props.__awaited ? (await unseen(context, props, props.__awaited))?.id : props.__made;
      if (made === undefined) return;
      const running = async (): Promise<boolean> => {
        const found = await orUndefinedIfNotFound(client.getDeployment(appId, made, options));
        return found !== undefined && standing(found.phase) === "running";
      };
      if (!(await running())) return;
      reporter.info(`Deployment ${made} is still in progress and will be canceled.`);
      const isOver = async (): Promise<true | undefined> => ((await running()) ? undefined : true);
      const cancel = () => client.cancelDeployment(appId, made).then(() => true as const);
      await writeOnce(cancel, isOver, { clock, signal: stopped }).catch(async (error: unknown) => {
        // It may have finished in the meantime.
        if (await running()) throw error;
      });
      reads.noteWrite(appId);
    });
  }
}

/** Not stopped by Ctrl-C: otherwise the deployment would continue without being recorded in the state. */
async function make(context: OperationContext, inputs: DeploymentInputs): Promise<Started> {
  const { client, reads, reporter, stopped, clock } = context;
  const { appId, forceBuild } = inputs;
  const app = await appById(client, appId);
  refuseWhilePinned(app);
  await afterServiceRollback(context, app);
  stopped?.throwIfAborted();
  reporter.status("creating a deployment");
  const known = shownDeployments(app).map(({ id }) => id);
  const request = forceBuild ? { force_build: true } : {};
  const create = () => createDeploymentOnce(client, appId, request, { clock }, known);
  const started = await unlessRollingBack(context, appId, create);
  reads.noteWrite(appId);
  return started;
}

async function tellRollback(
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
async function lateOne(
  context: OperationContext,
  appId: string,
  awaited: Awaited,
): Promise<Started | undefined> {
  const known = knownTo(awaited);
  const deployment = await lookForDeployment(context, appId, known, WAIT_LIMITS.laterRun);
  return deployment && { deployment, known, must: true };
}

/** The same with a single request, which also accepts that the app is gone. */
async function unseen(
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
async function finish(
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
const resume = (
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

function nextStep(olds: DeploymentOutputs, news: DeploymentInputs): Next {
  if (changes({ triggers: olds.triggers }, { triggers: news.triggers }).length > 0) return "make";
  if (olds.__awaited) return "look";
  if (resultOf(olds.phase) === "bad") return "make again";
  // With wait: false, do not report the unfinished deployment on the next run.
  return standing(olds.phase) === "running" && news.wait !== false ? "wait" : "nothing";
}

/** The current status of the last deployment or of its successor; undefined if it no longer exists at the service. */
async function current(
  { client, options }: OperationContext,
  { appId, deploymentId }: DeploymentOutputs,
): Promise<Deployment | undefined> {
  if (deploymentId === "") return undefined;
  const found = await orUndefinedIfNotFound(client.getDeployment(appId, deploymentId, options));
  if (found?.phase !== "CANCELED") return found;
  const successor = await findSuccessor(client, appId, found, options.signal);
  return successor && !isUnprompted(successor) ? successor : found;
}

async function isGone({ client, reads, options }: OperationContext, appId: string): Promise<boolean> {
  return (await reads.findOrGone(client, appId, 0, options)) === undefined;
}

/** The outputs, with damaged values replaced by the resource's id. */
function repaired(
  id: string,
  { deploymentId, phase, __made: made, __awaited, ...rest }: DeploymentOutputs,
): DeploymentOutputs {
  const awaited = awaitedIn(__awaited);
  // While no deployment was seen, the resource's id is not a deployment's id.
  const known = isText(deploymentId) ? deploymentId : awaited ? "" : id;
  return {
    ...rest,
    ...(awaited && { __awaited: awaited }),
    deploymentId: known,
    phase: isText(phase) ? phase : "UNKNOWN",
    __made: isText(made) ? made : known,
  };
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

const phaseOf = ({ phase = "UNKNOWN" }: Deployment): string => phase;

const asDeployment = (props: DeploymentOutputs): Deployment => ({
  id: props.deploymentId,
  phase: props.phase,
  cause: props.cause,
  created_at: props.createdAt,
});

function outputs(
  inputs: DeploymentInputs,
  last: Deployment,
  made: string,
  awaited?: Awaited,
): DeploymentOutputs {
  return plain({
    ...inputs,
    deploymentId: last.id,
    phase: shownInLine(phaseOf(last)),
    cause: shownInLine(last.cause ?? ""),
    createdAt: shownInLine(last.created_at ?? ""),
    __made: made,
    ...(awaited && { __awaited: awaited }),
  });
}

function inputsOf(props: DeploymentOutputs): DeploymentInputs {
  const {
    deploymentId: _id,
    phase: _phase,
    cause: _cause,
    createdAt: _at,
    __made,
    __awaited,
    ...inputs
  } = props;
  return inputs;
}

/** Inputs that users see and change. */
function visible({ appId, triggers, forceBuild, wait, timeouts }: DeploymentInputs): object {
  return { appId, triggers, forceBuild, wait, timeouts };
}
