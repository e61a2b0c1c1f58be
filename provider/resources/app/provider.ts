import { afterDeletion, appToDelete, backUp, deleteApp } from "./delete";
import { isKept, isLeft, isManaged, type ManagerOf } from "./name-taken";
import { AlertAssignment, readDestinations } from "./alerts/assign";
import { destinationPath } from "./alerts/destinations";
import { standing } from "../../deployment-phases";
import { check, type CheckResult } from "./check";
import type { Reporter } from "../../host/reporter";
import { declareApp } from "./declare";
import { knownTo, newDeployment, shownDeployments } from "../../service/new-deployment";
import { reportLostUpdate, reportOverwrites, reportRefreshed } from "./report-drift";
import { newestDeployment, withEarlierRun } from "./unrecorded-run";
import { AppPlatformError, InitializationError } from "../../errors";
import type { ManagedApps } from "../managed-apps";
import { Operation } from "./operation";
import { isIgnored } from "../options/ignored";
import { shownFailures } from "../arguments";
import { Previews, type Novelty, type Subject } from "./preview";
import { printOnce } from "../print-once";
import { inCoreForm } from "./program-outputs";
import { refuseWhilePinned, AutoRollback } from "./rollback-on-failure";
import { formatPropertyPath } from "../options/property-path";
import { nowSecret, united } from "../../secrets/program-secrets";
import { masked, withoutSecrets, type Secrecy } from "../../secrets/mask-errors";
import { PREVIEW_LIMITS, BaseProvider, type OperationContext } from "../base-provider";
import type { ResourceMeta } from "../meta";
import { nameIn } from "../../appspec/app-name";
import { changes, isEqual, type Change, type Path } from "../../appspec/diff";
import { drift, hiddenAsBefore, inputsWithDrift } from "../../appspec/drift";
import { listsToMaps } from "../../appspec/lists-by-name";
import { plan, type Plan } from "../../appspec/plan";
import { hideSecrets } from "../../appspec/secrets";
import { describeOpenSecrets, openSecrets, withoutStoredChanges } from "../../appspec/stored-secrets";
import { repaired } from "../state-repair";
import {
  inputsOf,
  lastDeployment,
  visible,
  type AppInputs,
  type AppOutputs,
  type LastDeployment,
} from "./state";
import type { Compared } from "./compared";
import { isDue, whyAgain, linesOnLastRun, nowIn, accepted } from "./last-run";
import { ignoringIn, placesIn, secretsIn, optionMismatches } from "./app-meta";

export class AppProvider extends BaseProvider {
  /** By URN, from the check of this run. */
  private readonly novelties = new Map<string, Novelty>();
  private readonly previews = new Previews(
    (reporter) => this.client(reporter, PREVIEW_LIMITS),
    () => this.reporter({}),
    this.deps.program,
  );

  private get managed(): ManagedApps {
    return this.deps.managed;
  }

  async check(
    given: ResourceMeta,
    olds: Partial<AppInputs>,
    news: AppInputs,
  ): Promise<CheckResult & { inputs: AppInputs }> {
    const { urn = "", program = {} } = given;
    this.deps.program.meet(urn, program.apps);
    const isNew = olds.spec === undefined;
    // The engine has put the previous values in ignored places, even if there were none.
    const inputs = { ...news, ...ignoringIn(given).wanted(news, olds) };
    const { failures, warnings, places } = check(inputs, program, isNew);
    const meta = { ...given, program: { ...program, ...(program.secrets && { secrets: places }) } };
    const secrecy = secretsIn(meta, inputs);
    const reporter = this.reporter(meta, () => secrecy);
    const unmatched = isNew && !inputs.adopt ? optionMismatches(meta, news) : [];
    for (const warning of [...unmatched, ...warnings]) reporter.warn(warning);
    const declaration = declareApp(this.managed, olds, inputs, meta);
    const { conflicts, isReplacement } = declaration;
    const novelty = { isReplacement, mayBeReplacement: program.deleteBeforeReplace === true };
    this.novelties.set(urn, novelty);
    for (const warning of declaration.warnings) reporter.warn(warning);
    failures.push(...conflicts.map((reason) => ({ property: "", reason: masked(reason, secrecy) })));
    // Existing apps are planned in diff, which receives the id.
    if (failures.length === 0 && isNew && program.preview) {
      const refusals = await this.previews.created(this.subject(meta, inputs, reporter, secrecy), novelty);
      failures.push(...refusals.map((reason) => ({ property: "", reason })));
    }
    await reporter.flush();
    if (isNew || failures.length > 0) await this.previews.finished(urn);
    return { inputs: news, failures: shownFailures(failures), warnings, places };
  }

