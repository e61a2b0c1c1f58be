import assert from "node:assert/strict";
import { join } from "node:path";
import { createEmulator, steppedClock, type Emulator } from "app-platform-emulator";
import { Client } from "../../provider/api/client";
import { TOP } from "../../tools/pulumi-project";
import { BUSY } from "../helpers/world/busy-app";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";

/** From midnight: a deployment that takes 100 s, a job run of 25 s at each full minute after it, a scaling at 200 s. */
const SECONDS = 203;

describe("running parts of an app, in a program", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let client: Client;
  let stack: TestStack;
  let appId: string;

  async function start(example: string): Promise<void> {
    const clock = steppedClock();
    emulator = await createEmulator({ clock, deploySeconds: 100, token: TOKEN, rateLimit: false });
    client = new Client({ token: TOKEN, baseUrl: emulator.url });
    appId = (await client.createApp({ spec: BUSY })).id;
    // The clock does not move from here on.
    clock.advance(SECONDS * 1000);
    stack = await TestStack.create(emulator, { program: join(TOP, "examples", example) });
  }
  async function end(): Promise<void> {
    stack?.remove();
    await emulator?.close();
  }
  const up = (values: Record<string, string>) =>
    stack.mustUp(Object.entries(values).flatMap(([key, value]) => ["--config", `${key}=${value}`]));
  const outputs = async <T>(...args: string[]): Promise<T> =>
    JSON.parse(succeeded(await stack.run(["stack", "output", "--json", ...args])).stdout) as T;

  describe("job runs (examples/jobs)", () => {
    before(() => start("jobs"));
    after(end);
    interface Jobs {
      jobs: { running: string[]; stopped: string; last: { id: string; phase: string }; log: string };
    }

    it("are listed and fetched individually, each with its log", async () => {
      await up({ app: "shop", job: "tidy" });
      const { jobs } = await outputs<Jobs>();
      assert.equal(jobs.running.length, 1);
      assert.deepEqual([jobs.last.phase, jobs.stopped], ["SUCCEEDED", "none"]);
      assert.match(jobs.log, /^tidy .* done\n$/m);
    });

    it("are canceled by ids from getJobInvocations, never in a preview", async () => {
      const [stop = ""] = (await outputs<Jobs>()).jobs.running;
      succeeded(await stack.run(["preview", "--config", `stop=${stop}`]));
      assert.deepEqual(writes(emulator), []);
      await up({ stop });
      assert.deepEqual(writes(emulator), [`POST /v2/apps/shop/job-invocations/${stop}/cancel`]);
      const { jobs } = await outputs<Jobs>();
      assert.deepEqual([jobs.stopped, jobs.running], ["CANCELED", []]);
    });
  });

  describe("components, scalings, alerts and consoles (examples/operations)", () => {
    before(() => start("operations"));
    after(end);
    interface Operations {
      app: { instances: string[]; scalings: { id: string; from: number; to: number }[] };
      done: { restarted: string; cancelled: string; stopped: string };
    }

    it("are shown, and a console URL is a secret that is neither printed nor stored in plain text", async () => {
      const { output } = await up({ app: "shop", component: "web" });
      assert.deepEqual(writes(emulator), []);
      const { app, ...rest } = await outputs<Operations & { terminal: unknown; alerts: unknown }>();
      assert.ok(app.instances.length > 0);
      assert.deepEqual(
        app.scalings.map(({ from, to }) => [from, to]),
        [[1, 2]],
      );
      assert.deepEqual([rest.terminal, rest.alerts], ["[secret]", "[secret]"]);
      const shown = await outputs<{ terminal: string; alerts: { rule: string }[] }>("--show-secrets");
      assert.match(shown.terminal, /^ws:\/\/127\.0\.0\.1:\d+\/_exec\//);
      assert.deepEqual(
        shown.alerts.map(({ rule }) => rule),
        ["DEPLOYMENT_FAILED"],
      );
      for (const text of [output, stack.project.stateText()]) assert.ok(!text.includes("/_exec/"));
    });

    it("cancelEvent stops a scaling", async () => {
      const [scaling] = (await outputs<Operations>()).app.scalings;
      await up({ cancelScaling: scaling?.id ?? "" });
      assert.deepEqual(writes(emulator), [`POST /v2/apps/shop/events/${scaling?.id}/cancel`]);
      assert.equal((await outputs<Operations>()).done.stopped, "CANCELED");
      succeeded(await stack.run(["config", "rm", "cancelScaling"]));
    });

    it("restartApp restarts components and cancelDeployment cancels that, only during up", async () => {
      succeeded(await stack.run(["preview", "--config", "restart=true"]));
      assert.deepEqual(writes(emulator), []);
      await up({ restart: "true" });
      assert.deepEqual(writes(emulator), ["POST /v2/apps/shop/restart"]);
      const { restarted } = (await outputs<Operations>()).done;
      await up({ restart: "false", cancelDeployment: restarted });
      assert.deepEqual(writes(emulator), [`POST /v2/apps/shop/deployments/${restarted}/cancel`]);
      assert.equal((await outputs<Operations>()).done.cancelled, "CANCELED");
      assert.equal((await client.getDeployment(appId, restarted)).phase, "CANCELED");
      // The setting is still set in the next run.
      await up({});
      assert.equal((await outputs<Operations>()).done.cancelled, "CANCELED");
    });
  });
});
