import { resultOf } from "../../deployment-phases";
import type { App, Deployment } from "../../api/types";
import { knownTo, newDeployment, type Known, type Started, type Awaited } from "../../service/new-deployment";
import {
  asAppPlatformError,
  AppPlatformError,
  InitializationError,
  isApiError,
  type ErrorCode,
  orUndefinedIfNotFound,
} from "../../errors";
import { createDeployment, deploymentOf, lookForDeployment, throwIfShown } from "../start-deployment";
import { WAIT_LIMITS } from "../../service/poll";
import { commitRollback, refuseWhilePinned, startRollback } from "../app/rollback-on-failure";
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
import { ROLLBACK } from "../kinds";
import { mismatches } from "../options/mismatches";
import { plain } from "../app/state";
import type { ResourceMeta } from "../meta";
import { awaitedIn } from "../state-repair";
import { writeOnce } from "../../service/safe-writes";
import { shownInLine } from "../../text/shown";
import * as rules from "../arguments";
import { mustBePossible, rollbackTarget } from "./target";
import { printOnce } from "../print-once";
import type { Timeouts } from "../../durations";

export type RollbackState = "pinned" | "committed" | "reverted";

export interface RollbackInputs {
  appId: string;
  deploymentId?: string;
  state?: RollbackState;
  timeouts?: Pick<Timeouts, "create" | "update">;
}

export interface RollbackOutputs extends RollbackInputs {
  /** The target of the rollback, whether or not the program sets it. */
  deploymentId: string;
  /** The state reached so far, which may differ from the program's. */
  state: RollbackState;
  /** Whether the app was pinned to it when last read. */
  pinned: boolean;
  phase: string;
  /** The deployment that `phase` belongs to: that of the rollback, or the one that reverts it. */
  __last: string;
  /** Properties that the program left to the provider, and which are not among the inputs. */
  __chosen: ("deploymentId" | "state")[];
  /** Set while no run has seen the deployment that reverts the rollback. */
  __awaited?: Awaited;
}

const ARGUMENTS = {
  appId: rules.id("an app"),
  deploymentId: rules.optionalId("a deployment"),
  state: rules.oneOf("pinned", "committed", "reverted"),
  timeouts: rules.timeouts(["create", "update"]),
};

export class RollbackProvider extends BaseProvider {
  /** Validates a new rollback in previews, so that an impossible one fails before the update. */
  async check(
    meta: ResourceMeta,
    olds: Partial<RollbackInputs>,
    news: RollbackInputs,
  ): Promise<{ inputs: RollbackInputs; failures: rules.CheckFailure[] }> {
    await this.warnOfMismatches(meta, mismatches(meta.program?.options, ROLLBACK.properties, [news, olds]));
    const failures = rules.failuresOf(news, ARGUMENTS);
    const isNew = olds.appId === undefined;
    if (isNew && news.state === "reverted") failures.push({ property: "", reason: NOTHING_TO_REVERT });
    if (isNew && meta.program?.preview === true && failures.length === 0)
      failures.push(...(await this.obstacles(meta, news)));
    return { inputs: news, failures: rules.shownFailures(failures) };
  }

  /**
   * For a front end whose checks do not know whether this is a preview: the same validation, after the check.
   * @throws AppPlatformError `invalid-input` if the rollback is not possible
   */
  async previewCreate(meta: ResourceMeta, inputs: RollbackInputs): Promise<void> {
    const [obstacle] = await this.obstacles(meta, inputs);
    if (obstacle) throw new AppPlatformError("invalid-input", obstacle.reason);
  }

  private async obstacles(meta: ResourceMeta, inputs: RollbackInputs): Promise<rules.CheckFailure[]> {
    if (isUnknown(inputs.appId) || isUnknown(inputs.deploymentId)) return [];
    const look = async ({ client, reporter }: OperationContext): Promise<void> => {
      const app = await appById(client, inputs.appId);
      refuseWhilePinned(app, this.deps.texts);
      const target = await rollbackTarget(client, app, inputs.deploymentId);
      await mustBePossible(client, app.id, target, reporter);
      reporter.info(`The app ${app.spec.name ?? ""} will be rolled back to deployment ${target}.`);
    };
    try {
      await this.runOn(meta, inputs, look, { limits: PREVIEW_LIMITS });
      return [];
    } catch (error) {
      const { errorCode, message } = asAppPlatformError(error);
      if (OBSTACLES.includes(errorCode)) return [{ property: "", reason: message }];
      const reporter = this.reporter(meta);
      // Previews work without a token; the update reports that it is missing.
      if (errorCode !== "missing-token") reporter.warn(`The rollback could not be validated: ${message}`);
      await reporter.flush();
      return [];
    }
  }

