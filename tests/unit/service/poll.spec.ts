import assert from "node:assert/strict";
import { ApiError, type AppPlatformError } from "../../../provider/errors";
import { pollThroughFailures } from "../../../provider/service/poll";
import { InstantClock } from "../../helpers/clocks/instant-clock";

const failure = (errorCode: "not-found" | "service-error" | "forbidden"): ApiError =>
  new ApiError(errorCode, errorCode, { request: { method: "GET", path: "/v2/apps/1" } });

/** A check with these results, one per call; the last one repeats. */
const checks = (...results: (ApiError | string | undefined)[]) => {
  let next = 0;
  return async (): Promise<string | undefined> => {
    const result = results[Math.min(next++, results.length - 1)];
    if (result instanceof ApiError) throw result;
    return result;
  };
};
const polled = (look: () => Promise<string | undefined>): ReturnType<typeof pollThroughFailures<string>> =>
  pollThroughFailures(look, 10_000, { clock: new InstantClock() });

describe("a poll through failures", () => {
  it("finds the result after a 404 and a failure of the service", async () => {
    const { found, failure: last } = await polled(
      checks(failure("not-found"), failure("service-error"), "there"),
    );
    assert.equal(found, "there");
    assert.equal(last, undefined);
  });

  it("returns the failure of its last check", async () => {
    const missing = failure("not-found");
    assert.deepEqual(await polled(checks(undefined, missing)), { found: undefined, failure: missing });
  });

  it("returns no failure if its last check succeeded without a result", async () => {
    assert.deepEqual(await polled(checks(failure("not-found"), undefined)), {
      found: undefined,
      failure: undefined,
    });
  });

  it("throws a rejection at once", async () => {
    await assert.rejects(polled(checks(failure("forbidden"), "never")), (error: unknown) => {
      assert.equal((error as AppPlatformError).errorCode, "forbidden");
      return true;
    });
  });
});
