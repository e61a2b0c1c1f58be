import type { Clock } from "../../../provider/clock";

/** Time that passes only during sleeps, and then at once: waits of hours finish within the test's turn. */
export class InstantClock implements Clock {
  /** Milliseconds of every sleep, in order. */
  readonly sleeps: number[] = [];
  /** Called after each sleep. */
  onSleep: () => void = () => {};

  constructor(
    private time = 1_700_000_000_000,
    private readonly pass: (ms: number) => void = () => {},
  ) {}

  now(): number {
    return this.time;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleeps.push(ms);
    this.time += ms;
    this.pass(ms);
    this.onSleep();
    signal?.throwIfAborted();
  }
}
