import assert from "node:assert/strict";
import { createEmulator, steppedClock, type Emulator, type LiveLogs } from "../../../emulator/index";
import { Client } from "../../../provider/api/client";
import { systemClock } from "../../../provider/clock";
import { readLog, type ReadOptions } from "../../../provider/logs/reader";
import type { LogQuery } from "../../../provider/logs/target";
import { AppPlatformError } from "../../../provider/errors";
import { getLogs } from "../../../provider/dynamic/functions/logs";
import type { AppSpec } from "../../../provider/appspec/types";
import { quickClock } from "../../helpers/clocks/quick-clock";
import { serviceEnv } from "../../helpers/service-env";

const TOKEN = "dop_v1_follow";
const POLL_MS = 20;
const github = { repo: "acme/shop", branch: "main" };
const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const SPEC: AppSpec = {
  name: "shop",
  services: [
    { name: "web", github, http_port: 8080, build_command: "npm run build" },
    {
      name: "api",
      image,
      http_port: 80,
      instance_size_slug: "apps-d-1vcpu-0.5gb",
      autoscaling: { min_instance_count: 1, max_instance_count: 2, metrics: { cpu: { percent: 70 } } },
    },
  ],
  jobs: [{ name: "migrate", kind: "PRE_DEPLOY", image }],
};

