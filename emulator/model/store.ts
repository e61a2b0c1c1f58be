import { forgetGoneAlerts } from "./alerts";
import { BEHAVIOR, type Behavior } from "./behavior";
import type { Clock } from "../clock";
import { withDefaults } from "./defaults";
import { activeAmong, isRunning, type DeploymentRecord } from "./deployment-record";
import { badRequest, nameExists, notFound, serverError } from "../errors";
import { failureOf, type FailureRequest } from "./requested-failures";
import { isUuid, type Ids } from "./ids";
import { componentsToBuild, failureInSpec, planDeployment } from "./deployment-timeline";
import { Projects } from "./projects";
import { staticSites, validateRollback, type Validation } from "./rollback";
import { decrypt, sealSecrets } from "./secrets";
import { sourcesFor } from "./sources";
import type { Destinations, StoredApp } from "./stored-app";
import { appFrom, stateOfApp, type StoreState } from "./state";
import { canonical, components, type Spec } from "./spec";
import {
  dueDeployment,
  rollbackInProgress,
  unpromptedDeployment,
  CAUSES,
  type UnpromptedType,
} from "./unprompted";
import { pinOf, refuseWhileDeleting, refuseWhilePinned, refuseWhileRollingBack } from "./refusals";
import { checkSpec, refuseEncrypted } from "./validate-spec";

export interface StoreOptions {
  clock: Clock;
  ids: Ids;
  deployMs: number;
  /** Called after each change of the stored state. */
  changed?: () => void;
  /** @default {@link BEHAVIOR} */
  behavior?: Behavior;
}

interface Start {
  cause: string;
  /** Fetch the newest sources, and so build everything that is built from source. */
  newSources: boolean;
  /** Keep what was built for this earlier deployment. */
  rollbackTo?: DeploymentRecord;
}

export class Store {
  readonly owner: string;
  readonly projects: Projects;
  private readonly byId = new Map<string, StoredApp>();
  private readonly keys = new WeakMap<StoredApp, Buffer>();
  private readonly failures: FailureRequest[] = [];
  private readonly changed: () => void;
  private breaksNext: { forGood: boolean } | undefined;

  /** @param kept the state of an earlier store; its ids must continue where they were */
  constructor(
    readonly options: StoreOptions,
    kept?: StoreState,
  ) {
    this.changed = options.changed ?? (() => {});
    this.owner = kept?.owner ?? options.ids.uuid();
    this.projects = new Projects(options.clock, options.ids, this.owner, kept?.projects, this.changed);
    this.failures.push(...(kept?.failures ?? []));
    for (const state of kept?.apps ?? []) this.keep(appFrom(state), Buffer.from(state.key, "base64"));
  }

  /** The complete current state. */
  state(): StoreState {
    return {
      owner: this.owner,
      drawn: this.options.ids.drawn,
      projects: this.projects.list(),
      failures: this.failures,
      apps: this.list().map((app) => stateOfApp(app, this.key(app))),
    };
  }

  get now(): number {
    return this.options.clock.now();
  }

  /** Apps that still respond, oldest first. */
  list(): StoredApp[] {
    for (const app of this.byId.values()) if (this.isGone(app, this.lag)) this.byId.delete(app.id);
    return [...this.byId.values()].filter((app) => !this.isGone(app)).map((app) => this.upToDate(app));
  }

  /** The apps that a list contains: those that existed some time ago, if lists show changes late. */
  listed(): StoredApp[] {
    this.list();
    return [...this.byId.values()].filter((app) => app.createdAt + this.lag <= this.now);
  }

  /** @throws {@link ApiError} 400 for a malformed id, 404 for an unknown one */
  get(id: string): StoredApp {
    if (!isUuid(id)) throw badRequest("invalid uuid");
    const app = this.find(id);
    if (app === undefined) throw notFound();
    return app;
  }

  find(id: string): StoredApp | undefined {
    const app = this.byId.get(id.toLowerCase());
    return app === undefined || this.isGone(app) ? undefined : this.upToDate(app);
  }

  get behavior(): Behavior {
    return this.options.behavior ?? BEHAVIOR;
  }

  /** Records what the service has started by itself. */
  private upToDate(app: StoredApp): StoredApp {
    const due = () => dueDeployment(app, this.now, this.behavior, this.options.deployMs);
    for (let made = due(); made !== undefined; made = due()) {
      app.deployments.push(made);
      this.changed();
    }
    return app;
  }

