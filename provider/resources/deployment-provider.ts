import { resultOf, standing } from "../api/phases";
import type { Deployment } from "../api/types";
import { findSuccessor } from "../deploy/wait";
import { asAppPlatformError, InitializationError, isApiError } from "../errors";
import { refuseWhilePinned } from "../rollback";
import { appById } from "../service";
import { nameInterruption, ServiceProvider, settleAt, type Desk, type Hidden } from "../service-provider";
import { changes } from "../spec/changes";
import { isUnknown } from "../spec/unknown";
import { DEPLOYMENT_PROPERTIES } from "../options/named";
import { mismatches } from "../options/mismatches";
import { plain, type RunInputs, type Timeouts } from "../state";
import { createDeploymentOnce, once } from "../writes";
import { shownInLine } from "../text/shown";
import * as rules from "./arguments";

export interface DeploymentInputs extends Hidden {
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
  /** The deployment that was made, where another one took its place: only this one may be canceled. */
  __made: string;
}

const ARGUMENTS = {
  appId: rules.id("an app"),
  triggers: rules.mapOrList,
  forceBuild: rules.boolean,
  wait: rules.boolean,
  timeouts: rules.timeouts,
};

/** What an update has to do. */
type Next = "make" | "make again" | "wait" | "nothing";

export class DeploymentProvider extends ServiceProvider {
  async check(
    olds: unknown,
    { __options, ...news }: DeploymentInputs & Pick<RunInputs, "__options">,
  ): Promise<{ inputs: DeploymentInputs; failures: rules.CheckFailure[] }> {
    await this.warnOfMismatches(news, mismatches(__options, DEPLOYMENT_PROPERTIES, [news, olds]));
    return { inputs: news, failures: rules.shownFailures(rules.failuresOf(news, ARGUMENTS)) };
  }

  /** A trigger that changes is an update in place: nothing of the deployment before is undone by it, nor lost. */
  async diff(
    id: string,
    state: DeploymentOutputs,
    news: DeploymentInputs,
  ): Promise<{ changes?: boolean; replaces?: string[] }> {
    const olds = repaired(id, state);
    if (!isUnknown(news.appId) && news.appId !== olds.appId) return { replaces: ["appId"] };
    const next = nextStep(olds, news);
    const reporter = this.reporter(news);
    if (next === "make again")
      reporter.info(`Deployment ${olds.deploymentId} failed; this update starts a new one.`);
    if (next === "wait")
      reporter.info(`Deployment ${olds.deploymentId} is still in progress; this update waits for it.`);
    await reporter.flush();
    // Nothing said about changes: Pulumi compares the inputs itself, and shows which properties changed.
    if (changes(visible(olds), visible(news)).length > 0) return {};
    return { changes: next !== "nothing" };
  }

  async create(inputs: DeploymentInputs): Promise<{ id: string; outs: DeploymentOutputs }> {
    return this.runOn(inputs, async (desk) => {
      const made = await make(desk, inputs);
      return { id: made.id, outs: await finish(desk, made.id, inputs, made, made.id, "create") };
    });
  }

  async update(
    id: string,
    state: DeploymentOutputs,
    news: DeploymentInputs,
  ): Promise<{ outs: DeploymentOutputs }> {
    const olds = repaired(id, state);
    return this.runOn(news, async (desk) => {
      const last = (await current(desk, olds)) ?? asDeployment(olds);
      const next = nextStep({ ...olds, phase: phaseOf(last) }, news);
      if (next === "nothing") return { outs: outputs(news, last, olds.__made) };
      if (next === "wait") return { outs: await finish(desk, id, news, last, olds.__made, "update") };
      const made = await make(desk, news);
      return { outs: await finish(desk, id, news, made, made.id, "update") };
    });
  }

  async read(
    id: string,
    state: DeploymentOutputs,
  ): Promise<{ id?: string; props?: DeploymentOutputs; inputs?: DeploymentInputs }> {
    const props = repaired(id, state);
    return this.runOn(props, async (desk) => {
      const found = await current(desk, props);
      if (!found && (await isGone(desk, props.appId))) return {};
      // The service may forget old deployments. That is no reason to make a new one.
      const outs = outputs(inputsOf(props), found ?? asDeployment(props), props.__made);
      return { id, props: outs, inputs: inputsOf(props) };
    });
  }

