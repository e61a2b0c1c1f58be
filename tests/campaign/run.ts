import { exposed } from "../faults/exposure";
import { OperationError, type Properties } from "../faults/provider-host";
import type { StackedResource, Step as Did } from "../faults/stack";
import type { World } from "../faults/world";
import type { RollbackState } from "../../provider/resources/rollback/provider";
import { APP_PROVIDER, APP_TYPE } from "../../provider/resources/state-texts";
import { count, countFaults, countRun, type Counts } from "./counts";
import { commitByHand, createExisting, idToAdopt, RAW_ERROR } from "./existing";
import { falseRelease, falseRollback, falseSuccess, livingApps, orphans, stillPinned } from "./oracle";
import { argumentsOf, type DeclaredApp, type Plan, type Program, type Step } from "./plan";

/** Maximum number of rounds of the documented recovery steps. */
const ROUNDS = 2;
const TIMEOUTS = { create: "5m", update: "5m", delete: "5m" };
const SHORT = { create: "5m", update: "5m" };
const A_MINUTE_MS = 60_000;
/** Each run of Pulumi is a process of its own: what an earlier one has read is too old to be shared. */
const BETWEEN_RUNS_MS = 10_000;

/** Runs one plan on Pulumi's provider host and collects every problem found on the way. */
export class CampaignRun {
  readonly problems: string[] = [];
  /** Each action and its result, one line each. */
  readonly trace: string[] = [];
  private readonly apps = new Map<string, StackedResource>();
  private readonly adopted = new Map<string, string>();
  private existing: string | undefined;
  private shown = "";
  private killed = false;
  private stopped = false;
  /** Whether a Rollback may have given the last app an earlier spec since its last refresh. */
  private isRolledBack = false;

  constructor(
    private readonly world: World,
    private readonly plan: Plan,
    private readonly counts: Counts,
  ) {}

  async carryOut(): Promise<void> {
    const { world, plan, counts } = this;
    await world.clear();
    const deployed = () => world.pass(A_MINUTE_MS);
    this.existing = await createExisting(plan, world.emulator, world.token, deployed);
    for (const { name } of plan.last.apps) this.apps.set(name, world.resource(APP_TYPE, name, APP_PROVIDER));
    for (const step of plan.steps) await this.step(step);
    await this.recover();
    countRun(counts, plan);
    countFaults(counts, world.emulator.calls);
    this.problems.push(...this.exposures());
  }

  private async step(step: Step): Promise<void> {
    const { world } = this;
    const { emulator } = world;
    this.trace.push(`${step.action}: ${JSON.stringify(step)}`);
    for (const rule of step.faults) emulator.faults.add(rule);
    if (step.buildFails) emulator.failNext({ component: "web" });
    this.stopped = this.killed = false;
    await world.pass(BETWEEN_RUNS_MS);
    const before = { calls: emulator.calls.length, apps: livingApps(world).map(({ id }) => id) };
    const ends = this.watch(step);
    if (step.action === "destroy") await this.destroyAll(step);
    else if (step.action === "refresh") await this.refreshAll();
    else await this.up(step);
    world.whenAnswered(undefined);
    await ends();
    emulator.faults.clear();
    if (!this.stopped) return;
    // The next run is another process.
    this.takeOutput();
    await world.restartHost();
    if (this.killed) {
      this.stopped = this.killed = false;
      // Pulumi's state may be outdated: the documented step is a refresh.
      await this.refreshAll();
    } else if (emulator.calls.slice(before.calls).every(({ fault }) => fault === undefined))
      this.problems.push(...this.lost(before.apps));
  }

  private async up(step: Step): Promise<void> {
    for (const declared of step.apps) if (!this.stopped) await this.upApp(declared);
    if (!this.stopped && step.release !== undefined) await this.release(step);
    if (this.stopped) return;
    if (step.back !== undefined) await this.rollBack(step, step.back);
    else await this.remove("back");
  }

  /** Apps that a run created which was stopped politely, without any fault, and which the state does not contain. */
  private lost(before: readonly string[]): string[] {
    const managed = this.managed;
    return livingApps(this.world)
      .filter(({ id }) => !before.includes(id) && !managed.includes(id))
      .map(({ spec, id }) => `${spec.name}: a stopped run created ${id} and did not record it`);
  }

  private async refreshAll(): Promise<void> {
    for (const [name, resource] of this.resources) {
      if (this.stopped) break;
      const before = resource.state;
      if (!before) continue;
      const failure = await this.attempt(`refresh ${name}`, () => resource.refresh());
      if (failure || resource.state || !this.apps.has(name)) continue;
      if (livingApps(this.world).some(({ id }) => id === before.id))
        this.problems.push(`${name}: refresh took an app out of the state that lives`);
    }
  }

