import assert from "node:assert/strict";
import { bench, webSpec, type Bench } from "./http";

const CPU = { rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 80, window: "FIVE_MINUTES" };
const OWN = { alerts: [{ rule: "DEPLOYMENT_FAILED" }, { rule: "DOMAIN_FAILED" }] };

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

describe("emulator: alerts", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const create = async (alerts: unknown[], more: Record<string, unknown> = {}): Promise<any> =>
    (await b.ok("POST", "/v2/apps", { spec: { ...webSpec("demo", { alerts }), ...more } })).app;
  const list = async (app: any): Promise<any[]> => (await b.ok("GET", `/v2/apps/${app.id}/alerts`)).alerts;

  it("lists one alert per rule of the app and its components, in the spec's order", async () => {
    const app = await create([CPU, { ...CPU, window: "ONE_HOUR" }], OWN);
    assert.deepEqual(
      (await list(app)).map(({ component_name: name, spec }) => [name, spec.rule, spec.window]),
      [
        [undefined, "DEPLOYMENT_FAILED", undefined],
        [undefined, "DOMAIN_FAILED", undefined],
        ["web", "CPU_UTILIZATION", "FIVE_MINUTES"],
        ["web", "CPU_UTILIZATION", "ONE_HOUR"],
      ],
    );
  });

  it("gives every alert its own ID, which survives a changed limit", async () => {
    const app = await create([CPU, CPU], OWN);
    const before = await list(app);
    assert.equal(new Set(before.map(({ id }) => id)).size, 4);
    const spec = structuredClone(app.spec);
    spec.services[0].alerts[0].value = 95;
    await b.ok("PUT", `/v2/apps/${app.id}`, { spec });
    assert.deepEqual(
      (await list(app)).map(({ id }) => id),
      before.map(({ id }) => id),
    );
  });

  it("keeps destinations as long as the rule exists", async () => {
    const app = await create([CPU], OWN);
    const at = `/v2/apps/${app.id}`;
    const alert = (await list(app)).at(-1);
    const told = { emails: ["a@example.com"], slack_webhooks: [{ url: "https://h/x", channel: "#ops" }] };
    await b.ok("POST", `${at}/alerts/${alert.id}/destinations`, told);
    const { emails, slack_webhooks } = (await list(app)).at(-1);
    assert.deepEqual({ emails, slack_webhooks }, told);
    assert.equal((await b.ok("GET", `${at}/deployments`)).meta.total, 1);

    await b.ok("PUT", at, { spec: { ...app.spec, services: [{ ...app.spec.services[0], alerts: [] }] } });
    assert.equal((await list(app)).length, 2);
    await b.ok("PUT", at, { spec: app.spec });
    assert.deepEqual((await list(app)).at(-1).emails, ["sammy@example.com"]);
  });

  it("rejects malformed destinations and unknown alerts", async () => {
    const app = await create([CPU]);
    const at = `/v2/apps/${app.id}/alerts`;
    const alert = (await list(app)).at(-1);
    for (const body of [{ emails: ["nobody"] }, { emails: "a@b" }, { slack_webhooks: [{ url: "x" }] }])
      assert.equal((await b.call("POST", `${at}/${alert.id}/destinations`, body)).status, 400);
    assert.equal((await b.call("POST", `${at}/${app.id}/destinations`, { emails: [] })).status, 404);
  });
});
