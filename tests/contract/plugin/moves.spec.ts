import assert from "node:assert/strict";
import type { AppOutputs } from "../../../provider/resources/app/state";
import { toWire, plainOf } from "../../../plugin/values/wire";
import {
  changed,
  eachInItsWorld,
  inputs,
  PROVIDER,
  SHOP,
  type Made,
} from "../../helpers/world/provider-world";
import { plainWire, PluginClient, type State, type Wire } from "../../helpers/world/plugin-world";

describe("a stack that moves between the TypeScript package and the plugin", () => {
  const world = eachInItsWorld();
  let plugin: PluginClient;
  beforeEach(async () => {
    plugin = await PluginClient.start(world);
  });
  afterEach(() => plugin.close());

  /** The state of the dynamic provider, as the engine passes it to the plugin. */
  const forPlugin = ({ id, outs }: Made): State => ({
    id,
    inputs: toWire(inputs()) as Wire,
    outs: toWire(outs) as Wire,
  });
  /** The state of the plugin, as the host of dynamic providers passes it on: without marks of secrets. */
  const forDynamic = ({ id, outs }: State): Made => ({
    id,
    outs: plainOf<AppOutputs>(plainWire(outs)),
  });

  it("does not change with the plugin", async () => {
    const state = forPlugin(await world.create());
    const checked = await plugin.check({ spec: SHOP }, state.inputs);
    assert.deepEqual(checked.failures, []);
    assert.equal((await plugin.diff(state, checked.inputs)).isChanged, false);
  });

  it("gets only its own changes with the plugin, such as a new secret", async () => {
    const state = forPlugin(await world.create());
    const spec = changed((one) => (one.services![0]!.envs![1]!.value = "hunter3-the-value-nobody-may-see"));
    const checked = await plugin.check({ spec }, state.inputs);
    const { paths } = await plugin.diff(state, checked.inputs);
    assert.deepEqual(paths, ["spec.services.web.envs.API_TOKEN.value"]);
    const after = await plugin.update(state, checked.inputs);
    assert.equal(after.outs["__provider"], PROVIDER);
  });

  it("does not change when it moves back", async () => {
    const made = forDynamic(await plugin.up({ spec: SHOP }));
    assert.equal(made.outs.__provider, PROVIDER);
    const provider = world.run();
    const checked = await provider.check(inputs(), inputs());
    assert.deepEqual(await provider.diff(made.id, made.outs, checked.inputs), { changes: false });
    const refreshed = await world.run().read(made.id, made.outs);
    assert.deepEqual(refreshed.inputs?.spec, inputs().spec);
  });

  it("can be deleted by the TypeScript package", async () => {
    const made = forDynamic(await plugin.up({ spec: SHOP, backup: false }));
    await world.run().delete(made.id, made.outs);
    assert.equal(world.writes.at(-1), "DELETE /v2/apps/…");
  });
});
