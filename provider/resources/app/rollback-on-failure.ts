import { standing } from "../../deployment-phases";
import type { App, Deployment, RollbackCondition } from "../../api/types";
import { waitForOutcome, type Outcome } from "../../deploy/outcome";
import { isAutomaticRollback, shownDeployments } from "../../service/new-deployment";
import {
  asAppPlatformError,
  AppPlatformError,
  InitializationError,
  isApiError,
  type ErrorCode,
} from "../../errors";
import { poll, WAIT_LIMITS } from "../../service/poll";
import type { OperationContext, AppOperationContext } from "../base-provider";
import { withoutSecrets } from "../../secrets/mask-errors";
import { inputsWithDrift } from "../../appspec/drift";
import { listsToMaps } from "../../appspec/lists-by-name";
import { hideSecrets } from "../../appspec/secrets";
import { lastDeployment, outputsOf, plain, type AppInputs, type AppOutputs } from "./state";
import { rollbackOutlook } from "./outlook";
import { asServiceRollback } from "../../deploy/service-rollback";
import { serviceRollback } from "../service-rollback";
import { timeoutMs } from "../../durations";
import { writeOnce } from "../../service/safe-writes";
import type { ProgramTexts } from "../../text/program-texts";

/** Restores the last working spec and deployment after an update's deployment failed, if the program requests that. */
export class AutoRollback {
  /** @param olds previous outputs; absent if the app is new to the stack */
  constructor(
    private readonly context: AppOperationContext,
    private readonly olds: AppOutputs | undefined,
  ) {}

  /** @throws InitializationError the error of `finish`, with the result of the rollback */
  async around(finish: () => Promise<AppOutputs>): Promise<AppOutputs> {
    return finish().catch(async (error: unknown) => {
      throw this.concerns(error) ? await this.after(error) : error;
    });
  }

  private concerns(error: unknown): error is InitializationError {
    if (this.context.inputs.onFailedDeployment !== "rollback") return false;
    if (!(error instanceof InitializationError) || error.errorCode !== "deployment-failed") return false;
    const { phase, rolledBack } = (error.properties as AppOutputs).__deployment ?? {};
    // The service has gone back by itself, which the error explains.
    return phase === "ERROR" && rolledBack === undefined;
  }

  private async after(failed: InitializationError): Promise<InitializationError> {
    let made: Deployment;
    let target: Deployment;
    try {
      const app = await this.context.client.getApp(failed.id, this.context.options);
      if (!app.active_deployment)
        return kept(
          failed,
          "no deployment of this app has succeeded yet, so there is nothing to roll back to. The app is kept unchanged.",
        );
      target = app.active_deployment;
      const obstacle = await this.obstacle(app.id, target);
      if (obstacle !== undefined) return await this.refused(failed, target, obstacle);
      made = await this.start(app.id, target);
    } catch (error) {
      return this.refused(failed, undefined, asAppPlatformError(error).message);
    }
    return this.follow(failed, target, made);
  }

  /** The service may reject a rollback because it is rolling back by itself, which may have become visible only now. */
  private async refused(
    failed: InitializationError,
    target: Deployment | undefined,
    why: string,
  ): Promise<InitializationError> {
    const outs = failed.properties as AppOutputs;
    const last = outs.__deployment;
    const rollback =
      last && (await serviceRollback(this.context, failed.id, { id: last.id }, "update", undefined, 0));
    if (!last || !rollback) return kept(failed, why);
    const running = `Deployment ${target?.id ?? outs.activeDeploymentId} keeps running.`;
    const properties = { ...outs, __deployment: { ...last, rolledBack: asServiceRollback(rollback) } };
    return new InitializationError(failed.errorCode, failed.id, plain(properties), [
      ...failed.reasons,
      rollbackOutlook(rollback, running, true),
    ]);
  }

  /** Why the app cannot be rolled back to the deployment, if it cannot. */
  private async obstacle(appId: string, { id }: Deployment): Promise<string | undefined> {
    const { client, reporter, options } = this.context;
    const { valid, error, warnings } = await client.validateRollback(appId, { deployment_id: id }, options);
    if (!valid) return `the service does not allow it: ${describeCondition(error ?? {})}`;
    for (const warning of warnings ?? [])
      reporter.warn(`Rolling back to deployment ${id}: ${describeCondition(warning)}`);
    return undefined;
  }

