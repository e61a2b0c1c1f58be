import type { Clock } from "app-platform-emulator";

/**
 * The emulator's time when the recorded stacks were written, so that no recording depends on the day it was created or
 * is used.
 */
export const RECORDED_AT = Date.UTC(2026, 0, 10, 12);

/** The token in the settings of recorded stacks. */
export const RECORDED_TOKEN = "dop_v1_recorded0token0of0a0test";

/** A clock that runs from `start`. */
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
