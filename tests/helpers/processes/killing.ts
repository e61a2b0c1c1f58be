import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "app-platform-emulator";
import type { CommandResult } from "../../../tools/pulumi-project";
import { current } from "../current";
import { succeeded, TestStack, TOKEN, type Declaration, type StackOptions } from "../e2e";
import { Gate, type Moment } from "../gate";
import { descendants, isAlive, kill9, type RunningProcess } from "./processes";

export type Victim = "provider" | "CLI";

/** Where a run is killed: while the call of a step is on its way to the service, or back. */
interface Point {
  /** Name of the app that the call is for. */
  readonly name: string;
  readonly step: number;
  readonly moment: Moment;
}

/** The process of either front end; not the shell that starts it. */
const PROVIDER = /^\S*node\b.*(dynamic-provider|plugin\/server\.js)/;

/** Up to this many apps are requested one by one, like a single app: only then does each have its own calls. */
const AT_ONCE = 3;
const IMAGE = { registry_type: "DOCR", repository: "web", tag: "v1" };

export const app = (instances: number): Declaration => ({
  spec: { services: [{ name: "web", image: IMAGE, instance_count: instances }] },
});

/** A stack whose runs are killed at every call that an undisturbed run makes. */
export class Killing {
  /** Points at which runs were killed so far. */
  cases = 0;
  private readonly declared: Record<string, Declaration> = {};
  private readonly left: RunningProcess[] = [];

  private constructor(
    readonly emulator: Emulator,
    readonly gate: Gate,
    readonly stack: TestStack,
  ) {}

  static async prepare(options: StackOptions = {}): Promise<Killing> {
    const emulator = await createEmulator({
      deploySeconds: 0.5,
      otherwise: ["deleted-at-once=0.5"],
      token: TOKEN,
      rateLimit: false,
    });
    const gate = await Gate.open(emulator);
    const env = { DIGITALOCEAN_API_URL: gate.url, DIGITALOCEAN_TOKEN: TOKEN };
    return new Killing(emulator, gate, await TestStack.create(emulator, { ...options, env }));
  }

  async close(): Promise<void> {
    for (const { pid } of this.left) kill9(pid);
    this.stack.remove();
    await this.gate.close();
    await this.emulator.close();
  }

  /** The steps of an undisturbed run for one app, as method and path. */
  async stepsOf(plain: Declaration | undefined): Promise<string[]> {
    this.gate.restart();
    this.stack.declare({ ...this.declared, ...(plain && { plain }) });
    succeeded(await this.up());
    const steps: string[] = [];
    for (const { app, what, step } of this.gate.passed) if (app === "plain") steps[step] = what;
    return steps;
  }

  /**
   * Creates, updates or deletes three apps at a time, holds each at its own point, and then kills the run. The next
   * operation works on the result of the previous one. In the end, a preview has no changes.
   * @param only which steps to take. @default all
   */
  async everywhere(
    operation: "create" | "update" | "delete",
    steps: readonly string[],
    victim: Victim,
    recover: (names: readonly string[]) => Promise<void>,
    only: (what: string) => boolean = () => true,
  ): Promise<void> {
    const moments = ["before", "after"] as const;
    const points = steps
      .flatMap((what, step) => (only(what) ? moments.map((moment) => ({ step, moment })) : []))
      .map((point, index) => ({ ...point, name: `app-${index}` }));
    if (operation !== "create") await this.createMissing(points.map(({ name }) => name));
    for (let first = 0; first < points.length; first += AT_ONCE) {
      const some = points.slice(first, first + AT_ONCE);
      for (const { name } of some) {
        if (operation === "delete") delete this.declared[name];
        else this.declared[name] = { ...this.declared[name], ...app(operation === "create" ? 1 : 2) };
      }
      await this.killedUp(some, victim);
      await recover(some.map(({ name }) => name));
      this.cases += some.length;
    }
    await this.assertNothingLeft();
  }

