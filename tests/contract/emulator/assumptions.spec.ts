import assert from "node:assert/strict";
import type { AssumptionId } from "../../../emulator/index";
import { bench, webSpec, WHOLE, type Bench } from "./http";
import { finished, run } from "./command";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

describe("emulator: assumptions about the service", () => {
  let b: Bench | undefined;
  afterEach(() => b?.emulator.close());

  const started = async (...otherwise: AssumptionId[]): Promise<Bench> => (b = await bench({ otherwise }));

  /** An app with a deployment that has finished. */
  async function app(
    at: Bench,
    spec: unknown = webSpec(),
  ): Promise<{ path: string; get(): Promise<any>; put(spec: unknown): Promise<any> }> {
    const { id } = (await at.ok("POST", "/v2/apps", { spec })).app;
    const path = `/v2/apps/${id}`;
    at.clock.advance(WHOLE);
    return {
      path,
      get: async () => (await at.ok("GET", path)).app,
      put: async (changed) => (await at.ok("PUT", path, { spec: changed })).app,
    };
  }

  const secret = (value?: string): any =>
    webSpec("demo", { envs: [{ key: "A", type: "SECRET", ...(value === undefined ? {} : { value }) }] });
  const stored = ({ spec }: any): string => spec.services[0].envs[0].value;

  for (const [how, value] of [
    ["no value", undefined],
    ["an empty value", ""],
  ] as const) {
    it(`erases the stored value of a secret that is sent with ${how}`, async () => {
      const { put, get } = await app(await started(), secret("hush"));
      const before = stored(await get());
      const after = stored(await put(secret(value)));
      assert.notEqual(after, before);
      assert.match(after, /^EV\[1:[A-Za-z0-9+/]{32}:[A-Za-z0-9+/=]{24}\]$/);
      assert.equal(after.length, 63);
    });

    it(`can keep the stored value of a secret that is sent with ${how}`, async () => {
      const { put, get } = await app(await started("empty-secret-erases"), secret("hush"));
      assert.equal(stored(await put(secret(value))), stored(await get()));
    });
  }

  it("can return a secret in plaintext that refers to a database", async () => {
    const reference = "${db.DATABASE_URL}";
    assert.match(
      stored((await (await started()).ok("POST", "/v2/apps", { spec: secret(reference) })).app),
      /^EV/,
    );
    await b?.emulator.close();
    const at = await started("bindable-secret-encrypted");
    assert.equal(stored((await at.ok("POST", "/v2/apps", { spec: secret(reference) })).app), reference);
  });

  it("accepts an app's own ciphertext in updates, and in propose with its id", async () => {
    const at = await started();
    const { get, put, path } = await app(at, secret("hush"));
    const sealed = stored(await get());
    assert.equal(stored(await put(secret(sealed))), sealed);
    await at.ok("POST", "/v2/apps/propose", { spec: secret(sealed), app_id: path.split("/").at(-1) });
  });

  it("starts a deployment for an update that changes nothing, or none", async () => {
    const { put } = await app(await started());
    assert.equal((await put(webSpec())).pending_deployment.phase, "PENDING_BUILD");
    await b?.emulator.close();
    const other = await app(await started("unchanged-put-deploys"));
    assert.equal((await other.put(webSpec())).pending_deployment, undefined);
  });

  it("can return a deleted app for a while", async () => {
    const at = await started("deleted-at-once");
    const { path } = await app(at);
    await at.ok("DELETE", path);
    assert.equal((await at.call("GET", path)).status, 200);
    at.clock.advance(3000);
    assert.equal((await at.call("GET", path)).status, 404);
  });

  it("can list created and deleted apps late", async () => {
    const at = await started("lists-are-current");
    const names = async (): Promise<string[]> =>
      (await at.ok("GET", "/v2/apps")).apps.map(({ spec }: any) => spec.name);
    const { id } = (await at.ok("POST", "/v2/apps", { spec: webSpec() })).app;
    assert.deepEqual(await names(), []);
    at.clock.advance(2000);
    assert.deepEqual(await names(), ["demo"]);
    await at.ok("DELETE", `/v2/apps/${id}`);
    assert.equal((await at.call("GET", `/v2/apps/${id}`)).status, 404);
    assert.deepEqual(await names(), ["demo"]);
    at.clock.advance(2000);
    assert.deepEqual(await names(), []);
  });

  it("omits the apps of a page beyond the last, or returns an empty list", async () => {
    let at = await started();
    await app(at);
    const { apps, meta } = await at.ok("GET", "/v2/apps?page=7");
    assert.deepEqual([apps, meta.total], [undefined, 1]);
    await at.emulator.close();
    at = await started("pages-beyond-the-last");
    await app(at);
    assert.deepEqual((await at.ok("GET", "/v2/apps?page=7")).apps, []);
  });

  it("omits the pending deployment of an idle app, or shows the newest one", async () => {
    let at = await started("idle-without-pending");
    const idle = await (await app(at)).get();
    assert.equal(idle.pending_deployment.id, idle.active_deployment.id);
    await at.emulator.close();
    at = await started();
    const { get, path } = await app(at);
    assert.equal((await get()).pending_deployment, undefined);
    const { deployment } = await at.ok("POST", `${path}/deployments`, {});
    assert.equal((await get()).pending_deployment.id, deployment.id);
  });

  it("accepts the cancellation of a finished deployment, which changes nothing, or rejects it", async () => {
    let at = await started();
    const finished = await app(at);
    const active = (await finished.get()).active_deployment;
    const cancel = `${finished.path}/deployments/${active.id}/cancel`;
    assert.deepEqual((await at.ok("POST", cancel)).deployment, active);
    assert.equal((await finished.get()).active_deployment.id, active.id);
    await at.emulator.close();
    at = await started("late-cancel-accepted");
    const { path, get } = await app(at);
    const { id } = (await get()).active_deployment;
    assert.equal((await at.call("POST", `${path}/deployments/${id}/cancel`)).status, 400);
  });

  describe("after a rollback was committed", () => {
    const variable = (value: string): any => webSpec("demo", { envs: [{ key: "A", value }] });

    /** An app that was rolled back from "new" to "old"; the rollback is committed while still in progress. */
    async function committed(at: Bench): Promise<Awaited<ReturnType<typeof app>>> {
      const made = await app(at, variable("old"));
      const { id } = (await made.get()).active_deployment;
      await made.put(variable("new"));
      at.clock.advance(WHOLE);
      await at.ok("POST", `${made.path}/rollback`, { deployment_id: id });
      assert.equal((await at.call("POST", `${made.path}/rollback/commit`)).status, 200);
      return made;
    }

    it("accepts a revert, or rejects it", async () => {
      let at = await started();
      const { path } = await committed(at);
      const { deployment } = await at.ok("POST", `${path}/rollback/revert`);
      assert.equal(deployment.spec.services[0].envs[0].value, "new");
      assert.equal((await at.call("POST", `${path}/rollback/revert`)).status, 400, "only once");
      await at.emulator.close();
      at = await started("committed-reverts");
      const other = await committed(at);
      assert.equal((await at.call("POST", `${other.path}/rollback/revert`)).status, 400);
    });

    it("rejects a revert once another deployment followed", async () => {
      const at = await started();
      const { path, put } = await committed(at);
      await put(variable("newer"));
      at.clock.advance(WHOLE);
      assert.equal((await at.call("POST", `${path}/rollback/revert`)).status, 400);
    });
  });

  it("omits counters that are zero, or shows them", async () => {
    const counters = async (at: Bench): Promise<any> =>
      (await (await app(at)).get()).active_deployment.progress;
    const { error_steps: none, success_steps: all, total_steps: total } = await counters(await started());
    assert.deepEqual([none, all], [undefined, total]);
    await b?.emulator.close();
    assert.equal((await counters(await started("zero-counters-omitted"))).error_steps, 0);
  });

  it("can show no build stage for a prebuilt image", async () => {
    const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx" };
    const { get } = await app(await started("image-build-stage"), {
      name: "demo",
      services: [{ name: "web", image }],
    });
    const { steps } = (await get()).active_deployment.progress;
    assert.deepEqual(
      steps.map(({ name }: any) => name),
      ["deploy"],
    );
  });

  it("rejects an invalid spec with 400, or with 422", async () => {
    const at = await started();
    const spec = { ...webSpec(), region: "moon" };
    for (const path of ["/v2/apps", "/v2/apps/propose"])
      assert.equal((await at.call("POST", path, { spec })).status, 400);
    await at.emulator.close();
    const other = await started("invalid-spec-status");
    const { status, body } = await other.call("POST", "/v2/apps", { spec });
    assert.deepEqual([status, body.id], [422, "unprocessable_entity"]);
  });

  it("omits the project in lists unless it is requested, or always shows it", async () => {
    const project = async (at: Bench, query = ""): Promise<unknown> =>
      (await at.ok("GET", `/v2/apps${query}`)).apps[0].project_id;
    let at = await started();
    const { get } = await app(at);
    const { project_id: id } = await get();
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(await project(at), undefined);
    assert.equal(await project(at, "?with_projects=true"), id);
    await at.emulator.close();
    at = await started("project-id-in-lists");
    await app(at);
    assert.match(String(await project(at)), /^[0-9a-f-]{36}$/);
  });

  it("moves updated_at without a request, or not", async () => {
    const moves = async (at: Bench): Promise<boolean> => {
      const { get } = await app(at);
      const before = [(await get()).updated_at, (await at.ok("GET", "/v2/apps")).apps[0].updated_at];
      at.clock.advance(3_600_000);
      const after = [(await get()).updated_at, (await at.ok("GET", "/v2/apps")).apps[0].updated_at];
      assert.equal(after[0], after[1]);
      return before[0] !== after[0];
    };
    assert.equal(await moves(await started()), true);
    await b?.emulator.close();
    assert.equal(await moves(await started("updated-at-moves")), false);
  });

  it("returns deploy_on_push of an image without a flag that is false, or as it was sent", async () => {
    const image = { registry_type: "DOCR", repository: "web", deploy_on_push: { enabled: false } };
    const push = async (at: Bench): Promise<any> =>
      (await (await app(at, { name: "demo", services: [{ name: "web", image }] })).get()).spec.services[0]
        .image.deploy_on_push;
    assert.deepEqual(await push(await started()), {});
    await b?.emulator.close();
    assert.deepEqual(await push(await started("disabled-push-emptied")), { enabled: false });
  });

  it("stores an instance_count of 0 as 1, or as it was sent", async () => {
    const count = async (at: Bench): Promise<any> =>
      (await (await app(at, webSpec("demo", { instance_count: 0 }))).get()).spec.services[0].instance_count;
    assert.equal(await count(await started()), 1);
    await b?.emulator.close();
    assert.equal(await count(await started("zero-instance-count")), 0);
  });

  it("can show the address some seconds after the deployment is active", async () => {
    const at = await started("live-url-when-active");
    const { get } = await app(at);
    assert.deepEqual([(await get()).active_deployment.phase, (await get()).live_url], ["ACTIVE", undefined]);
    at.clock.advance(4_000);
    assert.match((await get()).live_url, /^https:/);
  });

  const crashing = webSpec("demo", { run_command: "false" });
  const runLog = async (at: Bench, path: string, type: string): Promise<{ status: number; body: any }> => {
    const { deployments } = await at.ok("GET", `${path}/deployments`);
    return at.call("GET", `${path}/deployments/${deployments.at(-1).id}/logs?type=${type}`);
  };

  it("rejects the RUN log of a finished deployment, and has its lines in RUN_RESTARTED after a crash", async () => {
    const at = await started();
    const { path } = await app(at, crashing);
    const { status, body } = await runLog(at, path, "RUN");
    assert.equal(status, 400);
    assert.match(body.message, /^cannot get running logs from deployment \S+ in phase final_cleanup$/);
    const [url] = (await runLog(at, path, "RUN_RESTARTED")).body.historic_urls;
    assert.match((await at.call("GET", url, undefined, "")).body, /exited with code 1/);
  });

  it("rejects both logs of a deployment that ran well until a newer one was active", async () => {
    const at = await started();
    const { path } = await app(at);
    assert.equal((await runLog(at, path, "RUN")).status, 200);
    await at.ok("POST", `${path}/deployments`, {});
    at.clock.advance(WHOLE);
    for (const type of ["RUN", "RUN_RESTARTED"]) assert.equal((await runLog(at, path, type)).status, 400);
  });

  it("can keep the RUN log of a finished deployment", async () => {
    const at = await started("finished-has-no-run-log");
    const { path } = await app(at, crashing);
    assert.equal((await runLog(at, path, "RUN")).status, 200);
  });

  it("can have several archives of a log, the newest first", async () => {
    const lines = async (at: Bench): Promise<string[]> => {
      const { path } = await app(at);
      const urls: string[] = (await runLog(at, path, "BUILD")).body.historic_urls;
      const archives = await Promise.all(urls.map((url) => at.call("GET", url, undefined, "")));
      return archives.map(({ body }) => body);
    };
    const [whole = "", ...more] = await lines(await started());
    assert.deepEqual(more, []);
    await b?.emulator.close();
    const [second = "", first = "", ...others] = await lines(await started("archives-in-time-order"));
    assert.deepEqual(others, []);
    assert.ok(first !== "" && second !== "" && first < second);
    const count = (text: string): number => text.split("\n").length - 1;
    assert.equal(count(first) + count(second), count(whole));
  });

  it("reports malformed ids and names that are taken with the service's messages", async () => {
    const at = await started();
    await app(at);
    for (const path of ["/v2/apps/my-app", "/v2/apps/my-app/deployments"]) {
      const { status, body } = await at.call("GET", path);
      assert.deepEqual([status, body.message], [400, "invalid uuid"]);
    }
    const taken = await at.call("POST", "/v2/apps", { spec: webSpec() });
    assert.deepEqual([taken.status, taken.body.message], [409, "App name already exists"]);
  });

  it("are switched and listed by the command, which rejects unknown ones", async () => {
    const help = await finished(run("--help"));
    assert.match(help.out, /--otherwise ID[^]*\n {2}deleted-at-once\n/);
    const wrong = await finished(run("--otherwise", "moon-is-cheese"));
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /"moon-is-cheese" is not an assumption.*deleted-at-once/);
    const amount = await finished(run("--otherwise", "deleted-at-once=soon"));
    assert.equal(amount.code, 2);
    assert.match(amount.err, /"soon" is not a number/);
  });
});
