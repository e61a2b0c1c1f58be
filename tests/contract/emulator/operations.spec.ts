import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

const UNKNOWN = "11111111-1111-4111-8111-111111111111";

describe("emulator: other operations of the service", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const create = async (spec: unknown = webSpec()): Promise<string> => {
    const { app } = await b.ok("POST", "/v2/apps", { spec });
    b.clock.advance(WHOLE);
    return `/v2/apps/${app.id}`;
  };
  const statuses = async (
    requests: [method: string, path: string, body: unknown, status: number][],
  ): Promise<void> => {
    for (const [method, path, body, status] of requests) {
      assert.equal(
        (await b.call(method, path, body)).status,
        status,
        `${method} ${path} ${JSON.stringify(body)}`,
      );
    }
  };

  it("restarts all or some components, except those that cannot be restarted", async () => {
    const at = await create();
    const { deployment } = await b.ok("POST", `${at}/restart`, { components: ["web"] });
    assert.equal(deployment.cause, "app restarted");
    await statuses([
      ["POST", `${at}/restart`, undefined, 200],
      ["POST", `${at}/restart`, { components: ["gone"] }, 400],
      ["POST", `${at}/restart`, { components: "web" }, 400],
      ["POST", `/v2/apps/${UNKNOWN}/restart`, {}, 404],
    ]);
  });

  it("finds an app by name when the path has no ID", async () => {
    const at = await create();
    assert.equal(`/v2/apps/${(await b.ok("GET", "/v2/apps/?name=demo")).app.id}`, at);
    await statuses([
      ["GET", "/v2/apps/?name=other", undefined, 404],
      ["GET", "/v2/apps/", undefined, 400],
    ]);
  });

  it("returns the same bandwidth of a day each time, for one app or several", async () => {
    const at = await create();
    b.clock.advance(3 * 24 * 3_600_000);
    const one = await b.ok("GET", `${at}/metrics/bandwidth_daily?date=2026-01-02T10:00:00%2B00:00`);
    assert.equal(one.date, "2026-01-02T00:00:00.000Z");
    const [usage] = one.app_bandwidth_usage;
    assert.match(usage.bandwidth_bytes, /^[1-9]\d*$/);
    const app_ids = [usage.app_id];
    assert.deepEqual(
      await b.ok("POST", "/v2/apps/metrics/bandwidth_daily", { app_ids, date: one.date }),
      one,
    );
    const yesterday = await b.ok("GET", `${at}/metrics/bandwidth_daily`);
    assert.equal(yesterday.date, "2026-01-03T00:00:00.000Z");
    const before = await b.ok("GET", `${at}/metrics/bandwidth_daily?date=2025-12-31T00:00:00Z`);
    assert.equal(before.app_bandwidth_usage[0].bandwidth_bytes, "0");
    const list = "/v2/apps/metrics/bandwidth_daily";
    await statuses([
      ["GET", `${at}/metrics/bandwidth_daily?date=soon`, undefined, 400],
      ["GET", `${at}/metrics/bandwidth_daily?date=2026-01-02`, undefined, 400],
      ["GET", `/v2/apps/${UNKNOWN}/metrics/bandwidth_daily`, undefined, 404],
      ["POST", list, {}, 400],
      ["POST", list, { app_ids: [7] }, 400],
      ["POST", list, { app_ids: ["x"] }, 400],
      ["POST", list, { app_ids: [UNKNOWN] }, 404],
      ["POST", list, { app_ids: Array<string>(101).fill(UNKNOWN) }, 400],
      ["POST", list, { app_ids, date: 7 }, 400],
    ]);
  });

  describe("autoscaling", () => {
    const grows = webSpec("demo", {
      autoscaling: { min_instance_count: 1, max_instance_count: 3, metrics: { cpu: { percent: 60 } } },
    });
    const phase = async (at: string, id: string): Promise<string> =>
      (await b.ok("GET", `${at}/events/${id}`)).event.autoscaling.phase;

    it("adds an instance some time after a deployment, as an event with a log", async () => {
      const at = await create(grows);
      assert.equal((await b.ok("GET", `${at}/instances`)).instances.length, 1);
      b.clock.advance(WHOLE + 1000);
      const { events } = await b.ok("GET", `${at}/events?event_types=AUTOSCALING`);
      assert.deepEqual(events[0].autoscaling, {
        phase: "PENDING",
        components: { web: { from: 1, to: 2, triggering_metric: "cpu" } },
      });
      b.clock.advance(WHOLE / 4);
      assert.equal(await phase(at, events[0].id), "IN_PROGRESS");
      b.clock.advance(WHOLE);
      assert.equal(await phase(at, events[0].id), "SUCCEEDED");
      assert.equal((await b.ok("GET", `${at}/instances`)).instances.length, 2);
      assert.equal((await b.ok("GET", `${at}/health`)).app_health.components[0].replicas_ready, 2);
      for (const path of [`/events/${events[0].id}/logs`, "/logs", "/components/web/logs"]) {
        const logs = await b.ok("GET", `${at}${path}?type=AUTOSCALE_EVENT`);
        const { body } = await b.call("GET", logs.historic_urls[0]);
        assert.match(body, /^web \S+ cpu is above.*\n.*\nweb \S+ scaled to 2 instances\n$/, path);
      }
      assert.deepEqual(
        (await b.ok("GET", `${at}/events`)).events.map(({ type }: { type: string }) => type),
        ["AUTOSCALING", "DEPLOYMENT"],
      );
      assert.equal((await b.call("POST", `${at}/events/${events[0].id}/cancel`)).status, 400);
    });

    it("is canceled and then adds nothing", async () => {
      const at = await create(grows);
      b.clock.advance(WHOLE + 1000);
      const [{ id }] = (await b.ok("GET", `${at}/events?event_types=AUTOSCALING`)).events;
      assert.equal((await b.ok("POST", `${at}/events/${id}/cancel`)).event.autoscaling.phase, "CANCELED");
      b.clock.advance(WHOLE);
      assert.equal(await phase(at, id), "CANCELED");
      assert.equal((await b.ok("GET", `${at}/instances`)).instances.length, 1);
    });
  });

  it("returns the logs of a deployment by its event, which cannot be canceled there", async () => {
    const at = await create();
    const [{ id }] = (await b.ok("GET", `${at}/events`)).events;
    const logs = await b.ok("GET", `${at}/events/${id}/logs?type=BUILD`);
    assert.match((await b.call("GET", logs.historic_urls[0])).body, /build complete/);
    await statuses([
      ["POST", `${at}/events/${id}/cancel`, undefined, 400],
      ["POST", `${at}/events/${UNKNOWN}/cancel`, undefined, 404],
      ["GET", `${at}/events/nonsense`, undefined, 400],
      ["GET", `${at}/events/${UNKNOWN}/logs?type=BUILD`, undefined, 404],
      ["GET", `${at}/events?event_types=ODD`, undefined, 400],
    ]);
  });

  it("lists deployments by type", async () => {
    const at = await create();
    const total = async (query: string): Promise<number> =>
      (await b.ok("GET", `${at}/deployments?${query}`)).meta.total;
    assert.equal(await total("deployment_types=MANUAL"), 1);
    assert.equal(await total("deployment_types=MANUAL_ROLLBACK&deployment_types=AUTOSCALED"), 0);
    assert.equal((await b.call("GET", `${at}/deployments?deployment_types=ODD`)).status, 400);
  });

  it("accepts a spec as YAML, and responds with YAML on request", async () => {
    const body =
      "spec:\n  name: demo\n  services:\n    - name: web\n      github: { repo: acme/web, branch: main }\n";
    const send = (text: string): Promise<Response> =>
      fetch(`${b.emulator.url}/v2/apps`, {
        method: "POST",
        headers: {
          authorization: "Bearer t",
          "content-type": "application/yaml",
          accept: "application/yaml",
        },
        body: text,
      });
    const answer = await send(body);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/yaml/);
    assert.match(await answer.text(), /^app:\n {2}id: /);
    assert.equal((await send("a: [")).status, 400);
    assert.equal((await send("spec: &a [*a]")).status, 400);
  });

  it("rejects methods that a path does not support, and lists the supported ones", async () => {
    const at = await create();
    const requests: [string, string, string][] = [
      ["PATCH", at, "DELETE, GET, HEAD, PUT"],
      ["DELETE", "/v2/apps", "GET, HEAD, POST"],
      ["GET", "/v2/apps/propose", "POST"],
      ["PUT", "/v2/apps/regions", "GET, HEAD"],
      ["GET", `${at}/rollback/commit`, "POST"],
    ];
    for (const [method, path, allow] of requests) {
      const answer = await b.call(method, path);
      assert.deepEqual([answer.status, answer.headers.get("allow")], [405, allow], `${method} ${path}`);
      assert.equal(answer.body.id, "method_not_allowed");
    }
    assert.equal((await b.call("HEAD", at)).status, 200);
  });

  it("rejects body fields of the wrong type", async () => {
    const at = await create();
    await statuses([
      ["POST", "/v2/apps", { spec: webSpec("other"), project_id: 7 }, 400],
      ["POST", "/v2/apps/propose", { spec: webSpec("other"), app_id: 7 }, 400],
      ["PUT", at, { spec: webSpec(), update_all_source_versions: {} }, 400],
      ["POST", `${at}/deployments`, { force_build: "yes" }, 400],
    ]);
  });

  it("rejects invalid parameters of logs and lists", async () => {
    const at = await create();
    for (const query of [
      "",
      "?type=BUILD&follow=maybe",
      "?type=BUILD&tail_lines=few",
      "?type=BUILD&pod_connection_timeout=soon",
    ]) {
      assert.equal((await b.call("GET", `${at}/logs${query}`)).status, 400, query);
    }
    await b.ok("GET", `${at}/logs?type=&follow=true&tail_lines=-1&pod_connection_timeout=1m30s`);
    await statuses([
      ["GET", "/v2/apps?with_projects=maybe", undefined, 400],
      ["GET", "/v2/apps?per_page=201", undefined, 400],
      ["GET", "/v2/apps?per_page=", undefined, 400],
      ["GET", "/v2/apps?page=1e1", undefined, 400],
      ["GET", `${at}/deployments?deployment_types=`, undefined, 400],
      ["GET", `${at}/events?event_types=DEPLOYMENT,`, undefined, 400],
    ]);
  });
});
