import type { Clock } from "app-platform-emulator";

/** When the recorded stacks were written, as far as they know; so no recording depends on the day of its making or its use. */
export const RECORDED_AT = Date.UTC(2026, 0, 10, 12);

/** The token in the settings of recorded stacks. */
export const RECORDED_TOKEN = "dop_v1_recorded0token0of0a0test";

/** A clock that goes on from `start`. */
export function movingClock(start: number): Clock {
  const began = Date.now();
  return {
    now: () => start + Date.now() - began,
    setTimeout(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}
