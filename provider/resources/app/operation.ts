import { idIsUnknown, nameIsTaken, newNameIsTaken, type ManagerOf } from "./name-taken";
import { removeNulls } from "../../net/nulls";
import { resultOf } from "../../deployment-phases";
import type { App, Deployment } from "../../api/types";
import type { Reporter } from "../../host/reporter";
import {
  isOfService,
  knownTo,
  newDeployment,
  NONE_KNOWN,
  shownDeployments,
  type Known,
  type Started,
} from "../../service/new-deployment";
import { reportDeployedDrift } from "./report-drift";
import { newestDeployment } from "./unrecorded-run";
import { AppPlatformError, isApiError, type ApiError } from "../../errors";
import { Finishing } from "./finish";
import { createDeployment, lookForDeployment } from "../start-deployment";
import type { Ignoring } from "./ignored-properties";
import { WAIT_LIMITS } from "../../service/poll";
import { isDue } from "./last-run";
import type { ProgramFacts } from "../meta";
import { explainRejection } from "./rejected-spec";
import { isPinned, refuseWhilePinned } from "./rollback-on-failure";
import type { Secrecy } from "../../secrets/mask-errors";
import { appById, isUnknownId } from "../../service/find";
import { slim } from "../../service/listing";
import type { OperationContext, AppOperationContext } from "../base-provider";
import { afterServiceRollback, unlessRollingBack } from "../service-rollback";
import { asServiceRollback, recordedRollback, rollbackOf } from "../../deploy/service-rollback";
import { adoptable } from "../../appspec/covers";
import { asksForChange, isFromBefore, type SentUpdate } from "../../appspec/evidence";
import { formatPath, listsToMaps } from "../../appspec/lists-by-name";
import { sendable } from "../../appspec/send";
import { danglingSecrets } from "../../appspec/secrets";
import { openSecrets, openSecretsWarning } from "../../appspec/stored-secrets";
import type { AppSpec } from "../../appspec/types";
import { lastDeployment, outputsOf, type AppInputs, type AppOutputs, type LastDeployment } from "./state";
import { moveProject } from "./project";
import { shownUpdate } from "./shown-update";
import { createAppOnce, updateAppOnce } from "../../service/safe-writes";

/** The app after a write, and the deployment that belongs to it. */
export interface Written {
  readonly app: App;
  readonly started: Started;
}

/** An app that is adopted unchanged, and its last deployment. */
export interface TakenOver {
  readonly app: App;
  readonly last: LastDeployment;
}

/** One operation on one App resource: its inputs, the service, and the row it reports to. */
export class Operation {
  readonly context: AppOperationContext;
  /** The inputs to record in the state. */
  private recorded: AppInputs;

  constructor(
    private readonly inputs: AppInputs,
    context: OperationContext,
    secrecy: Secrecy,
    readonly ignoring: Ignoring,
    private readonly managerOf: ManagerOf = async () => undefined,
    /** The file of the spec, and the order of its lists as far as the program defines it. */
    private readonly program: Pick<ProgramFacts, "file" | "order"> = {},
  ) {
    this.context = { ...context, inputs, secrecy };
    this.recorded = inputs;
  }

  get reporter(): Reporter {
    return this.context.reporter;
  }

  get finishing(): Finishing {
    return new Finishing(this.context, this.recorded);
  }

  /**
   * The app, or undefined if it does not exist at the service.
   * @param maxAgeMs maximum age of the response
   */
  async findApp(id: string, maxAgeMs = READ_MAX_AGE_MS): Promise<App | undefined> {
    return this.context.reads.find(this.context.client, id, maxAgeMs, this.context.options);
  }

  /**
   * Like {@link findApp}, but undefined only if two checks, some seconds apart, agree that the app does not exist. The second one
   * comes when every replica has an app of this creation time.
   */
  async findOrGone(id: string, createdAt: string | undefined): Promise<App | undefined> {
    const { client, reads, options } = this.context;
    const pauseMs = (): number => {
      const age = client.serviceTime() - Date.parse(createdAt ?? "");
      return Math.max(WAIT_LIMITS.goneAgain, age >= 0 ? WAIT_LIMITS.newApp - age : 0);
    };
    return reads.findOrGone(client, id, READ_MAX_AGE_MS, options, pauseMs);
  }