  async diff(
    meta: ResourceMeta,
    _id: string,
    olds: RollbackOutputs,
    news: RollbackInputs,
  ): Promise<{ changes?: boolean; replaces?: string[]; deleteBeforeReplace?: boolean }> {
    const replaces = (["appId", "deploymentId"] as const).filter(
      (key) => news[key] !== undefined && !isUnknown(news[key]) && news[key] !== olds[key],
    );
    // A pinned app accepts no other rollback.
    if (replaces.length > 0) return { replaces, deleteBeforeReplace: true };
    const obstacle = noWay(olds.state, news.state);
    if (obstacle !== undefined) throw printOnce(obstacle, meta.urn);
    if (changes(visible(olds), visible(news)).length > 0) return {};
    const isDone = resultOf(olds.phase) === "good" && olds.__awaited === undefined;
    return { changes: !isDone && (olds.pinned || olds.state === "reverted") };
  }

  async create(meta: ResourceMeta, inputs: RollbackInputs): Promise<{ id: string; outs: RollbackOutputs }> {
    return this.runOn(meta, inputs, async (context) => {
      if (inputs.state === "reverted") throw new AppPlatformError("invalid-input", NOTHING_TO_REVERT);
      const app = await appById(context.client, inputs.appId);
      refuseWhilePinned(app, this.deps.texts);
      const target = await rollbackTarget(context.client, app, inputs.deploymentId);
      await mustBePossible(context.client, app.id, target, context.reporter);
      context.stopped?.throwIfAborted();
      const made = await startRollback(context, app.id, target);
      const work = new RollbackWork(context, made.id, inputs, begun(inputs, target, made), "create");
      return { id: made.id, outs: await work.reach(inputs.state ?? "pinned") };
    });
  }

  async update(
    meta: ResourceMeta,
    id: string,
    olds: RollbackOutputs,
    news: RollbackInputs,
  ): Promise<{ outs: RollbackOutputs }> {
    return this.runOn(
      meta,
      news,
      async (context) => {
        const obstacle = noWay(olds.state, news.state);
        if (obstacle) throw obstacle;
        const app = await appById(context.client, news.appId);
        const now = await seen(context, id, olds, app);
        const outs = { ...now, ...news, deploymentId: olds.deploymentId, state: olds.state };
        const work = new RollbackWork(context, id, news, { ...outs, __chosen: chosen(news) }, "update", app);
        return { outs: await work.reach(news.state ?? "pinned") };
      },
      { hasDiff: true },
    );
  }

  async read(
    meta: ResourceMeta,
    id: string,
    props: RollbackOutputs,
  ): Promise<{ id?: string; props?: RollbackOutputs; inputs?: RollbackInputs }> {
    return this.runOn(meta, props, async (context) => {
      const app = await context.reads.findOrGone(context.client, props.appId, 0, context.options);
      if (!app) return {};
      const now = await seen(context, id, props, app);
      if (props.pinned && !now.pinned)
        context.reporter.info("changed at the service: the rollback was committed or reverted.");
      return { id, props: now, inputs: inputsOf(now) };
    });
  }

  async delete(meta: ResourceMeta, id: string, props: RollbackOutputs): Promise<void> {
    await this.runOn(meta, props, async (context) => {
      const app = await context.reads.findOrGone(context.client, props.appId, 0, context.options);
      if (!app || !mayBePinned(app, id, props.pinned)) return;
      context.reporter.warn(
        `The app ${app.spec.name ?? ""} was pinned to this rollback. It is committed now, and its deployment keeps running.`,
      );
      await commitRollback(context, app.id, id);
    });
  }
}

