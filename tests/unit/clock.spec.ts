import assert from "node:assert/strict";
import { systemClock } from "../../provider/clock";

describe("systemClock", () => {
  it("returns the time and sleeps", async () => {
    const before = Date.now();
    await systemClock.sleep(5);
    assert.ok(systemClock.now() >= before + 4);
    await systemClock.sleep(-1, new AbortController().signal);
  });

  it("is monotonic when the system clock is set back by an hour", () => {
    const { now } = Date;
    const before = systemClock.now();
    Date.now = () => now() - 3_600_000;
    try {
      const after = systemClock.now();
      assert.ok(after >= before && after < before + 60_000);
    } finally {
      Date.now = now;
    }
  });

  it("rejects a sleep with the signal's reason, also if already aborted", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    // Longer than a timer can be: such a one must not end at once.
    const sleeping = systemClock.sleep(2 ** 40, stop.signal);
    let ended = false;
    sleeping.catch(() => (ended = true));
    await systemClock.sleep(5);
    assert.equal(ended, false);
    stop.abort(reason);
    await assert.rejects(sleeping, (error) => error === reason);
    await assert.rejects(systemClock.sleep(5, stop.signal), (error) => error === reason);
  });
});
