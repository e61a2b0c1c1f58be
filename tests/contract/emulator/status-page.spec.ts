import assert from "node:assert/strict";
import { createEmulator, steppedClock, type Clock } from "../../../emulator/index";
import { browserHere } from "./browser";
import { bench, webSpec, WHOLE, type Bench } from "./http";

describe("emulator: status page", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  it("is a single page that requires no token, loads nothing from other hosts and is not counted as a call", async () => {
    const { status, headers, body } = await b.call("GET", "/", undefined, "");
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^text\/html/);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'; script-src 'sha256-/);
    assert.doesNotMatch(body, /https?:\/\//);
    assert.doesNotMatch(body, /innerHTML|insertAdjacentHTML|document\.write/);
    assert.equal(b.emulator.calls.length, 0);
  });

  it("accepts no changes", async () => {
    assert.equal((await b.call("POST", "/", {}, "")).status, 404);
    assert.equal((await b.call("DELETE", "/_emulator/status", undefined, "")).status, 404);
  });

  it("lists each app with its components, and the deployments of all apps, newest first", async () => {
    const { app } = await b.ok("POST", "/v2/apps", { spec: { ...webSpec("one"), region: "fra" } });
    b.clock.advance(WHOLE);
    b.emulator.failNext({ component: "web", step: "build", reason: { code: "Boom", message: "it broke" } });
    await b.ok("POST", `/v2/apps/${app.id}/deployments`, {});
    b.clock.advance(WHOLE);
    await b.ok("POST", "/v2/apps", {
      spec: { ...webSpec("two"), databases: [{ name: "db", engine: "PG" }] },
    });
    b.clock.advance(WHOLE / 2);

    const { apps, deployments } = (await b.call("GET", "/_emulator/status", undefined, "")).body;
    assert.deepEqual(
      apps.map(({ id: _id, ...rest }: Record<string, unknown>) => rest),
      [
        {
          name: "two",
          region: "nyc",
          components: ["web (service)", "db (database)"],
          phase: "BUILDING",
          pinned: false,
          deployments: 1,
        },
        {
          name: "one",
          region: "fra",
          components: ["web (service)"],
          phase: "ERROR",
          pinned: false,
          deployments: 2,
        },
      ],
    );
    const told = deployments.map((one: Record<string, unknown>) => [one.app, one.phase, one.reason]);
    assert.deepEqual(told, [
      ["two", "BUILDING", undefined],
      ["one", "ERROR", "web: Boom: it broke"],
      ["one", "ACTIVE", undefined],
    ]);
    const [running, failed, active] = deployments;
    assert.equal(running.seconds, WHOLE / 2000);
    assert.ok(running.running && running.done > 0 && running.done < running.total);
    assert.ok(!failed.running && failed.seconds < WHOLE / 1000);
    assert.deepEqual([active.done, active.seconds], [active.total, WHOLE / 1000]);
  });

  it("shows an app that is being deleted, and removes it once it is gone", async () => {
    await b.emulator.close();
    b = await bench({ otherwise: ["deleted-at-once"] });
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    await b.call("DELETE", `/v2/apps/${app.id}`);
    assert.equal((await b.ok("GET", "/_emulator/status")).apps[0].phase, "DELETING");
    b.clock.advance(WHOLE);
    assert.deepEqual((await b.ok("GET", "/_emulator/status")).apps, []);
  });

  it("shows no value of a variable, neither in clear text nor encrypted", async () => {
    const envs = [
      { key: "PLAIN", value: "plain-value" },
      { key: "HIDDEN", value: "hidden-value", type: "SECRET" },
    ];
    await b.ok("POST", "/v2/apps", { spec: webSpec("demo", { envs }) });
    const text = JSON.stringify(await b.ok("GET", "/_emulator/status"));
    assert.doesNotMatch(text, /plain-value|hidden-value|EV\[|PLAIN|HIDDEN/);
  });
});

describe("emulator: status page in a browser", () => {
  const rendered = browserHere();

  it("shows apps and deployments, and user-provided content only as text", async function () {
    this.timeout(90_000);
    const { emulator, call, clock } = await bench();
    try {
      emulator.failNext({ reason: { code: "Boom", message: '<img src=x onerror="document.title=1">' } });
      await call("POST", "/v2/apps", { spec: webSpec("shop") });
      clock.advance(WHOLE);
      const dom = await rendered(`${emulator.url}/`);
      assert.match(dom, /<th scope="row">shop<small/);
      assert.match(dom, /<span class="phase bad">error<\/span>/);
      assert.match(dom, /1 app, nothing is being deployed/);
      assert.match(dom, /data-state="live">Live</);
      assert.match(dom, /web: Boom: &lt;img src=x onerror=/);
      assert.doesNotMatch(dom, /<img/);
      assert.match(dom, /<title>App Platform emulator</);
    } finally {
      await emulator.close();
    }
  });

  it("follows a deployment until it finishes without a reload, and announces it", async function () {
    this.timeout(90_000);
    const stepped = steppedClock();
    let watched = false;
    // The clock advances with each read, so each poll sees a later time however fast the browser is.
    const clock: Clock = {
      now: () => {
        if (watched) stepped.advance(WHOLE / 4);
        return stepped.now();
      },
      setTimeout: (callback, ms) => stepped.setTimeout(callback, ms),
    };
    const emulator = await createEmulator({ clock, deploySeconds: 100, rateLimit: false });
    try {
      const headers = { authorization: "Bearer token" };
      const body = JSON.stringify({ spec: webSpec("shop") });
      assert.equal((await fetch(`${emulator.url}/v2/apps`, { method: "POST", headers, body })).status, 200);
      watched = true;
      const dom = await rendered(`${emulator.url}/`);
      assert.match(dom, /role="status" aria-live="polite">shop: deployment is ACTIVE<\/p>/);
      assert.match(dom, /<span class="phase good">active<\/span>/);
    } finally {
      await emulator.close();
    }
  });
});