  /**
   * For a front end whose checks do not know whether this is a preview: the same review of a new App, after its check.
   * @throws AppPlatformError `invalid-spec` if the preview already shows that the creation will fail
   */
  async previewCreate(meta: ResourceMeta, inputs: AppInputs): Promise<void> {
    const { urn = "" } = meta;
    const secrecy = secretsIn(meta, inputs);
    const reporter = this.reporter(meta, () => secrecy);
    const novelty = this.novelties.get(urn) ?? { isReplacement: false, mayBeReplacement: false };
    const refusals = await this.previews.created(this.subject(meta, inputs, reporter, secrecy), novelty);
    await reporter.flush();
    if (refusals.length > 0) throw new AppPlatformError("invalid-spec", refusals.join("\n"));
  }

  async diff(
    meta: ResourceMeta,
    id: string,
    recorded: AppOutputs,
    news: AppInputs,
  ): Promise<{ changes?: boolean }> {
    const compared = await this.compare(meta, id, recorded, news);
    // Refresh calls diff as well, but there is no program whose changes could be explained.
    if (meta.program) await this.explainUpdate(meta, id, news, compared);
    // The update checks again, and reports that the app is gone.
    if (meta.program && (await this.isDeletedEarlier(meta, id, compared.olds))) return { changes: true };
    // Leaves `changes` open: Pulumi compares the inputs itself and shows which properties changed.
    return compared.changed.length > 0 && !compared.isIgnored ? {} : { changes: compared.isUpdated };
  }

  /**
   * For a front end that lists the changed properties itself, and whose diff does not know whether this is a preview. Without an
   * update, reports the notes on the resource; otherwise `announce` reports the update.
   */
  async differences(
    meta: ResourceMeta,
    id: string,
    recorded: AppOutputs,
    news: AppInputs,
  ): Promise<{ isUpdated: boolean; changed: readonly Change[] }> {
    const compared = await this.compare(meta, id, recorded, news);
    const { changed } = compared;
    const isGone = meta.program !== undefined && (await this.isDeletedEarlier(meta, id, compared.olds));
    const isUpdated = compared.isUpdated || isGone;
    if (meta.program && !isUpdated) await this.explainUpdate(meta, id, news, compared);
    return { isUpdated, changed };
  }

  /**
   * Reports what an update will do. @throws AppPlatformError if the preview already shows that it will fail
   */
  async announce(meta: ResourceMeta, id: string, recorded: AppOutputs, news: AppInputs): Promise<void> {
    await this.explainUpdate(meta, id, news, await this.compare(meta, id, recorded, news));
  }

  private async compare(
    meta: ResourceMeta,
    id: string,
    recorded: AppOutputs,
    news: AppInputs,
  ): Promise<Compared> {
    const { urn, program } = meta;
    const past = repaired(recorded);
    // A refresh runs no program, so there is no `wait: false`.
    const latest = program ? await this.latestDeployment(id, past, news) : undefined;
    const olds = latest ? { ...past, __deployment: latest } : past;
    this.managed.hold(urn, id);
    const rivalry = urn === undefined ? undefined : this.managed.rivalry(id, urn);
    if (rivalry !== undefined) throw printOnce(new AppPlatformError("invalid-input", rivalry), urn);
    const wanted = ignoringIn(meta).wanted(news, olds);
    // Without changes, no operation follows, so record the secrets here.
    const secrecy = this.noted(id, secretsIn(meta, news, olds));
    const before = accepted(olds, wanted);
    const planned = plan(before, wanted);
    const hidden = nowSecret(olds, placesIn(meta, news));
    const changed = changes(visible({ ...olds, spec: before.spec }), visible(wanted));
    const looks = olds.__awaited !== undefined && isDue(olds.__awaited, news);
    const isUpdated =
      changed.length > 0 ||
      planned.action !== "none" ||
      olds.__pinned !== undefined ||
      looks ||
      hidden.length > 0 ||
      latest !== undefined;
    // In these places, Pulumi only has the previous inputs.
    const isAllIgnored = changed.every(({ path }) => isIgnored(path, olds.__kept ?? []));
    return { olds, planned, latest, hidden, secrecy, changed, isIgnored: isAllIgnored, isUpdated };
  }

