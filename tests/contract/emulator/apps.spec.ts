import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

describe("emulator: apps over HTTP", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  it("creates an app with its first deployment and no address until that is active", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    assert.match(app.id, /^[0-9a-f-]{36}$/);
    assert.equal(app.pending_deployment.phase, "PENDING_BUILD");
    assert.equal(app.in_progress_deployment.id, app.pending_deployment.id);
    assert.ok(!("active_deployment" in app) && !("live_url" in app));
    b.clock.advance(WHOLE);
    const later = (await b.ok("GET", `/v2/apps/${app.id}`)).app;
    assert.equal(later.active_deployment.id, app.pending_deployment.id);
    assert.match(later.live_url, /^https:\/\/demo-[a-z0-9]{5}\.ondigitalocean\.app$/);
    assert.ok(!("in_progress_deployment" in later));
  });

  it("fills in the server's defaults and keeps fields it does not know", async () => {
    const spec = {
      ...webSpec("demo", { novel: { a: 1 }, envs: [{ key: "A", value: "1", type: "GENERAL" }] }),
      new_field: [1],
    };
    const { app } = await b.ok("POST", "/v2/apps", { spec });
    const [web] = app.spec.services;
    assert.equal(app.spec.region, "nyc");
    assert.deepEqual([web.instance_size_slug, web.http_port], ["apps-s-1vcpu-0.5gb", 8080]);
    assert.deepEqual(web.envs, [{ key: "A", value: "1", scope: "RUN_AND_BUILD_TIME" }]);
    assert.deepEqual(app.spec.ingress.rules, [
      { match: { path: { prefix: "/" } }, component: { name: "web" } },
    ]);
    assert.deepEqual([web.novel, app.spec.new_field], [{ a: 1 }, [1]]);
  });

  it("fills in an instance count only if asked to", async () => {
    const count = async (): Promise<unknown> =>
      (await b.ok("POST", "/v2/apps", { spec: webSpec() })).app.spec.services[0].instance_count;
    assert.equal(await count(), undefined);
    await b.emulator.close();
    b = await bench({ otherwise: ["instance-count-left-out"] });
    assert.equal(await count(), 1);
  });

  it("returns the tokens of log destinations as sent, or encrypted if asked to", async () => {
    const log_destinations = [
      { name: "dog", datadog: { endpoint: "https://x.example", api_key: "hunter2" } },
      { name: "tail", logtail: { token: "hunter2" } },
    ];
    const tokens = async (): Promise<string[]> => {
      const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec("demo", { log_destinations }) });
      const [dog, tail] = app.spec.services[0].log_destinations;
      return [dog.datadog.api_key, tail.logtail.token];
    };
    assert.deepEqual(await tokens(), ["hunter2", "hunter2"]);
    await b.emulator.close();
    b = await bench({ otherwise: ["log-tokens-in-plaintext"] });
    for (const token of await tokens()) assert.equal(b.emulator.apps()[0]?.plain(token), "hunter2");
  });

  it("returns passwords of log destinations encrypted and the secure header as sent, or the other way round", async () => {
    const basic_auth = { user: "writer", password: "hunter2" };
    const search = { name: "search", open_search: { endpoint: "https://x.example:9200", basic_auth } };
    const ingress = { secure_header: { key: "X-Origin", value: "hunter2" } };
    const values = async (): Promise<string[]> => {
      const spec = { ...webSpec("demo", { log_destinations: [search] }), ingress };
      const stored = (await b.ok("POST", "/v2/apps", { spec })).app.spec;
      const [{ open_search: kept }] = stored.services[0].log_destinations;
      return [kept.basic_auth.password, stored.ingress.secure_header.value];
    };
    const plain = (text: string): string | undefined => b.emulator.apps()[0]?.plain(text);
    const [password, header] = await values();
    assert.deepEqual([plain(password ?? ""), header], ["hunter2", "hunter2"]);
    await b.emulator.close();
    b = await bench({ otherwise: ["log-passwords-encrypted", "secure-header-in-plaintext"] });
    const [open, sealed] = await values();
    assert.deepEqual([open, plain(sealed ?? "")], ["hunter2", "hunter2"]);
  });

  it("converts legacy routes to ingress rules", async () => {
    const spec = webSpec("demo", { routes: [{ path: "/api", preserve_path_prefix: true }] });
    const { app } = await b.ok("POST", "/v2/apps", { spec });
    assert.ok(!("routes" in app.spec.services[0]));
    assert.deepEqual(app.spec.ingress.rules, [
      { match: { path: { prefix: "/api" } }, component: { name: "web", preserve_path_prefix: true } },
    ]);
  });

  it("can start no deployment for an update without changes, whatever the order of its fields", async () => {
    await b.emulator.close();
    b = await bench({ otherwise: ["unchanged-put-deploys"] });
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    const reversed = Object.fromEntries(Object.entries(app.spec).reverse());
    const same = (await b.ok("PUT", `/v2/apps/${app.id}`, { spec: reversed })).app;
    assert.ok(!("pending_deployment" in same));
    assert.equal((await b.ok("GET", `/v2/apps/${app.id}/deployments`)).meta.total, 1);
    const forced = await b.ok("PUT", `/v2/apps/${app.id}`, {
      spec: app.spec,
      update_all_source_versions: true,
    });
    assert.notEqual(forced.app.pending_deployment.id, app.pending_deployment.id);
  });

  it("cancels a running deployment in favor of a newer one, and supersedes the active one when that becomes active", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    b.clock.advance(WHOLE);
    await b.ok("PUT", `/v2/apps/${app.id}`, { spec: webSpec("demo", { http_port: 3000 }) });
    b.clock.advance(WHOLE / 10);
    await b.ok("PUT", `/v2/apps/${app.id}`, { spec: webSpec("demo", { http_port: 4000 }) });
    const phases = async (): Promise<string[]> =>
      (await b.ok("GET", `/v2/apps/${app.id}/deployments`)).deployments.map(
        (d: { phase: string }) => d.phase,
      );
    const before = await phases();
    assert.deepEqual(before.slice(1), ["CANCELED", "ACTIVE"]);
    b.clock.advance(WHOLE);
    assert.deepEqual(await phases(), ["ACTIVE", "CANCELED", "SUPERSEDED"]);
  });

  it("rebuilds only components affected by the change", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    b.clock.advance(WHOLE);
    const resized = webSpec("demo", { instance_count: 2, instance_size_slug: "apps-s-1vcpu-1gb" });
    const names = (answer: {
      app: { pending_deployment: { progress: { steps: { name: string }[] } } };
    }): string[] => answer.app.pending_deployment.progress.steps.map((step) => step.name);
    assert.deepEqual(names(await b.ok("PUT", `/v2/apps/${app.id}`, { spec: resized })), ["deploy"]);
    const rebuilt = webSpec("demo", { build_command: "make" });
    assert.deepEqual(names(await b.ok("PUT", `/v2/apps/${app.id}`, { spec: rebuilt })), ["build", "deploy"]);
  });

  it("keeps the commit of an unchanged source and takes the newest one for a changed source", async () => {
    const branch = (name: string): unknown => ({ github: { repo: "acme/web", branch: name } });
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    b.clock.advance(WHOLE);
    const commit = async (change: object, more: object = {}): Promise<string> => {
      const body = { spec: webSpec("demo", change as Record<string, unknown>), ...more };
      return (await b.ok("PUT", `/v2/apps/${app.id}`, body)).app.pending_deployment.services[0]
        .source_commit_hash;
    };
    const first: string = app.pending_deployment.services[0].source_commit_hash;
    assert.equal(await commit({ http_port: 3000 }), first);
    assert.notEqual(await commit(branch("next") as object), first);
    assert.notEqual(await commit({}, { update_all_source_versions: true }), first);
  });

  it("returns 404 for a deleted app at once, and releases the name", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    assert.deepEqual(await b.ok("DELETE", `/v2/apps/${app.id}`), { id: app.id });
    assert.equal((await b.call("GET", `/v2/apps/${app.id}`)).status, 404);
    assert.deepEqual((await b.ok("GET", "/v2/apps")).meta, { total: 0 });
    await b.ok("POST", "/v2/apps", { spec: webSpec() });
  });

  it("still returns a deleted app for a while if asked to", async () => {
    await b.emulator.close();
    b = await bench({ otherwise: ["deleted-at-once"] });
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    assert.deepEqual(await b.ok("DELETE", `/v2/apps/${app.id}`), { id: app.id });
    assert.equal((await b.call("GET", `/v2/apps/${app.id}`)).status, 200);
    assert.equal((await b.call("POST", "/v2/apps", { spec: webSpec() })).status, 409);
    b.clock.advance(3000);
    assert.equal((await b.call("GET", `/v2/apps/${app.id}`)).status, 404);
    await b.ok("POST", "/v2/apps", { spec: webSpec() });
  });

  it("returns page links that lead to every app, and finds an app by name", async () => {
    for (let i = 0; i < 5; i++) await b.ok("POST", "/v2/apps", { spec: webSpec(`demo-${i}`) });
    const seen: string[] = [];
    let next: string | undefined = "/v2/apps?per_page=2&with_projects=true";
    while (next !== undefined) {
      const answer: {
        apps: { spec: { name: string } }[];
        links: { pages?: { next?: string } };
        meta: { total: number };
      } = await b.ok("GET", next);
      assert.equal(answer.meta.total, 5);
      seen.push(...answer.apps.map((app) => app.spec.name));
      next = answer.links.pages?.next;
      if (next !== undefined)
        assert.ok(next.startsWith(b.emulator.url) && next.includes("with_projects=true"));
    }
    assert.deepEqual(seen, ["demo-0", "demo-1", "demo-2", "demo-3", "demo-4"]);
    const found = await b.ok("GET", "/v2/apps?name=demo-3");
    assert.deepEqual(
      found.apps.map((app: { spec: { name: string } }) => app.spec.name),
      ["demo-3"],
    );
  });

  it("returns every secret as ciphertext, never in clear text, and accepts the ciphertext unchanged", async () => {
    const spec = {
      ...webSpec("demo", {
        envs: [{ key: "TOKEN", value: "hunter2", type: "SECRET" }],
        log_destinations: [
          { name: "os", open_search: { endpoint: "https://x.example", basic_auth: { password: "hunter2" } } },
        ],
      }),
      workers: [
        {
          name: "mailer",
          image: { registry_type: "DOCKER_HUB", repository: "r", registry_credentials: "u:hunter2" },
        },
      ],
      envs: [{ key: "ALL", value: "hunter2", type: "SECRET" }],
    };
    const created = await b.ok("POST", "/v2/apps", { spec });
    assert.ok(!JSON.stringify(created).includes("hunter2"));
    const sealed = created.app.spec.services[0].envs[0].value as string;
    assert.match(sealed, /^EV\[1:[A-Za-z0-9+/]{32}:[A-Za-z0-9+/]+={0,2}\]$/);
    assert.equal(b.emulator.apps()[0]?.plain(sealed), "hunter2");
    const again = await b.ok("PUT", `/v2/apps/${created.app.id}`, { spec: created.app.spec });
    assert.deepEqual(again.app.spec, created.app.spec);
    const clear = await b.ok("PUT", `/v2/apps/${created.app.id}`, { spec });
    assert.notEqual(clear.app.spec.services[0].envs[0].value, sealed);
  });

  it("erases the stored value of a SECRET variable without a value in create, update and proposal", async () => {
    const secret = (name: string, more: object): unknown =>
      webSpec(name, { envs: [{ key: "TOKEN", type: "SECRET", ...more }] });
    const valueIn = (spec: { services: { envs: { value: string }[] }[] }): string =>
      spec.services[0]?.envs[0]?.value ?? "";
    const plain = (value: string): (string | undefined)[] => b.emulator.apps().map((app) => app.plain(value));
    const empty = /^EV\[1:[A-Za-z0-9+/]{32}:[A-Za-z0-9+/]{22}==\]$/;
    const { app } = await b.ok("POST", "/v2/apps", { spec: secret("one", { value: "hunter2" }) });
    for (const [index, nothing] of [{}, { value: "" }].entries()) {
      const { spec } = await b.ok("POST", "/v2/apps/propose", {
        spec: secret("one", nothing),
        app_id: app.id,
      });
      assert.match(valueIn(spec), empty);
      await b.ok("PUT", `/v2/apps/${app.id}`, { spec: secret("one", { value: "hunter2" }) });
      const erased = await b.ok("PUT", `/v2/apps/${app.id}`, { spec: secret("one", nothing) });
      assert.match(valueIn(erased.app.spec), empty);
      assert.equal(plain(valueIn(erased.app.spec))[0], "");
      const created = await b.ok("POST", "/v2/apps", { spec: secret(`new-${index}`, nothing) });
      assert.match(valueIn(created.app.spec), empty);
    }
  });

  it("rejects another app's ciphertext and reports the variable", async () => {
    const secret = (value: string): unknown =>
      webSpec("one", { envs: [{ key: "TOKEN", value, type: "SECRET" }] });
    const { app } = await b.ok("POST", "/v2/apps", { spec: secret("hunter2") });
    const sealed: string = app.spec.services[0].envs[0].value;
    const spec = { ...(secret(sealed) as object), name: "two" };
    const created = await b.call("POST", "/v2/apps", { spec });
    assert.equal(created.status, 400);
    assert.match(created.body.message, /"services\.0\.envs\.0\.value": .*before app is created/);
    const { app: two } = await b.ok("POST", "/v2/apps", { spec: webSpec("two") });
    const refused = await b.call("PUT", `/v2/apps/${two.id}`, { spec });
    assert.equal(refused.status, 400);
    assert.match(refused.body.message, /services\.web\.envs\.TOKEN/);
    assert.ok(!refused.body.message.includes(sealed));
    assert.deepEqual(
      b.emulator.apps().map((stored) => stored.spec.name),
      ["one", "two"],
    );
  });
});
