import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "../../../emulator/index";
import { Client } from "../../../provider/api/client";
import { hasEnded } from "../../../provider/deployment-phases";
import type { Deployment } from "../../../provider/api/types";
import { UsageError, type Command } from "../../../provider/cli/command";
import { open } from "../../../provider/cli/open";
import { restart } from "../../../provider/cli/restart";
import { rollback } from "../../../provider/cli/rollback";
import { status } from "../../../provider/cli/status";
import type { AppSpec } from "../../../provider/appspec/types";
import { runCommand, type Terminal } from "../../helpers/command";

const TOKEN = "dop_v1_operations";
const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const shop = (count = 1): AppSpec => ({
  name: "shop",
  region: "fra",
  services: [{ name: "web", image, http_port: 80, instance_count: count }],
});

describe("app-platform status, open, restart and rollback", () => {
  let emulator: Emulator;
  let client: Client;
  let id: string;
  beforeEach(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, rateLimit: false, token: TOKEN });
    client = new Client({ token: TOKEN, baseUrl: emulator.url });
    ({ id } = await client.createApp({ spec: shop() }));
    await live();
  });
  afterEach(() => emulator.close());

  const run = (command: Command, args: string[], terminal?: Terminal) =>
    runCommand(command, args, { DIGITALOCEAN_TOKEN: TOKEN, DIGITALOCEAN_API_URL: emulator.url }, terminal);
  const json = async (command: Command, args: string[]) =>
    JSON.parse((await run(command, [...args, "--json"])).out) as Record<string, unknown>;
  /** Waits until no deployment is in progress, without the client, whose rate limit all tests of a process share. */
  async function live(): Promise<void> {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const url = `${emulator.url}/v2/apps/${id}/deployments?per_page=1`;
    for (;;) {
      const { deployments } = (await (await fetch(url, { headers })).json()) as { deployments: Deployment[] };
      if (hasEnded(deployments[0]?.phase)) return;
    }
  }
  const writes = () => emulator.calls.filter(({ method }) => method !== "GET");

  describe("status", () => {
    it("shows the deployment, the components with their health, and the links of an app", async () => {
      const { code, out, err } = await run(status, ["shop"]);
      const { live_url: url, active_deployment: active } = await client.getApp(id);
      assert.deepEqual([code, err], [0, ""]);
      for (const part of ["shop", id, url, `https://cloud.digitalocean.com/apps/${id}`, active?.id, "fra"])
        assert.ok(out.includes(part ?? assert.fail()), `${part}: ${out}`);
      assert.match(out, /COMPONENT +KIND +INSTANCES +HEALTH\nweb +service +1\/1 +HEALTHY\n/);
      const facts = await json(status, [id]);
      assert.deepEqual(
        [facts["name"], facts["activeDeploymentId"], facts["url"], facts["attention"]],
        ["shop", active?.id, url, []],
      );
    });

    it("with --exit-code, fails if the newest deployment failed, even after the service rolled back", async () => {
      assert.equal((await run(status, ["shop", "--exit-code"])).code, 0);
      emulator.failNext({ component: "web" });
      const failed = await client.createDeployment(id, {});
      await live();
      assert.equal((await run(status, ["shop"])).code, 0);
      const { code, err } = await run(status, ["shop", "--exit-code"]);
      assert.equal(code, 1);
      assert.ok(err.includes(`Deployment ${failed?.id} failed`), err);
      assert.match(err, /the service went back to an earlier one/i);
    });

    it("lists all apps without an argument", async () => {
      await client.createApp({ spec: { ...shop(), name: "blog" } });
      const { out } = await run(status, []);
      assert.match(out, /^NAME +DEPLOYMENT +URL +ID\n/);
      for (const name of ["shop", "blog"]) assert.match(out, new RegExp(`^${name} `, "m"));
      assert.equal(((await json(status, [])) as unknown as unknown[]).length, 2);
    });
  });

  describe("open", () => {
    it("prints the URL of the app, of its page or of its newest deployment", async () => {
      const { live_url: url, active_deployment: active } = await client.getApp(id);
      const page = `https://cloud.digitalocean.com/apps/${id}`;
      assert.equal((await run(open, ["shop"])).out, `${url}\n`);
      assert.equal((await run(open, ["shop", "--console"])).out, `${page}\n`);
      const deployment = `${page}/deployments/${active?.id}`;
      assert.equal((await run(open, ["shop", "--deployment"])).out, `${deployment}\n`);
      assert.deepEqual(await json(open, ["shop"]), { live: url, console: page, deployment });
    });

    it("fails for an app without a URL, and suggests its page", async () => {
      emulator.failNext({ component: "web" });
      await client.createApp({ spec: { ...shop(), name: "new" } });
      await assert.rejects(run(open, ["new"]), /new has no URL.*--console/);
    });
  });

  describe("restart", () => {
    it("asks first, and changes nothing without a yes or without a terminal", async () => {
      emulator.clearCalls();
      await assert.rejects(run(restart, ["shop"], { answer: "n" }), /Nothing was changed/);
      await assert.rejects(
        run(restart, ["shop"]),
        (error) => error instanceof UsageError && /--yes/.test(error.message),
      );
      assert.deepEqual(writes(), []);
      const { code, err } = await run(restart, ["shop", "web"], { answer: "y" });
      assert.equal(code, 0);
      assert.match(err, /^Restart web of shop\? \[y\/N\] /);
      assert.deepEqual(
        writes().map(({ path }) => path),
        [`/v2/apps/${id}/restart`],
      );
    });

    it("with --wait, returns when the deployment has finished, and fails if it failed", async () => {
      const good = await run(restart, ["shop", "--yes", "--wait", "--json"]);
      assert.deepEqual([good.code, (JSON.parse(good.out) as { phase: string }).phase], [0, "ACTIVE"]);
      emulator.failNext({ component: "web" });
      const bad = await run(restart, ["shop", "--yes", "--wait"]);
      assert.equal(bad.code, 1);
      assert.match(bad.err, /error: .*web/);
      assert.match(bad.err, new RegExp(`https://cloud\\.digitalocean\\.com/apps/${id}/deployments/`));
    });

    it("suggests the intended component", async () => {
      await assert.rejects(run(restart, ["shop", "wbe", "--yes"]), /component wbe.* mean web\?/);
      await assert.rejects(run(restart, ["shop", "--yes", "--timeout", "5"]), UsageError);
    });
  });

  describe("rollback", () => {
    const instances = async () => (await client.getApp(id)).spec.services?.[0]?.instance_count;
    beforeEach(async () => {
      await client.updateApp(id, { spec: shop(3) });
      await live();
    });

    it("rolls back to the last successful deployment, and --commit keeps it", async () => {
      await assert.rejects(run(rollback, ["shop", "--commit", "--yes"]), /not pinned/);
      const { code, err } = await run(rollback, ["shop", "--yes", "--wait"]);
      assert.deepEqual([code, await instances()], [0, 1]);
      assert.match(err, /pinned.*--commit or --revert/);
      await assert.rejects(
        run(rollback, ["shop", "--yes"]),
        /is pinned to the rollback deployment .*--commit/,
      );
      assert.deepEqual(await run(rollback, ["shop", "--commit", "--yes"]), {
        code: 0,
        out: "shop: committed\n",
        err: "committing the rollback\n",
      });
      assert.deepEqual([await instances(), (await client.getApp(id)).pinned_deployment], [1, undefined]);
    });

    it("--revert deploys the previous spec again", async () => {
      const { items } = await client.listDeploymentPage(id, {});
      const first = items.at(-1)?.id ?? assert.fail();
      assert.equal((await run(rollback, ["shop", first, "--yes", "--wait"])).code, 0);
      assert.equal(await instances(), 1);
      assert.equal((await run(rollback, ["shop", "--revert", "--yes", "--wait"])).code, 0);
      assert.equal(await instances(), 3);
    });

    it("changes nothing without confirmation, or for a deployment that does not exist", async () => {
      emulator.clearCalls();
      const unknown = "11111111-2222-4333-8444-000000000001";
      await assert.rejects(run(rollback, ["shop"], { answer: "" }), /Nothing was changed/);
      await assert.rejects(run(rollback, ["shop", unknown, "--yes"]), /no deployment/);
      await assert.rejects(run(rollback, ["shop", "--commit", "--revert", "--yes"]), UsageError);
      assert.deepEqual(
        writes().filter(({ path }) => !path.endsWith("/validate")),
        [],
      );
    });
  });
});
