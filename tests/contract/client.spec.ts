import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Client, type ClientOptions } from "../../provider/api/client";
import { Limiter } from "../../provider/api/limiter";
import type { RetryPolicy } from "../../provider/api/retry";
import { ApiError, type ErrorCode } from "../../provider/errors";
import {
  type Answer,
  type ScriptedServer,
  brokenOff,
  endless,
  json,
  reset,
  scriptedServer,
  silence,
  text,
} from "../helpers/scripted-server";

const TOKEN = "dop-secret-token-4711";
const APP = { id: "app-1", spec: { name: "shop" } };
const good = json(200, { app: APP });

/** Fast enough to try everything, with the real order of things. */
const FAST: Partial<RetryPolicy> = { baseMs: 1, capMs: 2, attempts: 2, limitMs: 5000, rateLimitMs: 5000 };
const ONCE: Partial<RetryPolicy> = { attempts: 0, rateLimitMs: -1 };

describe("Client against a service with faults", () => {
  let server: ScriptedServer;
  before(async () => (server = await scriptedServer()));
  after(() => server.close());
  beforeEach(() => server.received.splice(0));

  const client = (more: Partial<ClientOptions> = {}): Client =>
    new Client({
      token: TOKEN,
      baseUrl: server.url,
      retry: FAST,
      limiter: new Limiter({ perMinute: 100_000 }),
      ...more,
    });

  /** The error of a call; never one that shows the token. */
  async function failure(promise: Promise<unknown>): Promise<ApiError> {
    const error = await promise.then(
      () => assert.fail("the call succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ApiError, String(error));
    const shown = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    assert.ok(!shown.includes(TOKEN), shown);
    return error;
  }

  describe("answers that say no", () => {
    const cases: [number, string, ErrorCode, RegExp][] = [
      [400, "bad_request", "bad-request", /make sense of the request/],
      [401, "unauthorized", "unauthorized", /refused the token.*DIGITALOCEAN_TOKEN.*pulumi config set/],
      [403, "forbidden", "forbidden", /may not do this.*scopes/],
      [404, "not_found", "not-found", /does not know this/],
      [409, "conflict", "conflict", /conflict/],
      [418, "teapot", "unexpected-status", /not expected/],
      [422, "unprocessable_entity", "invalid-spec", /refuses the content/],
    ];
    for (const [status, id, code, words] of cases) {
      it(`names ${status} ${code}, with the service's words, and asks only once`, async () => {
        server.script(json(status, { id, message: "the service's words", request_id: "req-1" }));
        const error = await failure(client().getApp("app-1"));
        assert.equal(error.errorCode, code);
        assert.equal(error.status, status);
        assert.equal(error.serviceId, id);
        assert.equal(error.serviceMessage, "the service's words");
        assert.equal(error.requestId, "req-1");
        assert.equal(error.ambiguous, false);
        assert.deepEqual(error.request, { method: "GET", path: "/v2/apps/app-1" });
        assert.ok(error.message.startsWith("GET /v2/apps/app-1: "), error.message);
        assert.match(error.message, words);
        assert.match(error.message, new RegExp(`${status} ${id}, request id req-1\\): the service's words`));
        assert.equal(server.received.length, 1);
      });
    }

    it("takes the request's id from the header when the body has none", async () => {
      server.script(json(404, { id: "not_found", message: "gone" }, { "x-request-id": "req-2" }));
      assert.equal((await failure(client().getApp("x"))).requestId, "req-2");
    });

    it("is not ambiguous about a write that was refused", async () => {
      server.script(json(409, { id: "conflict", message: "name taken" }));
      const error = await failure(client().createApp({ spec: { name: "shop" } }));
      assert.equal(error.errorCode, "conflict");
      assert.equal(error.ambiguous, false);
    });

    it("masks credentials that the service repeats", async () => {
      const message = `bad token ${TOKEN} in Bearer ${TOKEN}, value EV[1:abc:def]`;
      server.script(json(422, { id: "x", message, request_id: `r-${TOKEN}` }));
      const error = await failure(client().getApp("x"));
      assert.equal(error.serviceMessage, "bad token *** in Bearer ***, value ***");
      assert.equal(error.requestId, "r-***");
      assert.ok(!error.message.includes("EV[1"), error.message);
    });
  });

  describe("the rate limit", () => {
    const limited = (headers: Record<string, string> = {}): Answer =>
      json(429, { id: "too_many_requests", message: "slow down" }, headers);

    it("sends again after a refusal, writes too", async () => {
      server.script(limited({ "retry-after": "0" }), limited({ "retry-after": "0" }), good);
      assert.equal((await client().createApp({ spec: { name: "shop" } })).id, "app-1");
      assert.equal(server.received.length, 3);
    });

    it("gives up when the wait would be longer than allowed, and says when tried more than once", async () => {
      server.script(limited({ "retry-after": "0" }), limited({ "retry-after": "60" }));
      const error = await failure(client().getApp("x"));
      assert.equal(error.errorCode, "rate-limited");
      assert.match(error.message, /too many requests.*Other programs.*Tried 2 times/);
    });

    it("names a refusal without a time", async () => {
      server.script(limited());
      const error = await failure(client({ retry: ONCE }).getApp("x"));
      assert.equal(error.errorCode, "rate-limited");
      assert.equal(error.ambiguous, false);
    });
  });

  describe("a service that fails", () => {
    it("asks again for what it reads, then gives the answer", async () => {
      server.script(json(500, { id: "server_error" }), text(502, "<html>"), good);
      assert.equal((await client().getApp("app-1")).id, "app-1");
      assert.equal(server.received.length, 3);
    });

    it("gives up after some tries", async () => {
      server.script(json(500, { id: "server_error", message: "oops" }));
      const error = await failure(client().getApp("x"));
      assert.equal(error.errorCode, "service-error");
      assert.match(error.message, /the service failed \(500 server_error\): oops.*Tried 3 times/);
      assert.equal(server.received.length, 3);
    });

    for (const status of [500, 502, 503, 504, 524]) {
      it(`does not repeat a write after ${status}, as it may have been done`, async () => {
        server.script(json(status, { id: "server_error", message: "oops" }));
        const error = await failure(client().createApp({ spec: { name: "shop" } }));
        assert.equal(error.errorCode, "service-error");
        assert.equal(error.ambiguous, true);
        assert.equal(server.received.length, 1);
      });
    }

    it("repeats a write after a 503 that names a time", async () => {
      server.script(json(503, { id: "unavailable" }, { "retry-after": "0" }), good);
      assert.equal((await client().updateApp("app-1", { spec: { name: "shop" } })).id, "app-1");
      assert.equal(server.received.length, 2);
    });

    it("repeats a question that is asked by POST", async () => {
      server.script(json(502, {}), json(200, { app_cost: 5 }));
      assert.equal((await client().proposeApp({ spec: { name: "shop" } })).app_cost, 5);
    });

    it("does not print a gateway's page", async () => {
      server.script(
        text(502, "<html><body>Bad gateway at 10.0.0.1</body></html>", { "content-type": "text/html" }),
      );
      const error = await failure(client().getApp("x"));
      assert.equal(error.errorCode, "service-error");
      assert.equal(error.serviceMessage, undefined);
      assert.ok(!/html|gateway at/.test(error.message), error.message);
    });
  });

  describe("answers that cannot be used", () => {
    const cases: [string, Answer, RegExp][] = [
      [
        "JSON that is cut off",
        text(200, '{"app":{"id":"a', { "content-type": "application/json" }),
        /broken or cut off/,
      ],
      [
        "a page instead of JSON",
        text(200, "<html>hello</html>", { "content-type": "text/html" }),
        /not JSON \(text\/html/,
      ],
      ["an empty body", text(200, ""), /the body is not an object/],
      ["a list", json(200, []), /the body is not an object/],
      ["an answer without the app", json(200, {}), /"app" is not an object/],
      ["an app without an id", json(200, { app: { spec: { name: "a" } } }), /"app\.id" is not a text/],
      ["an app without a spec", json(200, { app: { id: "a" } }), /"app\.spec" is not an object/],
      [
        "a deployment without an id",
        json(200, { app: { ...APP, active_deployment: { phase: "ACTIVE" } } }),
        /"app\.active_deployment\.id" is not a text/,
      ],
    ];
    for (const [name, answer, words] of cases) {
      it(`names ${name}, which after a write is ambiguous`, async () => {
        server.script(answer);
        const read = await failure(client({ retry: ONCE }).getApp("x"));
        assert.equal(read.errorCode, "unreadable-answer");
        assert.match(read.message, words);
        assert.ok(!read.message.includes("<html>"));
        assert.equal(read.ambiguous, false);
        const write = await failure(client().createApp({ spec: { name: "a" } }));
        assert.equal(write.ambiguous, true);
        assert.match(write.message, /look before trying again/);
        assert.equal(server.received.length, 2);
      });
    }

    it("takes deployments that are null, absent or empty, and keeps unknown fields", async () => {
      const app = { ...APP, active_deployment: null, pending_deployment: {}, brand_new_field: { a: 1 } };
      server.script(json(200, { app }));
      const answer = await client().getApp("x");
      assert.equal(answer.active_deployment, null);
      assert.equal(answer.pending_deployment, undefined);
      assert.deepEqual(answer.brand_new_field, { a: 1 });
    });

    it("asks again when the text was cut off, not when its shape is wrong", async () => {
      server.script(text(200, '{"app"'), good);
      assert.equal((await client().getApp("x")).id, "app-1");
      server.script(json(200, { app: {} }), good);
      assert.match((await failure(client().getApp("x"))).message, /app\.id/);
    });

    it("stops reading an answer that does not end", async () => {
      server.script(endless);
      const error = await failure(client({ maxBytes: 1_000_000 }).getApp("x"));
      assert.equal(error.errorCode, "unreadable-answer");
      assert.match(error.message, /larger than 1000000 bytes/);
      assert.equal(server.received.length, 1);
    });
  });

  describe("connections that fail", () => {
    it("names a cut connection; a read is repeated, a write is ambiguous", async () => {
      server.script(reset, good);
      assert.equal((await client().getApp("x")).id, "app-1");
      server.script(reset);
      const error = await failure(client().deleteApp("x"));
      assert.equal(error.errorCode, "network");
      assert.equal(error.ambiguous, true);
      assert.match(error.message, /broke before the answer was complete/);
      assert.equal(server.received.length, 3);
    });

    it("names a connection that breaks in the middle of the answer", async () => {
      server.script(brokenOff('{"app":'));
      const error = await failure(client({ retry: ONCE }).getApp("x"));
      assert.equal(error.errorCode, "network");
      assert.match(error.message, /broke before the answer was complete/);
    });

    it("names an answer that takes too long, its body included", async () => {
      const half: Answer = (response) => void response.writeHead(200).write('{"app":');
      for (const answer of [silence, half]) {
        server.script(answer);
        const read = await failure(client({ timeoutMs: 40, retry: ONCE }).getApp("x"));
        assert.equal(read.errorCode, "timeout");
        assert.match(read.message, /within 0\.04 s/);
        assert.equal(read.ambiguous, false);
        const write = await failure(client({ timeoutMs: 40 }).createApp({ spec: { name: "a" } }));
        assert.equal(write.errorCode, "timeout");
        assert.equal(write.ambiguous, true);
      }
      assert.equal(server.received.length, 4);
    });

    it("names a refused connection by its host; nothing was done, so a write is tried again", async () => {
      const closed = await scriptedServer();
      await closed.close();
      const error = await failure(client({ baseUrl: closed.url }).createApp({ spec: { name: "a" } }));
      assert.equal(error.errorCode, "network");
      assert.equal(error.ambiguous, false);
      assert.match(
        error.message,
        new RegExp(`${closed.host} refused the connection.*DIGITALOCEAN_API_URL.*Tried 3 times`),
      );
    });

    it("names a name that cannot be resolved", async () => {
      const error = await failure(client({ baseUrl: "https://nowhere.invalid", retry: ONCE }).getApp("x"));
      assert.equal(error.errorCode, "network");
      assert.match(error.message, /nowhere\.invalid.*DIGITALOCEAN_API_URL/);
    });

    it("names an address that does not speak TLS, and does not try it again", async () => {
      const plain = createServer((socket) => socket.end("this is not TLS\n"));
      let connections = 0;
      plain.on("connection", () => connections++);
      await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
      const { port } = plain.address() as AddressInfo;
      try {
        const error = await failure(client({ baseUrl: `https://127.0.0.1:${port}` }).getApp("x"));
        assert.equal(error.errorCode, "network");
        assert.match(error.message, /no secure connection to 127\.0\.0\.1/);
        assert.equal(connections, 1);
      } finally {
        plain.close();
      }
    });
  });

  describe("the token", () => {
    it("goes to the configured address, with the name of this package", async () => {
      server.script(good);
      await client({ token: ` ${TOKEN}\n` }).getApp("x");
      assert.equal(server.received[0]?.headers.authorization, `Bearer ${TOKEN}`);
      assert.match(server.received[0]?.headers["user-agent"] ?? "", /^pulumi-app-platform\/\d+\.\d+\.\d+/);
    });

    it("does not follow a redirect", async () => {
      const elsewhere = await scriptedServer(good);
      try {
        for (const status of [301, 302, 307, 308]) {
          server.script(text(status, "", { location: `${elsewhere.url}/v2/apps/x?a=b` }));
          const error = await failure(client().getApp("x"));
          assert.equal(error.errorCode, "unexpected-status");
          assert.match(error.message, new RegExp(`redirect to ${elsewhere.host}, which is not followed`));
        }
        assert.deepEqual(elsewhere.received, []);
      } finally {
        await elsewhere.close();
      }
    });

    it("does not follow the link to a next page to another host", async () => {
      const elsewhere = await scriptedServer(json(200, { apps: [] }));
      try {
        const links = { pages: { next: `${elsewhere.url}/v2/apps?page=2&per_page=200` } };
        const second = { id: "app-2", spec: { name: "b" } };
        server.script(json(200, { apps: [APP], links }), json(200, { apps: [second], links: {} }));
        assert.deepEqual(await ids(client().listApps()), ["app-1", "app-2"]);
        assert.deepEqual(elsewhere.received, []);
        const paths = server.received.map(({ path }) => path);
        assert.deepEqual(paths, ["/v2/apps?page=1&per_page=200", "/v2/apps?page=2&per_page=200"]);
      } finally {
        await elsewhere.close();
      }
    });

    it("has to be there, and to look like one", () => {
      assert.throws(() => client({ token: " " }), {
        errorCode: "missing-token",
        message: /DIGITALOCEAN_TOKEN/,
      });
      assert.throws(
        () => client({ token: "two words" }),
        (error: Error) => !error.message.includes("two words") && /line break/.test(error.message),
      );
    });
  });

  describe("the caller's signal", () => {
    it("ends a call under way at once; a write is then ambiguous", async () => {
      server.script(silence);
      const stop = new AbortController();
      const call = failure(client().createApp({ spec: { name: "a" } }, { signal: stop.signal }));
      await server.next();
      stop.abort();
      const error = await call;
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, true);
    });

    it("ends a pause between two tries", async () => {
      server.script(json(503, {}, { "retry-after": "100" }));
      const stop = new AbortController();
      const waits: [number, string][] = [];
      const onWait = (ms: number, why: string): void => {
        waits.push([Math.floor(ms / 1000), why]);
        stop.abort();
      };
      const retry = { ...FAST, limitMs: 1_000_000 };
      const error = await failure(client({ retry, onWait }).getApp("x", { signal: stop.signal }));
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, false);
      assert.deepEqual(waits, [[100, "another try after 503"]]);
    });

    it("ends a wait for the rate limit before anything is sent", async () => {
      const limiter = new Limiter({ perMinute: 1 });
      server.script(good);
      await client({ limiter }).getApp("x");
      const stop = new AbortController();
      const onWait = (): void => stop.abort();
      const call = client({ limiter, onWait }).deleteApp("x", { signal: stop.signal });
      const error = await failure(call);
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, false);
      assert.equal(server.received.length, 1);
    });

    it("is looked at before anything is sent", async () => {
      const error = await failure(
        client().createApp({ spec: { name: "a" } }, { signal: AbortSignal.abort() }),
      );
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, false);
      assert.deepEqual(server.received, []);
    });
  });

  describe("findAppByName", () => {
    const app = (name: string): typeof APP => ({ id: `id-${name}`, spec: { name } });
    const list = (...names: string[]): Answer =>
      json(200, { apps: names.map(app), meta: { total: names.length } });

    it("takes an answer with one app", async () => {
      server.script(json(200, { app: app("shop") }));
      assert.equal((await client().findAppByName("shop"))?.id, "id-shop");
      assert.deepEqual(
        server.received.map(({ path }) => path),
        ["/v2/apps?name=shop&per_page=200"],
      );
    });

    it("takes an answer with a list, and only the exact name", async () => {
      server.script(list("shop-2", "shop"));
      assert.equal((await client().findAppByName("shop"))?.id, "id-shop");
      assert.equal(await client().findAppByName("sho"), undefined);
      assert.equal(server.received.length, 2);
    });

    it("looks through all pages when the name in the question was not heeded", async () => {
      const links = { pages: { next: "/v2/apps?page=2" } };
      const first = json(200, { apps: [app("a")], links });
      for (const answer of [
        json(200, { app: app("other") }),
        json(404, { id: "not_found" }),
        json(400, {}),
        first,
      ]) {
        server.script(answer, first, list("shop"));
        assert.equal((await client().findAppByName("shop"))?.id, "id-shop");
      }
    });

    it("does not take a failure for an absence", async () => {
      server.script(json(403, { id: "forbidden" }));
      assert.equal((await failure(client().findAppByName("shop"))).errorCode, "forbidden");
    });
  });

  describe("requests", () => {
    const cases: [string, (client: Client) => Promise<unknown>, string, string, unknown, unknown][] = [
      ["getApp", (c) => c.getApp("a/1"), "GET", "/v2/apps/a%2F1", "", { app: APP }],
      [
        "createApp",
        (c) => c.createApp({ spec: { name: "s" }, project_id: "p" }),
        "POST",
        "/v2/apps",
        { spec: { name: "s" }, project_id: "p" },
        { app: APP },
      ],
      [
        "updateApp",
        (c) => c.updateApp("a", { spec: { name: "s" }, update_all_source_versions: true }),
        "PUT",
        "/v2/apps/a",
        { spec: { name: "s" }, update_all_source_versions: true },
        { app: APP },
      ],
      ["deleteApp", (c) => c.deleteApp("a"), "DELETE", "/v2/apps/a", "", { id: "a" }],
      [
        "proposeApp",
        (c) => c.proposeApp({ spec: { name: "s" }, app_id: "a" }),
        "POST",
        "/v2/apps/propose",
        { spec: { name: "s" }, app_id: "a" },
        {},
      ],
      [
        "listDeploymentPage",
        (c) => c.listDeploymentPage("a", { page: 2, perPage: 5 }),
        "GET",
        "/v2/apps/a/deployments?page=2&per_page=5",
        "",
        { deployments: [] },
      ],
      [
        "getDeployment",
        (c) => c.getDeployment("a", "d"),
        "GET",
        "/v2/apps/a/deployments/d",
        "",
        { deployment: { id: "d" } },
      ],
      [
        "createDeployment",
        (c) => c.createDeployment("a", { force_build: true }),
        "POST",
        "/v2/apps/a/deployments",
        { force_build: true },
        { deployment: { id: "d" } },
      ],
      [
        "cancelDeployment",
        (c) => c.cancelDeployment("a", "d"),
        "POST",
        "/v2/apps/a/deployments/d/cancel",
        "",
        { deployment: { id: "d" } },
      ],
      [
        "assignProject",
        (c) => c.assignProject("p", "a"),
        "POST",
        "/v2/projects/p/resources",
        { resources: ["do:app:a"] },
        { resources: [] },
      ],
      [
        "getProject",
        (c) => c.getProject("default"),
        "GET",
        "/v2/projects/default",
        "",
        { project: { id: "p" } },
      ],
      ["listRegions", (c) => c.listRegions(), "GET", "/v2/apps/regions", "", { regions: [{ slug: "ams" }] }],
      [
        "listInstanceSizes",
        (c) => c.listInstanceSizes(),
        "GET",
        "/v2/apps/tiers/instance_sizes",
        "",
        { instance_sizes: [{ slug: "s" }] },
      ],
      ["getAccount", (c) => c.getAccount(), "GET", "/v2/account", "", { account: { email: "a@b.c" } }],
      [
        "getLogUrls of an app",
        (c) => c.getLogUrls("a", { type: "RUN", follow: true, tailLines: 9, podConnectionTimeout: "1m" }),
        "GET",
        "/v2/apps/a/logs?type=RUN&follow=true&tail_lines=9&pod_connection_timeout=1m",
        "",
        {},
      ],
      [
        "getLogUrls of a deployment's component",
        (c) => c.getLogUrls("a", { type: "BUILD", deploymentId: "d", component: "web" }),
        "GET",
        "/v2/apps/a/deployments/d/components/web/logs?type=BUILD",
        "",
        {},
      ],
      [
        "getLogUrls of a component",
        (c) => c.getLogUrls("a", { type: "RUN", component: "web" }),
        "GET",
        "/v2/apps/a/components/web/logs?type=RUN",
        "",
        {},
      ],
    ];
    for (const [name, call, method, path, body, answer] of cases) {
      it(`${name} asks as documented`, async () => {
        server.script(json(200, answer));
        await call(client());
        const { received } = server;
        assert.deepEqual(
          received.map((request) => [request.method, request.path, request.body]),
          [[method, path, body]],
        );
      });
    }

    it("never sends an id that would make it another request", async () => {
      await assert.rejects(async () => client().deleteApp(".."), { errorCode: "invalid-input" });
      await assert.rejects(async () => client().deleteApp(""), { errorCode: "invalid-input" });
      assert.deepEqual(server.received, []);
    });

    it("reads both names of the archived logs", async () => {
      server.script(
        json(200, { historic_urls: ["a"], live_url: "wss://b" }),
        json(200, { historic_logs: ["c"] }),
        json(200, {}),
      );
      const urls = [];
      for (let i = 0; i < 3; i++) urls.push(await client().getLogUrls("a", { type: "RUN" }));
      assert.deepEqual(urls, [
        { historic_urls: ["a"], live_url: "wss://b" },
        { historic_urls: ["c"] },
        { historic_urls: [] },
      ]);
    });
  });

  describe("openLog", () => {
    const read = async (url: string, options?: { signal?: AbortSignal }): Promise<string[]> => {
      const result = [];
      for await (const line of client({ timeoutMs: 1000 }).openLog(url, options)) result.push(line);
      return result;
    };
    const log = "first\r\nsecond ä€😀\n\nlast without end";
    const expected = ["first", "second ä€😀", "", "last without end"];

    it("gives the lines of plain and compressed logs, and shows no token", async () => {
      const packed = gzipSync(log);
      const answers = [text(200, log), text(200, packed), text(200, packed, { "content-encoding": "gzip" })];
      for (const answer of answers) {
        server.script(answer);
        assert.deepEqual(await read(`${server.url}/log?sig=hush`), expected);
      }
      assert.ok(server.received.every(({ headers }) => headers.authorization === undefined));
      assert.equal(server.received[0]?.path, "/log?sig=hush");
    });

    it("joins what arrives byte by byte", async () => {
      for (const bytes of [Buffer.from(log), gzipSync(log)]) {
        server.script((response) => void sendSlowly(response, bytes));
        assert.deepEqual(await read(`${server.url}/log`), expected);
      }
    });

    it("gives nothing for an empty log", async () => {
      server.script(text(200, ""));
      assert.deepEqual(await read(`${server.url}/log`), []);
    });

    it("gives the lines of a live log as they come, and ends with the signal", async () => {
      server.script((response) => void response.writeHead(200).write("one\ntwo\nhalf"));
      const stop = new AbortController();
      const seen: string[] = [];
      const error = await failure(
        (async () => {
          for await (const line of client().openLog(`${server.url}/live?sig=hush`, { signal: stop.signal })) {
            seen.push(line);
            if (line === "two") stop.abort();
          }
        })(),
      );
      assert.equal(error.errorCode, "aborted");
      assert.deepEqual(seen, ["one", "two"]);
    });

    it("closes the connection of a log that is not read to its end", async () => {
      const closed = new Promise<void>((resolve) => {
        server.script((response) => {
          response.on("close", resolve);
          response.writeHead(200).write("one\ntwo\n");
        });
      });
      for await (const line of client().openLog(`${server.url}/live`)) if (line === "one") break;
      await closed;
    });

    const faults: [string, Answer, ErrorCode][] = [
      ["an address that ran out", text(403, "<xml>hush</xml>"), "forbidden"],
      ["a log that is gone", text(404, "hush"), "not-found"],
      ["a redirect", text(302, "", { location: "http://127.0.0.1:1/hush" }), "unexpected-status"],
      ["a failing service", text(503, "hush"), "service-error"],
      ["a cut connection", reset, "network"],
      ["a log that breaks off", brokenOff("line"), "network"],
      [
        "a compressed log that is cut off",
        text(200, gzipSync(log.repeat(100)).subarray(0, 40)),
        "unreadable-answer",
      ],
    ];
    for (const [name, answer, code] of faults) {
      it(`names ${name} without its address`, async () => {
        server.script(answer);
        const error = await failure(read(`${server.url}/path?X-Signature=hush`));
        assert.equal(error.errorCode, code);
        assert.ok(
          !/hush|Signature/.test(`${error.message}${error.stack}${JSON.stringify(error)}`),
          error.message,
        );
      });
    }

    it("opens neither plain http elsewhere nor other kinds of addresses", async () => {
      for (const url of [
        "http://example.com/?hush",
        "wss://example.com/?hush",
        "file:///etc/passwd?hush",
        "hush",
      ]) {
        const error = await failure(read(url));
        assert.equal(error.errorCode, "unreadable-answer");
        assert.ok(!error.message.includes("hush"));
      }
    });
  });
});

async function ids(items: AsyncIterable<{ id: string }>): Promise<string[]> {
  const result = [];
  for await (const { id } of items) result.push(id);
  return result;
}

async function sendSlowly(response: Parameters<Answer>[0], bytes: Buffer): Promise<void> {
  response.writeHead(200);
  for (const byte of bytes) await new Promise((resolve) => response.write(Buffer.from([byte]), resolve));
  response.end();
}