  private async explainUpdate(
    meta: ResourceMeta,
    id: string,
    news: AppInputs,
    { olds, planned, latest, hidden, secrecy }: Compared,
  ): Promise<void> {
    const reporter = this.reporter(meta, () => secrecy);
    try {
      if (latest) reporter.info(nowIn(latest));
      await this.tell(meta, id, olds, planned, this.subject(meta, news, reporter, secrecy), hidden);
    } catch (error) {
      throw printOnce(withoutSecrets(error, secrecy), meta.urn);
    } finally {
      await reporter.flush();
      await this.previews.finished(meta.urn ?? "");
    }
  }

  /** Whether an earlier run may have deleted the app, although its deletion failed. */
  private async isDeletedEarlier(meta: ResourceMeta, id: string, olds: AppOutputs): Promise<boolean> {
    if (olds.__readOnly) return false;
    const reporter = this.reporter(meta);
    const status = await afterDeletion(() => this.client(reporter, PREVIEW_LIMITS), id, olds);
    if (status === "unclear") return meta.program?.preview !== true;
    if (status !== "missing") return false;
    reporter.warn(
      `An earlier run started to delete the app ${id}, and the service no longer shows it. ` +
        "Run pulumi refresh to remove it from the state; the next pulumi up creates it again.",
    );
    await reporter.flush();
    return true;
  }

  /**
   * With `wait: false`, the deployment that was in progress at the end of the last run, if its phase has changed since: outputs
   * such as the URL depend on it. Undefined if the request fails, so that a preview works without the service.
   */
  private async latestDeployment(
    id: string,
    { __deployment: last }: AppOutputs,
    news: AppInputs,
  ): Promise<LastDeployment | undefined> {
    if (news.wait !== false || last === undefined || standing(last.phase) !== "running") return undefined;
    try {
      const client = this.client(this.reporter({}), PREVIEW_LIMITS);
      const now = lastDeployment(await client.getDeployment(id, last.id));
      return now.phase === last.phase ? undefined : now;
    } catch {
      return undefined;
    }
  }

  async create(meta: ResourceMeta, inputs: AppInputs): Promise<{ id: string; outs: AppOutputs }> {
    return this.operate(meta, inputs, undefined, undefined, async (operation) => {
      const existing = await operation.appToAdopt();
      if (existing) this.refuseManaged(existing.id, meta.urn);
      if (inputs.adopt)
        for (const text of optionMismatches(meta, inputs, existing && { spec: listsToMaps(existing.spec) }))
          operation.reporter.warn(text);
      const written = existing ? await operation.takeOver(existing) : await operation.createApp();
      const { app } = written;
      this.managed.take(meta.urn, app.id);
      this.deps.knownSecrets.note(app.id, operation.context.secrecy);
      const rollback = new AutoRollback(operation.context, undefined);
      const finish = () => operation.finish(written, "create");
      const alerts = new AlertAssignment(operation.context, undefined, existing && operation.ignoring);
      const outs = await operation.ignoring.noting(inputs, () =>
        alerts.around(app.id, () => rollback.around(finish)),
      );
      return { id: app.id, outs };
    }).catch((error: unknown) => {
      this.managed.fail(meta.urn);
      throw error;
    });
  }

  /** @throws AppPlatformError `app-exists` if another resource of the program manages the app */
  private refuseManaged(id: string, adopter = ""): void {
    const manager = this.managed.otherManager(id, adopter);
    if (manager !== undefined && this.managed.isDeclared(manager))
      throw new AppPlatformError("app-exists", isManaged(id, manager, adopter));
  }