/** The steps after the rollback has been started. A failure records how far it got in the state. */
class RollbackWork {
  constructor(
    private readonly context: OperationContext,
    private readonly id: string,
    private readonly inputs: RollbackInputs,
    private outs: RollbackOutputs,
    private readonly operation: "create" | "update",
    /** The app before the operation; absent for a new rollback, which the app is pinned to. */
    private readonly app?: App,
  ) {}

  /** @throws InitializationError */
  async reach(wanted: RollbackState): Promise<RollbackOutputs> {
    try {
      if (wanted === "reverted") await this.revert();
      else await this.keep(wanted);
      return plain(this.outs);
    } catch (error) {
      if (error instanceof InitializationError) throw error;
      const { errorCode, message } = asAppPlatformError(nameInterruption(error, this.context.stopped));
      throw this.failed(errorCode, [message]);
    }
  }

  private async keep(wanted: "pinned" | "committed"): Promise<void> {
    if (this.outs.state === wanted && !this.outs.pinned) return;
    const mayCommit = wanted === "committed" && (!this.app || mayBePinned(this.app, this.id));
    if (!this.outs.pinned && !mayCommit) {
      this.context.reporter.info("The app is no longer pinned: there is nothing to commit.");
      this.outs.state = wanted;
      return;
    }
    await this.settle(
      "The app stays pinned to this rollback, which failed. " +
        'Set state to "reverted" to deploy the previous spec again, or remove the resource to unpin the app without other changes.',
    );
    if (wanted === "pinned") return;
    await commitRollback(this.context, this.inputs.appId, this.id);
    this.outs = { ...this.outs, state: "committed", pinned: false };
  }

  private async revert(): Promise<void> {
    const { outs, context, inputs } = this;
    if (outs.state !== "reverted") {
      if (!outs.pinned)
        throw new AppPlatformError(
          "invalid-input",
          "The app is no longer pinned to this rollback: it was committed or reverted in the meantime and cannot be reverted now. " +
            'Set state to "committed", or remove the resource.',
        );
      await this.follow(await revert(context, this.inputs.appId, this.id));
    } else if (outs.__awaited) {
      const known = knownTo(outs.__awaited);
      const late = await lookForDeployment(context, inputs.appId, known, WAIT_LIMITS.laterRun);
      if (late) await this.follow({ deployment: late, known, must: true });
      else if (outs.pinned) await this.follow(await revert(context, inputs.appId, this.id));
      else await this.follow(await createDeployment(context, inputs.appId, { known: [outs.__last] }));
    } else if (resultOf(outs.phase) === "bad")
      await this.follow(await createDeployment(context, inputs.appId, { known: [outs.__last] }));
    await this.settle(
      "The rollback is reverted, but the deployment of the previous spec failed: the next pulumi up tries again.",
    );
  }

  private async follow(started: Started): Promise<void> {
    const { context, inputs } = this;
    context.reads.noteWrite(inputs.appId);
    const __awaited = { known: [...started.known.ids], must: true };
    this.outs = { ...this.outs, state: "reverted", pinned: false, __awaited };
    this.outs = { ...this.outs, ...last(await deploymentOf(context, inputs.appId, started)) };
  }

  private async settle(advice: string): Promise<void> {
    const { context, inputs, outs } = this;
    // A response alone does not show that the deployment exists.
    if (resultOf(outs.phase) === "good" && !outs.__awaited) return;
    const onSeen = (now: Deployment): void => {
      const { __awaited: _seen, ...rest } = this.outs;
      this.outs = { ...rest, ...last(now) };
    };
    const wait = () =>
      waitForOutcomeOnRow(context, inputs.appId, this.outs.__last, this.operation, inputs.timeouts, onSeen);
    const ended = await wait().catch(async (error: unknown) => {
      const { __awaited: awaited } = this.outs;
      if (!awaited || !isApiError(error, "not-found")) throw error;
      await throwIfShown(context, inputs.appId, this.outs.__last, error);
      // The deployment in the response may never exist, and another one may be the result.
      const { ids, complete } = knownTo(awaited);
      const known = { ids: [...ids, this.outs.__last], complete };
      this.outs = { ...this.outs, ...last(await deploymentOf(context, inputs.appId, { known, must: true })) };
      return wait();
    });
    onSeen(ended.deployment);
    if (ended.failures.length > 0) throw this.failed("deployment-failed", [...ended.failures, advice]);
  }

