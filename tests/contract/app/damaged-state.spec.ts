import assert from "node:assert/strict";
import { AppPlatformError } from "../../../provider/errors";
import type { AppOutputs } from "../../../provider/resources/app/state";
import { changed, eachInItsWorld, inputs, type Made } from "../../helpers/world/provider-world";

const DAMAGES: readonly unknown[] = [undefined, null, "x", ["x", null], {}, { id: 1, services: null }];
const ALERTED = changed((spec) => void (spec.alerts = [{ rule: "DEPLOYMENT_FAILED" }]));
const DECLARED = inputs(ALERTED, { alertDestinations: { DEPLOYMENT_FAILED: { emails: ["a@example.com"] } } });

describe("a state whose hidden keys are damaged", function () {
  this.timeout(60_000);
  const world = eachInItsWorld();

  async function run(made: Made): Promise<Made> {
    const provider = world.run();
    const { failures, inputs: checked } = await provider.check(made.outs, structuredClone(DECLARED));
    assert.deepEqual(failures, []);
    const { changes } = await provider.diff(made.id, made.outs, checked);
    if (changes === false) return made;
    return { id: made.id, outs: (await provider.update(made.id, made.outs, checked)).outs };
  }

  async function damagedStates(): Promise<{ what: string; made: Made }[]> {
    const { id, outs } = await world.create(structuredClone(DECLARED));
    const hidden = Object.keys(outs).filter(
      (key) => key.startsWith("__") && key !== "__provider" && key !== "__urn",
    );
    assert.ok(hidden.length >= 3, hidden.join());
    const damaged = (keys: readonly string[], damage: unknown): { what: string; made: Made } => {
      const broken = Object.fromEntries(keys.map((key) => [key, damage]));
      const state = { ...structuredClone(outs), ...broken } as AppOutputs;
      return { what: `${keys.join()}: ${JSON.stringify(damage)}`, made: { id, outs: state } };
    };
    return [
      ...DAMAGES.map((damage) => damaged(hidden, damage)),
      ...hidden.map((key) => damaged([key], { id: "" })),
    ];
  }

  it("is repaired by the next up, after which there is nothing to do", async () => {
    for (const { what, made } of await damagedStates()) {
      const repaired = await run(made);
      world.emulator.clearCalls();
      assert.deepEqual(await run(repaired), repaired, what);
      assert.deepEqual(world.writes, [], what);
    }
  });

  it("is accepted by a refresh, and the next up writes nothing", async () => {
    for (const { what, made } of await damagedStates()) {
      const { props } = await world.run().read(made.id, made.outs);
      assert.ok(props, what);
      const after = await run({ id: made.id, outs: props });
      world.emulator.clearCalls();
      await run(after);
      assert.deepEqual(world.writes, [], what);
    }
  });

  it("does not block the deletion of the app", async () => {
    const provider = world.run();
    for (const { what, made } of await damagedStates()) {
      await provider.delete(made.id, { ...made.outs, backup: false }).catch((error: unknown) => {
        assert.ok(error instanceof AppPlatformError, `${what}: ${String(error)}`);
        throw error;
      });
    }
    assert.deepEqual(
      world.emulator.apps().filter(({ goneAt }) => goneAt === undefined),
      [],
    );
  });
});
