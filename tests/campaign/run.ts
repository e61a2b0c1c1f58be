import type { RecordedCall } from "app-platform-emulator";
import type { Properties } from "../faults/provider-host";
import { OperationError } from "../faults/provider-host";
import { exposed } from "../faults/exposure";
import type { StackedResource } from "../faults/stack";
import type { World } from "../faults/world";
import { APP_PROVIDER, APP_TYPE } from "../../provider/resources/state-texts";
import { falseSuccess, livingApps, orphans } from "./oracle";
import { specOf, type DeclaredApp, type Plan, type Step } from "./plan";

/** What happened during several runs. */
export interface Counts {
  runs: number;
  operations: number;
  failed: number;
  canceled: number;
  killed: number;
  /** Requests that were hit by a fault, by fault. */
  readonly faults: Record<string, number>;
}

/** Adds the requests that met a fault. */
export function countFaults({ faults }: Counts, calls: readonly RecordedCall[]): void {
  for (const { fault } of calls) {
    if (fault === undefined) continue;
    const name = typeof fault === "string" ? fault : (Object.entries(fault)[0]?.join(" ") ?? "");
    faults[name] = (faults[name] ?? 0) + 1;
  }
}

export const noCounts = (): Counts => ({
  runs: 0,
  operations: 0,
  failed: 0,
  canceled: 0,
  killed: 0,
  faults: {},
});

/** Maximum number of rounds of the documented recovery steps. */
const ROUNDS = 2;
const TIMEOUTS = { create: "5m", update: "5m", delete: "5m" };
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** Runs one plan on Pulumi's provider host and collects every problem found on the way. */
export class CampaignRun {
  readonly problems: string[] = [];
  /** Each action and its result, one line each. */
  readonly trace: string[] = [];
  private readonly apps = new Map<string, StackedResource>();
  private readonly adopted = new Map<string, string>();
  private shown = "";
  private killed = false;
  private stopped = false;

  constructor(
    private readonly world: World,
    private readonly plan: Plan,
    private readonly counts: Counts,
  ) {}

  async carryOut(): Promise<void> {
    const { world, plan, counts } = this;
    await world.clear();
    for (const { name } of plan.last.apps) this.apps.set(name, world.resource(APP_TYPE, name, APP_PROVIDER));
    for (const step of plan.steps) await this.step(step);
    await this.recover();
    counts.runs += 1;
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
    const ends = this.watch(step);
    if (step.action === "destroy") await this.destroyRelease();
    for (const declared of step.apps) {
      if (this.stopped) break;
      await this.operate(step, declared);
    }
    if (!this.stopped && step.release !== undefined && step.action === "up") await this.release(step);
    world.whenAnswered(undefined);
    await ends();
    emulator.faults.clear();
    // The next run is another process.
    if (this.stopped) {
      this.takeOutput();
      await world.restartHost();
    }
    if (this.killed) await this.refreshAll();
  }

