import { resultOf, standing } from "../../deployment-phases";
import type { App, Deployment } from "../../api/types";
import { waitForOutcome } from "../../deploy/outcome";
import {
  NONE_KNOWN,
  shownDeployments,
  type Known,
  type Started,
  type Awaited,
} from "../../service/new-deployment";
import { rollbackOutlook } from "./outlook";
import { newestDeployment } from "./unrecorded-run";
import { asAppPlatformError, AppPlatformError, InitializationError, isApiError } from "../../errors";
import { WAIT_LIMITS } from "../../service/poll";
import { withoutSecrets } from "../../secrets/mask-errors";
import { nameInterruption, type AppOperationContext } from "../base-provider";
import { serviceRollback } from "../service-rollback";
import { mayBeRolledBack } from "../../deploy/service-rollback";
import { filledIn, matches } from "../../appspec/covers";
import { isDefault } from "../../appspec/defaults";
import { drift } from "../../appspec/drift";
import { listsToMaps } from "../../appspec/lists-by-name";
import {
  lastDeployment,
  outputsOf,
  plain,
  type AppInputs,
  type AppOutputs,
  type LastDeployment,
} from "./state";
import { timeoutMs, type Timeouts } from "../../durations";
import { createDeployment, lookForDeployment, noDeployment, throwIfShown } from "../start-deployment";
import { withAddress } from "./address";
import { confirmWrite, showsWrite } from "./confirm-write";
import { currentState } from "./current-state";

/** The wait for one deployment. Searches for it first if the service's response did not contain it. */
export class Wait {
  /** What a later run has to search for; absent once the deployment was seen. */
  private awaited: Awaited | undefined;
  /** Whether a deployment was started in place of one that the service canceled. */
  private hasRepeated = false;

  constructor(
    private readonly context: AppOperationContext,
    private readonly recorded: AppInputs,
    private readonly app: App,
    private started: Started | undefined,
    private last: LastDeployment | undefined,
    private readonly operation: keyof Timeouts,
    private liveSpec: unknown,
  ) {
    this.awaited = started && { known: [...started.known.ids], must: started.must };
  }

  /** @throws InitializationError */
  async outputs(): Promise<AppOutputs> {
    try {
      const lost = this.started?.lost;
      if (lost !== undefined && !this.last) await this.startLost(lost);
      if (this.context.inputs.wait === false) return await this.unwaited();
      this.last ??= await this.find(this.started?.known);
      if (!this.last) return await this.withoutDeployment();
      return await this.settled();
    } catch (error) {
      if (error instanceof InitializationError) throw error;
      const { errorCode, message } = this.told(error);
      throw new InitializationError(errorCode, this.app.id, this.record(this.app), [message]);
    }
  }

  /** Starts the deployment of an app whose creation failed at the service, and which has none. */
  private async startLost(lost: string): Promise<void> {
    const { context, app } = this;
    const found = await lookForDeployment(context, app.id, NONE_KNOWN, WAIT_LIMITS.lostResponse);
    context.stopped?.throwIfAborted();
    if (found) {
      this.last = lastDeployment(found);
      return;
    }
    context.reporter.warn(
      `The creation failed at the service (${lost}), but the app exists (id ${app.id}), without a deployment. Starting one.`,
    );
    try {
      await this.startAnother();
    } catch (error) {
      const { errorCode, message } = this.told(error);
      this.awaited = { known: [], must: true, lost: true };
      throw new InitializationError(errorCode, app.id, this.record(app), [
        `The creation failed at the service, but the app exists (id ${app.id}), without a deployment: ${lost}`,
        `Starting a deployment failed as well: ${message}\n` +
          "The app is recorded in the Pulumi state, but nothing is running yet. Run pulumi up again to start a deployment.",
      ]);
    }
  }

  private async unwaited(): Promise<AppOutputs> {
    if (this.started)
      await confirmWrite(
        this.context,
        this.app.id,
        ({ spec }) => !this.isFromBefore(spec) && showsWrite(listsToMaps(spec), listsToMaps(this.app.spec)),
        () => this.notSeen(),
      );
    if (this.last) this.awaited = undefined;
    return this.record(this.app);
  }

