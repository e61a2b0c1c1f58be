import assert from "node:assert/strict";
import fc from "fast-check";
import type { Deployment } from "../../../provider/api/types";
import {
  pollInterval,
  waitForDeployment,
  type DeploymentSource,
  type WaitOptions,
} from "../../../provider/deploy/wait";
import { ApiError, AppPlatformError, type ErrorCode } from "../../../provider/errors";
import { InstantClock } from "../../helpers/clocks/instant-clock";

const MINUTE = 60_000;

const apiError = (code: ErrorCode, message: string = code): ApiError =>
  new ApiError(code, message, { request: { method: "GET", path: "/v2/apps/a/deployments/d" } });

type Look = string | Error | Deployment;

/** Returns the responses for each deployment one after the other; the last one repeats. */
class Scripted implements DeploymentSource {
  readonly asked: string[] = [];
  lists = 0;

  constructor(
    private readonly looks: Record<string, Look[]>,
    private readonly listings: (readonly Deployment[] | Error)[] = [[]],
  ) {}

  async getDeployment(_app: string, id: string): Promise<Deployment> {
    this.asked.push(id);
    const script = this.looks[id] ?? [apiError("not-found")];
    const look = (script.length > 1 ? script.shift() : script[0]) as Look;
    if (look instanceof Error) throw look;
    return typeof look === "string" ? { id, phase: look } : look;
  }

  async listDeploymentPage(): Promise<{ items: readonly Deployment[] }> {
    this.lists += 1;
    const listing = (this.listings.length > 1 ? this.listings.shift() : this.listings[0]) ?? [];
    if (listing instanceof Error) throw listing;
    return { items: listing };
  }
}

