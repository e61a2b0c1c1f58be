import assert from "node:assert/strict";
import { InstantClock } from "../../helpers/clocks/instant-clock";
import type { ErrorCode } from "../../../provider/errors";
import { APP, ONCE, TOKEN, failure, faultyService, good } from "../../helpers/world/faulty-service";
import { type Answer, endless, json, text } from "../../helpers/world/scripted-server";

describe("Client: error responses", () => {
  const service = faultyService();

  describe("status codes", () => {
    const cases: [number, string, ErrorCode, RegExp][] = [
      [400, "bad_request", "bad-request", /rejected the request/],
      [401, "unauthorized", "unauthorized", /token.*Set DIGITALOCEAN_TOKEN/],
      [403, "forbidden", "forbidden", /not allow.*app:read/],
      [404, "not_found", "not-found", /no such object/],
      [409, "conflict", "conflict", /conflict/],
      [418, "teapot", "unexpected-status", /unexpected status/],
      [422, "unprocessable_entity", "invalid-spec", /content/],
    ];
    for (const [status, id, code, words] of cases) {
      it(`reports ${status} ${code} with the service's message and sends the request only once`, async () => {
        service.server.script(json(status, { id, message: "the service's words", request_id: "req-1" }));
        const error = await failure(service.client().getApp("app-1"));
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
        assert.equal(service.server.received.length, 1);
      });
    }

    it("takes the request ID from the header when the body has none", async () => {
      service.server.script(json(404, { id: "not_found", message: "gone" }, { "x-request-id": "req-2" }));
      assert.equal((await failure(service.client().getApp("app-1"))).requestId, "req-2");
    });

    it("does not report a rejected write as ambiguous", async () => {
      service.server.script(json(409, { id: "conflict", message: "name taken" }));
      const error = await failure(service.client().createApp({ spec: { name: "shop" } }));
      assert.equal(error.errorCode, "conflict");
      assert.equal(error.ambiguous, false);
    });

    for (const [status, code] of [
      ["not_found", "not-found"],
      ["service_down", "service-error"],
      ["waiting", "unreadable-answer"],
    ] as const)
      it(`does not treat an app as moved when a 200 response reports ${status} for it`, async () => {
        service.server.script(json(200, { resources: [{ urn: "do:app:a", status }] }));
        const error = await failure(service.client().assignProject("p", "a"));
        assert.equal(error.errorCode, code);
        assert.match(error.message, new RegExp(`do:app:a\\b.*${status}`));
      });

    it("masks credentials that the service echoes", async () => {
      const message = `bad token ${TOKEN} in Bearer ${TOKEN}, value EV[1:abc:def]`;
      service.server.script(json(422, { id: "x", message, request_id: `r-${TOKEN}` }));
      const error = await failure(service.client().getApp("app-1"));
      assert.equal(error.serviceMessage, "bad token *** in Bearer ***, value ***");
      assert.equal(error.requestId, "r-***");
      assert.ok(!error.message.includes("EV[1"), error.message);
    });
  });

  describe("the rate limit", () => {
    const limited = (headers: Record<string, string> = {}): Answer =>
      json(429, { id: "too_many_requests", message: "slow down" }, headers);

    it("retries a rate-limited request, including writes", async () => {
      service.server.script(limited({ "retry-after": "0" }), limited({ "retry-after": "0" }), good);
      assert.equal((await service.client().createApp({ spec: { name: "shop" } })).id, "app-1");
      assert.equal(service.server.received.length, 3);
    });

    it("gives up when the wait would exceed the limit, and reports how often it tried", async () => {
      service.server.script(limited({ "retry-after": "0" }), limited({ "retry-after": "60" }));
      const error = await failure(service.client().getApp("app-1"));
      assert.equal(error.errorCode, "rate-limited");
      assert.match(error.message, /too many requests.*Other programs.*Tried 2 times/);
    });

    it("fails with the service's message when a limit of the account is reached, and slows nothing else down", async () => {
      const message = "App count of 11 exceeds limit of 10";
      const counters = {
        "ratelimit-limit": "5000",
        "ratelimit-remaining": "4990",
        "ratelimit-reset": "9999999999",
      };
      for (const headers of [{}, counters]) {
        service.server.script(json(429, { id: "too_many_requests", message }, headers), good);
        const client = service.client();
        const before = service.server.received.length;
        const error = await failure(client.createApp({ spec: { name: "shop" } }));
        assert.equal(error.errorCode, "quota-exceeded");
        assert.ok(error.message.includes(message), error.message);
        assert.equal(service.server.received.length, before + 1);
        const began = Date.now();
        await client.getApp("app-1");
        assert.ok(Date.now() - began < 900, "no pause of a second or more");
      }
    });

    it("reports a 429 without a retry time", async () => {
      service.server.script(limited());
      const error = await failure(service.client({ retry: ONCE }).getApp("app-1"));
      assert.equal(error.errorCode, "rate-limited");
      assert.equal(error.ambiguous, false);
    });
  });

  describe("server errors", () => {
    it("are retried for reads until a response arrives", async () => {
      service.server.script(json(500, { id: "server_error" }), text(502, "<html>"), good);
      assert.equal((await service.client().getApp("app-1")).id, "app-1");
      assert.equal(service.server.received.length, 3);
    });

    it("are not retried once the time for retries is used up, however few the tries", async () => {
      const clock = new InstantClock();
      const retry = { attempts: 100, baseMs: 2000, capMs: 2000, limitMs: 5000 };
      service.server.script(json(502, {}));
      await failure(service.client({ clock, retry }).getApp("app-1"));
      const waited = clock.sleeps.reduce((sum, ms) => sum + ms, 0);
      assert.ok(waited <= 5000, `waited ${waited} ms`);
      assert.ok(service.server.received.length < 100);
    });

    it("are reported after several tries", async () => {
      service.server.script(json(500, { id: "server_error", message: "oops" }));
      const error = await failure(service.client().getApp("app-1"));
      assert.equal(error.errorCode, "service-error");
      assert.match(error.message, /the service failed \(500 server_error\): oops.*Tried 3 times/);
      assert.equal(service.server.received.length, 3);
    });

    for (const status of [500, 502, 503, 504, 524]) {
      it(`are not retried for a write after ${status}, because it may have been applied`, async () => {
        service.server.script(json(status, { id: "server_error", message: "oops" }));
        const error = await failure(service.client().createApp({ spec: { name: "shop" } }));
        assert.equal(error.errorCode, "service-error");
        assert.equal(error.ambiguous, true);
        assert.equal(service.server.received.length, 1);
      });
    }

    it("are retried for a write after a 503 with a Retry-After header", async () => {
      service.server.script(json(503, { id: "unavailable" }, { "retry-after": "0" }), good);
      assert.equal((await service.client().updateApp("app-1", { spec: { name: "shop" } })).id, "app-1");
      assert.equal(service.server.received.length, 2);
    });

    it("are retried for a read-only request that uses POST", async () => {
      service.server.script(json(502, {}), json(200, { app_cost: 5 }));
      assert.equal((await service.client().proposeApp({ spec: { name: "shop" } })).app_cost, 5);
    });

    it("are reported without a gateway's HTML page", async () => {
      service.server.script(
        text(502, "<html><body>Bad gateway at 10.0.0.1</body></html>", { "content-type": "text/html" }),
      );
      const error = await failure(service.client().getApp("app-1"));
      assert.equal(error.errorCode, "service-error");
      assert.equal(error.serviceMessage, undefined);
      assert.ok(!/html|gateway at/.test(error.message), error.message);
    });
  });

  describe("unusable responses", () => {
    const cases: [string, Answer, RegExp][] = [
      [
        "JSON that is cut off",
        text(200, '{"app":{"id":"a', { "content-type": "application/json" }),
        /invalid or truncated/,
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
      ["an app without a spec", json(200, { app: { id: "app-1" } }), /"app\.spec" is not an object/],
      [
        "a deployment without an id",
        json(200, { app: { ...APP, active_deployment: { phase: "ACTIVE" } } }),
        /"app\.active_deployment\.id" is not a text/,
      ],
    ];
    for (const [name, answer, words] of cases) {
      it(`reports ${name}, which makes a write ambiguous`, async () => {
        service.server.script(answer);
        const read = await failure(service.client({ retry: ONCE }).getApp("app-1"));
        assert.equal(read.errorCode, "unreadable-answer");
        assert.match(read.message, words);
        assert.ok(!read.message.includes("<html>"));
        assert.equal(read.ambiguous, false);
        const write = await failure(service.client().createApp({ spec: { name: "shop" } }));
        assert.equal(write.ambiguous, true);
        assert.match(write.message, /check before retrying/);
        assert.equal(service.server.received.length, 2);
      });
    }

    it("accepts deployments that are null, absent or empty, and keeps unknown fields", async () => {
      const app = { ...APP, active_deployment: null, pending_deployment: {}, brand_new_field: { a: 1 } };
      service.server.script(json(200, { app }));
      const answer = await service.client().getApp("app-1");
      assert.equal(answer.active_deployment, undefined);
      assert.equal(answer.pending_deployment, undefined);
      assert.deepEqual(answer.brand_new_field, { a: 1 });
    });

    it("retries when the body was truncated, but not when its shape is wrong", async () => {
      service.server.script(text(200, '{"app"'), good);
      assert.equal((await service.client().getApp("app-1")).id, "app-1");
      service.server.script(json(200, { app: {} }), good);
      assert.match((await failure(service.client().getApp("app-1"))).message, /app\.id/);
    });

    it("stops reading a response that does not end", async () => {
      service.server.script(endless);
      const error = await failure(service.client({ maxBytes: 1_000_000 }).getApp("app-1"));
      assert.equal(error.errorCode, "unreadable-answer");
      assert.match(error.message, /larger than 1000000 bytes/);
      assert.equal(service.server.received.length, 1);
    });
  });
});