  /** After a kill, Pulumi's state may be outdated: the documented step is a refresh. */
  private async refreshAll(): Promise<void> {
    this.stopped = this.killed = false;
    for (const [name, resource] of this.apps)
      await this.attempt(`refresh ${name}`, () => resource.state && resource.refresh());
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
      if (ending.how === "kill") {
        this.killed = true;
        counts.killed += 1;
        world.host.process.stop();
      } else {
        counts.canceled += 1;
        done = world.host.cancel().catch(() => undefined);
      }
    });
    return () => done;
  }

  private async operate({ action }: Pick<Step, "action">, declared: DeclaredApp): Promise<void> {
    const resource = this.resource(declared.name);
    const before = resource.state?.id;
    const failure = await this.attempt(`${action} ${declared.name}`, () =>
      action === "up"
        ? resource.up(this.inputs(declared))
        : action === "refresh"
          ? resource.state && resource.refresh()
          : resource.destroy(),
    );
    if (failure) return;
    if (action === "up") this.problems.push(...falseSuccess(this.world, declared, resource.state));
    const isThere = livingApps(this.world).some(({ id }) => id === before);
    if (action === "destroy" && isThere)
      this.problems.push(`${declared.name}: destroy succeeded, and the app ${before} lives`);
    if (action === "refresh" && isThere && !resource.state)
      this.problems.push(`${declared.name}: refresh took an app out of the state that lives`);
  }

  private async release({
    apps,
    release,
  }: Pick<Step, "apps" | "release">): Promise<OperationError | undefined> {
    const state = this.resource(apps[0]?.name ?? "").state;
    if (!state) return undefined;
    const declared = { appId: state.id, triggers: { release }, timeouts: { create: "5m", update: "5m" } };
    const { deployment } = this.world;
    // Another app means another deployment: Pulumi replaces it.
    if (deployment.state && deployment.state.outputs["appId"] !== state.id) {
      const left = await this.destroyRelease();
      if (left) return left;
    }
    const failure = await this.attempt("up release", () => deployment.up(declared));
    if (failure) return failure;
    const id = deployment.state?.outputs["deploymentId"];
    const app = livingApps(this.world).find((one) => one.id === state.id);
    if (!app?.deployments.some((one) => one.id === id))
      this.problems.push(`release: the up succeeded, and there is no deployment ${String(id)}`);
    return undefined;
  }

  private destroyRelease(): Promise<OperationError | undefined> {
    return this.attempt("destroy release", () => this.world.deployment.destroy());
  }

  /** @returns the failure as the user sees it */
  private async attempt(what: string, work: () => unknown): Promise<OperationError | undefined> {
    this.counts.operations += 1;
    try {
      await work();
      this.trace.push(`  ${what}: succeeded`);
      return undefined;
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      if (!this.killed) {
        this.counts.failed += 1;
        this.world.told.push(error.told);
        if (/TypeError|is not a function|Cannot read|undefined \(/.test(error.told))
          this.problems.push(`${what}: a raw error: ${error.told}`);
      }
      this.trace.push(`  ${what}: ${this.killed ? "killed" : error.told}`);
      return error;
    } finally {
      this.takeOutput();
    }
  }

  /** The documented steps: run `pulumi up` again, adopt the apps that an error names, and refresh if one suggests it. */
  private async recover(): Promise<void> {
    const { apps, release } = this.plan.last;
    this.stopped = this.killed = false;
    let open: string[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      this.trace.push(`recovery, round ${round}`);
      open = [];
      for (const declared of apps) {
        let failure = await this.attempt(`up ${declared.name}`, () => this.up(declared));
        const id = failure && /adopt/.test(failure.told) ? UUID.exec(failure.told)?.[0] : undefined;
        if (id !== undefined) {
          this.adopted.set(declared.name, id);
          failure = await this.attempt(`up ${declared.name}, adopting`, () => this.up(declared));
        }
        if (failure && /Run pulumi refresh/.test(failure.told)) {
          await this.attempt(`refresh ${declared.name}`, () => this.resource(declared.name).refresh());
          failure = await this.attempt(`up ${declared.name}`, () => this.up(declared));
        }
        if (failure) open.push(`${declared.name}: ${failure.told}`);
        else this.problems.push(...falseSuccess(this.world, declared, this.resource(declared.name).state));
      }
      const failure = release === undefined ? undefined : await this.release({ apps, release });
      if (failure) open.push(`release: ${failure.told}`);
      if (open.length === 0) break;
    }
    this.problems.push(...open.map((one) => `not recovered after ${ROUNDS} rounds: ${one}`));
    for (const declared of apps) {
      if (open.length > 0) break;
      const step = await this.resource(declared.name).preview(this.inputs(declared));
      if (step !== "same") this.problems.push(`${declared.name}: the preview at the end shows ${step}`);
    }
    this.takeOutput();
    const managed = [...this.apps.values()].flatMap(({ state }) => state?.id ?? []);
    this.problems.push(...orphans(this.world, managed, this.shown + this.world.told.join("\n")));
  }

  private up(declared: DeclaredApp): Promise<unknown> {
    return this.resource(declared.name).up(this.inputs(declared));
  }

  private inputs(declared: DeclaredApp): Properties {
    const { redeployOn, wait } = declared.version;
    const adopt = this.adopted.get(declared.name);
    return {
      spec: specOf(declared),
      timeouts: TIMEOUTS,
      ...(redeployOn !== undefined && { redeployOn: { count: redeployOn } }),
      ...(!wait && { wait }),
      ...(adopt !== undefined && { adopt }),
    };
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
    return exposed(this.world, true, [...this.apps.values(), this.world.deployment]).map(
      (text) => `came to light: ${text.slice(0, 300)}`,
    );
  }
}
