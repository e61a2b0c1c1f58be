import assert from "node:assert/strict";
import { createEmulator, steppedClock, type Emulator } from "../../../emulator/index";

const SPEC = {
  name: "shop",
  services: [
    { name: "web", instance_count: 2, image: { registry_type: "DOCR", repository: "web", tag: "1" } },
  ],
  jobs: [
    { name: "tidy", kind: "PRE_DEPLOY", image: { registry_type: "DOCR", repository: "tidy", tag: "1" } },
  ],
};

describe("emulator: the running parts of an app", () => {
  const clock = steppedClock();
  let emulator: Emulator;
  let path: string;

  before(async () => {
    emulator = await createEmulator({ clock, deploySeconds: 10, rateLimit: false });
    const { app } = await ask("/v2/apps", { method: "POST", body: JSON.stringify({ spec: SPEC }) });
    path = `/v2/apps/${(app as { id: string }).id}`;
  });
  after(() => emulator.close());

  async function ask(
    to: string,
    init: RequestInit = {},
  ): Promise<Record<string, unknown> & { status: number }> {
    const headers = { authorization: "Bearer any", "content-type": "application/json" };
    const answer = await fetch(`${emulator.url}${to}`, { headers, ...init });
    return { ...((await answer.json()) as object), status: answer.status };
  }

  it("are empty before the first deployment is active", async () => {
    assert.deepEqual((await ask(`${path}/instances`)).instances, []);
    assert.deepEqual((await ask(`${path}/health`)).app_health, { components: [] });
  });

  it("contain a healthy container for each instance of a service", async () => {
    clock.advance(10_000);
    const instances = (await ask(`${path}/instances`)).instances as Record<string, string>[];
    assert.deepEqual(
      instances.map(({ component_name, component_type }) => [component_name, component_type]),
      [
        ["web", "SERVICE"],
        ["web", "SERVICE"],
      ],
    );
    assert.equal(new Set(instances.map(({ instance_name }) => instance_name)).size, 2);
    const { components } = (await ask(`${path}/health`)).app_health as {
      components: Record<string, unknown>[];
    };
    assert.deepEqual([components[0]?.replicas_ready, components[0]?.state], [2, "HEALTHY"]);
  });

  it("include an event per deployment, newest first, which can also be read individually", async () => {
    await ask(`${path}/deployments`, { method: "POST", body: "{}" });
    const { events, meta } = await ask(`${path}/events`);
    const [newest, first] = events as { id: string; type: string; deployment: { phase: string } }[];
    assert.deepEqual(meta, { total: 2 });
    assert.deepEqual(
      [newest?.type, newest?.deployment.phase, first?.deployment.phase],
      ["DEPLOYMENT", "PENDING_BUILD", "ACTIVE"],
    );
    assert.deepEqual((await ask(`${path}/events/${first?.id}`)).event, first);
    assert.deepEqual((await ask(`${path}/events?event_types=AUTOSCALING`)).events, []);
  });

  it("return 404 for unknown events and apps", async () => {
    const nobody = "/v2/apps/11111111-1111-4111-8111-111111111111";
    for (const unknown of [
      `${path}/events/${nobody.slice(9)}`,
      `${nobody}/instances`,
      `${nobody}/job-invocations`,
    ])
      assert.equal((await ask(unknown)).status, 404, unknown);
  });

  it("include the runs of jobs that are part of deployments", async () => {
    const [run] = (await ask(`${path}/job-invocations`)).job_invocations as Record<string, unknown>[];
    assert.deepEqual([run?.job_name, run?.phase], ["tidy", "SUCCEEDED"]);
  });
});
