import assert from "node:assert/strict";
import { bench, WHOLE, type Bench } from "./http";

const image = { registry_type: "DOCR", repository: "job", tag: "1" };
const job = (name: string, kind: string, more = {}): unknown => ({ name, kind, image, ...more });
const spec = (...jobs: unknown[]): unknown => ({
  name: "shop",
  services: [{ name: "web", image }],
  jobs,
});

/** As returned in a response. */
interface Run {
  id: string;
  job_name: string;
  phase: string;
  deployment_id: string;
  trigger: { type: string; scheduled?: { schedule: { cron: string; time_zone: string } } };
  created_at: string;
  started_at?: string;
  completed_at?: string;
}

const MINUTE = 60_000;

describe("emulator: job invocations", () => {
  let b: Bench;
  let at: string;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const create = async (...jobs: unknown[]): Promise<string> => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: spec(...jobs) });
    at = `/v2/apps/${app.id}`;
    return app.pending_deployment.id as string;
  };
  const runs = async (query = ""): Promise<Run[]> =>
    (await b.ok("GET", `${at}/job-invocations${query}`)).job_invocations as Run[];
  const text = async (run: Run): Promise<string> => {
    const logs = await b.ok(
      "GET",
      `${at}/jobs/${run.job_name}/invocations/${run.id}/logs?type=JOB_INVOCATION`,
    );
    return (await b.call("GET", logs.historic_urls[0], undefined, "")).body as string;
  };

  it("run before and after a deployment", async () => {
    const deployment = await create(job("before", "PRE_DEPLOY"), job("after", "POST_DEPLOY"));
    assert.deepEqual(await runs(), []);
    b.clock.advance(WHOLE * 0.25);
    const [first] = await runs();
    assert.deepEqual(
      [first?.job_name, first?.phase, first?.deployment_id],
      ["before", "RUNNING", deployment],
    );
    b.clock.advance(WHOLE);
    const all = await runs();
    assert.deepEqual(
      all.map((run) => [run.job_name, run.phase, run.trigger.type]),
      [
        ["after", "SUCCEEDED", "MANUAL"],
        ["before", "SUCCEEDED", "MANUAL"],
      ],
    );
    assert.ok(
      all.every(
        (run) =>
          run.created_at <= (run.started_at ?? "") && (run.started_at ?? "") < (run.completed_at ?? ""),
      ),
    );
    assert.match(await text(all[0] as Run), /^after .* done\n$/m);
  });

  it("run only after a failure if configured to", async () => {
    await create(job("rescue", "FAILED_DEPLOY"));
    b.clock.advance(WHOLE * 2);
    assert.deepEqual(await runs(), []);
    b.emulator.failNext({ component: "web", step: "wait" });
    const { deployment } = await b.ok("POST", `${at}/deployments`, {});
    b.clock.advance(WHOLE * 2);
    assert.deepEqual(
      (await runs()).map((run) => [run.job_name, run.phase, run.deployment_id]),
      [["rescue", "SUCCEEDED", deployment.id]],
    );
  });

  it("fail with their command, without failing the deployment when they are scheduled", async () => {
    const schedule = { cron: "* * * * *" };
    const id = await create(job("tick", "SCHEDULED", { schedule, run_command: "work && exit 3" }));
    b.clock.advance(WHOLE + 2 * MINUTE);
    assert.equal((await b.ok("GET", `${at}/deployments/${id}`)).deployment.phase, "ACTIVE");
    const [, older] = await runs();
    assert.equal(older?.phase, "FAILED");
    assert.match(await text(older as Run), /exited with code 3/);
  });

  describe("on a schedule", () => {
    const schedule = { cron: "*/10 * * * *", time_zone: "Europe/Berlin" };

    it("start according to the clock once the deployment is active", async () => {
      await create(job("tick", "SCHEDULED", { schedule }));
      b.clock.advance(60 * MINUTE);
      const found = await runs();
      assert.deepEqual(
        found.map(({ created_at }) => created_at.slice(11, 16)),
        ["01:00", "00:50", "00:40", "00:30", "00:20", "00:10"],
      );
      assert.deepEqual(found[0]?.trigger, { type: "SCHEDULE", scheduled: { schedule } });
      assert.deepEqual(
        found.map(({ phase }) => phase),
        ["PENDING", ...Array<string>(5).fill("SUCCEEDED")],
      );
    });

    it("stop with the deployment they belong to", async () => {
      await create(job("tick", "SCHEDULED", { schedule }));
      b.clock.advance(15 * MINUTE);
      await b.ok("PUT", at, { spec: spec() });
      b.clock.advance(60 * MINUTE);
      assert.deepEqual(
        (await runs()).map(({ created_at }) => created_at.slice(11, 16)),
        ["00:10"],
      );
    });

    it("are canceled once, without affecting others", async () => {
      await create(job("tick", "SCHEDULED", { schedule }));
      b.clock.advance(10 * MINUTE + 1000);
      const [run] = (await runs()) as [Run];
      const canceled = await b.ok("POST", `${at}/job-invocations/${run.id}/cancel?job_name=tick`);
      assert.equal(canceled.phase, "CANCELED");
      assert.equal(canceled.job_invocation.phase, "CANCELED");
      b.clock.advance(MINUTE);
      assert.equal(
        (await b.ok("GET", `${at}/job-invocations/${run.id}`)).completed_at,
        "2026-01-01T00:10:01.000Z",
      );
      assert.equal((await b.call("POST", `${at}/job-invocations/${run.id}/cancel`)).status, 400);
      b.clock.advance(10 * MINUTE);
      assert.deepEqual(
        (await runs()).map(({ phase }) => phase),
        ["SUCCEEDED", "CANCELED"],
      );
    });
  });

  it("that belong to a deployment cancel it when they are canceled", async () => {
    const id = await create(job("before", "PRE_DEPLOY"));
    b.clock.advance(WHOLE * 0.25);
    const [run] = (await runs()) as [Run];
    assert.equal((await b.ok("POST", `${at}/job-invocations/${run.id}/cancel`)).phase, "CANCELED");
    assert.equal((await b.ok("GET", `${at}/deployments/${id}`)).deployment.phase, "CANCELED");
  });

  it("are listed in pages, by job and by deployment", async () => {
    const id = await create(
      job("tick", "SCHEDULED", { schedule: { cron: "* * * * *" } }),
      job("after", "POST_DEPLOY"),
    );
    b.clock.advance(30 * MINUTE);
    const paged = await b.ok("GET", `${at}/job-invocations?per_page=5&page=2&job_names=tick`);
    assert.equal(paged.job_invocations.length, 5);
    assert.match(paged.links.pages.next, /page=3/);
    assert.deepEqual(
      (await runs("?job_names=after")).map((run) => run.job_name),
      ["after"],
    );
    assert.equal(
      (await runs(`?job_names=after&job_names=tick&deployment_id=${id}&per_page=200`)).length,
      paged.meta.total + 1,
    );
  });

  it("return 400 for malformed requests and 404 for unknown objects", async () => {
    await create(job("before", "PRE_DEPLOY"), job("after", "POST_DEPLOY"));
    b.clock.advance(WHOLE * 2);
    const [after] = (await runs()) as [Run];
    const unknown = "11111111-1111-4111-8111-111111111111";
    const requests: [string, string, number][] = [
      ["GET", "/job-invocations/nonsense", 400],
      ["GET", `/job-invocations/${unknown}`, 404],
      ["GET", `/job-invocations/${after.id}?job_name=before`, 404],
      ["GET", "/job-invocations?deployment_id=x", 400],
      ["GET", `/job-invocations?deployment_id=${unknown}`, 404],
      ["POST", `/job-invocations/${unknown}/cancel`, 404],
      ["GET", `/jobs/after/invocations/${after.id}/logs`, 400],
      ["GET", `/jobs/after/invocations/${after.id}/logs?type=BUILD`, 400],
      ["GET", `/jobs/before/invocations/${after.id}/logs?type=JOB_INVOCATION`, 404],
      ["GET", `/jobs/after/invocations/${after.id}/logs?type=JOB_INVOCATION&deployment_id=${unknown}`, 404],
    ];
    for (const [method, path, status] of requests) {
      assert.equal((await b.call(method, at + path)).status, status, `${method} ${path}`);
    }
  });
});
