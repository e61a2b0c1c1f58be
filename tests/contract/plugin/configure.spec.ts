import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "../../../emulator/index";
import { PluginClient, RecordedFailure, secret, type Wire } from "../../helpers/world/plugin-world";
import { eachInItsWorld, SHOP, TOKEN } from "../../helpers/world/provider-world";

const OTHER_TOKEN = "dop_v1_other0account0of0the0program";

describe("the plugin's configuration over gRPC", () => {
  const world = eachInItsWorld();
  /** Another account, at another address. */
  let other: Emulator;
  const started: PluginClient[] = [];
  beforeEach(async () => {
    other = await createEmulator({ token: OTHER_TOKEN, rateLimit: false, deploySeconds: 0 });
  });
  afterEach(async () => {
    for (const plugin of started.splice(0)) plugin.close();
    await other.close();
  });

  /** A process with these settings, as the engine starts one for each provider of a program. */
  const configured = async (
    args: Wire,
    { provider = "default", env = {} as Record<string, string> } = {},
  ) => {
    const plugin = await PluginClient.start(world, { env });
    started.push(plugin);
    const response = await plugin.configure(args, provider);
    assert.ok(response.getAcceptsecrets() && response.getSupportspreview());
    return plugin;
  };
  const created = async (plugin: PluginClient): Promise<string> => (await plugin.up({ spec: SHOP })).id;
  const fromEnv = () => ({ DIGITALOCEAN_API_URL: world.emulator.url, DIGITALOCEAN_TOKEN: TOKEN });
  const idsIn = (emulator: Emulator): string[] => emulator.apps().map(({ id }) => id);

  it("comes from the stack's configuration if the environment has none", async () => {
    const plugin = await configured({ token: secret(TOKEN), apiUrl: world.emulator.url });
    assert.deepEqual([await created(plugin)], idsIn(world.emulator));
  });

  it("comes from the environment before the stack's configuration", async () => {
    const settings = { token: secret(OTHER_TOKEN), apiUrl: other.url };
    for (const provider of ["default", "default_0_1_0"]) {
      world.emulator.reset();
      const plugin = await configured(settings, { env: fromEnv(), provider });
      assert.deepEqual([await created(plugin)], idsIn(world.emulator));
    }
    assert.deepEqual(idsIn(other), []);
  });

  it("of a provider in the program takes precedence over the environment, so one program manages two accounts", async () => {
    const env = { ...fromEnv(), DIGITALOCEAN_ACCESS_TOKEN: TOKEN };
    const settings = { token: secret(OTHER_TOKEN), apiUrl: other.url };
    const [own, second] = await Promise.all([
      configured({}, { env }),
      configured(settings, { env, provider: "second" }),
    ]);
    const ids = await Promise.all([created(own), created(second)]);
    assert.deepEqual(
      [idsIn(world.emulator), idsIn(other)],
      ids.map((id) => [id]),
    );
    const found = await Promise.all([own, second].map((plugin) => plugin.invoke("getApp", { name: "shop" })));
    assert.deepEqual(
      found.map(({ app }) => (app as Wire)["id"]),
      ids,
    );
    assert.ok(!world.shown.includes(OTHER_TOKEN));
  });

  it("without a token, checks work, and everything that needs the service says how to set one", async () => {
    const plugin = await configured({}, { env: { DIGITALOCEAN_API_URL: world.emulator.url } });
    const { inputs, failures } = await plugin.check({ spec: SHOP });
    assert.deepEqual(failures, []);
    for (const call of [plugin.create(inputs), plugin.invoke("getApps", {}), plugin.read("some-id")])
      await assert.rejects(call, /DIGITALOCEAN_TOKEN.*pulumi config set --secret app-platform:token/);
    await plugin.create(inputs, { preview: true });
    assert.ok(world.messages("warning").some((line) => line.includes("DIGITALOCEAN_TOKEN")));
    assert.deepEqual(world.emulator.calls, []);
  });

  it("rejects an address that would send the token unencrypted", async () => {
    const settings = { token: secret(TOKEN), apiUrl: "http://api.example.com" };
    const plugin = await configured(settings, { provider: "own" });
    await assert.rejects(plugin.invoke("getApps", {}), /api\.example\.com/);
  });

  it("is checked without changes, and another one never replaces the provider", async () => {
    const plugin = await configured({});
    const settings = { token: secret(TOKEN), apiUrl: other.url };
    assert.deepEqual(await plugin.checkConfig(settings), { inputs: settings, failures: 0 });
    assert.deepEqual(await plugin.diffConfig(settings, { token: secret(OTHER_TOKEN) }), { replaces: [] });
  });
});

describe("Cancel of the plugin", () => {
  const world = eachInItsWorld();
  let plugin: PluginClient;
  beforeEach(async () => {
    plugin = await PluginClient.start(world);
  });
  afterEach(() => plugin.close());

  /** Cancels as soon as the wait for a deployment has begun. */
  const canceled = async (work: Promise<unknown>): Promise<RecordedFailure> => {
    const waits = world.emulator.nextCall({ method: "GET", path: /\/deployments\/[^/]+$/ });
    const [failure] = await Promise.all([
      work.catch((error: unknown) => error),
      waits.then(() => plugin.cancel()),
    ]);
    assert.ok(failure instanceof RecordedFailure, String(failure));
    return failure;
  };

  it("ends the wait of an App, which is recorded, and the next run waits for its deployment", async () => {
    const { state } = await canceled(plugin.up({ spec: SHOP }));
    assert.equal(state.id, world.app.id);
    assert.deepEqual(world.writes, ["POST /v2/apps"]);
    world.stop = new AbortController();
    plugin.close();
    plugin = await PluginClient.start(world);
    const { inputs } = await plugin.check({ spec: SHOP }, state.inputs);
    assert.equal((await plugin.update(state, inputs)).outs["phase"], "ACTIVE");
    assert.deepEqual(world.writes, ["POST /v2/apps"]);
  });

  it("ends the wait of a Deployment, which is recorded and not canceled at the service", async () => {
    const { id: appId } = await plugin.up({ spec: SHOP });
    const urn = "urn:pulumi:dev::shop::app-platform:index:Deployment::release";
    const { inputs } = await plugin.check({ appId, triggers: {} }, {}, urn);
    const { state } = await canceled(plugin.create(inputs, { urn }));
    assert.equal(state.id, world.app.deployments.at(-1)?.id);
    assert.ok(!world.writes.some((write) => write.includes("cancel")));
  });
});
