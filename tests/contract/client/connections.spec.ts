import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { Limiter } from "../../../provider/net/limiter";
import { APP, FAST, ONCE, TOKEN, failure, faultyService, good } from "../../helpers/world/faulty-service";
import {
  type Answer,
  brokenOff,
  json,
  reset,
  scriptedServer,
  silence,
  text,
} from "../../helpers/world/scripted-server";

describe("Client: connections", () => {
  const service = faultyService();

  describe("that fail", () => {
    it("reports a dropped connection; a read is retried, a write is ambiguous", async () => {
      service.server.script(reset, good);
      assert.equal((await service.client().getApp("app-1")).id, "app-1");
      service.server.script(reset);
      const error = await failure(service.client().deleteApp("x"));
      assert.equal(error.errorCode, "network");
      assert.equal(error.ambiguous, true);
      assert.match(error.message, /broke before .* complete/);
      assert.equal(service.server.received.length, 3);
    });

    it("reports a connection that breaks in the middle of the response", async () => {
      service.server.script(brokenOff('{"app":'));
      const error = await failure(service.client({ retry: ONCE }).getApp("app-1"));
      assert.equal(error.errorCode, "network");
      assert.match(error.message, /broke before .* complete/);
    });

    it("reports a response that times out, including its body", async () => {
      const half: Answer = (response) => void response.writeHead(200).write('{"app":');
      for (const answer of [silence, half]) {
        service.server.script(answer);
        const read = await failure(service.client({ timeoutMs: 40, retry: ONCE }).getApp("app-1"));
        assert.equal(read.errorCode, "timeout");
        assert.match(read.message, /within 0\.04 s/);
        assert.equal(read.ambiguous, false);
        const write = await failure(service.client({ timeoutMs: 40 }).createApp({ spec: { name: "a" } }));
        assert.equal(write.errorCode, "timeout");
        assert.equal(write.ambiguous, true);
      }
      assert.equal(service.server.received.length, 4);
    });

    it("reuses connections for reads and opens a new one for each write", async () => {
      service.server.script(good);
      await service.client().getApp("app-1");
      await service.client().createApp({ spec: { name: "shop" } });
      const kept = service.server.received.map(({ headers }) => headers.connection);
      assert.deepEqual(kept, ["keep-alive", "close"]);
    });

    it("reports a refused connection with its host; nothing was applied, so a write is retried", async () => {
      const closed = await scriptedServer();
      await closed.close();
      const error = await failure(service.client({ baseUrl: closed.url }).createApp({ spec: { name: "a" } }));
      assert.equal(error.errorCode, "network");
      assert.equal(error.ambiguous, false);
      assert.match(
        error.message,
        new RegExp(`${closed.host} refused the connection.*DIGITALOCEAN_API_URL.*Tried 3 times`),
      );
    });

    it("reports a host name that cannot be resolved", async () => {
      const error = await failure(
        service.client({ baseUrl: "https://nowhere.invalid", retry: ONCE }).getApp("app-1"),
      );
      assert.equal(error.errorCode, "network");
      assert.match(error.message, /nowhere\.invalid.*DIGITALOCEAN_API_URL/);
    });

    it("reports an address that does not speak TLS, without retrying", async () => {
      const plain = createServer((socket) => socket.end("this is not TLS\n"));
      let connections = 0;
      plain.on("connection", () => connections++);
      await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
      const { port } = plain.address() as AddressInfo;
      try {
        const error = await failure(service.client({ baseUrl: `https://127.0.0.1:${port}` }).getApp("app-1"));
        assert.equal(error.errorCode, "network");
        assert.match(error.message, /no secure connection to 127\.0\.0\.1/);
        assert.equal(connections, 1);
      } finally {
        plain.close();
      }
    });
  });

  describe("the token", () => {
    it("is sent to the configured address, with this package's User-Agent", async () => {
      service.server.script(good);
      await service.client({ token: ` ${TOKEN}\n` }).getApp("app-1");
      assert.equal(service.server.received[0]?.headers.authorization, `Bearer ${TOKEN}`);
      assert.match(
        service.server.received[0]?.headers["user-agent"] ?? "",
        /^pulumi-app-platform\/\d+\.\d+\.\d+/,
      );
    });

    it("is not sent along a redirect", async () => {
      const elsewhere = await scriptedServer(good);
      try {
        for (const status of [301, 302, 307, 308]) {
          service.server.script(text(status, "", { location: `${elsewhere.url}/v2/apps/app-1?a=b` }));
          const error = await failure(service.client().getApp("app-1"));
          assert.equal(error.errorCode, "unexpected-status");
          assert.match(error.message, new RegExp(`redirect to ${elsewhere.host}, which is not followed`));
        }
        assert.deepEqual(elsewhere.received, []);
      } finally {
        await elsewhere.close();
      }
    });

    it("is not sent to another host through a next-page link", async () => {
      const elsewhere = await scriptedServer(json(200, { apps: [] }));
      try {
        const links = { pages: { next: `${elsewhere.url}/v2/apps?page=2&per_page=200` } };
        const second = { id: "app-2", spec: { name: "b" } };
        service.server.script(json(200, { apps: [APP], links }), json(200, { apps: [second], links: {} }));
        assert.deepEqual(await ids(service.client().listApps()), ["app-1", "app-2"]);
        assert.deepEqual(elsewhere.received, []);
        const paths = service.server.received.map(({ path }) => path);
        assert.deepEqual(paths, ["/v2/apps?page=1&per_page=200", "/v2/apps?page=2&per_page=200"]);
      } finally {
        await elsewhere.close();
      }
    });

    it("must be set and well-formed", () => {
      assert.throws(() => service.client({ token: " " }), {
        errorCode: "missing-token",
        message: /DIGITALOCEAN_TOKEN/,
      });
      assert.throws(
        () => service.client({ token: "two words" }),
        (error: Error) => !error.message.includes("two words") && /line break/.test(error.message),
      );
    });
  });

  describe("after the caller is gone", () => {
    it("rejects further writes, which were not applied, while reads continue", async () => {
      service.server.script(good);
      const client = service.client({ mayWrite: async () => false });
      const error = await failure(client.createApp({ spec: { name: "a" } }));
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, false);
      assert.deepEqual(service.server.received, []);
      assert.equal((await client.getApp("app-1")).id, "app-1");
    });
  });

  describe("the caller's signal", () => {
    it("aborts a request in flight immediately; a write is then ambiguous", async () => {
      service.server.script(silence);
      const stop = new AbortController();
      const call = failure(service.client().createApp({ spec: { name: "a" } }, { signal: stop.signal }));
      await service.server.next();
      stop.abort();
      const error = await call;
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, true);
    });

    for (const [status, said] of [
      [503, "retrying: the service responded 503"],
      [429, "the service's rate limit (it asked to slow down)"],
    ] as const)
      it(`aborts the pause between two tries after ${status} and reports what it was waiting for`, async () => {
        service.server.script(json(status, {}, { "retry-after": "100" }));
        const stop = new AbortController();
        const waits: [number, string][] = [];
        const onWait = (ms: number, why: string): void => {
          waits.push([Math.floor(ms / 1000), why]);
          stop.abort();
        };
        const retry = { ...FAST, limitMs: 1_000_000, rateLimitMs: 1_000_000 };
        const client = service.client({ retry, onWait, limiter: new Limiter({}) });
        const error = await failure(client.getApp("x", { signal: stop.signal }));
        assert.equal(error.errorCode, "aborted");
        assert.equal(error.ambiguous, false);
        assert.deepEqual(waits, [[100, said]]);
      });

    it("aborts a rate-limit wait before anything is sent", async () => {
      const limiter = new Limiter({ perMinute: 1 });
      service.server.script(good);
      await service.client({ limiter }).getApp("app-1");
      const stop = new AbortController();
      const onWait = (): void => stop.abort();
      const call = service.client({ limiter, onWait }).deleteApp("x", { signal: stop.signal });
      const error = await failure(call);
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, false);
      assert.equal(service.server.received.length, 1);
    });

    it("is checked before anything is sent", async () => {
      const error = await failure(
        service.client().createApp({ spec: { name: "a" } }, { signal: AbortSignal.abort() }),
      );
      assert.equal(error.errorCode, "aborted");
      assert.equal(error.ambiguous, false);
      assert.deepEqual(service.server.received, []);
    });
  });
});

async function ids(items: AsyncIterable<{ id: string }>): Promise<string[]> {
  const result = [];
  for await (const { id } of items) result.push(id);
  return result;
}