  /**
   * The service deploys the app's spec without being asked, and cancels the deployment in progress.
   * @param cause the text that it gives as the reason
   */
  deployUnprompted(app: StoredApp, type: UnpromptedType, cause = CAUSES[type]): DeploymentRecord {
    refuseWhileDeleting(app);
    const { now } = this;
    const before = app.deployments.at(-1);
    if (before === undefined) throw badRequest("the app has no deployment yet");
    for (const record of app.deployments) if (isRunning(record, now)) record.canceledAt = now;
    const made = unpromptedDeployment(before, app.spec, type, {
      cause,
      at: now,
      deployMs: this.options.deployMs,
    });
    app.deployments.push(made);
    this.changed();
    return made;
  }

  byName = (name: string): StoredApp | undefined => this.list().find((app) => app.spec.name === name);

  /** The next deployment, of any app, fails this way. */
  failNext(what: FailureRequest): void {
    this.failures.push(what);
    this.changed();
  }

  /**
   * The next creation fails with 500 although it stores the app, without a deployment. Source: digitalocean/app_action#130.
   * @param forGood whether later updates and new deployments of the app fail as well, until it is repaired
   */
  breakNextCreate(forGood: boolean): void {
    this.breaksNext = { forGood };
  }

  /** Ends the failures of a broken app. */
  repair(app: StoredApp): void {
    delete app.broken;
    this.changed();
  }

  create(given: unknown, projectId?: string): { app: StoredApp; deployment: DeploymentRecord } {
    checkSpec(given, this.behavior);
    refuseEncrypted(given);
    if (this.byName(given.name) !== undefined) throw nameExists();
    const project = this.projects.get(projectId ?? "default");
    const { ids } = this.options;
    const key = ids.bytes(32);
    const made: Omit<StoredApp, "plain"> = {
      id: ids.uuid(),
      spec: withDefaults(given, this.behavior),
      projectId: project.id,
      createdAt: this.now,
      updatedAt: this.now,
      deployments: [],
      suffix: ids.word(5),
      destinations: new Map(),
      stopped: new Map(),
    };
    sealSecrets(made.spec, key, ids, this.behavior);
    const app = this.keep(made, key);
    const { breaksNext } = this;
    this.breaksNext = undefined;
    if (breaksNext !== undefined) {
      if (breaksNext.forGood) app.broken = true;
      this.changed();
      throw serverError();
    }
    return { app, deployment: this.deploy(app, { cause: "initial deployment", newSources: true }) };
  }

  /** @returns no deployment when nothing changed and no new sources were requested, unless the options require one */
  update(app: StoredApp, given: unknown, newSources = false): DeploymentRecord | undefined {
    refuseWhileDeleting(app);
    refuseWhilePinned(app);
    refuseWhileRollingBack(app, this.behavior, this.now);
    checkSpec(given, this.behavior);
    const namesake = this.byName(given.name);
    if (namesake !== undefined && namesake !== app) throw nameExists();
    const spec = withDefaults(given, this.behavior);
    sealSecrets(spec, this.key(app), this.options.ids, this.behavior, app.spec);
    const changed = canonical(spec) !== canonical(app.spec);
    if (!changed && !newSources && !this.behavior.deployUnchanged) return undefined;
    this.setSpec(app, spec);
    return this.deploy(app, { cause: "app spec updated", newSources });
  }

  /** Starts a deployment of the app's spec and cancels the running one. */
  deploy(app: StoredApp, start: Start): DeploymentRecord {
    refuseWhileDeleting(app);
    refuseWhilePinned(app);
    refuseWhileRollingBack(app, this.behavior, this.now);
    delete app.committed;
    const now = this.now;
    const active = activeAmong(app.deployments, now);
    for (const record of app.deployments) if (isRunning(record, now)) record.canceledAt = now;
    const asked = this.failures.shift();
    const { rollbackTo } = start;
    const built = rollbackTo
      ? staticSites(rollbackTo)
      : componentsToBuild(app.spec, active?.spec, start.newSources);
    const failing = asked?.component ?? components(app.spec)[0]?.component.name;
    if (asked !== undefined && (asked.step ?? "build") === "build" && failing !== undefined) {
      const component = components(app.spec).find((entry) => entry.component.name === failing)?.component;
      if (component !== undefined && component.image === undefined && !built.includes(failing))
        built.push(failing);
    }
    const failure = asked === undefined ? failureInSpec(app.spec, built) : failureOf(asked, failing);
    const previous = app.deployments[app.deployments.length - 1];
    const record: DeploymentRecord = {
      id: this.options.ids.uuid(),
      cause: start.cause,
      spec: structuredClone(app.spec),
      plan: planDeployment(app.spec, built, failure, this.behavior),
      startedAt: now,
      durationMs: this.options.deployMs,
      sources: rollbackTo?.sources ?? sourcesFor(app, app.deployments.length, start.newSources, active),
      ...(previous === undefined ? {} : { previousId: previous.id }),
      ...(rollbackTo === undefined ? {} : { clonedFrom: rollbackTo.id }),
    };
    app.deployments.push(record);
    this.changed();
    return record;
  }

