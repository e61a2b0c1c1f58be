import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

describe("emulator: rollback", () => {
  let b: Bench;
  let app: any;
  let at: string;
  /** IDs of two deployments that became active, the older first. */
  let ids: string[];

  beforeEach(async () => {
    b = await bench();
    app = (await b.ok("POST", "/v2/apps", { spec: webSpec() })).app;
    at = `/v2/apps/${app.id}`;
    b.clock.advance(WHOLE);
    ids = [app.pending_deployment.id, await update({ envs: [{ key: "A", value: "1" }] })];
  });
  afterEach(() => b.emulator.close());

  async function update(more: Record<string, unknown>): Promise<string> {
    const made = (await b.ok("PUT", at, { spec: { ...app.spec, ...more } })).app.pending_deployment.id;
    b.clock.advance(WHOLE);
    return made as string;
  }
  const live = async (): Promise<any> => (await b.ok("GET", at)).app;
  const rollBack = (id: unknown, more = {}) => b.ok("POST", `${at}/rollback`, { deployment_id: id, ...more });
  const validate = (id: unknown) => b.ok("POST", `${at}/rollback/validate`, { deployment_id: id });

  it("starts a new deployment with the earlier spec and sources, without a build", async () => {
    const { deployment } = await rollBack(ids[0]);
    assert.equal(deployment.cloned_from, ids[0]);
    assert.deepEqual(deployment.spec, app.spec);
    assert.ok(!deployment.progress.steps.some(({ name }: any) => name === "build"));
    const earlier = (await b.ok("GET", `${at}/deployments/${ids[0]}`)).deployment;
    assert.deepEqual(deployment.services, earlier.services);
    assert.equal((await live()).pinned_deployment.id, deployment.id);
    b.clock.advance(WHOLE);
    assert.equal((await live()).active_deployment.id, deployment.id);
  });

  it("starts no other deployment until the rollback is committed", async () => {
    const { deployment } = await rollBack(ids[0]);
    for (const [method, path, body] of [
      ["PUT", at, { spec: { ...app.spec, region: "fra" } }],
      ["POST", `${at}/deployments`, {}],
      ["POST", `${at}/rollback`, { deployment_id: ids[1] }],
    ] as const) {
      const refused = await b.call(method, path, body);
      assert.ok(refused.status === 409 || refused.status === 400, `${method} ${path}: ${refused.status}`);
      assert.match(refused.body.message, /pinned/);
    }
    await b.ok("POST", `${at}/rollback/commit`);
    assert.ok(!("pinned_deployment" in (await live())));
    assert.equal((await live()).pending_deployment.id, deployment.id);
    await b.ok("POST", `${at}/deployments`, {});
  });

  it("reverts with a deployment of the previous spec", async () => {
    await rollBack(ids[0]);
    const { deployment } = await b.ok("POST", `${at}/rollback/revert`);
    assert.deepEqual(deployment.spec.envs?.[0]?.key, "A");
    const now = await live();
    assert.deepEqual(now.spec.envs[0].key, "A");
    assert.ok(!("pinned_deployment" in now));
  });

  it("does not pin the app with skip_pin", async () => {
    await rollBack(ids[0], { skip_pin: true });
    assert.ok(!("pinned_deployment" in (await live())));
    for (const what of ["commit", "revert"])
      assert.equal((await b.call("POST", `${at}/rollback/${what}`)).status, 400);
  });

  it("fails like any other deployment", async () => {
    b.emulator.failNext({ component: "web", step: "deploy" });
    const { deployment } = await rollBack(ids[0]);
    b.clock.advance(WHOLE);
    assert.equal((await b.ok("GET", `${at}/deployments/${deployment.id}`)).deployment.phase, "ERROR");
  });

  describe("validation", () => {
    const refused = async (id: unknown): Promise<string> => {
      const { valid, error } = await validate(id);
      assert.equal(valid, false);
      assert.equal((await b.call("POST", `${at}/rollback`, { deployment_id: id })).status, 400);
      return error.code as string;
    };

    it("accepts deployments that were active once", async () => {
      for (const id of ids) assert.deepEqual(await validate(id), { valid: true, warnings: [] });
    });

    it("rejects deployments that are in progress or did not succeed", async () => {
      const { deployment } = await b.ok("POST", `${at}/deployments`, {});
      assert.equal(await refused(deployment.id), "incompatible_phase");
      await b.ok("POST", `${at}/deployments/${deployment.id}/cancel`);
      assert.equal(await refused(deployment.id), "incompatible_result");
      b.emulator.failNext({ component: "web" });
      const failed = (await b.ok("POST", `${at}/deployments`, {})).deployment.id;
      b.clock.advance(WHOLE);
      assert.equal(await refused(failed), "incompatible_result");
    });

    it("rejects a second rollback, other databases, another region, and deployments that are too old", async () => {
      await rollBack(ids[0]);
      assert.equal(await refused(ids[0]), "app_pinned");
      await b.ok("POST", `${at}/rollback/commit`);
      await update({ databases: [{ name: "db", engine: "PG" }] });
      assert.equal(await refused(ids[0]), "database_config_conflict");
      await update({ region: "fra" });
      assert.equal(await refused(ids[0]), "region_conflict");
      await update({});
      for (let i = 0; i < 10; i++) await update({ envs: [{ key: "N", value: String(i) }] });
      assert.equal(await refused(ids[0]), "exceeded_revision_limit");
    });

    it("warns about static sites and images that may have changed", async () => {
      const image = { registry_type: "DOCR", repository: "api", tag: "v1" };
      const id = await update({
        static_sites: [{ name: "site", github: { repo: "acme/site", branch: "main" } }],
        workers: [{ name: "api", image }],
      });
      const { valid, warnings } = await validate(id);
      assert.equal(valid, true);
      assert.deepEqual(
        warnings.map(({ code, components }: any) => [code, components]),
        [
          ["static_site_requires_rebuild", ["site"]],
          ["image_source_missing_digest", ["api"]],
        ],
      );
    });

    it("requires a deployment of this app", async () => {
      assert.equal((await b.call("POST", `${at}/rollback/validate`, {})).status, 400);
      assert.equal((await b.call("POST", `${at}/rollback`, { deployment_id: app.id })).status, 404);
    });
  });
});