  /** Not stopped by Ctrl-C: otherwise the app could be pinned to a deployment that the state does not record as ours. */
  private async start(appId: string, target: Deployment): Promise<Deployment> {
    return startRollback(this.context, appId, target.id);
  }

  private async follow(
    failed: InitializationError,
    target: Deployment,
    made: Deployment,
  ): Promise<InitializationError> {
    let last = made;
    let app: App | undefined;
    let pinned = true;
    let failures: readonly string[] = [];
    const ended = (code: ErrorCode, ...reasons: string[]): InitializationError =>
      new InitializationError(code, failed.id, this.restored(failed, app, made, last, pinned), [
        ...failed.reasons,
        ...reasons,
      ]);
    try {
      ({ deployment: last, failures } = await this.wait(failed.id, made, (seen) => (last = seen)));
      // Even if the rollback failed: the previous deployment keeps running, and the next update must be possible.
      app = await commitRollback(this.context, failed.id, made.id);
      pinned = false;
      if (standing(last.phase) === "succeeded")
        return ended(
          failed.errorCode,
          `Rolled back to deployment ${target.id} (the previous spec) by deployment ${made.id}, which is active. ` +
            "The next preview shows the program's change again.",
        );
      return ended(
        failed.errorCode,
        `The rollback to deployment ${target.id} failed as well; the app now has the spec of that deployment.`,
        ...failures,
      );
    } catch (error) {
      const { errorCode, message } = asAppPlatformError(withoutSecrets(error, this.context.secrecy));
      const next = pinned ? " The app stays pinned to the rollback; the next pulumi up commits it." : "";
      return ended(
        errorCode,
        ...failures,
        `The rollback to deployment ${target.id} was started but not completed: ${message}${next}`,
      );
    }
  }

  private wait(appId: string, made: Deployment, onSeen?: (seen: Deployment) => void): Promise<Outcome> {
    const { deployments, reporter, inputs, secrecy, clock, stopped, texts } = this.context;
    return waitForOutcome(deployments, appId, made.id, reporter, secrecy.secrets, {
      clock,
      signal: stopped,
      timeoutMs: timeoutMs("update", inputs.timeouts),
      texts,
      ...(onSeen && { onSeen }),
    });
  }

  /** The outputs to record, so that the next preview shows the program's change again. */
  private restored(
    failed: InitializationError,
    app: App | undefined,
    made: Deployment,
    last: Deployment,
    pinned: boolean,
  ): AppOutputs {
    const before = failed.properties as AppOutputs;
    const live = listsToMaps(app?.spec ?? made.spec) ?? before.__liveSpec;
    const inputs = { ...this.context.inputs, redeployOn: this.olds?.redeployOn, spec: this.inputsFor(live) };
    const outs = app
      ? outputsOf(inputs as AppInputs, app, lastDeployment(last), live, this.context.reads.projectOf(app))
      : { ...before, ...inputs, __liveSpec: live, phase: last.phase, __deployment: lastDeployment(last) };
    return plain({ ...outs, ...(pinned && { __pinned: made.id }) }) as AppOutputs;
  }

  private inputsFor(live: unknown): unknown {
    return this.olds ? inputsWithDrift(this.olds.spec, this.olds.__liveSpec, live) : hideSecrets(live);
  }

  /** Completes the rollback of an earlier run. True if there was one. */
  async finishEarlier(app: App): Promise<boolean> {
    const pin = app.pinned_deployment;
    if (!pin || pin.id !== this.olds?.__pinned) return false;
    this.context.reporter.info(
      `The rollback of an earlier run was not completed: waiting for deployment ${pin.id} first.`,
    );
    await this.wait(app.id, pin);
    await commitRollback(this.context, app.id, pin.id);
    return true;
  }
}

/**
 * Rolls an app back and returns the new deployment: the one that the app is then pinned to, or that was cloned from the target.
 * Not stopped by Ctrl-C.
 * @throws AppPlatformError `no-deployment` if none appears
 */