  async delete(id: string, state: DeploymentOutputs): Promise<void> {
    const props = repaired(id, state);
    await this.runOn(props, async ({ client, reporter, reads, options }) => {
      const { appId, __made: made } = props;
      const running = async (): Promise<boolean> => {
        const found = await orNothing(client.getDeployment(appId, made, options));
        return found !== undefined && standing(found.phase) === "running";
      };
      if (!(await running())) return;
      reporter.info(`Deployment ${made} has not ended yet, and is canceled.`);
      const isOver = async (): Promise<true | undefined> => ((await running()) ? undefined : true);
      await once(() => client.cancelDeployment(appId, made).then(() => true as const), isOver).catch(
        async (error: unknown) => {
          // It may have ended in between.
          if (await running()) throw error;
        },
      );
      reads.noteWrite(appId);
    });
  }
}

/** Not stopped by Ctrl-C: the deployment would go on, and nobody would know that it is ours. */
async function make(
  { client, reads, reporter, stopped }: Desk,
  inputs: DeploymentInputs,
): Promise<Deployment> {
  const { appId, forceBuild } = inputs;
  refuseWhilePinned(await appById(client, appId));
  stopped?.throwIfAborted();
  reporter.status("creating a deployment");
  const made = await createDeploymentOnce(client, appId, forceBuild ? { force_build: true } : {}, {});
  reads.noteWrite(appId);
  return made;
}

/** From here on the deployment exists: whatever fails leaves it in the state, and the next run goes on from there. */
async function finish(
  desk: Desk,
  id: string,
  inputs: DeploymentInputs,
  deployment: Deployment,
  made: string,
  operation: "create" | "update",
): Promise<DeploymentOutputs> {
  let last = deployment;
  if (inputs.wait === false) return outputs(inputs, last, made);
  try {
    const onSeen = (seen: Deployment): void => void (last = seen);
    const ended = await settleAt(desk, inputs.appId, last.id, operation, inputs.timeouts, onSeen);
    last = ended.deployment;
    if (ended.failures.length === 0) return outputs(inputs, last, made);
    throw new InitializationError("deployment-failed", id, outputs(inputs, last, made), [...ended.failures]);
  } catch (error) {
    if (error instanceof InitializationError) throw error;
    const { errorCode, message } = asAppPlatformError(nameInterruption(error, desk.stopped));
    throw new InitializationError(errorCode, id, outputs(inputs, last, made), [message]);
  }
}

function nextStep(olds: DeploymentOutputs, news: DeploymentInputs): Next {
  if (changes({ triggers: olds.triggers }, { triggers: news.triggers }).length > 0) return "make";
  if (resultOf(olds.phase) === "bad") return "make again";
  // Who does not wait for deployments is not to be told in the next run that one was not waited for.
  return standing(olds.phase) === "running" && news.wait !== false ? "wait" : "nothing";
}

/** The last deployment as it is now, or the one that took its place; undefined where the service knows it no more. */
async function current(
  { client, options }: Desk,
  { appId, deploymentId }: DeploymentOutputs,
): Promise<Deployment | undefined> {
  const found = await orNothing(client.getDeployment(appId, deploymentId, options));
  if (found?.phase !== "CANCELED") return found;
  return (await findSuccessor(client, appId, found, options.signal)) ?? found;
}

async function isGone({ client, reads, options }: Desk, appId: string): Promise<boolean> {
  return (await reads.find(client, appId, 0, options)) === undefined;
}

async function orNothing<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (isApiError(error, "not-found")) return undefined;
    throw error;
  }
}

/** The outputs, where damaged ones are replaced by what the resource's id says. */
function repaired(
  id: string,
  { deploymentId, phase, __made: made, ...rest }: DeploymentOutputs,
): DeploymentOutputs {
  const known = isText(deploymentId) ? deploymentId : id;
  return {
    ...rest,
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

function outputs(inputs: DeploymentInputs, last: Deployment, made: string): DeploymentOutputs {
  return plain({
    ...inputs,
    deploymentId: last.id,
    phase: shownInLine(phaseOf(last)),
    cause: shownInLine(last.cause ?? ""),
    createdAt: shownInLine(last.created_at ?? ""),
    __made: made,
  });
}

function inputsOf(props: DeploymentOutputs): DeploymentInputs {
  const { deploymentId: _id, phase: _phase, cause: _cause, createdAt: _at, __made, ...inputs } = props;
  return inputs;
}

/** Inputs that a person sees and changes. */
function visible({ appId, triggers, forceBuild, wait, timeouts }: DeploymentInputs): object {
  return { appId, triggers, forceBuild, wait, timeouts };
}
