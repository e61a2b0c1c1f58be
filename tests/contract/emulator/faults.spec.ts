import assert from "node:assert/strict";
import { bench, webSpec, type Bench } from "./http";

describe("emulator: faults and controls", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const create = (): Promise<unknown> => b.call("POST", "/v2/apps", { spec: webSpec() });
  const post = { method: "POST", path: /^\/v2\/apps$/ };

  it("does nothing when the connection is cut before the work, and everything when it is cut after", async () => {
    b.emulator.faults.add({ ...post, fault: "reset-before" });
    await assert.rejects(create());
    assert.equal(b.emulator.apps().length, 0);
    b.emulator.faults.add({ ...post, fault: "reset-after" });
    await assert.rejects(create());
    assert.equal(b.emulator.apps().length, 1);
    assert.deepEqual(
      b.emulator.calls.map((call) => call.status),
      [undefined, undefined],
    );
  });

  it("truncates a response after doing the work", async () => {
    b.emulator.faults.add({ ...post, fault: "truncated" });
    await assert.rejects(create());
    assert.equal(b.emulator.apps().length, 1);
  });

  it("injects a response the requested number of times, after letting some requests pass", async () => {
    const fault = { status: 503, headers: { "retry-after": "7" } };
    b.emulator.faults.add({ method: "get", times: 2, after: 1, fault });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await b.call("GET", "/v2/apps")).status);
    assert.deepEqual(statuses, [200, 503, 503, 200]);
  });

  it("serves a proxy's error page, wrong types, and endless bodies", async () => {
    b.emulator.faults.add({ fault: "html-502" });
    const page = await b.call("GET", "/v2/apps");
    assert.deepEqual([page.status, page.headers.get("content-type")], [502, "text/html"]);
    b.emulator.faults.add({ fault: "wrong-types" });
    assert.equal(typeof (await b.call("GET", "/v2/apps")).body.apps, "string");
    b.emulator.faults.add({ fault: "endless" });
    const response = await fetch(`${b.emulator.url}/v2/apps`);
    let bytes = 0;
    assert.ok(response.body !== null);
    for await (const part of response.body) {
      bytes += part.length;
      if (bytes > 50_000) break;
    }
    assert.ok(bytes > 50_000);
  });

  it("never responds to a request that times out, and still shuts down", async () => {
    b.emulator.faults.add({ fault: "timeout" });
    const arrived = b.emulator.nextCall({ method: "GET" });
    const hanging = assert.rejects(b.call("GET", "/v2/apps"));
    assert.equal((await arrived).path, "/v2/apps");
    await b.emulator.close();
    await hanging;
  });

  it("removes a fault rule", async () => {
    const remove = b.emulator.faults.add({ fault: { status: 500 } });
    remove();
    assert.equal((await b.call("GET", "/v2/apps")).status, 200);
  });

  it("records each request with its body, and reveals no body over HTTP", async () => {
    const next = b.emulator.nextCall({ method: "POST", path: /apps$/ });
    await create();
    assert.deepEqual((await next).body, { spec: webSpec() });
    b.emulator.faults.add({ fault: "reset-before" });
    await assert.rejects(create());
    assert.deepEqual(b.emulator.calls[1]?.body, { spec: webSpec() });
    const told = await b.call("GET", "/_emulator/calls", undefined, "");
    assert.deepEqual(Object.keys(told.body.calls[0]).sort(), ["at", "method", "path", "query", "status"]);
    await b.call("DELETE", "/_emulator/calls", undefined, "");
    assert.equal(b.emulator.calls.length, 0);
  });

  it("is controlled over HTTP: edits, failures, faults, waiting for a call, reset", async () => {
    await create();
    const [app] = (await b.call("GET", "/_emulator/apps", undefined, "")).body.apps;
    const spec = { ...app.spec, region: "fra" };
    const edited = await b.call("POST", "/_emulator/apps/demo/edit", { spec }, "");
    assert.equal(edited.body.app.spec.region, "fra");
    assert.notEqual(edited.body.app.pending_deployment.id, app.pending_deployment.id);

    const fault = { path: "/v2/account", fault: { status: 418 } };
    assert.equal((await b.call("POST", "/_emulator/faults", fault, "")).status, 204);
    assert.equal((await b.call("POST", "/_emulator/faults", { fault: "odd" }, "")).status, 400);
    const waiting = b.call("GET", "/_emulator/calls/next?method=GET&path=account", undefined, "");
    // The wait must be registered before the request it waits for.
    while ((await b.call("GET", "/_emulator/waiting", undefined, "")).body.waiting === 0);
    assert.equal((await b.call("GET", "/v2/account")).status, 418);
    assert.equal((await waiting).body.call.path, "/v2/account");

    await b.call("POST", "/_emulator/failures", { step: "wait" }, "");
    await b.ok("PUT", `/v2/apps/${app.id}`, { spec: app.spec });
    b.clock.advance(1e6);
    assert.equal((await b.ok("GET", `/v2/apps/${app.id}/deployments`)).deployments[0].phase, "ERROR");

    await b.call("POST", "/_emulator/reset", undefined, "");
    assert.deepEqual((await b.ok("GET", "/v2/apps")).apps, []);
  });

  it("makes responses, logs and reasons huge or hostile on request", async () => {
    b.emulator.faults.add({ method: "POST", fault: { padBytes: 100_000 } });
    const { body } = await b.call("POST", "/v2/apps", { spec: webSpec() });
    assert.equal(body.app.spec.envs.at(-1).value.length, 100_000);
    assert.equal((await b.ok("GET", `/v2/apps/${body.app.id}`)).app.spec.envs, undefined);

    const failure = { component: "web", hostile: true, lineBytes: 50_000, reasonBytes: 10_000 };
    assert.equal((await b.call("POST", "/_emulator/failures", failure, "")).status, 204);
    for (const wrong of [{ hostile: "yes" }, { lineBytes: -1 }, { reasonBytes: "1" }])
      assert.equal((await b.call("POST", "/_emulator/failures", wrong, "")).status, 400);
    const { deployment } = await b.ok("POST", `/v2/apps/${body.app.id}/deployments`, { force_build: true });
    b.clock.advance(1e6);
    const logs = `/v2/apps/${body.app.id}/deployments/${deployment.id}/logs?type=BUILD`;
    const [url] = (await b.ok("GET", logs)).historic_urls;
    const text = await (await fetch(url)).text();
    assert.ok(text.split("\n").some((line) => line.length > 50_000));
    assert.match(text, /\x1b\]0;[^]*\n.*::error file/);
    const { progress } = (await b.ok("GET", `/v2/apps/${body.app.id}/deployments/${deployment.id}`))
      .deployment;
    assert.match(JSON.stringify(progress), /<\{%fg 99%\}>[^]*(?:huge ){1000}/);
  });

  it("edits an app in process as another user", async () => {
    await create();
    const app = b.emulator.editApp("demo", (spec) => void (spec.region = "ams"));
    assert.equal((app.spec as { region: string }).region, "ams");
    assert.throws(() => b.emulator.editApp("gone", () => {}), /no app "gone"/);
  });

  it("produces the same IDs for the same seed", async () => {
    const ids: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const seeded = await bench({ seed: "a" });
      ids.push((await seeded.ok("POST", "/v2/apps", { spec: webSpec() })).app.id);
      await seeded.emulator.close();
    }
    assert.equal(ids[0], ids[1]);
  });
});
