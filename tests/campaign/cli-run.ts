import { createEmulator } from "app-platform-emulator";
import { deploymentView } from "../../emulator/views/app";
import type { RollbackState } from "../../provider/resources/rollback/provider";
import type { CommandResult } from "../../tools/pulumi-project";
import { TestStack, TOKEN, type Declaration } from "../helpers/e2e";
import { SECRET } from "../helpers/world/provider-world";
import { count, countFaults, countRun, type Counts } from "./counts";
import { commitByHand, createExisting, idToAdopt, RAW_ERROR } from "./existing";
import { falseRelease, falseRollback, falseSuccess, livingApps, orphans, type World } from "./oracle";
import { argumentsOf, type DeclaredApp, type Plan, type Program, type Step } from "./plan";
import { Random } from "./random";
import { describeSignal, killsCli, send, SIGNALS, type Signal } from "./signals";

const ROUNDS = 2;
/** Faults without a limit would take minutes to survive. */
const MOST_TIMES = 3;
const TIMEOUTS = { create: "2m", update: "2m", delete: "2m" };
const SHORT = { create: "2m", update: "2m" };
const FLAGS = ["--parallel", "4", "--continue-on-error"];
const ALL_NAMED = /adopt: "([0-9a-f-]{36})"/g;

/** Runs one plan with the real CLI in real time and collects every problem found on the way. */
export class CliRun {
  readonly problems: string[] = [];
  readonly trace: string[] = [];
  private readonly random: Random;
  private readonly adopted = new Map<string, string>();
  private existing: string | undefined;
  private shown = "";
  /** Ids of the apps in the state before the last command. */
  private recordedBefore: readonly string[] = [];
  /** Whether a Rollback may have given the last app an earlier spec since the last refresh. */
  private isRolledBack = false;
  private onCall = (): void => {};

  private constructor(
    private readonly plan: Plan,
    private readonly counts: Counts,
    private readonly world: World,
    private readonly stack: TestStack,
  ) {
    this.random = new Random(plan.seed);
  }

  static async prepare(plan: Plan, counts: Counts): Promise<CliRun> {
    const calls = { listener: (): void => {} };
    const emulator = await createEmulator({
      token: TOKEN,
      rateLimit: false,
      deploySeconds: 0.3,
      otherwise: ["deleted-at-once=0.3"],
      onCall: () => calls.listener(),
    });
    const world = {
      emulator,
      get now() {
        return Date.now();
      },
    };
    const run = new CliRun(plan, counts, world, await TestStack.create(emulator));
    calls.listener = () => run.onCall();
    run.existing = await createExisting(plan, emulator, TOKEN, async (app) => {
      const isOver = (): boolean =>
        app.deployments.every((one) =>
          /ACTIVE|SUPER/.test(String(deploymentView(app, one, Date.now()).phase)),
        );
      while (!isOver()) await new Promise((done) => setTimeout(done, 20));
    });
    return run;
  }

  async carryOut(): Promise<void> {
    for (const step of this.plan.steps) await this.step(step);
    await this.recover();
    countRun(this.counts, this.plan);
    this.expose("the state", this.stack.project.stateText());
  }

  async close(): Promise<void> {
    this.stack.remove();
    await this.world.emulator.close();
  }

  private async step(step: Step): Promise<void> {
    const { emulator } = this.world;
    this.trace.push(`${step.action}: ${JSON.stringify(step)}`);
    for (const rule of step.faults)
      emulator.faults.add({ ...rule, times: Math.min(rule.times ?? 1, MOST_TIMES) });
    if (step.buildFails) emulator.failNext({ component: "web" });
    this.declare(step);
    if (step.back !== undefined) this.isRolledBack = true;
    const signal = step.ending && this.random.pick(SIGNALS);
    const result = await this.command(step.action, signal, step.ending?.at);
    emulator.faults.clear();
    if (signal && killsCli(signal)) await this.afterKill();
    if (result.code !== 0) return;
    if (step.action === "up") this.check(step);
    if (step.action === "destroy")
      for (const { spec, id } of livingApps(this.world))
        if (this.recordedBefore.includes(id))
          this.problems.push(`destroy succeeded, and ${spec.name} (${id}) lives`);
  }

  /** Runs a command and stops it at a request if the plan includes that. */
  private async command(
    action: Step["action"],
    signal?: Signal,
    at = 0,
    more: readonly string[] = [],
  ): Promise<CommandResult> {
    this.recordedBefore = Object.values(this.stack.resources()).map(({ id }) => id);
    let group = 0;
    let left = at;
    this.onCall = () => {
      if (signal === undefined || --left !== 0) return;
      this.trace.push(`  ${describeSignal(signal)}`);
      count(this.counts.endings, describeSignal(signal));
      send(signal, group);
    };
    const args = action === "up" ? FLAGS : [];
    const result = await this.stack.run([action, "--yes", "--skip-preview", ...args, ...more], {
      onGroup: (id) => (group = id),
    });
    this.onCall = () => {};
    this.counts.operations += 1;
    if (result.code !== 0) this.counts.failed += 1;
    countFaults(this.counts, this.world.emulator.calls);
    this.shown += result.output;
    this.trace.push(`  ${action}: ${result.code ?? result.signal}\n${result.output}`);
    this.expose(action, result.output);
    if (RAW_ERROR.test(result.output))
      this.problems.push(`${action}: a raw error: ${result.output.slice(-2_000)}`);
    return result;
  }

