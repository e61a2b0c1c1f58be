import { systemClock, type Clock } from "../../../provider/clock";

/** A clock on which a second takes two milliseconds. */
export function quickClock(): Clock {
  let now = Date.parse("2027-01-01T00:00:00Z");
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      await systemClock.sleep(ms / 500, signal);
      now += ms;
    },
  };
}
