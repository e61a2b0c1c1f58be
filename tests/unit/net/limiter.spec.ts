import assert from "node:assert/strict";
import fc from "fast-check";
import { Limiter, sharedLimiter } from "../../../provider/net/limiter";
import { Pace } from "../../../provider/net/pace";
import { FakeClock, settle } from "../../helpers/clocks/fake-clock";

const headers = (values: Record<string, string>) => (name: string) => values[name];
const NONE = headers({});

/** A limiter with a clock, and a way to ask for turns whose times are noted down. */
function setUp(options: { perMinute?: number; lowRemaining?: number } = {}) {
  const clock = new FakeClock(0);
  const limiter = new Limiter({ clock, ...options });
  const started: { name: string; at: number }[] = [];
  const ask = (name: string, more: { write?: boolean; signal?: AbortSignal } = {}): Promise<void> =>
    limiter.acquire({ write: false, ...more }).then((ended) => {
      started.push({ name, at: clock.now() });
      ended();
    });
  return { clock, limiter, started, ask, names: () => started.map(({ name }) => name) };
}

describe("Pace", () => {
  it("never lets more arrive in any minute than allowed, whenever requests come and however long they take", () => {
    const request = fc.record({
      pause: fc.nat(20_000),
      takes: fc.nat(90_000),
      /** When the service counts it: at its start, its end, or between. */
      counted: fc.double({ min: 0, max: 1, noNaN: true }),
      write: fc.boolean(),
    });
    const requests = fc.array(request, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), requests, (perMinute, asked) => {
        const pace = new Pace({ perMinute });
        let underway: { end: number; write: boolean }[] = [];
        let now = 0;
        const goTo = (time: number): void => {
          for (const one of underway.toSorted((a, b) => a.end - b.end))
            if (one.end <= time) pace.ended(one.end, one.write);
          underway = underway.filter(({ end }) => end > time);
          now = time;
        };
        const counted: number[] = [];
        for (const { pause, takes, counted: share, write } of asked) {
          goTo(now + pause);
          for (let ms = pace.delay(now, write).ms; ms > 0; ms = pace.delay(now, write).ms)
            goTo(Math.min(now + ms, ...underway.map(({ end }) => end)));
          pace.started(now, write);
          underway.push({ end: now + takes, write });
          counted.push(now + takes * share);
        }
        for (const first of counted) {
          const inMinute = counted.filter((other) => other >= first && other < first + 60_000).length;
          assert.ok(inMinute <= perMinute, `${inMinute} of ${perMinute}`);
        }
      }),
    );
  });

  it("keeps a share of each minute for reads, however many writes there are", () => {
    const pace = new Pace({ perMinute: 12 });
    for (let count = 0; count < 10; count++) {
      assert.equal(pace.delay(0, true).ms, 0);
      pace.started(0, true);
      pace.ended(0, true);
    }
    assert.deepEqual(pace.delay(0, true), { ms: 60_000, reason: "minute" });
    assert.equal(pace.delay(0, false).ms, 0);
  });

  it("leaves the last tenth of the hour to writes and to others: reads are spread out then", () => {
    const pace = new Pace();
    const left = { "ratelimit-remaining": "449", "ratelimit-reset": "3600", "ratelimit-limit": "5000" };
    pace.started(0, false);
    pace.answered(200, headers(left), 0);
    assert.deepEqual(pace.delay(0, false), { ms: 8_000, reason: "hour" });
    assert.equal(pace.delay(0, true).ms, 0);
  });

  it("is never negative nor endless, whatever the headers say", () => {
    const header = fc.oneof(fc.integer({ min: -10, max: 10_000_000_000 }).map(String), fc.string());
    const values = fc.record(
      {
        "retry-after": header,
        "ratelimit-remaining": header,
        "ratelimit-reset": header,
        "ratelimit-limit": header,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(200, 429, 500), values)), (answers) => {
        const pace = new Pace();
        for (const [status, sent] of answers) {
          pace.answered(status, (name) => sent[name as keyof typeof sent], 1000);
          const { ms } = pace.delay(1000, true);
          assert.ok(ms >= 0 && ms <= 3_600_000, String(ms));
          pace.started(1000, true);
        }
      }),
    );
  });

  it("spreads the rest of the hour when little is left, and waits for the reset when nothing is", () => {
    const pace = new Pace();
    const left = (count: string) =>
      headers({ "ratelimit-remaining": count, "ratelimit-reset": "100", "ratelimit-limit": "5000" });
    pace.started(0, true);
    pace.answered(200, left("50"), 0);
    assert.equal(pace.delay(0, true).ms, 0);
    pace.answered(200, left("9"), 0);
    assert.deepEqual(pace.delay(0, true), { ms: 10_000, reason: "hour" });
    pace.answered(200, left("0"), 0);
    assert.deepEqual(pace.delay(0, true), { ms: 100_000, reason: "hour" });
    assert.equal(pace.delay(100_000, true).ms, 0);
  });

  it("counts requests on their way as used", () => {
    const pace = new Pace();
    pace.answered(200, headers({ "ratelimit-remaining": "50", "ratelimit-reset": "100" }), 0);
    pace.started(0, true);
    assert.equal(pace.delay(0, true).reason, "hour");
    assert.ok(pace.delay(0, true).ms > 0);
  });

  it("pauses longer with each refusal that names no time, and forgets them after a good answer", () => {
    const pace = new Pace();
    const pauses = [0, 0, 0].map(() => {
      pace.answered(429, NONE, 0);
      return pace.delay(0, true).ms;
    });
    assert.deepEqual(pauses, [1000, 2000, 4000]);
    pace.answered(200, NONE, 10_000);
    pace.answered(429, NONE, 10_000);
    assert.equal(pace.delay(10_000, true).ms, 1000);
  });

  it("pauses after a refusal of a used up hour only until its reset, and as usual when the reset is now", () => {
    const usedUp = headers({
      "ratelimit-remaining": "0",
      "ratelimit-reset": "100",
      "ratelimit-limit": "5000",
    });
    const early = new Pace();
    early.answered(429, usedUp, 99_500);
    assert.deepEqual(early.delay(99_500, true), { ms: 500, reason: "hour" });
    const late = new Pace();
    late.answered(429, usedUp, 100_000);
    assert.deepEqual(late.delay(100_000, true), { ms: 1000, reason: "refused" });
  });
});

