import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, statSync, watch, writeFileSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { createEmulator } from "../../../emulator/index";
import { readSnapshot } from "../../../emulator/snapshot/format";
import { runs } from "../../helpers/runs";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { endLeftovers, finished, listening, run } from "./command";
import { bench, webSpec, WHOLE } from "./http";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

describe("emulator: snapshot", () => {
  const folder = temporaryFolder();
  const file = (): string => join(folder.path, "state.json");
  afterEach(endLeftovers);

  it("keeps apps, secrets, projects, destinations, pins and requested failures; deployments continue by the clock", async () => {
    const envs = [{ key: "TOKEN", value: "clear text", type: "SECRET" }];
    const shopSpec = (more?: Record<string, unknown>): unknown => ({
      ...webSpec("shop", more),
      alerts: [{ rule: "DEPLOYMENT_FAILED" }],
    });
    const b = await bench({ snapshot: file() });
    const { project } = (await b.call("POST", "/v2/projects", { name: "shops", purpose: "Shops" })).body;
    const { app } = await b.ok("POST", "/v2/apps", {
      spec: shopSpec({ envs }),
      project_id: project.id,
    });
    const at = `/v2/apps/${app.id}`;
    b.clock.advance(WHOLE);
    const { active_deployment: first } = (await b.ok("GET", at)).app;
    const { alerts } = await b.ok("GET", `${at}/alerts`);
    const destinations = { emails: ["ops@example.com"], slack_webhooks: [] };
    await b.ok("POST", `${at}/alerts/${alerts[0].id}/destinations`, destinations);
    await b.ok("PUT", at, { spec: shopSpec() });
    b.clock.advance(WHOLE);
    await b.ok("POST", `${at}/rollback`, { deployment_id: first.id });
    b.emulator.failNext({ component: "web", reason: { code: "Boom", message: "it broke" } });
    await b.ok("POST", "/v2/apps", { spec: webSpec("going") });
    b.emulator.failNext({ component: "web", reason: { code: "Later", message: "it broke again" } });
    b.clock.advance(WHOLE / 4);
    const paths = ["/v2/account", "/v2/apps", "/v2/projects", `${at}/alerts`, `${at}/deployments`, at];
    const all = (on: typeof b): Promise<unknown[]> => Promise.all(paths.map((path) => on.ok("GET", path)));
    const before = await all(b);
    await b.emulator.close();

    const again = await bench({ snapshot: file(), clock: b.clock });
    try {
      assert.deepEqual(
        JSON.parse(JSON.stringify(await all(again)).replaceAll(again.emulator.url, b.emulator.url)),
        before,
      );
      b.clock.advance(WHOLE);
      const { apps } = await again.ok("GET", "/v2/apps");
      const [shop, going] = apps;
      assert.equal(shop.active_deployment.id, shop.pinned_deployment.id);
      assert.equal((await again.ok("GET", `/v2/apps/${going.id}/deployments`)).deployments[0].phase, "ERROR");
      assert.equal((await again.call("PUT", at, { spec: shopSpec() })).status, 409);
      assert.equal((await again.call("POST", `${at}/rollback/commit`)).status, 200);
      const sealed = shop.spec.services[0].envs[0].value;
      assert.match(sealed, /^EV\[/);
      const { app: same } = await again.ok("PUT", at, { spec: shop.spec });
      assert.equal(same.spec.services[0].envs[0].value, sealed, "its own secrets are no change");
      assert.equal(again.emulator.apps()[0]?.plain(sealed), "clear text");
      const deployment = same.pending_deployment;
      b.clock.advance(WHOLE);
      const failed = (await again.ok("GET", `${at}/deployments/${deployment.id}`)).deployment;
      assert.equal(failed.phase, "ERROR");
      assert.match(JSON.stringify(failed), /Later/);
    } finally {
      await again.emulator.close();
    }
  });

  it("contains the work of a request whose response was lost, and is empty after a reset", async () => {
    const b = await bench({ snapshot: file() });
    const names = (): string[] => readSnapshot(readFileSync(file(), "utf8")).apps.map((app) => app.spec.name);
    try {
      b.emulator.faults.add({ method: "POST", fault: "reset-after" });
      await assert.rejects(b.call("POST", "/v2/apps", { spec: webSpec("lost") }));
      assert.deepEqual(names(), ["lost"]);
      assert.equal((await b.call("POST", "/_emulator/reset")).status, 204);
      assert.deepEqual(names(), []);
    } finally {
      await b.emulator.close();
    }
  });

  it("fails requests whose changes cannot be saved, with the reason", async () => {
    const b = await bench({ snapshot: file() });
    try {
      await mkdir(`${file()}.next`);
      const refused = await b.call("POST", "/v2/apps", { spec: webSpec() });
      assert.equal(refused.status, 500);
      assert.match(refused.body.message, /state\.json: .*cannot be written/);
      assert.equal((await b.call("GET", "/v2/apps")).status, 500);
      await rmdir(`${file()}.next`);
      assert.equal((await b.ok("GET", "/v2/apps")).apps.length, 1);
      assert.equal(readSnapshot(readFileSync(file(), "utf8")).apps.length, 1);
    } finally {
      await b.emulator.close();
    }
  });

  it("releases the file when its port is taken", async () => {
    const other = await createEmulator();
    try {
      await assert.rejects(createEmulator({ snapshot: file(), port: other.port }), /EADDRINUSE/);
      await (await createEmulator({ snapshot: file() })).close();
    } finally {
      await other.close();
    }
  });

  it("is rejected by the command with its path when it is invalid or in use by another emulator", async () => {
    const foreign = join(folder.path, "app.yaml");
    writeFileSync(foreign, "name: shop\n");
    const first = run("--port", "0", "--snapshot", file());
    const { url } = await listening(first);
    const [odd, second] = await Promise.all([
      finished(run("--port", "0", "--snapshot", foreign)),
      finished(run("--port", "0", "--snapshot", file())),
    ]);
    assert.deepEqual([odd.code, second.code], [1, 1]);
    assert.match(odd.err, /app\.yaml: .*not a snapshot/);
    assert.match(second.err, /state\.json: another emulator/);
    assert.equal(readFileSync(foreign, "utf8"), "name: shop\n");
    const headers = { authorization: "Bearer t" };
    assert.equal((await fetch(`${url}/v2/apps`, { headers })).status, 200);
    first.kill("SIGTERM");
    assert.deepEqual(await once(first, "exit"), [0, null]);
  });

  it("loses no confirmed change when its process is killed during a write, and always stays readable", async function () {
    this.timeout(120_000);
    const headers = { authorization: "Bearer t" };
    /** By app: the last confirmed number, and the one requested since. */
    const known = new Map<string, { answered: number; asked: number }>();
    let number = 0;
    const specOf = (name: string, value: number): unknown =>
      webSpec(name, { envs: [{ key: "NUMBER", value: String(value) }] });
    const send = async (url: string, method: string, path: string, spec: unknown): Promise<any> => {
      const response = await fetch(url + path, { method, headers, body: JSON.stringify({ spec }) });
      assert.equal(response.status, 200);
      return (await response.json()) as unknown;
    };
    /** Creates and changes apps until the connection is gone. */
    const write = async (url: string): Promise<void> => {
      for (;;) {
        const name = `app-${number++}`;
        const { app } = await send(url, "POST", "/v2/apps", specOf(name, 0));
        const state = { answered: 0, asked: 0 };
        known.set(app.id, state);
        for (let value = 1; value < 4; value++) {
          state.asked = value;
          await send(url, "PUT", `/v2/apps/${app.id}`, specOf(name, value));
          state.answered = value;
        }
      }
    };
    const check = async (url: string): Promise<void> => {
      for (const [id, { answered, asked }] of known) {
        const response = await fetch(`${url}/v2/apps/${id}`, { headers });
        assert.equal(response.status, 200, `app ${id} is lost`);
        const { app } = (await response.json()) as any;
        const found = Number(app.spec.services[0].envs[0].value);
        assert.ok(found === answered || found === asked, `${found}, not ${answered} or ${asked}`);
      }
    };

    for (let round = runs(1, 4); round > 0; round--) {
      const child = run("--port", "0", "--snapshot", file(), "--rate-limit", "off");
      const gone = once(child, "exit");
      const { url } = await listening(child);
      await check(url);
      const before = known.size;
      // Each rewrite causes several events: the kill falls somewhere among them.
      let left = 20 + Math.floor(Math.random() * 60);
      const watcher = watch(folder.path, () => void (--left === 0 && child.kill("SIGKILL")));
      await Promise.all(Array.from({ length: 8 }, () => assert.rejects(write(url), TypeError)));
      watcher.close();
      assert.deepEqual(await gone, [null, "SIGKILL"]);
      assert.ok(known.size > before);
      readSnapshot(readFileSync(file(), "utf8"));
      assert.equal(statSync(file()).mode & 0o777, 0o600);
    }
    const last = run("--port", "0", "--snapshot", file(), "--rate-limit", "off");
    await check((await listening(last)).url);
    last.kill("SIGTERM");
    await once(last, "exit");
  });
});