  /**
   * Rolls back to an earlier deployment with a new one that has its spec. Unless `skipPin` is set, no other deployment
   * can be created until the rollback is committed or reverted.
   * @throws {@link ApiError} 400 with the condition that prevents it
   */
  rollBack(app: StoredApp, target: DeploymentRecord, skipPin: boolean): DeploymentRecord {
    refuseWhileDeleting(app);
    const { error } = this.validateRollback(app, target);
    if (error) throw badRequest(`the app cannot be rolled back to this deployment: ${error.message}`);
    const specBefore = app.spec;
    this.setSpec(app, structuredClone(target.spec));
    const made = this.deploy(app, { cause: "rollback", newSources: false, rollbackTo: target });
    if (!skipPin) app.pinned = { deployment: made, specBefore };
    this.changed();
    return made;
  }

  /** Whether an app can roll back to one of its deployments. */
  validateRollback(app: StoredApp, target: DeploymentRecord): Validation {
    const found = validateRollback(app, target, this.now);
    const isRefused = this.behavior.whileRollingBack === "refuse" && rollbackInProgress(app, this.now);
    if (!isRefused) return found;
    const error = { code: "rollback_in_progress", message: "The app is being rolled back after a failure." };
    return { ...found, valid: false, error };
  }

  /** @throws {@link ApiError} 400 when there is no rollback to commit */
  commitRollback(app: StoredApp): void {
    const { specBefore } = pinOf(app);
    delete app.pinned;
    app.committed = { specBefore };
    this.changed();
  }

  /** Deploys the spec from before the rollback. @throws {@link ApiError} 400 when there is no rollback to revert */
  revertRollback(app: StoredApp): DeploymentRecord {
    const committed = this.behavior.revertCommitted ? app.committed : undefined;
    const { specBefore } = committed ?? pinOf(app);
    refuseWhileDeleting(app);
    delete app.pinned;
    this.setSpec(app, specBefore);
    return this.deploy(app, { cause: "rollback reverted", newSources: false });
  }

  /** @throws {@link ApiError} 400 when it has already finished, if the behavior says so */
  cancel(record: DeploymentRecord): void {
    if (!isRunning(record, this.now)) {
      if (!this.behavior.refuseLateCancel) return;
      throw badRequest("the deployment has finished and cannot be canceled");
    }
    record.canceledAt = this.now;
    this.changed();
  }

  /** Stops a job run or a scaling that is not a step of a deployment. */
  stop(app: StoredApp, id: string): void {
    app.stopped.set(id, this.now);
    this.changed();
  }

  /** @param alert its id */
  setDestinations(app: StoredApp, alert: string, destinations: Destinations): void {
    app.destinations.set(alert, destinations);
    this.changed();
  }

  /** @returns whether it was in another project */
  assign(app: StoredApp, projectId: string): boolean {
    const moves = app.projectId !== projectId;
    app.projectId = projectId;
    if (moves) this.changed();
    return moves;
  }

  /** @throws {@link ApiError} 400, 404 */
  deployment(app: StoredApp, id: string): DeploymentRecord {
    if (!isUuid(id)) throw badRequest("invalid uuid");
    const record = app.deployments.find((candidate) => candidate.id === id.toLowerCase());
    if (record === undefined) throw notFound();
    return record;
  }

  remove(app: StoredApp): void {
    app.goneAt ??= this.now + this.behavior.deleteSeconds * 1000;
    for (const record of app.deployments) if (isRunning(record, this.now)) record.canceledAt = this.now;
    this.changed();
  }

  /** The spec with its secrets encrypted for an app, or for none if it does not exist yet. */
  seal(given: Spec, app: StoredApp | undefined): Spec {
    const spec = withDefaults(given, this.behavior);
    const key = app === undefined ? this.options.ids.bytes(32) : this.key(app);
    sealSecrets(spec, key, this.options.ids, this.behavior, app?.spec);
    return spec;
  }

  private keep(app: Omit<StoredApp, "plain">, key: Buffer): StoredApp {
    const kept: StoredApp = { ...app, plain: (ciphertext) => decrypt(ciphertext, key) };
    this.keys.set(kept, key);
    this.byId.set(kept.id, kept);
    return kept;
  }

  private get lag(): number {
    return this.behavior.listLagSeconds * 1000;
  }

  private isGone(app: StoredApp, lag = 0): boolean {
    return app.goneAt !== undefined && app.goneAt + lag <= this.now;
  }

  private key(app: StoredApp): Buffer {
    const key = this.keys.get(app);
    if (key === undefined) throw new Error(`no key for app ${app.id}`);
    return key;
  }

  private setSpec(app: StoredApp, spec: Spec): void {
    app.spec = spec;
    app.updatedAt = this.now;
    forgetGoneAlerts(app);
  }
}