  private async settled(): Promise<AppOutputs> {
    const { app, context } = this;
    const first = this.last;
    const {
      deployment: ended,
      failures,
      displacedBy,
    } = await this.settle().catch(async (error: unknown) => {
      // The deployment in the response may never exist, and the write may result in another one.
      if (!isApiError(error, "not-found") || !first || !this.isUnseen(first)) throw error;
      await throwIfShown(context, app.id, first.id, error);
      if (!this.started) return this.again();
      this.last = undefined;
      const { known } = this.started;
      const { awaited } = this;
      const next = await this.find({ ...known, ids: [...known.ids, first.id] });
      if (!next) throw noDeployment(app.id, error);
      this.last = next;
      return this.settle().catch((again: unknown) => {
        if (!isApiError(again, "not-found") || !this.isUnseen(next)) throw again;
        // Listed, but unknown: it may belong to another app, so the next run looks for ours.
        this.last = undefined;
        this.awaited = awaited;
        throw noDeployment(app.id, again);
      });
    });
    this.last = lastDeployment(ended);
    if (displacedBy && !this.hasRepeated) return this.instead();
    const look = context.reads.appAfter(context.client, app.id, ended, context.options);
    if (failures.length === 0) {
      const now = await withAddress(context, await this.withUpdate(await look));
      if (this.operation === "create") this.liveSpec = filledIn(this.liveSpec, listsToMaps(now.spec));
      return this.record(now);
    }
    // Report why the deployment failed even if reading the app fails as well.
    let seen = await look.catch((error: unknown) => this.told(error));
    const rollback = await this.rollbackBy(seen instanceof Error ? app : seen, ended);
    if (rollback) {
      this.last = lastDeployment(ended, rollback);
      seen = await this.after(rollback).catch(() => seen);
    }
    const [outs, more] = seen instanceof Error ? [this.record(app), [seen.message]] : [this.record(seen), []];
    const reasons =
      standing(ended.phase) === "failed" ? this.withOutlook(failures, outs, rollback) : failures;
    throw new InitializationError("deployment-failed", app.id, outs, [...reasons, ...more]);
  }

  /** True for the spec from before the write, although the response to the write did not contain it. */
  private isFromBefore(spec: unknown): boolean {
    return this.started?.isFromBefore?.(listsToMaps(spec)) === true;
  }

  /**
   * The app with the update; the deployment that succeeded may be somebody else's.
   * @throws AppPlatformError `update-not-seen`
   */
  private async withUpdate(now: App): Promise<App> {
    const isShown = ({ spec }: App): boolean => !this.isFromBefore(spec);
    if (isShown(now)) return now;
    return confirmWrite(this.context, this.app.id, isShown, () => this.notSeen());
  }

  /** The error for an update if later responses contradict its response. The next run sends it again. */
  private notSeen(): AppPlatformError {
    this.awaited = { known: [...(this.started?.known.ids ?? [])], must: true, unseen: true };
    return new AppPlatformError(
      "update-not-seen",
      "The service accepted the update, but shows another spec than in its response. Run pulumi up again to send the update once more.",
    );
  }

  private after(ended: Deployment): Promise<App> {
    const { reads, client, options } = this.context;
    return reads.appAfter(client, this.app.id, ended, options);
  }

  /** The service's own rollback, once it has finished. */
  private async rollbackBy(now: App, failed: Deployment): Promise<Deployment | undefined> {
    if (!now.active_deployment || !mayBeRolledBack(failed)) return undefined;
    return serviceRollback(this.context, this.app.id, failed, this.operation);
  }

  /** After a deployment that nobody requested has canceled ours: deploys once more, since that one does not count. */
  private async instead(): Promise<AppOutputs> {
    this.hasRepeated = true;
    this.context.reporter.info("Starting a new deployment in place of the canceled one.");
    await this.startAnother();
    return this.outputs();
  }

  private settle(): ReturnType<typeof waitForOutcome> {
    const { deployments, reporter, secrecy, clock, stopped, inputs, texts } = this.context;
    return waitForOutcome(deployments, this.app.id, this.last?.id ?? "", reporter, secrecy.secrets, {
      clock,
      signal: stopped,
      timeoutMs: timeoutMs(this.operation, inputs.timeouts),
      texts,
      onSeen: (seen) => {
        this.last = lastDeployment(seen);
        this.awaited = undefined;
      },
    });
  }

  /** True while no response has contained the deployment. */
  private isUnseen(first: LastDeployment | undefined): boolean {
    return this.last === first;
  }

