import { resultOf, standing } from "../../deployment-phases";
import type { Deployment } from "../../api/types";
import { isUnprompted } from "../../service/new-deployment";
import { findSuccessor } from "../../deploy/wait";
import { orUndefinedIfNotFound } from "../../errors";
import { PREVIEW_LIMITS, BaseProvider, type OperationContext } from "../base-provider";
import { changes } from "../../appspec/diff";
import { isUnknown } from "../../appspec/unknown";
import { DEPLOYMENT } from "../kinds";
import { mismatches } from "../options/mismatches";
import type { ResourceMeta } from "../meta";
import { writeOnce } from "../../service/safe-writes";
import * as rules from "../arguments";
import {
  asDeployment,
  inputsOf,
  outputs,
  phaseOf,
  repaired,
  visible,
  type DeploymentInputs,
  type DeploymentOutputs,
} from "./state";
import { finish, lateOne, make, resume, tellRollback, unseen } from "./operations";

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
    await this.warnOfMismatches(meta, mismatches(meta.program?.options, DEPLOYMENT.properties, [news, olds]));
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