describe("waitForDeployment", () => {
  const wait = (
    source: DeploymentSource,
    more: Partial<WaitOptions> & { clock?: InstantClock } = {},
  ): Promise<Deployment> =>
    waitForDeployment(source, "a", "d", { clock: new InstantClock(), timeoutMs: 75 * MINUTE, ...more });

  it("finishes when the phase is final, whatever the step counters", async () => {
    for (const phase of ["ACTIVE", "ERROR"]) {
      const progress = { total_steps: 8, success_steps: 3, pending_steps: 5 };
      const source = new Scripted({ d: ["PENDING_BUILD", "BUILDING", { id: "d", phase, progress }] });
      assert.equal((await wait(source)).phase, phase);
      assert.equal(source.asked.length, 3);
    }
  });

  it("continues while the counters are full but the phase is not final", async () => {
    const full = { id: "d", phase: "DEPLOYING", progress: { total_steps: 2, success_steps: 2 } };
    const source = new Scripted({ d: [full, full, "ACTIVE"] });
    assert.equal((await wait(source)).phase, "ACTIVE");
    assert.equal(source.asked.length, 3);
  });

  it("treats unknown and missing phases as in progress", async () => {
    const source = new Scripted({ d: ["UNKNOWN", "PREPARING_SOMETHING_NEW", { id: "d" }, "ACTIVE"] });
    assert.equal((await wait(source)).phase, "ACTIVE");
    assert.equal(source.asked.length, 4);
  });

  it("follows the newest deployment that superseded its own, and reports it", async () => {
    for (const phase of ["CANCELED", "SUPERSEDED"]) {
      const followed: string[] = [];
      const seen: string[] = [];
      const source = new Scripted({ d: ["BUILDING", phase], newest: ["BUILDING", "ACTIVE"] }, [
        [{ id: "newest" }, { id: "between" }, { id: "d" }, { id: "older" }],
      ]);
      const ended = await wait(source, {
        onFollow: ({ id }) => followed.push(id),
        onSeen: ({ id }) => seen.push(id),
      });
      assert.deepEqual([ended.id, ended.phase], ["newest", "ACTIVE"]);
      assert.deepEqual(followed, ["newest"]);
      assert.equal(seen.at(-1), "newest");
    }
  });

  it("follows a successor's successor", async () => {
    const source = new Scripted({ d: ["CANCELED"], e: ["CANCELED"], f: ["ERROR"] }, [
      [{ id: "e" }, { id: "d" }],
      [{ id: "f" }, { id: "e" }, { id: "d" }],
    ]);
    assert.deepEqual(await wait(source), { id: "f", phase: "ERROR" });
  });

  it("recognizes a successor by its age when its own deployment is not on the page", async () => {
    const gone = { id: "d", phase: "CANCELED", created_at: "2026-01-02T00:00:00Z" };
    const older = { id: "older", created_at: "2026-01-01T00:00:00Z" };
    const younger = { id: "younger", created_at: "2026-01-03T00:00:00Z" };
    const source = new Scripted({ d: [gone], younger: ["ACTIVE"] }, [[younger, older]]);
    assert.equal((await wait(source)).id, "younger");
    assert.equal((await wait(new Scripted({ d: [gone] }, [[older, { id: "ageless" }]]))).id, "d");
  });

  it("returns a deployment that was canceled without a successor", async () => {
    const source = new Scripted({ d: ["CANCELED"] }, [[{ id: "d" }, { id: "older" }]]);
    assert.deepEqual(await wait(source), { id: "d", phase: "CANCELED" });
    assert.equal(source.lists, 1);
  });

  it("does not accept a canceled deployment as successor, but the one before it", async () => {
    const newest = [{ id: "f", phase: "CANCELED" }, { id: "e", phase: "ACTIVE" }, { id: "d" }];
    const source = new Scripted({ d: ["SUPERSEDED"], e: ["ACTIVE"] }, [newest]);
    assert.equal((await wait(source)).id, "e");
  });

  it("continues through temporary failures, even for an hour", async () => {
    for (const code of [
      "rate-limited",
      "service-error",
      "network",
      "timeout",
      "unreadable-answer",
    ] as const) {
      const failures = Array.from({ length: 200 }, () => apiError(code));
      const source = new Scripted({ d: ["BUILDING", ...failures, "ACTIVE"] });
      assert.equal((await wait(source)).phase, "ACTIVE");
      assert.equal(source.asked.length, 202);
    }
  });

  it("repeats the search for a successor after a temporary failure", async () => {
    const source = new Scripted({ d: ["CANCELED"], e: ["ACTIVE"] }, [
      apiError("service-error"),
      [{ id: "e" }, { id: "d" }],
    ]);
    assert.equal((await wait(source)).id, "e");
  });

  it("stops at failures that a retry cannot fix", async () => {
    for (const code of ["not-found", "unauthorized", "forbidden", "bad-request"] as const) {
      const source = new Scripted({ d: ["BUILDING", apiError(code)] });
      await assert.rejects(wait(source), { errorCode: code });
    }
    const mistake = new TypeError("a mistake of our own");
    await assert.rejects(wait(new Scripted({ d: [mistake] })), (error) => error === mistake);
  });

  it("waits some seconds for an unknown deployment to appear, then fails", async () => {
    const missing = apiError("not-found");
    const late = new Scripted({ d: [missing, missing, "BUILDING", missing, "ACTIVE"] });
    assert.equal((await wait(late)).phase, "ACTIVE");
    const clock = new InstantClock();
    const start = clock.now();
    await assert.rejects(wait(new Scripted({ d: [missing] }), { clock }), { errorCode: "not-found" });
    assert.equal(clock.now() - start, 30_000);
  });

  it("waits as long again for a deployment that was known in between", async () => {
    const missing = apiError("not-found");
    const minute = Array.from({ length: 60 }, () => "BUILDING");
    const source = new Scripted({ d: [missing, ...minute, missing, "ACTIVE"] });
    assert.equal((await wait(source)).phase, "ACTIVE");
  });

  it("waits for a deployment that nobody requested and that canceled its own, but returns its own", async () => {
    const made = (id: string, type: string, phase = "ACTIVE"): Deployment => ({
      id,
      phase,
      cause_details: { type },
    });
    const follow = async (...younger: Deployment[]): Promise<string> => {
      const looks = { d: ["CANCELED"], ...Object.fromEntries(younger.map((one) => [one.id, [one]])) };
      return (await wait(new Scripted(looks, [[...younger, { id: "d" }]]))).id;
    };
    assert.equal(await follow(made("back", "AUTO_ROLLBACK"), made("e", "MANUAL", "ERROR")), "e");
    assert.equal(await follow(made("own", "MAINTENANCE"), made("e", "MANUAL")), "e");
    assert.equal(await follow(made("back", "AUTO_ROLLBACK")), "d");
    for (const type of ["MAINTENANCE", "UPDATE_DATABASE_TRUSTED_SOURCES", "AUTOSCALED", "DEPLOY_ON_PUSH"])
      for (const phase of ["ACTIVE", "ERROR"]) {
        const displacers: string[] = [];
        const looks = { d: ["CANCELED"], own: ["BUILDING", made("own", type, phase)] };
        const source = new Scripted(looks, [[made("own", type, "BUILDING"), { id: "d" }]]);
        const found = await wait(source, { onDisplaced: ({ id }) => void displacers.push(id) });
        assert.deepEqual([found.id, found.phase, displacers], ["d", "CANCELED", ["own"]]);
      }
  });

  it("does not wait for one that nobody requested when its own was live before", async () => {
    const looks = { d: ["SUPERSEDED"] };
    const younger: Deployment = { id: "own", phase: "BUILDING", cause_details: { type: "MAINTENANCE" } };
    assert.equal((await wait(new Scripted(looks, [[younger, { id: "d" }]]))).id, "d");
  });

  it("gives up exactly when the timeout expires, with the deployment and the setting", async () => {
    const clock = new InstantClock();
    const start = clock.now();
    await assert.rejects(wait(new Scripted({ d: ["BUILDING"] }), { clock, timeoutMs: 90_500 }), (error) => {
      assert.ok(error instanceof AppPlatformError);
      assert.equal(error.errorCode, "wait-timeout");
      assert.match(error.message, /Deployment d did not finish within 91 s.*timeouts/);
      return true;
    });
    assert.equal(clock.now() - start, 90_500);
  });

  it("reports the error of the last check when the timeout expires", async () => {
    const source = new Scripted({ d: ["BUILDING", apiError("service-error", "the service is on fire")] });
    await assert.rejects(wait(source, { timeoutMs: 5_000 }), {
      message: /The last request failed: the service is on fire/,
    });
    const healed = new Scripted({ d: [apiError("service-error", "on fire"), "BUILDING"] });
    await assert.rejects(wait(healed, { timeoutMs: 5_000 }), (error) => !String(error).includes("on fire"));
  });

  it("is interrupted immediately when the user stops it during a pause", async () => {
    const stop = new AbortController();
    const clock = new InstantClock();
    clock.onSleep = () => stop.abort();
    const source = new Scripted({ d: ["BUILDING"] });
    await assert.rejects(wait(source, { clock, signal: stop.signal }), {
      errorCode: "interrupted",
      message: /deployment d was in progress.*next pulumi up/,
    });
    assert.equal(source.asked.length, 1);
  });

  it("is interrupted when the user stops it before or during a check", async () => {
    const before = new Scripted({ d: ["ACTIVE"] });
    await assert.rejects(wait(before, { signal: AbortSignal.abort() }), { errorCode: "interrupted" });
    assert.deepEqual(before.asked, []);

    const stop = new AbortController();
    const during: DeploymentSource = {
      getDeployment: async (_app, _id, options) => {
        assert.equal(options?.signal, stop.signal);
        stop.abort();
        throw apiError("aborted");
      },
      listDeploymentPage: async () => assert.fail("no listing is needed"),
    };
    await assert.rejects(wait(during, { signal: stop.signal }), { errorCode: "interrupted" });
  });

  it("reports progress only when the text has changed", async () => {
    const lines: string[] = [];
    const building = { id: "d", phase: "BUILDING", progress: { total_steps: 4, success_steps: 1 } };
    const further = { id: "d", phase: "BUILDING", progress: { total_steps: 4, success_steps: 2 } };
    const looks = ["PENDING_BUILD", building, building, apiError("network"), building, further, "ACTIVE"];
    await wait(new Scripted({ d: looks }), { onProgress: (line) => lines.push(line) });
    assert.deepEqual(lines, ["waiting to build", "building 1/4", "building 2/4", "active"]);
  });

  it("checks every second at first, then less and less often", async () => {
    const clock = new InstantClock();
    await assert.rejects(wait(new Scripted({ d: ["BUILDING"] }), { clock, timeoutMs: 60 * MINUTE }));
    assert.ok(clock.sleeps.slice(0, 120).every((ms) => ms === 1_000));
    assert.equal(Math.max(...clock.sleeps), 10_000);
    assert.ok(clock.sleeps.length < 600, `${clock.sleeps.length} looks in an hour`);
  });
});

describe("pollInterval", () => {
  const anyTime = fc.integer({ min: 0, max: 10 * 60 * MINUTE });

  it("is between one and ten seconds and never decreases", () => {
    fc.assert(
      fc.property(anyTime, anyTime, (one, other) => {
        const [sooner, later] = [pollInterval(Math.min(one, other)), pollInterval(Math.max(one, other))];
        assert.ok(sooner >= 1_000 && later <= 10_000 && sooner <= later);
      }),
    );
  });

  it("is one second for two minutes and ten seconds in the end", () => {
    assert.equal(pollInterval(2 * MINUTE - 1), 1_000);
    assert.equal(pollInterval(75 * MINUTE), 10_000);
  });
});