  /** The app that `App.get` refers to. @throws AppPlatformError `not-found`, suggesting similar apps */
  async appToGet(id: string): Promise<App> {
    const shared = this.context.reads.app(this.context.client, id, READ_MAX_AGE_MS, this.context.options);
    return shared.catch((error: unknown) => {
      if (isUnknownId(error, id)) return appById(this.context.client, id);
      throw error;
    });
  }

  /** @throws AppPlatformError `app-gone` */
  async existingApp(id: string): Promise<App> {
    const app = await this.findApp(id);
    if (app) return app;
    throw new AppPlatformError(
      "app-gone",
      `The app ${id} no longer exists. Run pulumi refresh to remove it from the state; the next pulumi up creates it again.`,
    );
  }

  /** The app that `adopt` refers to; undefined if there is nothing to adopt. */
  async appToAdopt(): Promise<App | undefined> {
    const { adopt } = this.inputs;
    if (adopt === undefined || adopt === false) return undefined;
    if (typeof adopt === "string") {
      const app = await this.findApp(adopt);
      if (app) return app;
      throw idIsUnknown(adopt, this.name);
    }
    const found = await this.context.client.findAppByName(this.name, this.context.options);
    if (!found) this.reporter.info(`There is no app named ${this.name} to adopt; a new one is created.`);
    return found;
  }

  private get name(): string {
    return (this.inputs.spec as AppSpec).name ?? "";
  }

  async createApp(): Promise<Written> {
    const { projectId } = this.inputs;
    const request = {
      spec: this.specToSend(undefined, undefined),
      ...(projectId && { project_id: projectId }),
    };
    const warning = this.inputs.adopt
      ? openSecretsWarning(openSecrets(this.inputs.spec, this.inputs.emptySecrets))
      : undefined;
    if (warning !== undefined) this.reporter.warn(warning);
    this.reporter.status("creating");
    // After a lost response, an app of this name can only be ours if the name was free before.
    const { client, reads, options } = this.context;
    const there = await reads.appNamed(client, this.name, READ_MAX_AGE_MS, options);
    if (there) throw await this.nameTaken(there);
    let failed: unknown;
    // A retry of a creation that took effect is rejected because of the name, which explains nothing.
    const onFailed = (error: unknown): void => void (failed ??= error);
    const safe = { ...options, clock: this.context.clock, onFailed };
    try {
      const app = slim(await createAppOnce(client, request, client.serviceTime(), safe));
      // With two resources of the same name and spec and a lost response to the second, the app belongs to the first.
      if (reads.hasWritten(app.id)) throw await this.nameTaken(app);
      reads.noteWrite(app.id);
      reads.noteProject(app.id, app.project_id ?? projectId);
      const lost = failed instanceof Error ? failed.message : undefined;
      return { app, started: { ...startedIn(app, NONE_KNOWN, true), lost } };
    } catch (error) {
      throw await this.explained(error, request.spec);
    }
  }

  /** The error of a write, with what to do about it. */
  private async explained(error: unknown, spec: AppSpec, ownId?: string): Promise<unknown> {
    if (isApiError(error, "conflict")) return this.explainConflict(error, ownId);
    if (ownId !== undefined && isUnknownId(error, ownId)) return error;
    const { secrecy } = this.context;
    return explainRejection(error, { spec, file: this.program.file, secrecy });
  }

  /** If the conflict is about a pinned app or about the name, explains what to do, or which app has the name. */
  private async explainConflict(error: ApiError, ownId?: string): Promise<unknown> {
    const { client, options } = this.context;
    const app = ownId === undefined ? undefined : await client.getApp(ownId, options).catch(() => undefined);
    if (app?.pinned_deployment) return isPinned(app, app.pinned_deployment, this.context.texts);
    const holder = await client.findAppByName(this.name, options).catch(() => undefined);
    return holder && holder.id !== ownId ? this.nameTaken(holder, error, ownId) : error;
  }