  async update(
    meta: ResourceMeta,
    id: string,
    state: AppOutputs,
    news: AppInputs,
  ): Promise<{ outs: AppOutputs }> {
    const recorded = repaired(state);
    this.managed.hold(meta.urn, id);
    return this.operate(meta, news, recorded, id, async (operation) => {
      const { ignoring } = operation;
      const rollback = new AutoRollback(operation.context, recorded);
      const alerts = new AlertAssignment(operation.context, recorded, ignoring);
      const settled = async (finish: () => Promise<AppOutputs>) => ({
        outs: await ignoring.noting(news, () => alerts.around(id, () => rollback.around(finish))),
      });
      let before = await operation.existingApp(id);
      if (await rollback.finishEarlier(before)) before = await operation.existingApp(id);
      const olds = await withEarlierRun(
        operation.context,
        recorded,
        before,
        plan(accepted(recorded, news), ignoring.wanted(news, recorded)),
        ignoring,
      );
      const last =
        olds === recorded
          ? await operation.finishing.currentState(before, olds.__deployment)
          : olds.__deployment;
      const wanted = ignoring.wanted(news, olds);
      const planned = plan({ ...accepted(olds, wanted), lastPhase: last?.phase }, wanted);
      const isLost =
        planned.action !== "update" && reportLostUpdate(operation.context, ignoring, olds, before);
      const action = isLost ? "update" : planned.action;
      if (action === "update" || action === "redeploy") {
        refuseWhilePinned(before);
        before = await operation.withoutRollback(before);
      }
      if (action === "redeploy" && last?.rolledBack && !recorded.__deployment?.rolledBack)
        operation.reporter.info(whyAgain(last));
      await operation.moveProject(before);
      const kept = operation.keepAsBefore(olds);
      switch (action) {
        case "update": {
          if (!isLost) reportOverwrites(operation.context, ignoring, olds, before);
          const after = await operation.updateApp(before, olds, planned.updateSources);
          this.managed.record(meta.urn, news.spec);
          return settled(() => operation.finish(after, "update"));
        }
        case "redeploy":
          return settled(await operation.redeploy(before, olds, planned.forceBuild));
        default: {
          const late = await operation.ofEarlierWrite(before, olds, planned.forceBuild);
          if (late) return settled(late);
          if (action === "resume")
            return settled(() => operation.finishing.resumed(before, last, "update", olds.__liveSpec));
          return settled(async () => ({
            ...operation.outputs(kept, await operation.existingApp(id), last, olds.__liveSpec),
            ...(news.wait === false && olds.__awaited && { __awaited: olds.__awaited }),
          }));
        }
      }
    });
  }

  /** @param isGet for `App.get`: a missing app is then an error */
  async read(
    meta: ResourceMeta,
    id: string,
    state: AppOutputs,
    isGet = false,
  ): Promise<{ id?: string; props?: AppOutputs; inputs?: AppInputs }> {
    const props = repaired(state);
    return this.operate(meta, props, undefined, id, async (operation) => {
      const isOnlyRead = isGet || props.__readOnly === true;
      const found = isGet ? await operation.appToGet(id) : await operation.findOrGone(id);
      if (found && !isOnlyRead) this.managed.hold(meta.urn, id);
      if (!found) {
        this.managed.forget(meta.urn, id);
        operation.reporter.warn(`The app ${id} no longer exists: it is removed from the state.`);
        return {};
      }
      const now = listsToMaps(found.spec);
      const then = props.__liveSpec ?? now;
      reportRefreshed(operation.reporter, then, now);
      const seen = withoutStoredChanges(now, then, props.spec, props.emptySecrets);
      const spec = props.spec === undefined ? hideSecrets(now) : inputsWithDrift(props.spec, then, seen);
      const project = props.projectId ? await operation.shownProject(found) : undefined;
      const moved = project === undefined ? {} : { projectId: project };
      const { changed, ...alerts } = (await readDestinations(id, props, operation.context)) ?? {
        changed: [],
      };
      for (const key of changed) operation.reporter.info(`changed at the service: ~ ${destinationPath(key)}`);
      const inputs = inputsOf({ ...props, ...moved, ...alerts, spec });
      // Any change of the spec, for example by a killed run, has also started a deployment.
      const newest = drift(then, now).length > 0 ? await newestDeployment(operation.context, id) : undefined;
      const late = props.__awaited && newDeployment(shownDeployments(found), knownTo(props.__awaited));
      const shown = newest ?? late;
      const last = shown
        ? lastDeployment(shown)
        : await operation.finishing.currentState(found, props.__deployment);
      const pinned = props.__pinned !== undefined && found.pinned_deployment?.id === props.__pinned;
      const { __secrets } = props;
      const kept = {
        ...alerts,
        ...(pinned && { __pinned: props.__pinned }),
        ...(props.__awaited && !late && { __awaited: props.__awaited }),
        ...(props.__imported && { __imported: true }),
        ...(__secrets && { __secrets }),
        ...(isOnlyRead && { __readOnly: true }),
      };
      const outs = operation.outputs(inputs, found, last, hiddenAsBefore(then, now));
      // It also moves by itself, for example when a certificate is renewed.
      const isSame = Object.entries(outs).every(
        ([key, value]) => key === "updatedAt" || isEqual(value, props[key as keyof AppOutputs]),
      );
      const updatedAt = isSame ? (props.updatedAt ?? outs.updatedAt) : outs.updatedAt;
      return { id, props: { ...outs, updatedAt, ...kept }, inputs };
    });
  }

