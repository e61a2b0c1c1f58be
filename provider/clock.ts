import { onAbort } from "./abort";

/** Time, passed in so that tests decide it. */
export interface Clock {
  /** Milliseconds since 1970, as they were when the process started and counted from there: never jumps or goes back. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest time `setTimeout` takes; above it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  // Not Date.now(): where the system's clock is set back during a run, waits and listings would stop for that time.
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = setTimeout(done, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
      const unlisten = onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      });
      function done(): void {
        unlisten();
        resolve();
      }
    }),
};
