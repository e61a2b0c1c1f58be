import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CALLS } from "../../../plugin/functions/calls";
import { plainOf } from "../../../plugin/values/wire";
import { valueAt } from "../../../provider/appspec/diff";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { BUSY, comes } from "../../helpers/world/busy-app";
import { isMarked, plainWire, PluginClient, secret, type Wire } from "../../helpers/world/plugin-world";
import { eachInItsWorld, SECRET } from "../../helpers/world/provider-world";

const WEBHOOK = "https://hooks.slack.com/services/hunter2-the-webhook";

describe("the plugin's functions over gRPC", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();
  let plugin: PluginClient;
  let appId: string;

  beforeEach(async () => {
    plugin = await PluginClient.start(world);
    const slackWebhooks = [{ url: secret(WEBHOOK), channel: "#ops" }];
    const alertDestinations = [{ rule: "DEPLOYMENT_FAILED", slackWebhooks }];
    ({ id: appId } = await plugin.up({ spec: BUSY, alertDestinations }));
    world.emulator.clearCalls();
  });
  afterEach(() => plugin.close());

  const active = (): string => world.app.deployments.at(-1)?.id ?? assert.fail("there is no deployment");
  const listed = async (name: string, result: string, args: Wire = {}): Promise<Wire[]> =>
    (await plugin.invoke(name, { appId, ...args }))[result] as Wire[];
  const scaling = async (): Promise<string> => {
    const found = await comes(world.clock, async () => {
      const events = await listed("getEvents", "events", { types: ["AUTOSCALING"] });
      return events.find((event) => valueAt(event, ["autoscaling", "phase"]) === "IN_PROGRESS");
    });
    return String(found["id"]);
  };
  const jobRun = async (): Promise<string> => {
    const found = await comes(world.clock, async () =>
      (await listed("getJobInvocations", "invocations")).find(({ phase }) => phase === "RUNNING"),
    );
    return String(found["id"]);
  };
  const restarted = async (): Promise<string> =>
    String(valueAt(await plugin.invoke("restartApp", { appId }), ["deployment", "id"]));

  interface Case {
    readonly args: () => Wire | Promise<Wire>;
    /** A place in the result, and what it contains. */
    readonly path: readonly (string | number)[];
    readonly expected: unknown;
    /** The request that changes something, which a preview does not send. */
    readonly writes?: string;
    readonly isSecret?: true;
  }
  const ANY = Symbol("a value that is not known in advance");
  const looksUp = (
    args: Case["args"],
    path: Case["path"],
    expected: unknown,
    more: Partial<Case> = {},
  ): Case => ({ args, path, expected, ...more });
  const app = (): Wire => ({ appId });

  /** By function; the test of their names requires one for each. */
  const CASES: Record<string, Case> = {
    getApp: looksUp(() => ({ id: appId }), ["spec", "name"], "shop"),
    getApps: looksUp(() => ({ withProjects: true }), [0, "spec", "name"], "shop"),
    getProposal: looksUp(() => ({ spec: BUSY, appId }), ["app_name_available"], ANY),
    restartApp: looksUp(app, ["phase"], ANY, { writes: "POST /v2/apps/…/restart" }),
    getAppHealth: looksUp(app, ["components", 0, "name"], "web"),
    getInstances: looksUp(app, [0, "component_name"], "web"),
    getBandwidth: looksUp(() => ({ appIds: [appId], date: "2026-03-04T00:00:00Z" }), [], ANY),
    getExecUrl: looksUp(() => ({ appId, component: "web" }), [], ANY, { isSecret: true }),
    getDeployments: looksUp(() => ({ appId, page: 1, perPage: 5 }), [0, "phase"], "ACTIVE"),
    getDeployment: looksUp(() => ({ appId, deploymentId: active() }), ["phase"], "ACTIVE"),
    cancelDeployment: looksUp(async () => ({ appId, deploymentId: await restarted() }), ["phase"], ANY, {
      writes: "POST /v2/apps/…/deployments/…/cancel",
    }),
    validateRollback: looksUp(() => ({ appId, deploymentId: active() }), ["valid"], ANY),
    getEvents: looksUp(app, [0, "type"], ANY),
    getEvent: looksUp(async () => ({ appId, eventId: await scaling() }), ["type"], "AUTOSCALING"),
    cancelEvent: looksUp(async () => ({ appId, eventId: await scaling() }), ["type"], "AUTOSCALING", {
      writes: "POST /v2/apps/…/events/…/cancel",
    }),
    getJobInvocations: looksUp(
      async () => (await jobRun(), { appId, jobs: ["tidy"] }),
      [0, "job_name"],
      "tidy",
    ),
    getJobInvocation: looksUp(async () => ({ appId, invocationId: await jobRun() }), ["job_name"], "tidy"),
    cancelJobInvocation: looksUp(
      async () => ({ appId, invocationId: await jobRun() }),
      ["job_name"],
      "tidy",
      { writes: "POST /v2/apps/…/job-invocations/…/cancel" },
    ),
    getRegions: looksUp(() => ({}), [0, "slug"], ANY),
    getInstanceSizes: looksUp(() => ({}), [0, "slug"], ANY),
    getInstanceSize: looksUp(() => ({ slug: "apps-s-1vcpu-1gb" }), ["slug"], "apps-s-1vcpu-1gb"),
    getAlerts: looksUp(app, [0, "slack_webhooks", 0, "url"], WEBHOOK, { isSecret: true }),
    getLogs: looksUp(() => ({ appId, type: "DEPLOY", component: "web", tailLines: 1 }), [0], ANY),
    getLogUrls: looksUp(() => ({ appId, type: "DEPLOY" }), ["historic_urls", 0], ANY, { isSecret: true }),
  };

  it("are all tested here", () => {
    assert.deepEqual(Object.keys(CASES).sort(), Object.keys(CALLS).sort());
  });

  for (const [name, { args, path, expected, writes, isSecret }] of Object.entries(CASES)) {
    const property = CALLS[name]?.result ?? "";
    it(`${name} returns ${property}${writes === undefined ? "" : ", and changes nothing in a preview"}`, async () => {
      const given = await args();
      const before = world.writes.length;
      if (writes !== undefined) await plugin.invoke(name, given, true);
      assert.equal(world.writes.length, before);
      const result = await plugin.invoke(name, given);
      assert.deepEqual(Object.keys(result), [property]);
      assert.deepEqual(world.writes.slice(before).filter((write) => write === writes).length, writes ? 1 : 0);
      const found = valueAt(plainWithoutMarks(result), [property, ...path]);
      if (expected === ANY) assert.notEqual(found ?? "", "");
      else assert.deepEqual(found, expected);
      assert.equal(isMarked(result), isSecret === true);
      assert.ok(!JSON.stringify(result).includes("EV["));
    });
  }

  it("loadSpec reads a file, and marks the values of secrets one by one", async () => {
    const file = join(folder.path, "app.yaml");
    writeFileSync(file, "name: shop\nenvs:\n- { key: TOKEN, type: SECRET }\n- { key: MODE, value: fast }\n");
    const { spec } = await plugin.invoke("loadSpec", { path: file, secrets: { TOKEN: SECRET } });
    assert.equal(valueAt(spec, ["envs", 1, "value"]), "fast");
    assert.ok(isMarked(valueAt(spec, ["envs", 0, "value"])));
    assert.equal(valueAt(plainWithoutMarks(spec), ["envs", 0, "value"]), SECRET);
    await assert.rejects(plugin.invoke("loadSpec", { path: `${file}.gone` }), /app\.yaml\.gone/);
  });

  it("list what exists when an app, a component or a deployment does not", async () => {
    await assert.rejects(plugin.invoke("getApp", { name: "shpo" }), /shop/);
    await assert.rejects(plugin.invoke("getExecUrl", { appId, component: "wbe" }), /wbe.*web/s);
    const deploymentId = "00000000-0000-4000-8000-000000000000";
    await assert.rejects(plugin.invoke("getDeployment", { appId, deploymentId }), new RegExp(active()));
  });
});

function plainWithoutMarks(value: unknown): unknown {
  return plainOf(plainWire(value));
}