  /** Stops the run at the planned request. @returns resolves when the run has stopped */
  private watch({ ending }: Step): () => Promise<void> {
    if (!ending) return async () => {};
    const { world, counts } = this;
    let left = ending.at;
    let done: Promise<void> = Promise.resolve();
    world.whenAnswered(() => {
      left -= 1;
      if (left !== 0) return;
      this.stopped = true;
      this.trace.push(`  ${ending.how}`);
      count(counts.endings, ending.how);
      const { child } = world.host.process;
      // The engine ends its providers with SIGINT, so that alone is a kill.
      if (ending.how === "SIGKILL" || ending.how === "SIGINT") this.killed = true;
      if (ending.how !== "cancel") child.kill(ending.how === "group" ? "SIGTERM" : ending.how);
      if (ending.how === "cancel" || ending.how === "group")
        done = world.host.cancel().catch(() => undefined);
    });
    return () => done;
  }

  private async upApp(declared: DeclaredApp): Promise<OperationError | undefined> {
    const resource = this.resource(declared.name);
    let did: Did | undefined;
    const failure = await this.attempt(`up ${declared.name}`, async () => {
      did = await resource.up(this.inputs(declared));
      return did;
    });
    if (failure) return failure;
    const isLast = declared.name === this.plan.last.apps.at(-1)?.name;
    this.problems.push(...falseSuccess(this.world, declared, resource.state, isLast && this.isRolledBack));
    return undefined;
  }

  private async release({ apps, release }: Program): Promise<OperationError | undefined> {
    const state = this.resource(apps[0]?.name ?? "").state;
    if (!state) return undefined;
    const { deployment } = this.world;
    // Another app means another deployment: Pulumi replaces it.
    if (deployment.state && deployment.state.outputs["appId"] !== state.id) {
      const left = await this.remove("release");
      if (left) return left;
    }
    const triggers = deployment.state?.outputs["triggers"] as { release: number } | undefined;
    const app = livingApps(this.world).find(({ id }) => id === state.id);
    const before = app?.deployments.map(({ id }) => id) ?? [];
    const failure = await this.attempt("up release", () =>
      deployment.up({ appId: state.id, triggers: { release }, timeouts: SHORT }),
    );
    const isNew = triggers?.release !== release;
    if (!failure) this.problems.push(...falseRelease(this.world, deployment.state, isNew ? before : []));
    return failure;
  }

  private async rollBack({ apps }: Program, wanted: RollbackState): Promise<OperationError | undefined> {
    const state = this.resource(apps.at(-1)?.name ?? "").state;
    if (!state) return undefined;
    const { rollback } = this.world;
    this.isRolledBack = true;
    if (rollback.state && rollback.state.outputs["appId"] !== state.id) {
      const left = await this.remove("back");
      if (left) return left;
    }
    const failure = await this.attempt(`up back ${wanted}`, () =>
      rollback.up({ appId: state.id, state: wanted, timeouts: SHORT }),
    );
    if (!failure) this.problems.push(...falseRollback(this.world, rollback.state, wanted));
    return failure;
  }

  /** Destroys the resources in Pulumi's order, dependents first. */
  private async destroyAll({ apps }: Program): Promise<void> {
    await this.remove("back");
    if (!this.stopped) await this.remove("release");
    for (const { name } of apps) {
      if (this.stopped) break;
      const resource = this.resource(name);
      const before = resource.state?.id;
      const failure = await this.attempt(`destroy ${name}`, () => resource.destroy());
      if (!failure && livingApps(this.world).some(({ id }) => id === before))
        this.problems.push(`${name}: destroy succeeded, and the app ${before} lives`);
    }
  }

  private async remove(name: "back" | "release"): Promise<OperationError | undefined> {
    const resource = name === "back" ? this.world.rollback : this.world.deployment;
    const { state } = resource;
    if (!state) return undefined;
    const failure = await this.attempt(`destroy ${name}`, () => resource.destroy());
    if (!failure && name === "back") this.problems.push(...stillPinned(this.world, state));
    return failure;
  }

