import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DEFAULT_RETRY,
  type FailedTry,
  type RetryInput,
  parseReset,
  parseRetryAfter,
  retryDelay,
} from "../../../provider/net/retry";
import type { ErrorCode } from "../../../provider/errors";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function delay(failed: FailedTry, more: Partial<RetryInput> = {}): number | undefined {
  return retryDelay({ attempt: 0, elapsedMs: 0, failed, repeatable: true, now: NOW, random: 1, ...more });
}

const codes: ErrorCode[] = [
  "unauthorized",
  "forbidden",
  "not-found",
  "conflict",
  "bad-request",
  "invalid-spec",
  "rate-limited",
  "service-error",
  "unexpected-status",
  "unreadable-answer",
  "network",
  "timeout",
  "aborted",
];

const failedTry: fc.Arbitrary<FailedTry> = fc.record(
  {
    code: fc.constantFrom(...codes),
    status: fc.constantFrom(429, 500, 502, 503, 504),
    final: fc.boolean(),
    notSent: fc.boolean(),
    retryAfter: fc.oneof(
      fc.integer({ min: -5, max: 10_000 }).map(String),
      fc.string(),
      fc.integer({ min: -1000, max: 10_000 }).map((s) => new Date(NOW + s * 1000).toUTCString()),
    ),
    rateLimitRemaining: fc.constantFrom("0", "1", "4999", "x"),
    rateLimitReset: fc.oneof(
      fc.integer({ min: -100, max: 9000 }).map((s) => String(NOW / 1000 + s)),
      fc.string(),
    ),
  },
  { requiredKeys: ["code"] },
);

const input: fc.Arbitrary<RetryInput> = fc.record({
  attempt: fc.nat(2000),
  elapsedMs: fc.nat(4_000_000),
  failed: failedTry,
  repeatable: fc.boolean(),
  now: fc.constant(NOW),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe("retryDelay", () => {
  it("is never negative and never ends after the total limit", () => {
    fc.assert(
      fc.property(input, (given) => {
        const ms = retryDelay(given);
        if (ms === undefined) return;
        const { limitMs, rateLimitMs } = DEFAULT_RETRY;
        const limit = given.failed.code === "rate-limited" ? rateLimitMs : limitMs;
        assert.ok(ms >= 0 && given.elapsedMs + ms <= limit, String(ms));
      }),
    );
  });

  it("is never shorter than the service asks", () => {
    fc.assert(
      fc.property(input, fc.nat(200), (given, seconds) => {
        const ms = retryDelay({ ...given, failed: { ...given.failed, retryAfter: String(seconds) } });
        assert.ok(ms === undefined || ms >= seconds * 1000);
      }),
    );
  });

  it("sends a write again only when the service did not do it", () => {
    fc.assert(
      fc.property(input, (given) => {
        const { code, notSent, status, retryAfter } = given.failed;
        const harmless =
          code === "rate-limited" ||
          (code === "network" && notSent === true) ||
          (code === "service-error" && status === 503 && retryAfter !== undefined);
        if (!harmless) assert.equal(retryDelay({ ...given, repeatable: false }), undefined);
      }),
    );
  });

  it("never asks again after a clear answer", () => {
    for (const code of [
      "unauthorized",
      "forbidden",
      "not-found",
      "conflict",
      "bad-request",
      "invalid-spec",
    ] as const) {
      assert.equal(delay({ code, retryAfter: "1" }), undefined, code);
    }
    assert.equal(delay({ code: "aborted" }), undefined);
    assert.equal(delay({ code: "network", final: true }), undefined);
  });

  it("doubles the pause up to the cap, with full jitter", () => {
    const failed: FailedTry = { code: "service-error", status: 500 };
    const pauses = [0, 1, 2, 3, 4].map((attempt) => delay(failed, { attempt }));
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000]);
    assert.equal(delay(failed, { attempt: 9, policy: { attempts: 10 } }), 20_000);
    assert.equal(delay(failed, { attempt: 3, random: 0 }), 0);
    assert.equal(delay(failed, { attempt: 3, random: 0.5 }), 2000);
  });

  it("gives up after five more tries, but not for the rate limit", () => {
    assert.equal(delay({ code: "service-error", status: 500 }, { attempt: 5 }), undefined);
    assert.equal(
      delay({ code: "rate-limited", status: 429, retryAfter: "60" }, { attempt: 50, random: 0 }),
      60_000,
    );
  });

  it("waits for the hour's reset only when nothing is left of the hour", () => {
    const rateLimitReset = String(NOW / 1000 + 600);
    const failed: FailedTry = { code: "rate-limited", status: 429, rateLimitReset };
    assert.equal(delay({ ...failed, rateLimitRemaining: "0" }, { random: 0 }), 600_000);
    assert.equal(delay({ ...failed, rateLimitRemaining: "12" }), 500);
    assert.equal(delay({ ...failed, rateLimitRemaining: "0", retryAfter: "3" }, { random: 0 }), 3000);
  });

  it("does not start a pause that the total limit would cut off", () => {
    assert.equal(delay({ code: "service-error", status: 503, retryAfter: "121" }), undefined);
    assert.equal(delay({ code: "rate-limited", status: 429, retryAfter: "121" }, { random: 0 }), 121_000);
    assert.equal(delay({ code: "timeout" }, { elapsedMs: 119_800 }), undefined);
  });
});

describe("parseRetryAfter", () => {
  it("reads seconds and dates, and nothing else", () => {
    assert.equal(parseRetryAfter("12", NOW), 12_000);
    assert.equal(parseRetryAfter("Thu, 01 Jan 2026 00:00:30 GMT", NOW), 30_000);
    assert.equal(parseRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", NOW), 0);
    for (const text of [undefined, "", "-5", "soon", "12 apples", "1e9"]) {
      assert.equal(parseRetryAfter(text, NOW), undefined, text);
    }
  });
});

describe("parseReset", () => {
  it("reads seconds since 1970", () => {
    assert.equal(parseReset(String(NOW / 1000 + 7), NOW), 7000);
    assert.equal(parseReset("0", NOW), 0);
    assert.equal(parseReset("-1", NOW), undefined);
    assert.equal(parseReset(undefined, NOW), undefined);
  });
});