  /** As documented in docs/recovery.md. */
  private async afterKill(): Promise<void> {
    const cancel = await this.stack.run(["cancel", "--yes"]);
    const refresh = await this.command("refresh", undefined, 0, ["--clear-pending-creates"]);
    this.trace.push(`  recovered Pulumi: ${cancel.code} ${refresh.code}`);
  }

  private async recover(): Promise<void> {
    let result: CommandResult | undefined;
    let round = 1;
    for (; round <= ROUNDS; round++) {
      this.trace.push(`recovery, round ${round}`);
      result = await this.recoverOnce();
      if (result.code === 0) break;
    }
    count(this.counts.rounds, result?.code !== 0 ? "never" : `${round} ${round === 1 ? "round" : "rounds"}`);
    if (result?.code !== 0) {
      this.problems.push(`not recovered after ${ROUNDS} rounds: ${result?.output.slice(-2_000)}`);
      return;
    }
    this.check(this.lastProgram);
    const preview = await this.stack.run(["preview", "--expect-no-changes"]);
    if (preview.code !== 0) this.problems.push(`the preview at the end shows changes: ${preview.output}`);
    const managed = Object.values(this.stack.resources()).map(({ id }) => id);
    this.problems.push(...orphans(this.world, managed, this.shown));
  }

  private async recoverOnce(): Promise<CommandResult> {
    await this.finishRollback();
    this.declare(this.lastProgram);
    let result = await this.command("up");
    const again = async (): Promise<void> => {
      this.declare(this.lastProgram);
      result = await this.command("up");
    };
    if (/currently locked|pending operation/.test(result.output)) {
      await this.afterKill();
      await again();
    }
    if (result.code !== 0 && this.adopt(result.output)) await again();
    if (result.code !== 0 && (await commitByHand(this.world.emulator, TOKEN, result.output))) {
      this.trace.push("  committed the rollback by hand");
      await this.command("refresh");
      await again();
    }
    if (result.code !== 0 && /pulumi refresh/.test(result.output)) {
      await this.command("refresh");
      await again();
    }
    return result;
  }

  /** Brings a rollback in the state to its end, and the app's spec back to the program's. */
  private async finishRollback(): Promise<void> {
    const { back } = this.stack.resources("Rollback");
    if (back && back.outputs["state"] === "pinned") {
      const { apps } = this.plan.last;
      const names = apps.map(({ name }) => name).filter((name) => this.stack.resources()[name]);
      this.declare({ ...this.lastProgram, apps: apps.filter(({ name }) => names.includes(name)) });
      await this.command("up", undefined, 0, ["--target", back.urn]);
    }
    if (!this.plan.hasRollback) return;
    const refresh = await this.command("refresh");
    if (refresh.code === 0) this.isRolledBack = false;
  }

  /** The last program, with the Rollback in a state that it can reach: it is only there if the stack has one. */
  private get lastProgram(): Program {
    const { back } = this.stack.resources("Rollback");
    const reached = back?.outputs["state"] as RollbackState | undefined;
    const wanted = this.plan.last.back === "reverted" ? "reverted" : "committed";
    return { ...this.plan.last, back: reached === "pinned" ? wanted : reached };
  }

  /** Adds the lines that an error suggests to the program. */
  private adopt(output: string): boolean {
    const ids = [...output.matchAll(ALL_NAMED)].flatMap(([line]) => idToAdopt(line) ?? []);
    const unknown = livingApps(this.world).filter(({ id }) => ids.includes(id));
    for (const { spec, id } of unknown) this.adopted.set(spec.name, id);
    return unknown.length > 0;
  }

  private check({ apps, release, back }: Program): void {
    const states = this.stack.resources();
    for (const declared of apps) {
      const isTarget = this.isRolledBack && declared === apps.at(-1);
      this.problems.push(...falseSuccess(this.world, declared, states[declared.name], isTarget));
    }
    if (release !== undefined)
      this.problems.push(...falseRelease(this.world, this.stack.resources("Deployment")["release"]));
    if (back !== undefined)
      this.problems.push(...falseRollback(this.world, this.stack.resources("Rollback")["back"], back));
  }

  private declare({ apps, release, back }: Program): void {
    const of = (one: DeclaredApp | undefined): Declaration => ({ appId: { $output: `${one?.name}.id` } });
    const declared = apps.map((one) => [one.name, argumentsOf(one, TIMEOUTS, this.adoptOf(one))]);
    const deployments =
      release === undefined ? {} : { release: { ...of(apps[0]), triggers: { release }, timeouts: SHORT } };
    const rollbacks =
      back === undefined ? {} : { back: { ...of(apps.at(-1)), state: back, timeouts: SHORT } };
    this.stack.declare(
      Object.fromEntries(declared) as Record<string, Declaration>,
      {},
      deployments,
      rollbacks,
    );
  }

  /** Once the app that was to be adopted is deleted, the program creates another one. */
  private adoptOf({ name, adopts }: DeclaredApp): boolean | string | undefined {
    const found = this.adopted.get(name);
    if (found !== undefined) return found;
    if (adopts === "by name") return true;
    const isThere = livingApps(this.world).some(({ id }) => id === this.existing);
    return adopts === "by id" && isThere ? this.existing : undefined;
  }

  private expose(where: string, text: string): void {
    for (const secret of [SECRET, TOKEN, "EV["])
      if (text.includes(secret)) this.problems.push(`${where} shows ${secret.slice(0, 6)}…`);
  }
}
