import { createEmulator } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { TestStack, TOKEN } from "../helpers/e2e";
import { descendants, kill9, terminate } from "../helpers/processes/processes";
import { SECRET } from "../helpers/world/provider-world";
import { falseSuccess, livingApps, orphans, type World } from "./oracle";
import { specOf, type DeclaredApp, type Plan, type Step } from "./plan";
import { Random } from "./random";
import { countFaults, type Counts } from "./run";

/** How a run is stopped from outside. */
const SIGNALS = ["SIGINT to the group", "SIGTERM to all", "kill of the CLI", "kill of the provider"] as const;
type Signal = (typeof SIGNALS)[number];

const ROUNDS = 2;
/** Faults without a limit would take minutes to survive. */
const MOST_TIMES = 3;
const TIMEOUTS = { create: "2m", update: "2m", delete: "2m" };
const FLAGS = ["--parallel", "4", "--continue-on-error"];
const NAMED = /adopt: "([0-9a-f-]{36})"/g;

/** Runs one plan with the real CLI in real time and collects every problem found on the way. */
export class CliRun {
  readonly problems: string[] = [];
  readonly trace: string[] = [];
  private readonly random: Random;
  private readonly adopted = new Map<string, string>();
  private shown = "";
  /** Ids of the apps in the state before the last command. */
  private recordedBefore: readonly string[] = [];
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
      deleteSeconds: 0.3,
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
    return run;
  }

  async carryOut(): Promise<void> {
    for (const step of this.plan.steps) await this.step(step);
    await this.recover();
    this.counts.runs += 1;
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
    const signal = step.ending && this.random.pick(SIGNALS);
    const result = await this.command(step.action, signal, step.ending?.at);
    emulator.faults.clear();
    if (signal === "kill of the CLI") await this.afterKill();
    if (result.code !== 0) return;
    if (step.action === "up") this.check(step.apps);
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
      this.end(signal, group);
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
    if (/TypeError|is not a function|Cannot read prop/.test(result.output))
      this.problems.push(`${action}: a raw error: ${result.output.slice(-2_000)}`);
    return result;
  }

  private end(signal: Signal, group: number): void {
    this.trace.push(`  ${signal}`);
    if (signal === "SIGINT to the group") {
      this.counts.canceled += 1;
      process.kill(-group, "SIGINT");
      return;
    }
    const below = descendants(group);
    if (signal === "SIGTERM to all") {
      this.counts.canceled += 1;
      for (const { pid } of [...below, { pid: group }]) terminate(pid);
      return;
    }
    this.counts.killed += 1;
    const provider = below.findLast(({ command }) => /^\S*node\b.*dynamic-provider/.test(command));
    if (signal === "kill of the CLI") kill9(group);
    else if (provider) kill9(provider.pid);
  }

  /** As documented in docs/recovery.md. */
  private async afterKill(): Promise<void> {
    const cancel = await this.stack.run(["cancel", "--yes"]);
    const refresh = await this.command("refresh", undefined, 0, ["--clear-pending-creates"]);
    this.trace.push(`  recovered Pulumi: ${cancel.code} ${refresh.code}`);
  }

  private async recover(): Promise<void> {
    const { apps } = this.plan.last;
    let result: CommandResult | undefined;
    for (let round = 1; round <= ROUNDS; round++) {
      this.trace.push(`recovery, round ${round}`);
      this.declare(this.plan.last);
      result = await this.command("up");
      if (result.code !== 0 && this.adopt(result.output)) {
        this.declare(this.plan.last);
        result = await this.command("up");
      }
      if (result.code !== 0 && /pulumi refresh/.test(result.output)) {
        await this.command("refresh");
        result = await this.command("up");
      }
      if (result.code === 0) break;
    }
    if (result?.code !== 0) {
      this.problems.push(`not recovered after ${ROUNDS} rounds: ${result?.output.slice(-2_000)}`);
      return;
    }
    this.check(apps);
    const preview = await this.stack.run(["preview", "--expect-no-changes"]);
    if (preview.code !== 0) this.problems.push(`the preview at the end shows changes: ${preview.output}`);
    const managed = Object.values(this.stack.resources()).map(({ id }) => id);
    this.problems.push(...orphans(this.world, managed, this.shown));
  }

  /** Adds the lines that an error suggests to the program. */
  private adopt(output: string): boolean {
    const unknown = livingApps(this.world).filter(({ id }) =>
      [...output.matchAll(NAMED)].some((one) => one[1] === id),
    );
    for (const { spec, id } of unknown) this.adopted.set(spec.name, id);
    return unknown.length > 0;
  }

  private check(apps: readonly DeclaredApp[]): void {
    const states = this.stack.resources();
    for (const declared of apps)
      this.problems.push(...falseSuccess(this.world, declared, states[declared.name]));
  }

  private declare({ apps, release }: Pick<Step, "apps" | "release">): void {
    const declared = apps.map((one) => {
      const { redeployOn, wait } = one.version;
      const adopt = this.adopted.get(one.name);
      const more = {
        ...(redeployOn !== undefined && { redeployOn: { count: redeployOn } }),
        ...(!wait && { wait }),
        ...(adopt !== undefined && { adopt }),
      };
      return [one.name, { spec: specOf(one), timeouts: TIMEOUTS, ...more }];
    });
    const first = apps[0]?.name ?? "";
    const deployments =
      release === undefined ? {} : { release: { appId: { $output: `${first}.id` }, triggers: { release } } };
    this.stack.declare(Object.fromEntries(declared), {}, deployments);
  }

  private expose(where: string, text: string): void {
    for (const secret of [SECRET, TOKEN, "EV["])
      if (text.includes(secret)) this.problems.push(`${where} shows ${secret.slice(0, 6)}…`);
  }
}
