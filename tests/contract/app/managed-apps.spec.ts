import assert from "node:assert/strict";
import fc from "fast-check";
import { AppPlatformError } from "../../../provider/errors";
import type { AppSpec } from "../../../provider/appspec/types";
import {
  Killed,
  ModelEngine,
  OperationFailed,
  urnOf,
  type Declared,
  type RunOptions,
} from "../../helpers/world/model-engine";
import { runs as times } from "../../helpers/runs";
import { World } from "../../helpers/world/provider-world";

const spec = (name: string, tag = "1"): AppSpec => ({
  name,
  services: [{ name: "web", image: { registry_type: "DOCR", repository: "web", tag }, http_port: 80 }],
});

/** A world with a stack, and the assertions about both. */
class Scene {
  readonly world = new World();
  readonly engine = new ModelEngine(this.world);

  async within(work: (scene: Scene) => Promise<void>): Promise<void> {
    await this.world.start();
    try {
      await work(this);
    } finally {
      await this.world.close();
    }
  }

  /** IDs of the apps at the service, by app name. */
  get apps(): Record<string, string> {
    const there = this.world.emulator.apps().filter(({ goneAt }) => goneAt === undefined);
    return Object.fromEntries(there.map((app) => [app.spec.name, app.id]));
  }

  /** IDs of the apps in the state, by resource name. */
  get managed(): Record<string, string> {
    return Object.fromEntries(this.engine.live.map(({ urn, id }) => [urn.split("::").at(-1) ?? "", id]));
  }

  /**
   * A valid program that declares each app name once. An existing app stays with the resource that manages it, or is
   * adopted.
   * @returns also the IDs of the existing apps, by name
   */
  lastProgram(apps: readonly Declared[]): { program: Declared[]; kept: Record<string, string> } {
    const kept = this.apps;
    const unique = new Map(apps.map((app) => [app.spec.name ?? "", app]));
    const program = [...unique].map(([name, { aliases: _aliases, ...app }]): Declared => {
      const manager = this.engine.live.find(({ id }) => id === kept[name]);
      const isKept = manager !== undefined && app.deleteBeforeReplace;
      const resource = isKept ? manager.urn.split("::").at(-1) : undefined;
      return { ...app, name: resource ?? `last-${name}`, adopt: true };
    });
    return { program, kept };
  }

  deletions(id: string): number {
    return this.world.emulator.calls.filter(
      ({ method, path, status }) => method === "DELETE" && path === `/v2/apps/${id}` && status === 200,
    ).length;
  }
}

const RESOURCES = ["one", "two", "three", "four", "five"];
const NAMES = ["shop", "blog", "wiki"];

interface Run {
  readonly program: readonly Declared[];
  readonly options: RunOptions;
  readonly isDestroy: boolean;
}

const declared: fc.Arbitrary<Declared> = fc
  .record({
    name: fc.constantFrom(...RESOURCES),
    app: fc.constantFrom(...NAMES),
    tag: fc.constantFrom("1", "2"),
    adopt: fc.constantFrom<boolean | "id" | undefined>(true, true, "id", undefined),
    alias: fc.option(fc.constantFrom(...RESOURCES), { nil: undefined, freq: 5 }),
    deleteBeforeReplace: fc.boolean(),
    replaceOnChanges: fc.boolean(),
  })
  .map(({ app, tag, alias, adopt, ...rest }) => ({
    ...rest,
    spec: spec(app, tag),
    ...(adopt !== undefined && { adopt: adopt === "id" ? `the id of ${app}` : adopt }),
    ...(alias !== undefined && alias !== rest.name && { aliases: [alias] }),
  }));

const names = fc.subarray(RESOURCES, { minLength: 1 });
const run: fc.Arbitrary<Run> = fc.record({
  program: fc.uniqueArray(declared, { maxLength: 5, selector: ({ name }) => name }),
  options: fc.record(
    {
      replace: names,
      target: names,
      continueOnError: fc.constant(true),
      refresh: fc.constant(true),
      kill: fc.record({ at: fc.nat({ max: 6 }), done: fc.boolean() }),
    },
    { requiredKeys: [] },
  ),
  isDestroy: fc.integer({ min: 0, max: 7 }).map((one) => one === 0),
});

/** The ID to adopt is known only when the run starts. Pulumi rejects an alias of a declared resource. */
function resolved(program: readonly Declared[], apps: Record<string, string>): Declared[] {
  const taken = new Set(program.map(({ name }) => name));
  return program.map(({ adopt, aliases = [], ...rest }) => {
    const id = typeof adopt === "string" ? apps[rest.spec.name ?? ""] : adopt;
    const free = aliases.filter((alias) => !taken.has(alias));
    for (const alias of free) taken.add(alias);
    return { ...rest, aliases: free, ...(id !== undefined && { adopt: id }) };
  });
}

/** Does one run, whatever its outcome, and checks that it deleted no app it should have kept. */
async function check(scene: Scene, { program, options, isDestroy }: Run): Promise<void> {
  const { engine } = scene;
  const before = scene.apps;
  const wanted = resolved(program, before);
  let killed = false;
  const work = isDestroy ? engine.destroy(options) : engine.up(wanted, options);
  await work.catch((error: unknown) => {
    killed = error instanceof Killed;
    const isExpected = killed || error instanceof OperationFailed || error instanceof AppPlatformError;
    if (!isExpected) throw error;
  });
  const alive = new Set(Object.values(scene.apps));
  for (const [name, id] of Object.entries(before)) {
    if (alive.has(id)) continue;
    assert.equal(scene.deletions(id), 1, `${name} was deleted more than once`);
    // The state does not contain the last action of a killed run.
    if (killed) continue;
    const managers = engine.live.filter((record) => record.id === id);
    assert.deepEqual(
      managers.map(({ urn }) => urn),
      [],
      `${name} was deleted, and is still managed`,
    );
    if (isDestroy || options.target || engine.replaced.has(id)) continue;
    for (const app of wanted.filter((one) => one.spec.name === name)) {
      const now = engine.state.find(({ urn, toBeDeleted }) => urn === urnOf(app.name) && !toBeDeleted);
      assert.ok(now, `${name} was deleted, and the program declares it as ${app.name}`);
    }
  }
}

describe("random programs of Apps", function () {
  this.timeout(120_000);

  it("never lose a declared app and never duplicate one, whatever ran before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 6 }), run, async (runs, last) => {
        await new Scene().within(async (scene) => {
          for (const one of runs) await check(scene, one);
          const { program, kept } = scene.lastProgram(last.program);
          await scene.engine.up(program);
          const ids = Object.values(scene.managed);
          assert.equal(new Set(ids).size, ids.length, "two resources manage one app");
          for (const { name, spec: wanted, replaceOnChanges } of program) {
            const [id, before] = [scene.managed[name], kept[wanted.name ?? ""]];
            assert.equal(scene.apps[wanted.name ?? ""], id);
            if (before !== undefined && !replaceOnChanges)
              assert.equal(id, before, `${wanted.name} was replaced`);
          }
          await scene.engine.up(program);
          assert.deepEqual(Object.values(scene.managed).sort(), ids.sort());
        });
      }),
      {
        numRuns: Number(process.env["MANAGED_RUNS"] ?? times(10, 40)),
        seed: Number(process.env["MANAGED_SEED"] ?? 20261127),
      },
    );
  });
});