  private async nameTaken({ id }: App, cause?: unknown, ownId?: string): Promise<AppPlatformError> {
    const holder = { name: this.name, id, manager: await this.managerOf(id) };
    const message = ownId === undefined ? nameIsTaken(holder, this.context.texts) : newNameIsTaken(holder);
    return new AppPlatformError("app-exists", message, { cause });
  }

  /** Adopts an existing app. Updates it only if the program differs from it. */
  async takeOver(app: App): Promise<Written | TakenOver> {
    this.reporter.info(`Adopting the app ${app.spec.name ?? ""} (id ${app.id}).`);
    await moveProject(this.context, this.ignoring, app);
    this.recorded = this.ignoring.recorded(this.inputs, this.ignoring.held(undefined, app));
    const now = listsToMaps(app.spec);
    if (!adoptable(now, this.ignoring.toSend(this.inputs, undefined, now))) {
      refuseWhilePinned(app, this.context.texts);
      return this.updateApp(app, undefined, this.inputs.updateSources === true);
    }
    // A killed run may have created it, and no deployment may have succeeded yet.
    return this.deployed(app, app.pending_deployment ?? undefined);
  }

  /**
   * For an app whose spec does not change: returns its newest deployment, or starts a new one if that failed.
   * @param shown its newest deployment, if known
   */
  private async deployed(app: App, shown?: Deployment): Promise<Written | TakenOver> {
    const newest =
      (shown && !isOfService(shown) ? shown : await newestDeployment(this.context, app.id)) ??
      (await lookForDeployment(this.context, app.id, NONE_KNOWN, WAIT_LIMITS.updateDeployment));
    if (newest && resultOf(newest.phase) !== "bad") return { app, last: lastDeployment(newest) };
    if (newest) this.reporter.info(await this.whyAgain(app, newest));
    return { app, started: await createDeployment(this.context, app.id, { known: idsOf(app, newest) }) };
  }

  /** The reason for a new deployment of the same spec. Waits for the service's own rollback of the last one. */
  private async whyAgain(app: App, failed: Deployment): Promise<string> {
    await afterServiceRollback(this.context, app);
    const { items } = await this.context.client.listDeploymentPage(app.id, {}, this.context.options);
    const rollback = rollbackOf(items, failed);
    const since = rollback ? `, and ${recordedRollback(asServiceRollback(rollback))}` : "";
    return `The app's last deployment (${failed.id}) is ${failed.phase}${since}: starting a new one.`;
  }

  /** The app before a write that starts a deployment, once the service's own rollback has finished. */
  async withoutRollback(app: App): Promise<App> {
    return (await afterServiceRollback(this.context, app)) ? this.existingApp(app.id) : app;
  }

  /** Waits for the deployment of the write, and returns the outputs. @throws InitializationError */
  finish(written: Written | TakenOver, operation: "create" | "update"): Promise<AppOutputs> {
    return "started" in written
      ? this.finishing.started(written.app, written.started, operation)
      : this.finishing.resumed(written.app, written.last, operation);
  }

  /** See {@link outputsOf}. */
  outputs(inputs: AppInputs, app: App, last: LastDeployment | undefined, liveSpec: unknown): AppOutputs {
    return outputsOf(inputs, app, last, liveSpec, this.context.reads.projectOf(app));
  }

  /** For an operation that sends no spec: ignored places keep their previous values. */
  keepAsBefore(olds: AppOutputs): AppInputs {
    this.recorded = this.ignoring.recorded(this.inputs, olds);
    return this.recorded;
  }

