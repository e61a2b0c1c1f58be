import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

/** Requests of Terraform's provider and of Pulumi's bridged one, which shares its code, and their assumptions. */
describe("emulator: what Terraform's provider needs", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const create = async (spec: unknown): Promise<any> => (await b.ok("POST", "/v2/apps", { spec })).app;
  const get = async (app: any): Promise<any> => (await b.ok("GET", `/v2/apps/${app.id}`)).app;
  /**
   * It polls the newest of two until each of its first steps is successful; an empty step list would also count as
   * success.
   */
  const firstSteps = async (app: any): Promise<string[]> => {
    const { deployments } = await b.ok("GET", `/v2/apps/${app.id}/deployments?per_page=2`);
    const at = `/v2/apps/${app.id}/deployments/${deployments[0].id}`;
    return (await b.ok("GET", at)).deployment.progress.steps.map(({ status }: any) => status);
  };

  it("shows steps of the newest deployment immediately, and success once all have finished", async () => {
    const app = await create(webSpec());
    assert.deepEqual(await firstSteps(app), ["PENDING", "PENDING"]);
    b.clock.advance(WHOLE);
    assert.deepEqual(await firstSteps(app), ["SUCCESS", "SUCCESS"]);
    await b.ok("PUT", `/v2/apps/${app.id}`, { spec: { ...webSpec(), region: "fra" } });
    assert.ok(!(await firstSteps(app)).includes("SUCCESS"), "the update's deployment is the newest");
  });

  it("is not blocked by a job that runs only after a failure and whose own step stays pending", async () => {
    const image = { registry_type: "DOCKER_HUB", repository: "r" };
    const app = await create({ ...webSpec(), jobs: [{ name: "sorry", kind: "FAILED_DEPLOY", image }] });
    b.clock.advance(WHOLE);
    assert.deepEqual(await firstSteps(app), ["SUCCESS", "SUCCESS"]);
    const { progress } = (await get(app)).active_deployment;
    const jobs = progress.steps[1].steps[1].steps.filter(({ name }: any) => name === "sorry");
    assert.deepEqual(
      jobs.map(({ status }: any) => status),
      ["PENDING"],
    );
    assert.ok(progress.success_steps < progress.total_steps);
  });

  it("counts errors of a failed deployment", async () => {
    const app = await create(webSpec("demo", { build_command: "exit 1" }));
    b.clock.advance(WHOLE);
    const { deployments } = await b.ok("GET", `/v2/apps/${app.id}/deployments`);
    assert.ok(deployments[0].progress.error_steps > 0);
    assert.equal((await get(app)).active_deployment, undefined);
  });

  it("returns the spec as sent, without additions that the next plan would remove", async () => {
    const service = {
      name: "go",
      environment_slug: "go",
      instance_count: 1,
      instance_size_slug: "basic-xxs",
      git: { repo_clone_url: "https://example.com/go.git", branch: "main" },
      health_check: { http_path: "/", timeout_seconds: 10, port: 1234 },
      envs: [{ key: "K", value: "v", scope: "RUN_AND_BUILD_TIME" }],
      alerts: [{ rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 75, window: "TEN_MINUTES" }],
      log_destinations: [{ name: "ServiceLogs", papertrail: { endpoint: "syslog+tls://example.com:12345" } }],
    };
    const site = { name: "site", output_dir: "/public", git: service.git };
    const database = { name: "db", engine: "PG" };
    const given = {
      name: "tf",
      region: "ams",
      services: [service],
      static_sites: [site],
      databases: [database],
    };
    const { features, ingress, services, ...rest } = (await create(given)).spec;
    assert.deepEqual(
      { ...rest, services: [{ ...services[0], http_port: undefined }] },
      {
        ...given,
        services: [{ ...service, http_port: undefined }],
      },
    );
    // Terraform reads these without having set them.
    assert.ok(features.length > 0 && services[0].http_port > 0);
    assert.deepEqual(ingress.rules[0], { match: { path: { prefix: "/" } }, component: { name: "go" } });
  });

  it("returns addresses, project, domain and dedicated IPs once the app is live", async () => {
    const { project } = (await b.call("POST", "/v2/projects", { name: "tf", purpose: "Tests" })).body;
    const spec = { ...webSpec(), egress: { type: "DEDICATED_IP" } };
    const made = (await b.ok("POST", "/v2/apps", { spec, project_id: project.id })).app;
    b.clock.advance(WHOLE);
    const app = await get(made);
    for (const field of ["default_ingress", "live_url", "live_domain", "created_at", "updated_at"])
      assert.ok(app[field], field);
    assert.equal(app.project_id, project.id);
    assert.deepEqual(Object.keys(app.dedicated_ips[0]).sort(), ["id", "ip", "status"]);
    const at = `/v2/projects/${project.id}/resources?page=1&per_page=200`;
    const { resources, links } = await b.ok("GET", at);
    assert.deepEqual([resources[0].urn, links], [`do:app:${app.id}`, {}]);
    await b.ok("POST", "/v2/projects/default/resources", { resources: [`do:app:${app.id}`] });
    assert.equal((await b.call("DELETE", `/v2/projects/${project.id}`)).status, 204);
  });

  it("lists a rule's alert for its destinations", async () => {
    const alerts = [{ rule: "DEPLOYMENT_FAILED" }];
    const app = await create({ ...webSpec(), alerts });
    const [alert] = (await b.ok("GET", `/v2/apps/${app.id}/alerts`)).alerts;
    assert.equal(alert.spec.rule, "DEPLOYMENT_FAILED");
    const destinations = { emails: ["ops@example.com"], slack_webhooks: null };
    await b.ok("POST", `/v2/apps/${app.id}/alerts/${alert.id}/destinations`, destinations);
  });

  it("returns 429 with a retry time, and 404 for an app that is gone", async () => {
    await b.emulator.close();
    b = await bench({ rateLimit: { perMinute: 2 } });
    const app = await create(webSpec());
    await b.call("DELETE", `/v2/apps/${app.id}`);
    const full = await b.call("GET", `/v2/apps/${app.id}`);
    assert.deepEqual([full.status, full.headers.get("retry-after")], [429, "60"]);
    b.clock.advance(60_000);
    const gone = await b.call("GET", `/v2/apps/${app.id}`);
    assert.equal(gone.status, 404);
    assert.ok(gone.body.message && gone.body.request_id);
  });
});
