import assert from "node:assert/strict";
import appSpecSchema from "../../../provider/appspec/app-spec.schema.json";
import { bench, webSpec, type Bench } from "./http";

const SIZES = appSpecSchema.definitions.InstanceSizeSlug.enum;

describe("emulator: proposals, catalog, projects, alerts", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  it("prices a spec without creating anything", async () => {
    const spec = {
      ...webSpec("demo", { instance_count: 2, instance_size_slug: "apps-s-1vcpu-1gb" }),
      databases: [{ name: "db", engine: "PG" }],
    };
    const proposal = await b.ok("POST", "/v2/apps/propose", { spec });
    assert.equal(proposal.app_cost, 2 * 12 + 7);
    assert.equal(proposal.app_name_available, true);
    assert.equal(proposal.spec.services[0].http_port, 8080);
    assert.equal(b.emulator.apps().length, 0);
  });

  it("has a price for every size that a spec may use", async () => {
    const { instance_sizes: sizes } = await b.ok("GET", "/v2/apps/tiers/instance_sizes");
    assert.deepEqual(sizes.map(({ slug }: { slug: string }) => slug).sort(), [...SIZES].sort());
    for (const { slug, usd_per_month: price } of sizes) {
      const spec = webSpec("demo", { instance_size_slug: slug });
      const { app_cost: cost } = await b.ok("POST", "/v2/apps/propose", { spec });
      assert.ok(cost > 0 && cost === Number(price), `${slug}: ${cost}`);
    }
  });

  it("suggests another name when one is taken, except to the app that has it", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    const other = await b.ok("POST", "/v2/apps/propose", { spec: webSpec() });
    assert.equal(other.app_name_available, false);
    assert.match(other.app_name_suggestion, /^demo[a-z0-9]{5}$/);
    const own = await b.ok("POST", "/v2/apps/propose", { spec: app.spec, app_id: app.id });
    assert.equal(own.app_name_available, true);
    assert.deepEqual(own.spec, app.spec);
  });

  it("lists regions and instance sizes, and returns one size by slug", async () => {
    const { regions } = await b.ok("GET", "/v2/apps/regions");
    assert.equal(regions.filter((region: { default?: boolean }) => region.default).length, 1);
    const { instance_sizes: sizes } = await b.ok("GET", "/v2/apps/tiers/instance_sizes");
    const one = await b.ok("GET", `/v2/apps/tiers/instance_sizes/${sizes[0].slug}`);
    assert.deepEqual(one.instance_size, sizes[0]);
    assert.equal((await b.call("GET", "/v2/apps/tiers/instance_sizes/huge")).status, 404);
  });

  it("assigns an app to the default project and moves it", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    const { project: first } = await b.ok("GET", "/v2/projects/default");
    assert.equal(app.project_id, first.id);
    const { project } = (await b.call("POST", "/v2/projects", { name: "second" })).body;
    const urn = `do:app:${app.id}`;
    const moved = await b.ok("POST", `/v2/projects/${project.id}/resources`, { resources: [urn] });
    assert.deepEqual([moved.resources[0].urn, moved.resources[0].status], [urn, "assigned"]);
    assert.equal((await b.ok("GET", `/v2/apps/${app.id}`)).app.project_id, project.id);
    assert.equal((await b.ok("GET", `/v2/projects/${first.id}/resources`)).resources.length, 0);
    assert.equal((await b.ok("GET", `/v2/projects/${project.id}/resources`)).resources[0].urn, urn);
    assert.equal((await b.ok("GET", `/v2/apps/${app.id}/deployments`)).meta.total, 1);
  });

  it("reports the result of an assignment for each resource, found or not", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    const urns = [
      `do:app:${app.id}`,
      "do:app:9f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf",
      "do:app:no-id",
      "do:droplet:1",
    ];
    const { resources } = await b.ok("POST", "/v2/projects/default/resources", { resources: urns });
    assert.deepEqual(
      resources.map(({ urn, status }: { urn: string; status: string }) => [urn, status]),
      urns.map((urn, index) => [urn, index === 0 ? "already_assigned" : "not_found"]),
    );
    for (const urn of ["app", 7, "do:app:"])
      assert.equal(
        (await b.call("POST", "/v2/projects/default/resources", { resources: [urn] })).status,
        400,
      );
  });

  it("creates a project with the defaults of the service", async () => {
    const { project } = (await b.call("POST", "/v2/projects", { name: "plain" })).body;
    const { description, purpose, environment, is_default } = project;
    assert.deepEqual([description, purpose, environment, is_default], ["", "Web Application", "", false]);
  });

  it("stores alert recipients without a deployment", async () => {
    const alerts = [{ rule: "DEPLOYMENT_FAILED" }];
    const { app } = await b.ok("POST", "/v2/apps", { spec: { ...webSpec(), alerts } });
    const at = `/v2/apps/${app.id}/alerts`;
    const [alert] = (await b.ok("GET", at)).alerts;
    assert.equal(alert.spec.rule, "DEPLOYMENT_FAILED");
    const emails = ["ops@example.com"];
    assert.deepEqual((await b.ok("POST", `${at}/${alert.id}/destinations`, { emails })).alert.emails, emails);
    assert.deepEqual((await b.ok("GET", at)).alerts[0].emails, emails);
    assert.equal((await b.ok("GET", `/v2/apps/${app.id}/deployments`)).meta.total, 1);
  });

  it("returns the account of the token", async () => {
    assert.equal((await b.ok("GET", "/v2/account")).account.status, "active");
  });
});