for (const liveLogs of ["websocket", "http"] satisfies LiveLogs[])
  describe(`followed logs of the emulator over ${liveLogs}`, () => {
    let emulator: Emulator;
    let client: Client;
    let appId: string;
    let deploymentId: string;

    const start = async (deploySeconds: number): Promise<void> => {
      emulator = await createEmulator({ liveLogs, deploySeconds, rateLimit: false });
      client = new Client({ token: TOKEN, baseUrl: emulator.url });
      const app = await client.createApp({ spec: SPEC });
      appId = app.id;
      deploymentId = app.pending_deployment?.id ?? assert.fail();
    };
    beforeEach(() => start(0.6));
    afterEach(() => emulator.close());
    serviceEnv(() => emulator.url, TOKEN);

    /** Drops the connection of a live log after each of these numbers of lines, once per number. */
    const cutAfter = (...lines: number[]): void =>
      lines.forEach((dropAfter) => emulator.faults.add({ path: /^\/_logs\/live/, fault: { dropAfter } }));
    const follow = (query: Partial<LogQuery>, options: ReadOptions = {}): AsyncIterable<string> =>
      readLog(client, { appId, ...query }, { clock: quickClock(), follow: true, ...options });
    const collect = async (lines: AsyncIterable<string>): Promise<string[]> => {
      const seen: string[] = [];
      for await (const line of lines) seen.push(line);
      return seen;
    };
    const archived = async (query: Partial<LogQuery>): Promise<string[]> =>
      getLogs({ appId, deploymentId, ...query });
    const ended = async (id = deploymentId): Promise<string> => {
      for (;;) {
        const { phase = "" } = await client.getDeployment(appId, id);
        if (["ACTIVE", "ERROR", "SUPERSEDED"].includes(phase)) return phase;
        await systemClock.sleep(POLL_MS);
      }
    };

    it("follow a running build until it finishes and yield each line once, despite dropped connections", async () => {
      // On a busy machine, a shorter build may finish before the first line is read.
      await emulator.close();
      await start(3);
      process.env["DIGITALOCEAN_API_URL"] = emulator.url;
      cutAfter(1, 0, 5, 9);
      const reconnects: string[] = [];
      const seen = await collect(
        follow({ type: "BUILD", component: "web" }, { onReconnect: (why) => reconnects.push(why) }),
      );
      assert.match(seen.at(-1) ?? "", /build complete$/);
      assert.deepEqual(seen, await archived({ type: "BUILD", component: "web" }));
      assert.ok(reconnects.length > 0);
      assert.ok(seen.every((line) => line.startsWith("web ")));
    });

    it("yield only the requested number of last lines when the log is complete", async () => {
      await ended();
      const query = { type: "BUILD", component: "web", deploymentId } as const;
      const whole = await archived(query);
      for (const tailLines of [0, 1, 2])
        assert.deepEqual(
          await collect(follow(query, { tailLines })),
          whole.slice(whole.length - tailLines),
          `${tailLines} lines`,
        );
    });

    it("contain the lines of all components, including those that start later", async () => {
      cutAfter(2, 6);
      const seen = await collect(follow({ type: "DEPLOY" }));
      const all = await archived({ type: "DEPLOY" });
      assert.deepEqual([...seen].sort(), all.sort());
      assert.deepEqual([...new Set(all.map((line) => line.split(" ")[0]))].sort(), ["api", "migrate", "web"]);
    });

    it("continue until the caller stops reading", async () => {
      await ended();
      cutAfter(1, 2);
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const line of follow({ type: "RUN", component: "web" }, { signal: stop.signal })) {
        seen.push(line);
        if (seen.length === 2) stop.abort();
      }
      assert.match(seen.join("\n"), /^web .*starting.*\nweb .*listening on port 8080$/);
    });

    it("finish when their deployment is superseded", async () => {
      await ended();
      const lines = follow({ type: "RUN", component: "web", deploymentId });
      const seen: string[] = [];
      for await (const line of lines) {
        if (seen.push(line) !== 1) continue;
        await ended((await client.createDeployment(appId))?.id);
      }
      assert.equal(await ended(), "SUPERSEDED");
      assert.ok(seen.length >= 2);
    });

    it("wait for an instance to start, up to podConnectionTimeout", async () => {
      const seen: string[] = [];
      for await (const line of follow({ type: "RUN", component: "api" }, { podConnectionTimeout: "5m" })) {
        seen.push(line);
        if (seen.length === 2) break;
      }
      assert.match(seen.join("\n"), /^api .*starting.*\napi .*listening on port 80$/);
      assert.ok(emulator.calls.some(({ query }) => query?.["pod_connection_timeout"] === "5m"));
    });

    it("report a skipped stage once it can no longer run", async () => {
      const error = await collect(follow({ type: "BUILD", component: "api" })).catch(
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof AppPlatformError, String(error));
      assert.equal(error.errorCode, "bad-request");
      assert.match(error.message, /no BUILD log .*component api .*skipped/);
      assert.notEqual((await client.getDeployment(appId, deploymentId)).phase, "BUILDING");
    });

    it("follow a job run and a scaling event until they finish", async () => {
      const job = await collect(follow({ type: "JOB", component: "migrate" }));
      assert.match(job.at(-1) ?? "", /^migrate .*done$/);
      const [run] = (await client.listJobInvocationPage(appId)).items;
      const texts = (lines: string[]): string[] => lines.map((line) => line.replace(/ \S+Z /, " "));
      assert.deepEqual(texts(await collect(follow({ invocationId: run?.id ?? "" }))), texts(job));
      for (;;) {
        const [event] = (await client.listEventPage(appId, { types: ["AUTOSCALING"] })).items;
        if (!event) {
          await systemClock.sleep(POLL_MS);
          continue;
        }
        const scaled = await collect(follow({ eventId: event.id }));
        assert.match(scaled.join("\n"), /^api .*\b2\b/m);
        assert.deepEqual(await getLogs({ appId, type: "AUTOSCALE_EVENT", component: "api" }), scaled);
        return;
      }
    });
  });

describe("followed logs where WebSockets are refused", () => {
  it("contain lines written later, although HTTP holds them back until the connection closes", async () => {
    const clock = steppedClock();
    const emulator = await createEmulator({ clock, deploySeconds: 1, rateLimit: false });
    try {
      const client = new Client({ token: TOKEN, baseUrl: emulator.url });
      const app = await client.createApp({ spec: SPEC });
      clock.advance(2000);
      emulator.faults.add({ upgrade: true, times: Infinity, fault: { status: 403 } });
      const stop = new AbortController();
      const query = { appId: app.id, type: "RUN", component: "web" } as const;
      const options = { clock: quickClock(), follow: true, signal: stop.signal };
      const seen: string[] = [];
      for await (const line of readLog(client, query, options)) {
        seen.push(line);
        if (/listening/.test(line)) clock.advance(60_000);
        if (/ GET /.test(line)) stop.abort();
      }
      assert.equal(new Set(seen).size, seen.length);
      assert.match(seen.at(-1) ?? "", / GET /);
    } finally {
      await emulator.close();
    }
  });
});