  async delete(meta: ResourceMeta, id: string, state: AppOutputs): Promise<void> {
    const { urn } = meta;
    const props = inCoreForm(state);
    const name = nameIn(props.__liveSpec) ?? nameIn(props.spec);
    const fate = await this.managed.release(id, urn, name);
    await this.operate(meta, props, undefined, id, async (operation) => {
      if (fate.action === "keep")
        throw new AppPlatformError("app-exists", isKept(id, name, fate.heir, urn ?? ""));
      if (fate.action === "leave")
        return operation.reporter.warn(isLeft(id, name, fate.heir === urn ? undefined : fate.heir, urn));
      await this.managed.deleteOnce(id, async () => {
        const { context } = operation;
        await backUp(context, await appToDelete(context, id, props), props.backup);
        await deleteApp(context, id);
      });
    });
  }

  /** @param id id of the app, once it exists */
  private operate<T>(
    meta: ResourceMeta,
    inputs: AppInputs,
    olds: AppOutputs | undefined,
    id: string | undefined,
    work: (operation: Operation) => Promise<T>,
  ): Promise<T> {
    const places = placesIn(meta, inputs);
    const full = { ...inputs, ...(places && { __secrets: places }) };
    this.deps.program.meet(meta.urn ?? meta.row ?? "");
    const known = secretsIn(meta, inputs, olds);
    const secrecy = id === undefined ? known : this.noted(id, known);
    const managerOf: ManagerOf = (appId) => this.managed.managerOf(appId, meta.urn ?? "");
    const { project } = { ...(inputs as Partial<AppOutputs>), ...olds };
    const start = (context: OperationContext): Operation => {
      if (id !== undefined) context.reads.noteProject(id, project, false);
      return new Operation(full, context, secrecy, ignoringIn(meta), managerOf, meta.program?.order);
    };
    return this.run(meta, (context) => work(start(context)), {
      secrecy: () => secrecy,
      hasDiff: olds !== undefined,
    }).catch((error: unknown) => {
      // The recorded outputs may contain previous as well as new values.
      if (error instanceof InitializationError && places && olds?.__secrets)
        Object.assign(error.properties, { __secrets: united(places, olds.__secrets) });
      throw error;
    });
  }

  /** Shares an app's secrets with resources that only know the app's id. */
  private noted(id: string, secrecy: Secrecy): Secrecy {
    this.deps.knownSecrets.note(id, secrecy);
    return secrecy;
  }

  private subject(meta: ResourceMeta, inputs: AppInputs, reporter: Reporter, secrecy: Secrecy): Subject {
    const { urn = "", program } = meta;
    const managerOf: ManagerOf = (appId) => this.managed.managerOf(appId, urn);
    return { urn, inputs, order: program?.order, ignoring: ignoringIn(meta), reporter, secrecy, managerOf };
  }

  /** Reports what the update will do. @throws AppPlatformError if the preview already shows that it will fail */
  private async tell(
    meta: ResourceMeta,
    id: string,
    olds: AppOutputs,
    planned: Plan,
    subject: Subject,
    hidden: readonly Path[],
  ): Promise<void> {
    const { inputs, ignoring, reporter } = subject;
    for (const line of linesOnLastRun(planned, olds)) reporter.info(line);
    const refusals = meta.program?.preview
      ? await this.previews.updated(subject, id, olds, planned)
      : this.previews.explain(planned, reporter);
    if (olds.__imported && planned.changes.length > 0)
      reporter.info(
        "The diff may list defaults of the service that the program does not set; they stay unchanged.",
      );
    for (const text of optionMismatches(meta, inputs, { ...olds, spec: olds.__liveSpec }))
      reporter.warn(text);
    if (hidden.length > 0)
      reporter.info(`Encrypted in the state from now on: ${hidden.map(formatPropertyPath).join(", ")}.`);
    if (!olds.__imported) {
      const open = openSecrets(ignoring.wanted(inputs, olds).spec, inputs.emptySecrets);
      const { warning, note } = describeOpenSecrets(open, olds.spec, olds.__liveSpec);
      if (note !== undefined) reporter.info(note);
      if (warning !== undefined) reporter.warn(warning);
    }
    if (refusals.length > 0) throw new AppPlatformError("invalid-spec", refusals.join("\n"));
  }
}
