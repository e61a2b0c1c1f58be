import assert from "node:assert/strict";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import type { RunInputs } from "../../../provider/dynamic/hidden-inputs";
import type { AppOutputs } from "../../../provider/resources/app/state";
import {
  assertClean,
  eachInItsWorld,
  inputs,
  PROVIDER,
  URN,
  type Made,
} from "../../helpers/world/provider-world";

/** What App.get passes to Pulumi. */
const ASKED = { __get: true, __urn: URN, __provider: PROVIDER } as unknown as AppOutputs & RunInputs;

describe("AppProvider.read for App.get", () => {
  const world = eachInItsWorld();
  let made: Made;
  beforeEach(async () => {
    made = await world.create(inputs());
    world.emulator.clearCalls();
  });

  it("returns all outputs, as for an app that the program manages", async () => {
    const { id, props } = await world.run().read(made.id, ASKED);
    assert.equal(id, made.id);
    const { spec: _spec, __deployment, ...rest } = made.outs;
    const { spec, __readOnly, ...read } = props!;
    assert.equal(__readOnly, true);
    assert.deepEqual({ ...read, __deployment }, { ...rest, __deployment });
    const services = (spec as { services: Record<string, { envs: Record<string, { value: string }> }> })
      .services;
    assert.equal(services["web"]?.envs["GREETING"]?.value, "hello");
    assert.equal(services["web"]?.envs["API_TOKEN"]?.value, KEPT_SECRET);
    assert.doesNotMatch(JSON.stringify(spec), /EV\[/);
    assert.ok(!("__get" in props!));
    assertClean(props);
    assert.deepEqual(world.writes, []);
  });

  it("reports no change when it is read again unchanged", async () => {
    const { props } = await world.run().read(made.id, ASKED);
    assert.deepEqual((await world.run().read(made.id, props!)).props, props);
    assert.deepEqual(
      world.messages().filter((line) => line.startsWith("changed at")),
      [],
    );
  });

  for (const [what, id] of [
    ["an id that is not there", "00000000-0000-4000-8000-000000000000"],
    ["a name in place of an id", "shop"],
  ] as const)
    it(`reports ${what} and suggests close matches`, async () => {
      const error = await world.failure(world.run().read(id, ASKED));
      assert.equal(error.errorCode, "not-found");
      assert.match(error.message, new RegExp(`no app .*${id}.*${made.id}`));
    });
});