  /** @returns the failure as the user sees it */
  private async attempt(what: string, work: () => unknown): Promise<OperationError | undefined> {
    this.counts.operations += 1;
    try {
      const did = await work();
      this.trace.push(`  ${what}: succeeded${typeof did === "string" ? ` (${did})` : ""}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      if (!this.killed) {
        this.counts.failed += 1;
        this.world.told.push(error.told);
        if (RAW_ERROR.test(error.told)) this.problems.push(`${what}: a raw error: ${error.told}`);
      }
      this.trace.push(`  ${what}: ${this.killed ? "killed" : error.told}`);
      return error;
    } finally {
      this.takeOutput();
    }
  }

  /**
   * The documented steps: run `pulumi up` again, complete a rollback, adopt the apps that an error names, and refresh if one
   * suggests it.
   */
  private async recover(): Promise<void> {
    this.stopped = this.killed = false;
    let open: string[] = [];
    let round = 1;
    for (; round <= ROUNDS; round++) {
      this.trace.push(`recovery, round ${round}`);
      await this.world.pass(BETWEEN_RUNS_MS);
      open = await this.recoverOnce();
      if (open.length === 0 && !(await this.checksOnceMore())) break;
    }
    round = Math.min(round, ROUNDS);
    count(this.counts.rounds, open.length > 0 ? "never" : `${round} ${round === 1 ? "round" : "rounds"}`);
    this.problems.push(...open.map((one) => `not recovered after ${ROUNDS} rounds: ${one}`));
    if (open.length === 0) await this.expectNoChanges();
    this.takeOutput();
    this.problems.push(...orphans(this.world, this.managed, this.shown + this.world.told.join("\n")));
  }

  /** True if an update that seemed to need no deployment is checked once more by the next run, as documented. */
  private async checksOnceMore(): Promise<boolean> {
    for (const declared of this.plan.last.apps) {
      const resource = this.resource(declared.name);
      if (resource.state?.outputs["__awaited"] === undefined) continue;
      if ((await resource.preview(this.inputs(declared))) === "update") return true;
    }
    return false;
  }

  /** @returns what has failed */
  private async recoverOnce(): Promise<string[]> {
    const { apps, release } = this.plan.last;
    const open: string[] = [];
    const left = await this.finishRollback();
    if (left) open.push(`back: ${left.told}`);
    for (const declared of apps) {
      const failure = await this.recovered(declared);
      if (failure) open.push(`${declared.name}: ${failure.told}`);
    }
    const failure = release === undefined ? await this.remove("release") : await this.release(this.plan.last);
    if (failure) open.push(`release: ${failure.told}`);
    return open;
  }

  private async recovered(declared: DeclaredApp): Promise<OperationError | undefined> {
    let failure = await this.upApp(declared);
    const id = failure && idToAdopt(failure.told);
    if (id !== undefined) {
      this.adopted.set(declared.name, id);
      failure = await this.upApp(declared);
    }
    if (failure && (await commitByHand(this.world.emulator, this.world.token, failure.told))) {
      this.trace.push("  committed the rollback by hand");
      const isThere = this.resource(declared.name).state !== undefined;
      if (isThere)
        await this.attempt(`refresh ${declared.name}`, () => this.resource(declared.name).refresh());
      failure = await this.upApp(declared);
    }
    if (failure && /Run pulumi refresh/.test(failure.told)) {
      await this.attempt(`refresh ${declared.name}`, () => this.resource(declared.name).refresh());
      failure = await this.upApp(declared);
    }
    return failure;
  }

  /** Brings a rollback in the state to its end, and the app's spec back to the program's. */
  private async finishRollback(): Promise<OperationError | undefined> {
    const { plan, world } = this;
    const reached = world.rollback.state?.outputs["state"] as RollbackState | undefined;
    if (reached !== undefined) {
      const wanted = reached !== "pinned" ? reached : plan.last.back;
      const failure =
        wanted === undefined || wanted === "pinned"
          ? await this.remove("back")
          : await this.rollBack(plan.last, wanted);
      // Somebody else has unpinned the app: the documented step is to remove the resource.
      if (failure && !/remove the resource/.test(failure.told)) return failure;
      if (failure) return this.remove("back");
    }
    const target = this.resource(plan.last.apps.at(-1)?.name ?? "");
    if (!plan.hasRollback || !target.state) return undefined;
    const failure = await this.attempt("refresh the app of the rollback", () => target.refresh());
    if (!failure) this.isRolledBack = false;
    return failure;
  }

  private async expectNoChanges(): Promise<void> {
    const { apps, release } = this.plan.last;
    const steps: [string, string][] = [];
    for (const declared of apps)
      steps.push([declared.name, await this.resource(declared.name).preview(this.inputs(declared))]);
    const { deployment } = this.world;
    if (deployment.state)
      steps.push([
        "release",
        await deployment.preview({
          appId: deployment.state.outputs["appId"],
          triggers: { release },
          timeouts: SHORT,
        }),
      ]);
    for (const [name, step] of steps)
      if (step !== "same") this.problems.push(`${name}: the preview at the end shows ${step}`);
  }

  private inputs(declared: DeclaredApp): Properties {
    return argumentsOf(declared, TIMEOUTS, this.adoptOf(declared)) as Properties;
  }

  /** Once the app that was to be adopted is deleted, the program creates another one. */
  private adoptOf({ name, adopts }: DeclaredApp): boolean | string | undefined {
    const found = this.adopted.get(name);
    if (found !== undefined) return found;
    const isThere = livingApps(this.world).some(({ id }) => id === this.existing);
    if (adopts === "by name") return true;
    return adopts === "by id" && isThere ? this.existing : undefined;
  }

  private get resources(): [string, StackedResource][] {
    const { deployment, rollback } = this.world;
    return [...this.apps, ["release", deployment], ["back", rollback]];
  }

  private get managed(): string[] {
    return [...this.apps.values()].flatMap(({ state }) => state?.id ?? []);
  }

  private resource(name: string): StackedResource {
    const found = this.apps.get(name);
    if (!found) throw new Error(`no resource ${name}`);
    return found;
  }

  private takeOutput(): void {
    const output = this.world.takeOutput().join("\n");
    this.shown += `${output}\n`;
    this.world.told.push(output);
  }

  private exposures(): string[] {
    const stack = this.resources.map(([, resource]) => resource);
    return exposed(this.world, true, stack).map((text) => `came to light: ${text.slice(0, 300)}`);
  }
}
