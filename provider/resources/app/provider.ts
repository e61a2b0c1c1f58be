import { appToDelete, backUp, deleteApp } from "./delete";
import { isKept, isLeft, isManaged, type ManagerOf } from "./name-taken";
import { AlertAssignment } from "./alerts/assign";
import { check, type CheckResult } from "./check";
import type { Reporter } from "../../host/reporter";
import { declareApp, type Declaration } from "./declare";
import { reportLostUpdate, reportOverwrites } from "./report-drift";
import { withEarlierRun } from "./unrecorded-run";
import { AppPlatformError, InitializationError } from "../../errors";
import type { ManagedApps } from "../managed-apps";
import { Operation } from "./operation";
import { shownFailures } from "../arguments";
import { Previews, type Novelty, type Subject } from "./preview";
import { inCoreForm } from "./program-outputs";
import { refuseWhilePinned, AutoRollback } from "./rollback-on-failure";
import { united } from "../../secrets/program-secrets";
import { masked, type Secrecy } from "../../secrets/mask-errors";
import { PREVIEW_LIMITS, BaseProvider, type OperationContext } from "../base-provider";
import type { ResourceMeta } from "../meta";
import { nameIn } from "../../appspec/app-name";
import type { Change } from "../../appspec/diff";
import { listsToMaps } from "../../appspec/lists-by-name";
import { plan } from "../../appspec/plan";
import { repaired } from "../state-repair";
import type { AppInputs, AppOutputs } from "./state";
import { Comparer } from "./compared";
import { moveProject } from "./project";
import { readApp, type AppRead } from "./read";
import { currentState } from "./current-state";
import { whyAgain, accepted } from "./last-run";
import { ignoringIn, placesIn, secretsIn, optionMismatches } from "./app-meta";

/** What a check has found out about a new App, for its preview. */
type Checked = Novelty & Pick<Declaration, "warnings">;

const NOT_CHECKED: Checked = { isReplacement: false, mayBeReplacement: false, warnings: [] };

export class AppProvider extends BaseProvider {
  /** By URN, from the check of this run. */
  private readonly novelties = new Map<string, Checked>();
  private readonly previews = new Previews(
    (reporter) => this.client(reporter, PREVIEW_LIMITS),
    () => this.reporter({}),
    this.deps.program,
  );
  private readonly comparer = new Comparer({
    clock: this.deps.clock,
    managed: this.deps.managed,
    previews: this.previews,
    client: (reporter) => this.client(reporter, PREVIEW_LIMITS),
    reporter: (meta, secrecy) => this.reporter(meta, secrecy),
    noted: (id, secrecy) => this.noted(id, secrecy),
    subject: (meta, inputs, reporter, secrecy) => this.subject(meta, inputs, reporter, secrecy),
  });

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
    const { failures, warnings, places } = check(inputs, program, this.deps.texts, isNew);
    const meta = { ...given, program: { ...program, ...(program.secrets && { secrets: places }) } };
    const secrecy = secretsIn(meta, inputs);
    const reporter = this.reporter(meta, () => secrecy);
    const unmatched = isNew && !inputs.adopt ? optionMismatches(meta, news) : [];
    for (const warning of [...unmatched, ...warnings]) reporter.warn(warning);
    const declaration = declareApp(this.managed, olds, inputs, meta);
    const { conflicts, isReplacement } = declaration;
    const novelty = {
      isReplacement,
      mayBeReplacement: program.deleteBeforeReplace === true,
      isOrderOpen: program.hidesOptions === true,
    };
    this.novelties.set(urn, { ...novelty, warnings: declaration.warnings });
    if (program.preview) for (const warning of declaration.warnings) reporter.warn(warning);
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
    const { warnings, ...novelty } = this.novelties.get(urn) ?? NOT_CHECKED;
    for (const warning of warnings) reporter.warn(warning);
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
    const compared = await this.comparer.compare(meta, id, recorded, news);
    // Refresh calls diff as well, but there is no program whose changes could be explained.
    if (meta.program) await this.comparer.explain(meta, id, news, compared);
    // The update checks again, and reports that the app is gone.
    if (meta.program && (await this.comparer.isDeletedEarlier(meta, id, compared.olds)))
      return { changes: true };
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
    const compared = await this.comparer.compare(meta, id, recorded, news);
    const { changed } = compared;
    const isGone =
      meta.program !== undefined && (await this.comparer.isDeletedEarlier(meta, id, compared.olds));
    const isUpdated = compared.isUpdated || isGone;
    if (meta.program && !isUpdated) await this.comparer.explain(meta, id, news, compared);
    return { isUpdated, changed };
  }

  /**
   * Reports what an update will do. @throws AppPlatformError if the preview already shows that it will fail
   */
  async announce(meta: ResourceMeta, id: string, recorded: AppOutputs, news: AppInputs): Promise<void> {
    await this.comparer.explain(meta, id, news, await this.comparer.compare(meta, id, recorded, news));
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
          ? await currentState(operation.context, before, olds.__deployment)
          : olds.__deployment;
      const wanted = ignoring.wanted(news, olds);
      const planned = plan({ ...accepted(olds, wanted), lastPhase: last?.phase }, wanted);
      const isLost =
        planned.action !== "update" && reportLostUpdate(operation.context, ignoring, olds, before);
      const action = isLost ? "update" : planned.action;
      if (action === "update" || action === "redeploy") {
        refuseWhilePinned(before, this.deps.texts);
        before = await operation.withoutRollback(before);
      }
      if (action === "redeploy" && last?.rolledBack && !recorded.__deployment?.rolledBack)
        operation.reporter.info(whyAgain(last));
      await moveProject(operation.context, ignoring, before);
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
  async read(meta: ResourceMeta, id: string, state: AppOutputs, isGet = false): Promise<AppRead> {
    const props = repaired(state);
    return this.operate(meta, props, undefined, id, (operation) =>
      readApp(operation, this.managed, meta, id, props, isGet),
    );
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
      return new Operation(full, context, secrecy, ignoringIn(meta), managerOf, meta.program);
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
    const { order, file } = program ?? {};
    const { texts } = this.deps;
    return { urn, inputs, order, file, ignoring: ignoringIn(meta), reporter, secrecy, managerOf, texts };
  }
}