  async updateApp(
    app: App,
    olds: AppOutputs | undefined,
    updateSources: boolean,
  ): Promise<Written | TakenOver> {
    this.recorded = this.ignoring.recorded(this.inputs, this.ignoring.held(olds, app));
    const request = {
      spec: this.specToSend(olds, app),
      ...(updateSources && { update_all_source_versions: true }),
    };
    const known = await this.knownDeployments(app, olds?.__deployment);
    this.reporter.status("updating");
    const safe = { ...this.context.options, clock: this.context.clock };
    const sent: SentUpdate = {
      before: listsToMaps(app.spec),
      request: listsToMaps(removeNulls(structuredClone(request.spec))),
      olds: olds?.spec,
      news: this.recorded.spec,
      recorded: olds?.__liveSpec,
    };
    const answered = slim(
      await unlessRollingBack(this.context, app.id, () =>
        updateAppOnce(this.context.client, app, request, sent, safe),
      ).catch(async (error: unknown) => {
        throw await this.explained(error, request.spec, app.id);
      }),
    );
    this.context.reads.noteWrite(app.id);
    const updated = await shownUpdate(this.context, sent, answered);
    const answer = listsToMaps(updated.spec);
    const started: Started = {
      ...startedIn(updated, known, false),
      // The service may have its reasons to keep a value.
      ...(!isFromBefore(sent, answer) && { isFromBefore: (spec) => isFromBefore(sent, spec) }),
    };
    // If the update requested nothing new, it needs no deployment beyond the existing one.
    const asksNothing = !updateSources && !asksForChange(sent);
    return started.deployment || !asksNothing ? { app: updated, started } : this.deployed(updated);
  }

  /** The deployments before an update. If the app contains its newest one, any newer ones were canceled. */
  private async knownDeployments(app: App, last: LastDeployment | undefined): Promise<Known> {
    const shown = idsOf(app, last);
    if (app.pending_deployment) return { ids: shown, complete: false };
    const { items } = await this.context.client.listDeploymentPage(app.id, {}, this.context.options);
    return { ids: [...new Set([...shown, ...items.map(({ id }) => id)])], complete: true };
  }

  private specToSend(olds: AppOutputs | undefined, app: App | undefined): AppSpec {
    const sealed = this.ignoring.toSend(this.inputs, olds, app && listsToMaps(app.spec));
    const dangling = danglingSecrets(sealed).map(formatPath);
    if (dangling.length > 0)
      throw new AppPlatformError(
        "invalid-input",
        `${dangling.join(", ")}: the service no longer stores a secret here. Set its value in the program.`,
      );
    const unreadable = this.ignoring.unreadable(sealed).map(formatPath);
    if (unreadable.length > 0)
      throw new AppPlatformError(
        "invalid-input",
        `${unreadable.join(", ")}: ignoreChanges keeps this value, but the service shows it only encrypted. Keep type: SECRET, or remove the path from ignoreChanges.`,
      );
    return sendable(sealed, this.ignoring.orderOf(this.program.order));
  }

  /** Deploys the service's spec again. Returns a function that finishes the operation. */
  async redeploy(app: App, olds: AppOutputs, forceBuild: boolean): Promise<() => Promise<AppOutputs>> {
    reportDeployedDrift(this.reporter, this.ignoring, olds, app);
    const known = idsOf(app, olds.__deployment);
    const started = await createDeployment(this.context, app.id, { forceBuild, known });
    return () => this.finishing.started(app, started, "update", olds.__liveSpec);
  }

  /**
   * Searches for the deployment of an earlier run's write that the run did not see. Creates one if it is missing and required.
   * Undefined if there is nothing to finish.
   */
  async ofEarlierWrite(
    app: App,
    olds: AppOutputs,
    forceBuild: boolean,
  ): Promise<(() => Promise<AppOutputs>) | undefined> {
    const { __awaited: awaited } = olds;
    if (!awaited || !isDue(awaited, this.inputs)) return undefined;
    const found = await lookForDeployment(this.context, app.id, knownTo(awaited), WAIT_LIMITS.laterRun);
    if (found) return () => this.finishing.resumed(app, lastDeployment(found), "update", olds.__liveSpec);
    if (!awaited.must) return undefined;
    refuseWhilePinned(app, this.context.texts);
    return this.redeploy(app, olds, forceBuild);
  }
}

/** Ids of the deployments in an app and of the one recorded in the state. */
const idsOf = (app: App, last: Pick<Deployment, "id"> | undefined): string[] =>
  [...shownDeployments(app), ...(last ? [last] : [])].map(({ id }) => id);

/** The deployment that a write has started, if its response contains it. */
function startedIn(app: App, known: Known, must: boolean): Started {
  return { deployment: newDeployment(shownDeployments(app), known), known, must };
}

/** Maximum age of a listing that serves many reads at once. */
const READ_MAX_AGE_MS = 5_000;
