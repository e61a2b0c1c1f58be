import assert from "node:assert/strict";
import { bench, WHOLE, type Bench } from "./http";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

/** What the integration tests of the service's Python client expect, in our words. */
describe("emulator: what the tests of the Python client expect", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const spec = (more: object = {}): any => ({
    name: "python-app",
    region: "nyc",
    services: [
      {
        name: "api",
        git: { repo_clone_url: "https://example.com/acme/app.git", branch: "main" },
        environment_slug: "go",
        instance_count: 2,
        instance_size_slug: "professional-xs",
        routes: [{ path: "/" }],
      },
    ],
    ...more,
  });

  it("an app is proposed, created, listed, alerts its team, moves to another region, and is deleted", async () => {
    const given = spec({ alerts: [{ rule: "DEPLOYMENT_LIVE" }] });
    assert.equal((await b.ok("POST", "/v2/apps/propose", { spec: given })).app_name_available, true);
    const { app } = await b.ok("POST", "/v2/apps", { spec: given });
    const at = `/v2/apps/${app.id}`;
    assert.deepEqual(
      (await b.ok("GET", "/v2/apps")).apps.map(({ id }: any) => id),
      [app.id],
    );
    const [alert] = (await b.ok("GET", `${at}/alerts`)).alerts;
    assert.equal(alert.spec.rule, "DEPLOYMENT_LIVE");
    const told = await b.ok("POST", `${at}/alerts/${alert.id}/destinations`, { emails: ["ops@example.com"] });
    assert.deepEqual(told.alert.emails, ["ops@example.com"]);
    // It sends the spec back as it got it, with only the region changed, while the first deployment is in progress.
    const moved = await b.ok("PUT", at, { spec: { ...app.spec, region: "ams" } });
    assert.equal(moved.app.spec.region, "ams");
    assert.deepEqual(await b.ok("DELETE", at), { id: app.id });
  });

  it("a deployment is listed and read, has a build log, and survives a late cancellation", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: spec() });
    const at = `/v2/apps/${app.id}`;
    const { id } = (await b.ok("POST", `${at}/deployments`, { force_build: true })).deployment;
    const { deployments } = await b.ok("GET", `${at}/deployments`);
    assert.ok(deployments.some((one: any) => one.id === id));
    assert.equal((await b.ok("GET", `${at}/deployments/${id}`)).deployment.id, id);
    b.clock.advance(WHOLE);
    const { historic_urls: urls } = await b.ok("GET", `${at}/deployments/${id}/logs?type=BUILD`);
    assert.equal(urls.length, 1);
    assert.equal((await b.ok("POST", `${at}/deployments/${id}/cancel`)).deployment.id, id);

    const request = { deployment_id: id, skip_pin: false };
    assert.equal((await b.ok("POST", `${at}/rollback/validate`, request)).valid, true);
    const rolled = (await b.ok("POST", `${at}/rollback`, request)).deployment;
    assert.equal((await b.call("POST", `${at}/rollback/commit`)).status, 200);
    const reverted = (await b.ok("POST", `${at}/rollback/revert`)).deployment;
    assert.equal(new Set([id, rolled.id, reverted.id]).size, 3);
  });

  it("tiers, sizes and regions are listed, and found by their slugs", async () => {
    assert.ok((await b.ok("GET", "/v2/apps/tiers")).tiers.length >= 3);
    assert.equal((await b.ok("GET", "/v2/apps/tiers/basic")).tier.slug, "basic");
    assert.ok((await b.ok("GET", "/v2/apps/tiers/instance_sizes")).instance_sizes.length >= 4);
    const one = await b.ok("GET", "/v2/apps/tiers/instance_sizes/basic-xxs");
    assert.equal(one.instance_size.slug, "basic-xxs");
    assert.ok((await b.ok("GET", "/v2/apps/regions")).regions.length >= 5);
  });

  it("the default project is replaced and changed in part, and stays the default", async () => {
    assert.equal((await b.ok("GET", "/v2/projects/default")).project.is_default, true);
    const all = { name: "one", description: "d", purpose: "testing", environment: "Development" };
    const replaced = (await b.ok("PUT", "/v2/projects/default", { ...all, is_default: true })).project;
    assert.deepEqual([replaced.name, replaced.is_default], ["one", true]);
    const patched = (await b.ok("PATCH", "/v2/projects/default", { name: "two" })).project;
    assert.deepEqual([patched.name, patched.is_default], ["two", true]);
  });
});
