import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { Client } from "../../../provider/api/client";
import { Limiter } from "../../../provider/net/limiter";
import { readLog, type ReadOptions } from "../../../provider/logs/reader";
import type { LogQuery } from "../../../provider/logs/target";
import { AppPlatformError } from "../../../provider/errors";
import {
  getLogs,
  getLogsOutput,
  getLogsText,
  getLogUrls,
  getLogUrlsOutput,
} from "../../../provider/dynamic/functions/logs";
import { FAST } from "../../helpers/world/faulty-service";
import { APP_ID, DEPLOYMENT_ID, logService, type LogService } from "../../helpers/world/log-service";
import { InstantClock } from "../../helpers/clocks/instant-clock";
import { quickClock } from "../../helpers/clocks/quick-clock";
import { serviceEnv } from "../../helpers/service-env";

const TOKEN = "dop_v1_logs";
const stamped = (second: number, text = "tick"): string =>
  `web 2026-01-01T00:00:${String(second).padStart(2, "0")}.000000000Z ${text}`;
const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => stamped(from + index));
const frame = (...lines: string[]): string =>
  JSON.stringify({ data: lines.map((line) => `${line}\n`).join("") });
const join = (lines: string[]): string => lines.map((line) => `${line}\n`).join("");

describe("readLog", () => {
  let service: LogService;
  before(async () => (service = await logService()));
  after(() => service.close());
  beforeEach(() => {
    service.logs = [];
    service.listed = [];
    service.unknown = undefined;
    service.files.clear();
    service.sockets.clear();
    service.asked.splice(0);
    service.deployment.phase = "ACTIVE";
    Object.assign(service.app, { active_deployment: service.deployment, in_progress_deployment: null });
  });
  serviceEnv(() => service.url, TOKEN);

  /** @param lines receives the lines read before a failure */
  const read = async (
    query: Partial<LogQuery> = {},
    options: ReadOptions = {},
    lines: string[] = [],
  ): Promise<string[]> => {
    const client = new Client({
      token: TOKEN,
      baseUrl: service.url,
      retry: FAST,
      limiter: new Limiter({ perMinute: 100_000 }),
    });
    for await (const line of readLog(
      client,
      { appId: APP_ID, ...query },
      { clock: quickClock(), ...options },
    ))
      lines.push(line);
    return lines;
  };
  const archive = (path: string, content: string | Buffer): void =>
    void service.files.set(path, (response) => response.end(content));
  const failed = (promise: Promise<unknown>): Promise<AppPlatformError> =>
    promise.then(
      () => assert.fail("the log was read"),
      (error: unknown) => {
        assert.ok(error instanceof AppPlatformError, String(error));
        assert.ok(!/hush/.test(`${error.message}${error.stack}`), error.message);
        return error;
      },
    );

  it("reads all archives in order, plain and compressed", async () => {
    archive("/a", join(range(1, 3)));
    archive("/b", gzipSync(join(range(4, 6))));
    archive("/c", join(range(7, 7)));
    service.logs = [{ historic_urls: ["/a?sig=hush", "/b", "/c"] }];
    assert.deepEqual(await read({ type: "DEPLOY", component: "web" }), range(1, 7));
    assert.deepEqual(await read({}, { tailLines: 2 }), range(6, 7));
    assert.deepEqual(await read({}, { tailLines: 0 }), []);
  });

  it("yields lines in the order of time, whatever the order of the archives, also after a broken connection", async () => {
    archive("/old", join(range(1, 3)));
    archive("/new", join(range(4, 6)));
    for (const historic_urls of [
      ["/old", "/new"],
      ["/new", "/old"],
    ]) {
      service.logs = [{ historic_urls }];
      assert.deepEqual(await read(), range(1, 6));
      assert.deepEqual(await read({}, { tailLines: 2 }), range(5, 6));
    }
    let cut = 0;
    service.files.set("/cut", (response) => {
      response.writeHead(200, { "content-length": "10000" });
      response.write(join(range(1, 2)), () => setImmediate(() => response.destroy()));
      cut += 1;
    });
    service.logs = [{ historic_urls: ["/new", "/cut"] }, { historic_urls: ["/new", "/old"] }];
    assert.deepEqual(await read(), range(1, 6));
    assert.equal(cut, 2);
  });

  describe("of the containers of a finished deployment", () => {
    beforeEach(() => (service.deployment.phase = "SUPERSEDED"));

    it("explains why there are no lines, and what to read instead", async () => {
      service.logs = [{ status: 400 }];
      const { errorCode, message } = await failed(read({ deploymentId: DEPLOYMENT_ID }));
      assert.equal(errorCode, "bad-request");
      assert.match(message, /has finished, and its containers no longer run.*DEPLOY log.*no logs/);
    });

    it("yields the lines of restarted containers, and reports so", async () => {
      archive("/a", join(range(1, 2)));
      service.logs = [{ status: 400 }, { historic_urls: ["/a"] }];
      const notes: string[] = [];
      const lines = await read(
        { deploymentId: DEPLOYMENT_ID, component: "web" },
        { onOtherLog: (note) => notes.push(note) },
      );
      assert.deepEqual(lines, range(1, 2));
      assert.match(notes.join(), /RUN_RESTARTED/);
      assert.deepEqual(
        service.asked.flatMap((path) => /type=(\w+)/.exec(path)?.[1] ?? []),
        ["RUN", "RUN_RESTARTED"],
      );
    });

    it("ends after the lines of restarted containers when they are followed", async () => {
      archive("/a", join(range(1, 2)));
      service.logs = [{ status: 400 }, { historic_urls: ["/a"] }];
      assert.deepEqual(await read({ deploymentId: DEPLOYMENT_ID }, { follow: true }), range(1, 2));
    });

    it("requests no other log for a stage that was skipped", async () => {
      service.logs = [{ status: 400 }];
      await failed(read({ type: "BUILD", deploymentId: DEPLOYMENT_ID }));
      assert.equal(service.asked.filter((path) => path.includes("/logs")).length, 1);
    });
  });

  it("reads the build log of the newest deployment, and other logs of the active one", async () => {
    archive("/a", "line\n");
    service.logs = [{ historic_urls: ["/a"] }];
    const going = { id: DEPLOYMENT_ID.replace(/11$/, "22"), phase: "BUILDING" };
    service.app["in_progress_deployment"] = going;
    const asked = async (query: Partial<LogQuery>): Promise<string | undefined> => {
      service.asked.splice(0);
      await read(query);
      return service.asked.find((path) => path.includes("/logs"))?.replace("GET /v2/apps/", "");
    };
    assert.equal(await asked({ type: "BUILD" }), `${APP_ID}/deployments/${going.id}/logs?type=BUILD`);
    const failed = { id: DEPLOYMENT_ID.replace(/11$/, "33"), phase: "ERROR" };
    service.listed = [failed, going, service.deployment];
    for (const type of ["BUILD", "DEPLOY"] as const)
      assert.equal(await asked({ type }), `${APP_ID}/deployments/${failed.id}/logs?type=${type}`);
    service.asked.splice(0);
    await getLogUrls({ appId: APP_ID });
    assert.ok(
      service.asked.includes(`GET /v2/apps/${APP_ID}/logs?type=RUN`),
      "the service knows the active one",
    );
    assert.equal(await asked({ type: "RUN" }), `${APP_ID}/deployments/${DEPLOYMENT_ID}/logs?type=RUN`);
    assert.equal(
      await asked({ type: "RUN_RESTARTED", component: "web", deploymentId: "d" }),
      `${APP_ID}/deployments/d/components/web/logs?type=RUN_RESTARTED`,
    );
  });

  it("resumes where an archive broke off, using newly requested addresses", async () => {
    service.files.set("/cut", (response) => {
      response.writeHead(200, { "content-length": "10000" });
      response.write(join(range(1, 2)), () => setImmediate(() => response.destroy()));
    });
    archive("/whole", join(range(1, 5)));
    service.logs = [{ historic_urls: ["/cut"] }, { historic_urls: ["/whole"] }];
    assert.deepEqual(await read(), range(1, 5));
  });

  it("waits for a missing log only while the deployment is in progress", async () => {
    archive("/a", "line\n");
    service.deployment.phase = "BUILDING";
    service.logs = [{ status: 400 }, { status: 404 }, {}, { historic_urls: ["/a"] }];
    assert.deepEqual(await read(), ["line"]);
    service.logs = [{ status: 400 }];
    assert.equal((await failed(read({}, { podConnectionTimeout: "4s" }))).errorCode, "bad-request");
    service.deployment.phase = "ERROR";
    assert.equal((await failed(read())).errorCode, "bad-request");
  });

  it("follows over WebSocket after the archive, without lost or duplicate lines when connections drop", async () => {
    archive("/a", join(range(1, 3)));
    archive("/all", join(range(1, 12)));
    service.deployment.phase = "BUILDING";
    service.sockets.set("/live", [
      (socket) => socket.send(frame(...range(2, 6)), () => socket.terminate()),
      (socket) => socket.send(frame(...range(1, 8)), () => socket.close(1000)),
      (socket) => {
        for (const line of range(8, 10)) socket.send(frame(line));
        service.deployment.phase = "ACTIVE";
        socket.close(1000);
      },
    ]);
    service.logs = [
      { historic_urls: ["/a"], live_url: "ws:///live?token=hush" },
      { live_url: "ws:///live?token=hush" },
      { live_url: "ws:///live?token=hush" },
      { historic_urls: ["/all"] },
    ];
    assert.deepEqual(await read({ type: "BUILD" }, { follow: true }), range(1, 12));
  });

  it("follows over HTTP, with frames unwrapped, and over WebSocket when the server requires it", async () => {
    service.deployment.phase = "BUILDING";
    service.files.set("/live", (response) => {
      response.write(`${frame(...range(1, 2))}\n`);
      response.write(`${stamped(3)}\n`);
      service.deployment.phase = "ERROR";
      response.end();
    });
    service.logs = [{ live_url: "/live" }, { status: 400 }];
    assert.deepEqual(await read({ type: "BUILD" }, { follow: true }), range(1, 3));

    service.deployment.phase = "BUILDING";
    service.files.set("/live", (response) => void response.writeHead(426).end());
    service.sockets.set("/live", [
      (socket) => {
        service.deployment.phase = "ERROR";
        socket.send(frame(stamped(1)), () => socket.close());
      },
    ]);
    service.logs = [{ live_url: "/live" }, { status: 400 }];
    assert.deepEqual(await read({ type: "BUILD" }, { follow: true }), [stamped(1)]);
  });

  it("closes a silent connection once the deployment has finished", async () => {
    service.sockets.set("/live", [
      (socket) => {
        socket.send(frame(stamped(1)));
        service.deployment.phase = "SUPERSEDED";
      },
    ]);
    service.logs = [{ live_url: "ws:///live" }, { status: 404 }];
    assert.deepEqual(await read({}, { follow: true }), [stamped(1)]);
  });

  it("starts with the last lines, and yields all newer ones, when a followed log closes before its first line", async () => {
    const news = range(8, 9).map((line) => line.replace("2026", "2999"));
    archive("/whole", join([...range(1, 7), ...news]));
    for (const tailLines of [0, 2]) {
      service.deployment.phase = "BUILDING";
      service.sockets.set("/live", [
        (socket) => {
          service.deployment.phase = "ACTIVE";
          socket.close();
        },
      ]);
      service.logs = [{ live_url: "ws:///live" }, { historic_urls: ["/whole"] }];
      const lines = await read({ type: "BUILD" }, { follow: true, tailLines });
      assert.deepEqual(lines, [...range(8 - tailLines, 7), ...news]);
    }
  });

  it("fails when a followed log broke, its deployment finished and no archive contains the rest", async () => {
    service.deployment.phase = "BUILDING";
    service.sockets.set("/live", [
      (socket) => {
        service.deployment.phase = "ERROR";
        socket.send(frame(stamped(1)), () => socket.terminate());
      },
    ]);
    service.logs = [{ live_url: "ws:///live" }, { status: 404 }];
    const told: string[] = [];
    const options = { follow: true, podConnectionTimeout: "5s" };
    const { errorCode, message } = await failed(read({ type: "BUILD" }, options, told));
    assert.equal(errorCode, "not-found");
    assert.match(message, /end of the BUILD log .*connection broke.*again/);
    assert.deepEqual(told, [stamped(1)]);
  });

  it("stops without an error when the caller aborts", async () => {
    service.sockets.set("/live", [(socket) => socket.send(frame(stamped(1)))]);
    service.logs = [{ live_url: "ws:///live" }];
    const stop = new AbortController();
    const seen = [];
    for await (const line of getLogs({ appId: APP_ID, follow: true, signal: stop.signal })) {
      seen.push(line);
      stop.abort();
    }
    assert.deepEqual(seen, [stamped(1)]);
  });

  it("reads a live log up to now without follow", async () => {
    service.sockets.set("/live", [(socket) => socket.send(frame(...range(1, 3)))]);
    service.logs = [{ live_url: "ws:///live" }];
    assert.deepEqual(await read(), range(1, 3));
    assert.deepEqual(await read({}, { tailLines: 1 }), [stamped(3)]);
  });

  it("gives up on a permanently rejected address without revealing it", async () => {
    service.deployment.phase = "BUILDING";
    const readAll = (): Promise<string[]> =>
      read({ type: "BUILD" }, { follow: true, clock: new InstantClock() });
    service.logs = [{ live_url: "ws:///other?token=hush" }];
    assert.equal((await failed(readAll())).errorCode, "forbidden");
    service.logs = [{ live_url: "wss://127.0.0.1:1/live?token=hush" }];
    assert.equal((await failed(readAll())).errorCode, "network");
  });

  it("reports a missing component or deployment, and invalid options", async () => {
    const component = await failed(read({ component: "wbe" }));
    assert.match(component.message, /component wbe .*shop.* mean web\?/);
    service.app["active_deployment"] = null;
    assert.match((await failed(read())).message, /no active deployment/);
    for (const options of [{ podConnectionTimeout: "3" }, { tailLines: -1 }])
      assert.equal((await failed(read({}, options))).errorCode, "invalid-input");
  });

  it("reports unknown IDs in functions", async () => {
    service.unknown = /2222-9999/;
    for (const query of [
      { deploymentId: "d-2222-9999" },
      { invocationId: "i-2222-9999" },
      { eventId: "e-2222-9999" },
    ]) {
      const { errorCode, message } = await failed(getLogsText({ appId: APP_ID, ...query }));
      assert.equal(errorCode, "not-found");
      assert.match(message, new RegExp(`no [a-z ]+ ${Object.values(query)[0]} .*shop`));
    }
    const wrong = getLogs({ appId: APP_ID, deploymentId: DEPLOYMENT_ID, component: "wbe" });
    service.unknown = /components/;
    assert.match((await failed(wrong)).message, /component wbe .* mean web\?/);
  });

  it("returns text, lines and addresses to programs, the addresses as a secret", async () => {
    archive("/a", join(range(1, 2)));
    service.logs = [{ historic_urls: ["/a?sig=hush"] }];
    const lines = getLogs({ appId: APP_ID });
    assert.deepEqual(service.asked, [], "nobody has asked for a line yet");
    assert.deepEqual(await lines, range(1, 2));
    assert.deepEqual(await Promise.all([lines]), [range(1, 2)]);
    const seen: string[] = [];
    for await (const line of lines) seen.push(line);
    assert.deepEqual(seen, range(1, 2));
    const output = getLogsOutput({ appId: pulumi.output(APP_ID), tailLines: 1 });
    assert.deepEqual(await new Promise((resolve) => output.apply(resolve)), [stamped(2)]);
    assert.equal(await getLogsText({ appId: APP_ID }), join(range(1, 2)));
    assert.deepEqual((await getLogUrls({ appId: APP_ID })).historic_urls, [`${service.url}/a?sig=hush`]);
    assert.equal(await pulumi.isSecret(getLogUrlsOutput({ appId: APP_ID })), true);
  });
});
