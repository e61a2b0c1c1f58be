import assert from "node:assert/strict";
import type { Fault } from "../../../emulator/index";
import { bench, webSpec, type Bench } from "./http";

/** Faults that produce a well-formed response with wrong content. */
describe("emulator: misleading responses", () => {
  let b: Bench;
  let id: string;
  let first: string;
  beforeEach(async () => {
    b = await bench({ deploySeconds: 100 });
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    id = app.id;
    first = app.pending_deployment.id;
  });
  afterEach(() => b.emulator.close());

  const always = (fault: Fault, more: object = {}): void =>
    void b.emulator.faults.add({ fault, times: Infinity, ...more });
  const path = (more = ""): string => `/v2/apps/${id}${more}`;

  it("are about another object, always the same one", async () => {
    always("other-object");
    const { app } = await b.ok("GET", path());
    assert.notEqual(app.id, id);
    assert.notEqual(app.pending_deployment.id, first);
    assert.notEqual(app.spec.name, webSpec().name);
    assert.equal((await b.ok("GET", "/v2/apps")).apps[0].id, app.id);
    assert.equal(b.emulator.apps()[0]?.id, id);
  });

  it("omit the deployment, whether it exists or not", async () => {
    always("without-deployment");
    const { app } = await b.ok("GET", path());
    assert.deepEqual(
      Object.keys(app).filter((key) => key.endsWith("_deployment")),
      [],
    );
    assert.deepEqual((await b.ok("GET", path("/deployments"))).deployments, []);
    assert.deepEqual(await b.ok("POST", path("/deployments"), {}), {});
    assert.equal(b.emulator.apps()[0]?.deployments.length, 2);
  });

  it("show a deployment some time after it was created", async () => {
    always({ lateMs: 5_000 });
    b.clock.advance(4_000);
    assert.equal((await b.ok("GET", path())).app.pending_deployment, undefined);
    assert.deepEqual((await b.ok("GET", path("/deployments"))).deployments, []);
    assert.equal((await b.call("GET", path(`/deployments/${first}`))).status, 404);
    b.clock.advance(1_000);
    assert.equal((await b.ok("GET", path())).app.pending_deployment.id, first);
    assert.equal((await b.ok("GET", path(`/deployments/${first}`))).deployment.id, first);
  });

  it("come from a lagging replica: reads are outdated, and writes are applied", async () => {
    always({ lagMs: 5_000 });
    const other = await b.ok("POST", "/v2/apps", { spec: { ...webSpec(), name: "another" } });
    const renamed = { ...webSpec(), region: "fra" };
    const { app } = await b.ok("PUT", path(), { spec: renamed });
    assert.notEqual(app.spec.region, "fra");
    assert.equal(b.emulator.apps()[0]?.spec.region, "fra");
    b.clock.advance(4_000);
    assert.equal((await b.ok("GET", "/v2/apps")).apps.length, 1);
    assert.equal((await b.call("GET", `/v2/apps/${other.app.id}`)).status, 404);
    b.clock.advance(1_000);
    assert.equal((await b.ok("GET", "/v2/apps")).apps.length, 2);
    assert.equal((await b.ok("GET", path())).app.spec.region, "fra");
    await b.ok("DELETE", path());
    b.clock.advance(4_000);
    assert.equal((await b.call("GET", path())).status, 200);
    b.clock.advance(20_000);
    assert.equal((await b.call("GET", path())).status, 404);
  });

  it("confirm a write that was not applied", async () => {
    always("discarded", { method: "PUT" });
    const { app } = await b.ok("PUT", path(), { spec: { ...webSpec(), region: "fra" } });
    assert.equal(app.spec.region, "fra");
    assert.notEqual(app.pending_deployment.id, first);
    assert.notEqual((await b.ok("GET", path())).app.spec.region, "fra");
    assert.equal(b.emulator.apps()[0]?.deployments.length, 1);
  });

  it("have an updated_at that changes on its own or never changes", async () => {
    const at = async (): Promise<string> => (await b.ok("GET", path())).app.updated_at;
    always("moving-updated-at");
    assert.notEqual(await at(), await at());
    b.emulator.faults.clear();
    always("frozen-updated-at");
    const before = await at();
    b.clock.advance(1_000);
    await b.ok("PUT", path(), { spec: { ...webSpec(), region: "fra" } });
    assert.equal(await at(), before);
  });

  it("have an unknown phase until the deployment has finished", async () => {
    always({ phase: "QUEUED_FOR_REVIEW" });
    const phase = async (): Promise<string> =>
      (await b.ok("GET", `${path()}/deployments`)).deployments[0].phase;
    assert.equal(await phase(), "QUEUED_FOR_REVIEW");
    b.clock.advance(200_000);
    assert.equal(await phase(), "ACTIVE");
  });

  it("list everything twice", async () => {
    always("doubled");
    assert.deepEqual(
      (await b.ok("GET", "/v2/apps")).apps.map((app: { id: string }) => app.id),
      [id, id],
    );
  });

  it("are also requested over HTTP", async () => {
    for (const fault of ["other-object", "discarded", { lagMs: 5000 }, { lateMs: 5000 }, { phase: "NEW" }])
      assert.equal((await b.call("POST", "/_emulator/faults", { fault }, "")).status, 204);
  });

  it("contain the time of the emulator's clock, as every response does", async () => {
    b.clock.advance(3_600_000);
    b.emulator.faults.add({ fault: { status: 429 } });
    for (const status of [429, 200, 404]) {
      const response = await b.call("GET", status === 404 ? "/v2/nothing" : path());
      assert.equal(response.status, status);
      const told = Date.parse(response.headers.get("date") ?? "");
      assert.ok(Math.abs(told - b.clock.now()) <= 1_000, response.headers.get("date") ?? "no date");
    }
  });
});
