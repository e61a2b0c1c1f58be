import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

/** Requests that doctl sends, and its assumptions about the responses. */
describe("emulator: what doctl needs", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const SPEC = { ...webSpec("shop"), workers: [{ name: "mailer", github: { repo: "a/m", branch: "main" } }] };
  const create = async (spec: unknown = SPEC): Promise<any> => (await b.ok("POST", "/v2/apps", { spec })).app;
  /** Finished once all steps count as successful; doctl checks nothing else. */
  const isDone = async (app: any, deployment: any): Promise<boolean> => {
    const { progress } = (await b.ok("GET", `/v2/apps/${app.id}/deployments/${deployment.id}`)).deployment;
    assert.ok(progress.total_steps > 0, "no steps at all would count as done");
    return progress.success_steps === progress.total_steps;
  };

  it("verifies a token for `auth init`, and rejects requests without one", async () => {
    const info = await b.ok("GET", "/v1/oauth/token/info");
    assert.ok(Number.isInteger(info.resource_owner_id) && Number.isInteger(info.expires_in_seconds));
    assert.ok(Array.isArray(info.scopes) && typeof info.application.uid === "string");
    assert.equal((await b.call("GET", "/v1/oauth/token/info", undefined, "")).status, 401);
    assert.match((await b.ok("GET", "/v2/account")).account.email, /@/);
  });

  it("responds to create, update, redeploy and restart with the deployment to wait for", async () => {
    const app = await create();
    assert.equal(await isDone(app, app.pending_deployment), false);
    b.clock.advance(WHOLE);
    assert.equal(await isDone(app, app.pending_deployment), true);
    for (const [method, path, body] of [
      ["PUT", "", { spec: { ...SPEC, region: "fra" } }],
      ["PUT", "", { spec: { ...SPEC, region: "fra" }, update_all_source_versions: true }],
      ["POST", "/deployments", { force_build: true }],
      ["POST", "/restart", { components: ["web"] }],
      ["POST", "/restart", {}],
    ] as const) {
      const answer = await b.ok(method, `/v2/apps/${app.id}${path}`, body);
      const deployment = answer.deployment ?? answer.app.pending_deployment;
      assert.equal(await isDone(app, deployment), false);
      b.clock.advance(WHOLE);
      assert.equal(await isDone(app, deployment), true);
    }
  });

  it("lets an update find an existing app after 409, by name in a list with links", async () => {
    const app = await create();
    const refused = await b.call("POST", "/v2/apps", { spec: SPEC });
    assert.equal(refused.status, 409);
    const { apps, links } = await b.ok("GET", "/v2/apps?page=1&per_page=200&with_projects=true");
    assert.deepEqual([apps[0].spec.name, apps[0].id, links], ["shop", app.id, {}]);
  });

  it("does not return the deployment list for a missing deployment ID", async () => {
    const app = await create();
    assert.equal((await b.call("GET", `/v2/apps/${app.id}/deployments/`)).status, 404);
  });

  it("starts a deployment for an update without changes", async () => {
    const app = await create();
    b.clock.advance(WHOLE);
    const same = (await b.ok("PUT", `/v2/apps/${app.id}`, { spec: app.spec })).app;
    assert.notEqual(same.pending_deployment.id, app.pending_deployment.id);
    b.clock.advance(WHOLE);
    assert.equal(await isDone(app, same.pending_deployment), true);
  });

  describe("logs", () => {
    const logs = async (query: string, of: "active" | "pending" = "active"): Promise<any> => {
      const app = (await b.ok("GET", "/v2/apps?name=shop")).apps[0];
      const { id } = app[`${of}_deployment`];
      return b.ok("GET", `/v2/apps/${app.id}/deployments/${id}/logs?tail_lines=-1&${query}`);
    };
    const read = async (url: string): Promise<string> => (await fetch(url)).text();

    it("cover the component in the query, or all components without one", async () => {
      await create();
      b.clock.advance(WHOLE);
      const one = await read((await logs("type=RUN&follow=false&component_name=web")).live_url);
      assert.match(one, /web /);
      assert.doesNotMatch(one, /mailer /);
      assert.match(await read((await logs("type=RUN&follow=false")).live_url), /web [^]*mailer /);
      const { historic_urls: urls } = await logs("type=BUILD&follow=false&component_name=mailer");
      assert.equal(urls.length, 1);
      assert.match(await read(urls[0]), /^mailer /);
      const { id } = (await b.ok("GET", "/v2/apps")).apps[0];
      const gone = await b.call("GET", `/v2/apps/${id}/logs?type=RUN&component_name=gone`);
      assert.equal(gone.status, 404);
    });

    it("are only live while being written and only archived afterwards, one file with three words before each text", async () => {
      await create();
      b.clock.advance(WHOLE / 5);
      const during = await logs("type=BUILD&follow=true&component_name=web", "pending");
      assert.deepEqual([typeof during.live_url, during.historic_urls], ["string", []]);
      b.clock.advance(WHOLE);
      const after = await logs("type=BUILD&follow=true&component_name=web");
      assert.deepEqual([after.live_url, after.historic_urls.length], [undefined, 1]);
      assert.match(await read(after.historic_urls[0]), /^web \d{4}-\d\d-\d\dT[\d:.]+Z git repo clone: /);
    });
  });

  it("lists tiers, buildpacks, regions and sizes, and returns one by its slug", async () => {
    const { tiers } = await b.ok("GET", "/v2/apps/tiers");
    assert.match(tiers[0].egress_bandwidth_bytes, /^\d+$/);
    assert.deepEqual((await b.ok("GET", `/v2/apps/tiers/${tiers[1].slug}`)).tier, tiers[1]);
    assert.equal((await b.call("GET", "/v2/apps/tiers/gone")).status, 404);
    const { buildpacks } = await b.ok("GET", "/v2/apps/buildpacks");
    assert.ok(buildpacks.every(({ id, name, description }: any) => id && name && Array.isArray(description)));
    const [size] = (await b.ok("GET", "/v2/apps/tiers/instance_sizes")).instance_sizes;
    assert.ok(Number(size.usd_per_second) > 0 && /^\d+$/.test(size.memory_bytes));
  });

  it("upgrades the buildpack of components built with it, with a deployment if requested", async () => {
    const app = await create({
      ...SPEC,
      jobs: [{ name: "task", image: { registry_type: "DOCKER_HUB", repository: "r" } }],
    });
    b.clock.advance(WHOLE);
    const [{ id }] = (await b.ok("GET", "/v2/apps/buildpacks")).buildpacks;
    const at = `/v2/apps/${app.id}/upgrade_buildpack`;
    assert.deepEqual(await b.ok("POST", at, { buildpack_id: id }), {
      affected_components: ["web", "mailer"],
    });
    const told = await b.ok("POST", at, { buildpack_id: id, trigger_deployment: true });
    assert.equal(told.deployment.phase, "PENDING_BUILD");
    assert.equal((await b.call("POST", at, { buildpack_id: "gone" })).status, 400);
    assert.equal((await b.call("POST", at, { buildpack_id: id, major_version: 99 })).status, 400);
  });

  it("treats an empty job name as all jobs", async () => {
    const job = {
      name: "migrate",
      kind: "PRE_DEPLOY",
      image: { registry_type: "DOCKER_HUB", repository: "r" },
    };
    const app = await create({ ...SPEC, jobs: [job] });
    b.clock.advance(WHOLE);
    const at = `/v2/apps/${app.id}`;
    const [run] = (await b.ok("GET", `${at}/job-invocations?job_names=`)).job_invocations;
    assert.equal((await b.ok("GET", `${at}/job-invocations/${run.id}`)).job_invocation.id, run.id);
    await b.ok("GET", `${at}/jobs/migrate/invocations/${run.id}/logs?type=JOB_INVOCATION`);
  });

  it("returns the address of a console as a WebSocket URL", async () => {
    const app = await create();
    b.clock.advance(WHOLE);
    assert.match((await b.ok("GET", `/v2/apps/${app.id}/components/web/exec`)).url, /^ws:\/\//);
  });
});