export async function startRollback(
  { client, reads, reporter, clock, stopped }: OperationContext,
  appId: string,
  target: string,
): Promise<Deployment> {
  reporter.status(`rolling back to deployment ${target}`);
  const newest = async () => (await client.listDeploymentPage(appId, {})).items;
  const known = new Set((await newest()).map(({ id }) => id));
  const isNew = (one: Deployment | null | undefined): boolean => one != null && !known.has(one.id);
  const find = async (named?: string): Promise<{ made: Deployment } | undefined> => {
    const { pinned_deployment: pin } = await client.getApp(appId);
    const isIt = (one: Deployment): boolean =>
      one.id === named || (one.cloned_from === target && !isAutomaticRollback(one));
    const made = isNew(pin) ? pin : (await newest()).find((one) => isNew(one) && isIt(one));
    return made ? { made } : undefined;
  };
  const waits = { clock, signal: stopped };
  const make = async () => ({ made: await client.createRollback(appId, { deployment_id: target }) });
  const { made } = await writeOnce<{ made: Deployment | undefined }>(make, find, waits);
  reads.noteWrite(appId);
  // Later runs identify the rollback by this id, so confirm the response; if that fails, use the response.
  const named = isNew(made) ? made : undefined;
  const found = await poll(() => find(named?.id), WAIT_LIMITS.deployment, waits).catch((error: unknown) => {
    if (named) return { made: named };
    throw error;
  });
  if (found) return found.made;
  throw new AppPlatformError(
    "no-deployment",
    `The service accepted the rollback to deployment ${target}, but no new deployment of the app ${appId} appeared within ${WAIT_LIMITS.deployment / 1000} s. ` +
      "Run the command again.",
  );
}

/** An accepted commit may take this long to become visible. */
const FREE_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 2_000;

/**
 * Commits a rollback, unless it already is committed, and waits until the app is no longer pinned: the empty response to the
 * commit does not confirm it.
 * @returns the app after the commit
 */
export async function commitRollback(
  { client, reads, reporter, clock, stopped }: OperationContext,
  appId: string,
  id: string,
): Promise<App> {
  const free = async (): Promise<App | undefined> => {
    const app = await client.getApp(appId);
    // An app that was rolled back has a deployment: a response without any proves nothing.
    const isFree = app.pinned_deployment?.id !== id && shownDeployments(app).length > 0;
    return isFree ? app : undefined;
  };
  const ask = async (): Promise<App | undefined> => {
    try {
      await client.commitRollback(appId);
    } catch (error) {
      // The rollback may already be committed or reverted. The status for that is not documented.
      const isRefused = isApiError(error, "bad-request", "not-found", "conflict", "invalid-spec");
      const ended = isRefused ? await free() : undefined;
      if (!ended) throw error;
      reporter.info("The app is no longer pinned: there is nothing to commit.");
      return ended;
    }
    return undefined;
  };
  reporter.status("committing the rollback");
  let app = await writeOnce(ask, free, { clock, signal: stopped });
  reads.noteWrite(appId);
  const giveUpAt = clock.now() + FREE_WITHIN_MS;
  for (;;) {
    app ??= await free();
    if (app) return app;
    if (clock.now() >= giveUpAt)
      throw new AppPlatformError(
        "wait-timeout",
        `The app ${appId} is still pinned to the rollback ${id} after its commit was accepted (POST /v2/apps/${appId}/rollback/commit). Run the command again to continue.`,
      );
    await clock.sleep(LOOK_EVERY_MS, stopped);
  }
}

/** @throws AppPlatformError `app-pinned` if the app accepts no new deployment */
export function refuseWhilePinned(app: App, texts: ProgramTexts): void {
  if (app.pinned_deployment) throw isPinned(app, app.pinned_deployment, texts);
}

/** The error for an app that accepts no new deployment. */
export const isPinned = (app: App, pin: Deployment, { command }: ProgramTexts): AppPlatformError =>
  new AppPlatformError(
    "app-pinned",
    `The app ${app.spec.name ?? ""} (id ${app.id}) is pinned to the rollback deployment ${pin.id}, which blocks new deployments. ` +
      "Commit the rollback to keep it, or revert it to restore the previous spec. If a Rollback resource created it, set its " +
      'state to "committed" or "reverted" in a run without other changes to the app; otherwise run ' +
      `${command} rollback ${app.spec.name ?? app.id} --commit, or --revert. Then run pulumi up again.`,
  );

function kept(failed: InitializationError, why: string): InitializationError {
  return new InitializationError(failed.errorCode, failed.id, failed.properties, [
    ...failed.reasons,
    `Not rolled back: ${why}`,
  ]);
}

/** The service's error or warning about a rollback. */
export function describeCondition({ code, message, components }: RollbackCondition): string {
  const where = components && components.length > 0 ? ` (${components.join(", ")})` : "";
  return `${message ?? code ?? "no reason given"}${where}`;
}