describe("Limiter", () => {
  it("lets as many start at once as a minute allows, and the others when those are a minute old", async () => {
    const { clock, started, ask } = setUp({ perMinute: 2 });
    for (const name of ["a", "b", "c"]) void ask(name);
    await clock.advance(59_999);
    assert.deepEqual(
      started.map(({ name, at }) => [name, at]),
      [
        ["a", 0],
        ["b", 0],
      ],
    );
    await clock.advance(1);
    assert.deepEqual(started.at(-1), { name: "c", at: 60_000 });
  });

  it("lets writes go before reads, each in the order they came", async () => {
    const { clock, names, ask } = setUp({ perMinute: 1 });
    void ask("first");
    void ask("read 1");
    void ask("read 2");
    void ask("write 1", { write: true });
    void ask("write 2", { write: true });
    await clock.advance(300_000);
    assert.deepEqual(names(), ["first", "write 1", "write 2", "read 1", "read 2"]);
  });

  it("lets a read go at once where only writes have to wait", async () => {
    const { clock, names, ask } = setUp({ perMinute: 6 });
    for (let count = 1; count <= 6; count++) void ask(`write ${count}`, { write: true });
    await settle();
    void ask("read");
    await settle();
    assert.deepEqual(names().slice(4), ["write 5", "read"]);
    await clock.advance(60_000);
    assert.deepEqual(names().slice(6), ["write 6"]);
  });

  it("holds everything back after a refusal, then lets one go after another", async () => {
    const { clock, limiter, started, ask } = setUp();
    limiter.answered(429, headers({ "retry-after": "12" }));
    for (const name of ["a", "b", "c"]) void ask(name);
    await clock.advance(20_000);
    assert.deepEqual(
      started.map(({ at }) => at),
      [12_000, 12_250, 12_500],
    );
  });

  it("holds back those, too, that were already waiting for something shorter", async () => {
    const { clock, limiter, started, ask } = setUp({ perMinute: 1 });
    void ask("a");
    void ask("b");
    await clock.advance(30_000);
    limiter.answered(429, headers({ "retry-after": "90" }));
    await clock.advance(200_000);
    assert.equal(started.at(-1)?.at, 120_000);
  });

  it("goes on at once when an answer says that there is room again", async () => {
    const { clock, limiter, names, ask } = setUp();
    limiter.answered(200, headers({ "ratelimit-remaining": "0", "ratelimit-reset": "3000" }));
    void ask("a");
    await clock.advance(10_000);
    assert.deepEqual(names(), []);
    limiter.answered(200, headers({ "ratelimit-remaining": "4000", "ratelimit-reset": "3000" }));
    await settle();
    assert.deepEqual(names(), ["a"]);
  });

  it("tells each listener once about a wait, and not about short ones", async () => {
    const { clock, limiter } = setUp({ perMinute: 1 });
    const told: [number, string][] = [];
    const onWait = (ms: number, why: string): void => void told.push([ms, why]);
    for (let i = 0; i < 3; i++) void limiter.acquire({ write: false, onWait });
    await clock.advance(30_000);
    // An answer makes it look again, and is no news to who waits.
    limiter.answered(200, NONE);
    await clock.advance(29_000);
    assert.deepEqual(told, [[60_000, "the service's rate limit (requests a minute)"]]);
    const careful = setUp();
    const short: number[] = [];
    careful.limiter.answered(429, headers({ "retry-after": "0" }));
    for (let i = 0; i < 3; i++)
      void careful.limiter.acquire({ write: false, onWait: (ms) => short.push(ms) });
    await careful.clock.advance(5_000);
    assert.deepEqual(short, []);
  });

  it("survives a listener that fails", async () => {
    const { clock, limiter, names, ask } = setUp({ perMinute: 1 });
    void ask("a");
    void limiter
      .acquire({ write: false, onWait: () => assert.fail("the listener's own mistake") })
      .then((ended) => ended());
    void ask("b");
    await clock.advance(120_000);
    assert.deepEqual(names(), ["a", "b"]);
  });

  it("lets a waiter leave, without using up a turn or a timer", async () => {
    const { clock, names, ask } = setUp({ perMinute: 1 });
    void ask("a");
    const stop = new AbortController();
    const left = ask("leaves", { signal: stop.signal });
    await settle();
    assert.deepEqual(clock.due, [60_000]);
    stop.abort(new Error("enough"));
    await assert.rejects(left, { message: "enough" });
    await settle();
    assert.deepEqual(clock.due, []);
    void ask("b");
    await clock.advance(60_000);
    assert.deepEqual(names(), ["a", "b"]);
  });

  it("leaves no timer behind when being told makes the only waiter leave", async () => {
    const { clock, limiter, ask } = setUp({ perMinute: 1 });
    void ask("a");
    const stop = new AbortController();
    const onWait = (): void => stop.abort(new Error("enough"));
    await assert.rejects(limiter.acquire({ write: false, signal: stop.signal, onWait }), {
      message: "enough",
    });
    await settle();
    assert.deepEqual(clock.due, []);
  });

  it("refuses a signal that is aborted already", async () => {
    const { ask, names } = setUp();
    await assert.rejects(ask("a", { signal: AbortSignal.abort(new Error("no")) }), { message: "no" });
    assert.deepEqual(names(), []);
  });
});

describe("sharedLimiter", () => {
  it("is one for all who name the same, another for others", () => {
    assert.equal(sharedLimiter("here token-1"), sharedLimiter("here token-1"));
    assert.notEqual(sharedLimiter("here token-1"), sharedLimiter("here token-2"));
  });
});