  private failed(code: ErrorCode, reasons: string[]): InitializationError {
    return new InitializationError(code, this.id, plain(this.outs), reasons);
  }
}

const OBSTACLES: readonly ErrorCode[] = ["not-found", "app-pinned", "invalid-input"];

const NOTHING_TO_REVERT =
  'The state "reverted" requires an existing Rollback: this one is new, and nothing has been rolled back. Remove it from the program.';

/** Committed and reverted are final. */
function noWay(reached: RollbackState, wanted: RollbackState = "pinned"): AppPlatformError | undefined {
  if (reached === "pinned" || wanted === reached || isUnknown(wanted)) return undefined;
  return new AppPlatformError(
    "invalid-input",
    `state: this rollback is already ${reached} and can no longer be ${wanted}. ` +
      `Keep state as "${reached}", or remove the resource; to roll back again, add a Rollback with another name.`,
  );
}

/** Not stopped by Ctrl-C: otherwise a deployment would continue without being recorded in the state. */
export async function revert(
  { client, reporter, stopped, clock }: OperationContext,
  appId: string,
  id: string,
): Promise<Started> {
  stopped?.throwIfAborted();
  reporter.status("reverting the rollback");
  const newest = async () => (await client.listDeploymentPage(appId, {})).items;
  const known: Known = { ids: (await newest()).map((one) => one.id), complete: true };
  const { deployment } = await writeOnce<Pick<Started, "deployment">>(
    async () => ({ deployment: await client.revertRollback(appId) }),
    async () => {
      if ((await client.getApp(appId)).pinned_deployment?.id === id) return undefined;
      const found = newDeployment(await newest(), known);
      return found && { deployment: found };
    },
    { clock, signal: stopped },
  );
  const isNew = deployment !== undefined && !known.ids.includes(deployment.id);
  return { deployment: isNew ? deployment : undefined, known, must: true };
}

/** The outputs with current values. */
async function seen(
  { client, options }: OperationContext,
  id: string,
  props: RollbackOutputs,
  app: App,
): Promise<RollbackOutputs> {
  const known = typeof props.__last === "string" && props.__last !== "" ? props.__last : id;
  const found = await orUndefinedIfNotFound(client.getDeployment(app.id, known, options));
  const { __awaited, ...rest } = props;
  const awaited = awaitedIn(__awaited);
  return {
    ...rest,
    ...(awaited && { __awaited: awaited }),
    __last: known,
    ...(found && last(found)),
    pinned: app.pinned_deployment?.id === id,
  };
}

/**
 * Whether the app may be pinned to the rollback: a response may lack the pin, so only another pin disproves it.
 * @param recorded whether it was pinned when last read
 */
const mayBePinned = ({ pinned_deployment: pin }: App, id: string, recorded = true): boolean =>
  pin ? pin.id === id : recorded;

const last = ({ id, phase = "UNKNOWN" }: Deployment): { __last: string; phase: string } => ({
  __last: id,
  phase: shownInLine(phase),
});

const begun = (inputs: RollbackInputs, target: string, made: Deployment): RollbackOutputs => ({
  ...inputs,
  deploymentId: target,
  state: "pinned",
  pinned: true,
  ...last(made),
  __chosen: chosen(inputs),
});

const chosen = (inputs: RollbackInputs): RollbackOutputs["__chosen"] =>
  (["deploymentId", "state"] as const).filter((key) => inputs[key] === undefined);

/** If the value is damaged, nothing counts as chosen by the provider. */
const chosenIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function inputsOf(props: RollbackOutputs): RollbackInputs {
  const { pinned: _pinned, phase: _phase, __last, __chosen, __awaited, ...inputs } = props;
  return plain({ ...inputs, ...Object.fromEntries(chosenIn(__chosen).map((key) => [key, undefined])) });
}

/** Inputs that users see and change in place; another deployment is a replacement. */
function visible({ state = "pinned", timeouts }: RollbackInputs): object {
  return { state, timeouts };
}
