import assert from "node:assert/strict";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { isMarked, PluginClient, RecordedFailure, secret, type Wire } from "../../helpers/world/plugin-world";
import { changed, eachInItsWorld, SHOP } from "../../helpers/world/provider-world";

const urnOf = (kind: string): string => `urn:pulumi:dev::shop::app-platform:index:${kind}::one`;
const DEPLOY = "POST /v2/apps/…/deployments";
const NEWER = changed((spec) => (spec.services![0]!.instance_count = 2));

describe("the plugin's Deployment over gRPC", () => {
  const world = eachInItsWorld();
  const urn = urnOf("Deployment");
  let plugin: PluginClient;
  let appId: string;
  const next = async (): Promise<PluginClient> => {
    plugin?.close();
    world.emulator.clearCalls();
    return (plugin = await PluginClient.start(world));
  };
  beforeEach(async () => {
    plugin = await PluginClient.start(world);
    ({ id: appId } = await plugin.up({ spec: SHOP }));
    await next();
  });
  afterEach(() => plugin.close());

  const given = (commit: unknown = "a", more: Wire = {}): Wire => ({ appId, triggers: { commit }, ...more });
  const made = async (args = given()) => {
    const { inputs, failures } = await plugin.check(args, {}, urn);
    assert.deepEqual(failures, []);
    return plugin.create(inputs, { urn });
  };

  it("deploys once, and the next run changes nothing", async () => {
    const state = await made();
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.equal(state.outs["deploymentId"], state.id);
    assert.equal(state.outs["phase"], "ACTIVE");
    const { inputs } = await (await next()).check(given(), state.inputs, urn);
    assert.deepEqual(await plugin.diff(state, inputs, [], urn), {
      isChanged: false,
      paths: [],
      replaces: [],
    });
    const read = await plugin.read(state.id, state, urn);
    assert.deepEqual([read.outs, read.inputs], [state.outs, state.inputs]);
    assert.deepEqual(world.writes, []);
  });

  it("shows which trigger changes, and starts a new deployment in place", async () => {
    const state = await made();
    const { inputs } = await (await next()).check(given("b"), state.inputs, urn);
    const { paths, replaces } = await plugin.diff(state, inputs, [], urn);
    assert.deepEqual([paths, replaces], [["triggers.commit"], []]);
    const preview = await plugin.update(state, inputs, { preview: true, urn });
    assert.equal(preview.outs["phase"], UNKNOWN);
    assert.deepEqual(world.writes, []);
    const after = await plugin.update(state, inputs, { urn });
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.notEqual(after.outs["deploymentId"], state.outs["deploymentId"]);
  });

  it("is replaced if it belongs to another app", async () => {
    const state = await made();
    const { id: other } = await plugin.up({ spec: { ...SHOP, name: "other" } });
    const { inputs } = await plugin.check({ ...given(), appId: other }, state.inputs, urn);
    assert.deepEqual((await plugin.diff(state, inputs, [], urn)).replaces, ["appId"]);
  });

  it("accepts arguments that are not known yet, and keeps secret triggers secret", async () => {
    const early = await plugin.check({ appId: UNKNOWN, triggers: { commit: UNKNOWN } }, {}, urn);
    assert.deepEqual(early.failures, []);
    assert.equal((await plugin.create(early.inputs, { preview: true, urn })).outs["deploymentId"], UNKNOWN);
    assert.deepEqual(world.writes, []);
    const state = await made(given(secret("s3cret-commit")));
    for (const part of [state.inputs, state.outs]) {
      assert.ok(isMarked(part["triggers"]));
      assert.equal(isMarked({ ...part, triggers: undefined }), false);
    }
  });

  it("reports all problems of its arguments", async () => {
    const { failures } = await plugin.check({ triggers: { commit: "a" }, wait: "yes", wiat: true }, {}, urn);
    const text = failures.map(({ property, reason }) => `${property} ${reason}`).join("\n");
    for (const place of ["appId", "wait", "wiat"]) assert.ok(text.includes(place), text);
  });

  it("is recorded with its reason if the deployment fails, and the next run tries again", async () => {
    world.emulator.failNext({ component: "web", step: "build" });
    const failure = await made().catch((error: unknown) => error);
    assert.ok(failure instanceof RecordedFailure, String(failure));
    assert.match(failure.reasons.join("\n"), /web/);
    const { state } = failure;
    assert.equal(state.outs["deploymentId"], state.id);
    const { inputs } = await (await next()).check(given(), state.inputs, urn);
    const repaired = await plugin.update({ ...state, inputs }, inputs, { urn });
    assert.equal(repaired.outs["phase"], "ACTIVE");
    assert.deepEqual(world.writes, [DEPLOY]);
  });

  it("a deletion leaves a finished deployment alone, and cancels one in progress", async () => {
    await plugin.delete(await made(), urn);
    assert.deepEqual(world.writes, [DEPLOY]);
    const running = await made(given("b", { wait: false }));
    await (await next()).delete(running, urn);
    assert.deepEqual(world.writes, ["POST /v2/apps/…/deployments/…/cancel"]);
  });

  it("cannot be imported, and says what to do", async () => {
    await assert.rejects(plugin.read("deployment-1", {}, urn), /Deployment.*declare/);
  });
});

