import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

describe("emulator: what other clients need", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  it("accepts null for an optional body, as sent by the Go client", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    b.clock.advance(WHOLE);
    const made = await b.ok("POST", `/v2/apps/${app.id}/deployments`, "null");
    assert.equal(made.deployment.cause, "manual");
    assert.equal((await b.call("PUT", `/v2/apps/${app.id}`, "null")).status, 400);
    assert.equal((await b.call("POST", `/v2/apps/${app.id}/deployments`, "[]")).status, 400);
  });

  it("accepts null as an empty list of destinations", async () => {
    const alerts = [{ rule: "DEPLOYMENT_FAILED" }];
    const { app } = await b.ok("POST", "/v2/apps", { spec: { ...webSpec(), alerts } });
    const [alert] = (await b.ok("GET", `/v2/apps/${app.id}/alerts`)).alerts;
    const at = `/v2/apps/${app.id}/alerts/${alert.id}/destinations`;
    const told = await b.ok("POST", at, { emails: ["a@example.com"], slack_webhooks: null });
    assert.deepEqual([told.alert.emails, told.alert.slack_webhooks], [["a@example.com"], []]);
  });

  it("compresses archived logs only for clients that accept gzip", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    b.clock.advance(WHOLE);
    const at = `/v2/apps/${app.id}/deployments/${app.pending_deployment.id}/logs?type=BUILD`;
    const [url] = (await b.ok("GET", at)).historic_urls;
    const read = async (encoding: string): Promise<[string | null, string]> => {
      const response = await fetch(url, { headers: { "accept-encoding": encoding } });
      return [response.headers.get("content-encoding"), await response.text()];
    };
    const [[packed, one], [plain, two]] = [await read("gzip"), await read("identity")];
    assert.deepEqual([packed, plain], ["gzip", null]);
    assert.match(one, /build complete/);
    assert.equal(one, two);
  });

  it("lists data centers as regions of all products under /v2/regions", async () => {
    const { regions, links, meta } = await b.ok("GET", "/v2/regions?page=1&per_page=5");
    assert.deepEqual([regions.length, regions[0].slug, regions[0].available], [5, "nyc1", true]);
    assert.ok(meta.total > 5 && links.pages.next);
  });

  it("lists data centers with App Platform regions, but not in apps, where the TypeScript client cannot parse them", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: { ...webSpec(), region: "fra" } });
    assert.deepEqual([app.region.slug, "data_centers" in app.region], ["fra", false]);
    const { regions } = await b.ok("GET", "/v2/apps/regions");
    const frankfurt = regions.find((region: { slug: string }) => region.slug === "fra");
    assert.deepEqual(frankfurt.data_centers, ["fra1"]);
  });

  describe("projects", () => {
    const create = async (name: string): Promise<string> =>
      (await b.call("POST", "/v2/projects", { name, purpose: "Tests" })).body.project.id;

    it("are updated in part or as a whole", async () => {
      const id = await create("one");
      const renamed = await b.ok("PATCH", `/v2/projects/${id}`, { name: "two" });
      assert.deepEqual([renamed.project.name, renamed.project.purpose], ["two", "Tests"]);
      const all = {
        name: "three",
        description: "d",
        purpose: "p",
        environment: "Production",
        is_default: false,
      };
      const replaced = (await b.ok("PUT", `/v2/projects/${id}`, all)).project;
      for (const [field, value] of Object.entries(all)) assert.equal(replaced[field], value, field);
      assert.deepEqual((await b.ok("GET", `/v2/projects/${id}`)).project, replaced);
    });

    it("have unique names", async () => {
      await create("one");
      const id = await create("two");
      assert.equal((await b.call("PATCH", `/v2/projects/${id}`, { name: "one" })).status, 400);
      assert.equal((await b.call("PATCH", `/v2/projects/${id}`, { name: 7 })).status, 400);
      assert.equal((await b.ok("GET", `/v2/projects/${id}`)).project.name, "two");
    });

    it("have one default, which can be switched and then receives new apps", async () => {
      const id = await create("one");
      await b.ok("PATCH", `/v2/projects/${id}`, { is_default: true });
      const { projects } = await b.ok("GET", "/v2/projects");
      const defaults = projects.filter((project: { is_default: boolean }) => project.is_default);
      assert.deepEqual(
        defaults.map((project: { id: string }) => project.id),
        [id],
      );
      assert.equal((await b.ok("POST", "/v2/apps", { spec: webSpec() })).app.project_id, id);
    });

    it("are deleted when empty, except the default one", async () => {
      const id = await create("one");
      const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec(), project_id: id });
      assert.equal((await b.call("DELETE", `/v2/projects/${id}`)).status, 412);
      await b.call("DELETE", `/v2/apps/${app.id}`);
      b.clock.advance(WHOLE);
      assert.equal((await b.call("DELETE", `/v2/projects/${id}`)).status, 204);
      assert.equal((await b.call("GET", `/v2/projects/${id}`)).status, 404);
      assert.equal((await b.call("DELETE", "/v2/projects/default")).status, 412);
    });
  });
});