  /** An operation may have more points than those before it had apps. */
  private async createMissing(names: readonly string[]): Promise<void> {
    const missing = names.filter((name) => !(name in this.declared));
    if (missing.length === 0) return;
    for (const name of missing) this.declared[name] = app(1);
    this.gate.restart();
    this.stack.declare(this.declared);
    succeeded(await this.up());
  }

  /** Runs `up` until every point is reached, and kills it. Requests in flight are lost with their sender. */
  private async killedUp(points: readonly Point[], victim: Victim): Promise<void> {
    this.gate.restart();
    this.stack.declare(this.declared);
    let cli = 0;
    const held = points.map(({ name, step, moment }) => this.gate.hold(name, step, moment));
    const running = this.up([], (group) => (cli = group));
    const early = running.then(({ output }) => assert.fail(`it ended before it was killed:\n${output}`));
    await Promise.race([Promise.all(held), early]);
    early.catch(() => undefined);
    const below = descendants(cli);
    this.left.push(...below);
    kill9(victim === "CLI" ? cli : provider(below).pid);
    const { code } = await running;
    assert.notEqual(code, 0);
    this.gate.release();
  }

  /** Resolves when every provider that outlived its run has exited. */
  async orphansEnd(): Promise<void> {
    const providers = this.left.filter(({ command }) => PROVIDER.test(command));
    while (providers.some(({ pid }) => isAlive(pid))) await new Promise((wait) => setTimeout(wait, 250));
  }

  /**
   * Runs the next `up`; if it finds apps that no state contains, it names each with its line, and these lines make it
   * converge.
   */
  async adoptWhatIsThere(names: readonly string[]): Promise<void> {
    const unknown = this.emulator.apps().filter(({ spec }) => names.includes(spec.name));
    const { code, output } = await this.up();
    assert.equal(code === 0, unknown.length === 0, output);
    if (unknown.length === 0) return;
    for (const { id, spec } of unknown) {
      assert.match(
        output,
        new RegExp(`An app named ${spec.name} already exists \\(id ${id}.*adopt(:| to) "${id}"`, "s"),
      );
      this.declared[spec.name] = { ...this.declared[spec.name], adopt: id };
    }
    this.stack.declare(this.declared);
    succeeded(await this.up());
  }

  up(args: readonly string[] = [], onGroup?: (id: number) => void): Promise<CommandResult> {
    const all = ["--parallel", "20", "--continue-on-error", ...args];
    return this.stack.up(all, onGroup ? { onGroup } : {});
  }

  /** Apps of the service by name. */
  deployments(name: string): number[] {
    return this.emulator.apps().flatMap((one) => (one.spec.name === name ? [one.deployments.length] : []));
  }

  /** Asserts that every app exists once, with this many deployments, and matches its record in the state. */
  assertConverged(names: readonly string[], deployments: number): void {
    for (const name of names) {
      assert.deepEqual(this.deployments(name), [deployments], name);
      const { id, outputs } = this.stack.resource(name);
      const one = this.emulator.apps().find(({ spec }) => spec.name === name);
      assert.equal(id, one?.id, name);
      assert.deepEqual(outputs["__deployment"], { id: one?.deployments.at(-1)?.id, phase: "ACTIVE" }, name);
    }
  }

  private async assertNothingLeft(): Promise<void> {
    succeeded(await this.stack.run(["preview", "--expect-no-changes"]));
  }
}

/** One stack for all tests of the `describe` that it is called in; reports the number of cases at the end. */
export function killingInTurn(options: StackOptions = {}): Killing {
  let killing: Killing | undefined;
  before(async () => {
    killing = await Killing.prepare(options);
  });
  after(async () => {
    if (!killing) return;
    console.log(`      ${killing.cases} cases, ${killing.cases} survived`);
    await killing.close();
  });
  return current(() => killing ?? assert.fail("there is no stack yet"));
}

/** The process in which the provider works; its parent is its shell. */
function provider(below: readonly RunningProcess[]): RunningProcess {
  const found = below.findLast(({ command }) => PROVIDER.test(command));
  return found ?? assert.fail(`no provider among:\n${below.map(({ command }) => command).join("\n")}`);
}
