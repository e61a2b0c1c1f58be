import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { type Client } from "../../../provider/api/client";
import { WebSocketServer } from "ws";
import { APP, ONCE, TOKEN, failure, faultyService } from "../../helpers/world/faulty-service";
import { type ScriptedServer, json, scriptedServer, text } from "../../helpers/world/scripted-server";

const TLS = resolve(__dirname, "..", "..", "fixtures", "tls");

/** One call per method. */
const CALLS: Record<string, (client: Client) => Promise<unknown>> = {
  GET: (client) => client.getApp("app-1"),
  POST: (client) => client.createApp({ spec: { name: "shop" } }),
  PUT: (client) => client.updateApp("app-1", { spec: { name: "shop" } }),
  DELETE: (client) => client.deleteApp("app-1"),
};

describe("the token is sent only to the configured service", () => {
  const service = faultyService();
  let elsewhere: ScriptedServer;
  /** Method, path and headers of WebSocket requests to other hosts. */
  let upgrades: http.IncomingMessage[];
  let sockets: http.Server;

  before(async () => {
    elsewhere = await scriptedServer(json(200, { app: APP, apps: [APP] }));
    sockets = http.createServer((_, response) => response.writeHead(426).end());
    const live = new WebSocketServer({ noServer: true });
    sockets.on("upgrade", (request, socket, head) => {
      upgrades.push(request);
      if (request.url?.startsWith("/moved"))
        return void socket.end(
          `HTTP/1.1 301 Moved\r\nlocation: ${elsewhere.url}/live\r\ncontent-length: 0\r\n\r\n`,
        );
      live.handleUpgrade(request, socket, head, (open) => {
        open.send(JSON.stringify({ data: "one\n" }));
        open.close(1000);
      });
    });
    await new Promise<void>((listening) => sockets.listen(0, "127.0.0.1", listening));
  });
  beforeEach(() => {
    upgrades = [];
    elsewhere.received.splice(0);
    elsewhere.script(json(200, { app: APP, apps: [APP] }));
  });
  after(async () => {
    sockets.closeAllConnections();
    sockets.close();
    await elsewhere.close();
  });

  const socketUrl = (path: string): string =>
    `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}${path}`;

  for (const [method, call] of Object.entries(CALLS))
    for (const status of [300, 301, 302, 303, 307, 308])
      it(`when a ${method} is redirected with ${status}, whatever the target`, async () => {
        const { port } = new URL(elsewhere.url);
        const targets = [
          `${elsewhere.url}/v2/apps/app-1`,
          `http://localhost:${port}/v2/apps/app-1`,
          `//127.0.0.1:${port}/v2/apps/app-1`,
          `http://${TOKEN}@127.0.0.1:${port}/`,
          // On the same host as well: nothing shows that the service intended it.
          "/v2/apps/y",
        ];
        for (const location of targets) {
          service.server.received.splice(0);
          service.server.script(text(status, "", { location }));
          const error = await failure(call(service.client({ retry: ONCE })));
          assert.equal(error.errorCode, "unexpected-status");
          assert.match(error.message, /redirect.*which is not followed/);
          assert.equal(service.server.received.length, 1, location);
        }
        assert.deepEqual(elsewhere.received, []);
      });

  it("when the next-page link points elsewhere, in any form", async () => {
    for (const next of [
      `${elsewhere.url}/v2/apps?page=2`,
      `//${elsewhere.host}/v2/apps?page=2`,
      `http://user:word@${elsewhere.host}/?page=2`,
      `\\\\${elsewhere.host}\\?page=2`,
    ]) {
      service.server.received.splice(0);
      const last = json(200, { apps: [{ ...APP, id: "app-2" }], links: {} });
      service.server.script(json(200, { apps: [APP], links: { pages: { next } } }), last);
      const found: string[] = [];
      for await (const { id } of service.client().listApps()) found.push(id);
      assert.deepEqual(found, ["app-1", "app-2"]);
      assert.equal(service.server.received.length, 2);
    }
    assert.deepEqual(elsewhere.received, []);
  });

  it("when archived and live logs are elsewhere: their addresses are opened without the token", async () => {
    elsewhere.script(text(200, "one\n"));
    const client = service.client();
    assert.deepEqual(await all(client.openLog(`${elsewhere.url}/archive`)), ["one"]);
    assert.deepEqual(await all(client.openLive(`${elsewhere.url}/live`)), ["one"]);
    assert.deepEqual(await all(client.openLive(socketUrl("/live"))), ["one"]);
    // A live log over HTTP that requests a WebSocket upgrade.
    assert.deepEqual(await all(client.openLive(socketUrl("/live").replace("ws:", "http:"))), ["one"]);
    // A live log is tried over WebSocket first.
    assert.equal(elsewhere.received.length, 3);
    assert.equal(upgrades.length, 2);
    for (const { headers } of [...elsewhere.received, ...upgrades]) {
      assert.equal(headers.authorization, undefined);
      assert.ok(!JSON.stringify(headers).includes(TOKEN));
    }
  });

  it("when a log's address redirects elsewhere: the redirect is not followed", async () => {
    const client = service.client();
    for (const status of [301, 302, 303, 307, 308]) {
      service.server.script(text(status, "", { location: `${elsewhere.url}/log` }));
      await failure(all(client.openLog(`${service.server.url}/log`)));
      await failure(all(client.openLive(`${service.server.url}/log`)));
    }
    await failure(all(client.openLive(socketUrl("/moved"))));
    assert.equal(upgrades.length, 1);
    assert.deepEqual(elsewhere.received, []);
  });

  it("when Node's global agent uses a proxy: plain HTTP connections bypass it", async () => {
    const { globalAgent } = http;
    const proxied: string[] = [];
    class Proxied extends http.Agent {
      override createConnection(options: http.ClientRequestArgs, ...rest: unknown[]): never {
        proxied.push(`${options.host}:${options.port}`);
        return (
          http.Agent.prototype as unknown as { createConnection(...args: unknown[]): never }
        ).createConnection({ ...options, ...rest });
      }
    }
    http.globalAgent = new Proxied();
    try {
      service.server.script(json(200, { app: APP }));
      for (const call of Object.values(CALLS)) await call(service.client());
      elsewhere.script(text(200, "one\n"));
      await all(service.client().openLog(`${elsewhere.url}/log`));
    } finally {
      http.globalAgent = globalAgent;
    }
    assert.deepEqual(proxied, []);
  });
});

