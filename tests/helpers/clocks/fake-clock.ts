import type { Clock } from "../../../provider/clock";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that stands still until the test moves it. */
export class FakeClock implements Clock {
  private sleepers: Sleeper[] = [];

  constructor(private time = 1_700_000_000_000) {}

  now(): number {
    return this.time;
  }

  /** When the sleepers are due, the earliest first. */
  get due(): number[] {
    return this.sleepers.map((sleeper) => sleeper.until).sort((a, b) => a - b);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const remove = (): void => void (this.sleepers = this.sleepers.filter((one) => one !== sleeper));
      const sleeper: Sleeper = {
        until: this.time + ms,
        wake: () => {
          remove();
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      const stop = (): void => {
        remove();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.sleepers.push(sleeper);
    });
  }

  /** Advances time by `ms` and wakes sleepers in order, each with everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = this.sleepers.filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
      if (next === undefined) break;
      this.time = Math.max(this.time, next.until);
      next.wake();
      await settle();
    }
    this.time = end;
  }
}

/** Runs everything that waits only for its turn on the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
