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

  it("can start a deployment for an update that changes nothing", async () => {
    const { put } = await app(await started("unchanged-put-deploys"));
    assert.equal((await put(webSpec())).pending_deployment.phase, "PENDING_BUILD");
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

  it("can omit the pending deployment of an idle app", async () => {
    const at = await started("idle-without-pending");
    const { get, path } = await app(at);
    assert.equal((await get()).pending_deployment, undefined);
    const { deployment } = await at.ok("POST", `${path}/deployments`, {});
    assert.equal((await get()).pending_deployment.id, deployment.id);
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