describe("the plugin's Rollback over gRPC", () => {
  const world = eachInItsWorld();
  const urn = urnOf("Rollback");
  let plugin: PluginClient;
  let appId: string;
  let firstId: unknown;
  beforeEach(async () => {
    plugin = await PluginClient.start(world);
    const first = await plugin.up({ spec: SHOP });
    appId = first.id;
    firstId = first.outs["activeDeploymentId"];
    const { inputs } = await plugin.check({ spec: NEWER }, first.inputs);
    await plugin.update(first, inputs);
    world.emulator.clearCalls();
  });
  afterEach(() => plugin.close());

  const instances = () => world.app.spec.services?.[0]?.instance_count;
  const actions = () => world.writes.map((write) => write.split("/").at(-1));
  const made = async (args: Wire = { appId }) => {
    const { inputs, failures } = await plugin.check(args, {}, urn);
    assert.deepEqual(failures, []);
    return plugin.create(inputs, { urn });
  };
  const to = async (state: Awaited<ReturnType<typeof made>>, wanted: string) => {
    const { inputs } = await plugin.check({ appId, state: wanted }, state.inputs, urn);
    return plugin.update(state, inputs, { urn });
  };

  it("rolls back to the previous deployment, and the next run changes nothing", async () => {
    const state = await made();
    assert.deepEqual(actions(), ["validate", "rollback"]);
    assert.equal(instances(), 1);
    assert.deepEqual(
      ["deploymentId", "state", "pinned", "phase"].map((name) => state.outs[name]),
      [firstId, "pinned", true, "ACTIVE"],
    );
    const { inputs } = await plugin.check({ appId }, state.inputs, urn);
    assert.equal((await plugin.diff(state, inputs, [], urn)).isChanged, false);
    const read = await plugin.read(state.id, state, urn);
    assert.deepEqual([read.outs, read.inputs], [state.outs, state.inputs]);
  });

  it("a preview validates it and changes nothing", async () => {
    const { inputs } = await plugin.check({ appId }, {}, urn);
    const { outs } = await plugin.create(inputs, { preview: true, urn });
    assert.deepEqual(
      ["state", "pinned"].map((name) => outs[name]),
      [UNKNOWN, UNKNOWN],
    );
    assert.deepEqual(actions(), ["validate"]);
    assert.equal(instances(), 2);
    const nothing = await plugin.check({ appId, deploymentId: "gone" }, {}, urn);
    await assert.rejects(plugin.create(nothing.inputs, { preview: true, urn }), /gone/);
  });

  it("is committed or reverted by its state", async () => {
    const committed = await to(await made(), "committed");
    assert.deepEqual([committed.outs["state"], committed.outs["pinned"]], ["committed", false]);
    assert.equal(instances(), 1);
    await assert.rejects(to(committed, "reverted"), /committed/);
    const { inputs } = await plugin.check({ spec: NEWER }, {});
    const app = await plugin.read(appId);
    await plugin.update(app, inputs);
    const reverted = await to(await made(), "reverted");
    assert.deepEqual([reverted.outs["state"], reverted.outs["pinned"]], ["reverted", false]);
    assert.equal(instances(), 2);
  });

  it("another deployment replaces it", async () => {
    const state = await made();
    const { inputs } = await plugin.check({ appId, deploymentId: "another" }, state.inputs, urn);
    const { paths, replaces } = await plugin.diff(state, inputs, [], urn);
    assert.deepEqual([paths, replaces], [["deploymentId"], ["deploymentId"]]);
  });

  it("blocks updates of the app while it is pinned", async () => {
    await made();
    const app = await plugin.read(appId);
    const wanted = changed((spec) => (spec.services![0]!.instance_count = 3));
    const { inputs } = await plugin.check({ spec: wanted }, {});
    await assert.rejects(plugin.update(app, inputs), /pinned.*state to "committed" or "reverted"/s);
  });
});