describe("TLS checks", () => {
  const service = faultyService();
  const requests: http.IncomingMessage[] = [];
  let server: https.Server;
  let address: string;

  before(async () => {
    const [cert, key] = ["cert.pem", "key.pem"].map((name) => readFileSync(resolve(TLS, name)));
    server = https.createServer({ cert, key }, (request, response) => {
      requests.push(request);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ app: APP }));
    });
    server.on("upgrade", (request, socket) => (requests.push(request), socket.end()));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Every request path to the service and to logs. */
  async function everyWayIsRefused(): Promise<void> {
    const client = service.client({ baseUrl: `https://${address}`, retry: ONCE });
    const ways = [
      ...Object.values(CALLS).map((call) => call(client)),
      all(client.openLog(`https://${address}/log`)),
      all(client.openLive(`https://${address}/log`)),
      all(client.openLive(`wss://${address}/log`)),
    ];
    for (const error of await Promise.all(ways.map(failure))) {
      assert.equal(error.errorCode, "network");
      assert.equal(error.ambiguous, false);
      assert.match(
        error.message,
        new RegExp(`no secure connection to ${address} \\(DEPTH_ZERO_SELF_SIGNED_CERT\\)`),
      );
      assert.match(error.message, /NODE_EXTRA_CA_CERTS/);
      assert.doesNotMatch(error.message, /REJECT|insecure|disable/i);
    }
    assert.deepEqual(requests, []);
  }

  it("reject an untrusted certificate without suggesting to disable the checks", async () => {
    await everyWayIsRefused();
  });

  it("stay enabled with NODE_TLS_REJECT_UNAUTHORIZED=0", async () => {
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      await everyWayIsRefused();
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    }
  });
});

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const result: string[] = [];
  for await (const line of lines) result.push(line);
  return result;
}