  /** The service does not know the recorded deployment, so it had no effect: creates another one. */
  private async again(): ReturnType<typeof waitForOutcome> {
    const now = await this.context.client.getApp(this.app.id, this.context.options);
    if (!isStill(this.liveSpec, listsToMaps(now.spec))) throw this.notSeen();
    await this.startAnother();
    this.last ??= await this.find(this.started?.known);
    if (!this.last) throw noDeployment(this.app.id);
    return this.settle();
  }

  /** Starts a deployment, which this waits for from now on. */
  private async startAnother(): Promise<void> {
    const shown = shownDeployments(this.app).map(({ id }) => id);
    const seen = [...shown, ...(this.started?.known.ids ?? []), ...(this.last ? [this.last.id] : [])];
    const { deployment, known } = await createDeployment(this.context, this.app.id, { known: seen });
    this.awaited = { known: [...known.ids], must: true };
    this.started = { deployment, known, must: true };
    this.last = deployment && lastDeployment(deployment);
  }

  private async find(known: Known | undefined): Promise<LastDeployment | undefined> {
    if (!this.started && !known) return undefined;
    const must = this.started?.must ?? true;
    this.context.reporter.waits();
    this.context.reporter.status("waiting for the new deployment to appear");
    const withinMs = must ? WAIT_LIMITS.deployment : WAIT_LIMITS.updateDeployment;
    const found = await lookForDeployment(this.context, this.app.id, known ?? NONE_KNOWN, withinMs);
    if (found) this.awaited = undefined;
    return found && lastDeployment(found);
  }

  /** An update may need no deployment. A deployment that was already due is still started. */
  private async withoutDeployment(): Promise<AppOutputs> {
    this.context.stopped?.throwIfAborted();
    if (this.started?.must !== false) throw noDeployment(this.app.id);
    const { client, reads, options } = this.context;
    const now = await reads.app(client, this.app.id, 0, options);
    if (this.isFromBefore(now.spec) || !matches(listsToMaps(now.spec), listsToMaps(this.app.spec)))
      throw this.notSeen();
    const newest = await newestDeployment(this.context, this.app.id);
    const isNeeded = newest ? resultOf(newest.phase) === "bad" : this.started.known.ids.length === 0;
    if (isNeeded) {
      await this.startAnother();
      return this.outputs();
    }
    this.last = await currentState(this.context, this.app, undefined);
    this.context.reporter.warn(
      `The service accepted the update, but no new deployment appeared within ${WAIT_LIMITS.updateDeployment / 1000} s. ` +
        "The update may need none; the next pulumi up checks once more.",
    );
    return this.record(this.app);
  }

  private record(now: App): AppOutputs {
    const { last, awaited } = this;
    const outs = outputsOf(this.recorded, now, last, this.liveSpec, this.context.reads.projectOf(now));
    return plain({ ...outs, ...(awaited && { __awaited: awaited }) });
  }

  private told(error: unknown): AppPlatformError {
    const { stopped, secrecy } = this.context;
    return asAppPlatformError(withoutSecrets(nameInterruption(error, stopped), secrecy));
  }

  /** The reasons, the last one with what is running now and what to do next; a rollback of ours adds that itself. */
  private withOutlook(
    failures: readonly string[],
    { activeDeploymentId }: AppOutputs,
    rollback: Deployment | undefined,
  ): readonly string[] {
    const isOurs = this.context.inputs.onFailedDeployment === "rollback";
    if (isOurs && !rollback) return failures;
    const running = activeDeploymentId
      ? `The previous deployment (${activeDeploymentId}) keeps running.`
      : "The app is recorded in the Pulumi state, but nothing is running yet.";
    const now = rollback ? rollbackOutlook(rollback, running, isOurs) : running;
    return [...failures.slice(0, -1), `${failures.at(-1) ?? ""}\n${now} ${FIX_AND_RETRY}`];
  }
}

const FIX_AND_RETRY = "Fix the problem and run pulumi up again to start a new deployment.";

/** True if the service's spec is the recorded one, except for defaults that it has filled in since. */
const isStill = (recorded: unknown, now: unknown): boolean =>
  recorded === undefined ||
  drift(recorded, now).every(({ kind, path, after }) => kind === "add" && isDefault(path, after));
