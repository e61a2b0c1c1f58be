import { createHash } from "node:crypto";
import { type Clock, systemClock } from "../clock";
import { Pace, type PaceOptions, type PaceReason } from "./pace";

/** Called before a wait that a user notices. `ms`: how long; `why`: what is waited for, as part of a sentence. */
export type OnWait = (ms: number, why: string) => void;

/** Shorter waits are not worth a line. */
const WORTH_TELLING_MS = 1000;

const WHY: Record<PaceReason, string> = {
  minute: "the service's rate limit (requests a minute)",
  hour: "the service's rate limit (requests an hour)",
  refused: "the service's rate limit (it asked to slow down)",
};

interface Waiter {
  readonly start: () => void;
  readonly onWait: OnWait | undefined;
}

/**
 * Lets requests start at a pace the service accepts: writes before reads, else first come, first served. One for all
 * clients of the same token, see `sharedLimiter`.
 */
export class Limiter {
  private readonly pace: Pace;
  private readonly clock: Clock;
  private readonly writes: Waiter[] = [];
  private readonly reads: Waiter[] = [];
  private pumping = false;
  private wake: AbortController | undefined;

  constructor(options: { clock?: Clock } & Partial<PaceOptions> = {}) {
    const { clock = systemClock, ...pace } = options;
    this.clock = clock;
    this.pace = new Pace(pace);
  }

  /** Resolves when the request may start; rejects with the signal's reason when it is aborted first. */
  acquire(options: {
    write: boolean;
    signal?: AbortSignal | undefined;
    onWait?: OnWait | undefined;
  }): Promise<void> {
    const { write, signal, onWait } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const queue = write ? this.writes : this.reads;
      const leave = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        this.reconsider();
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        start: () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
        onWait,
      };
      signal?.addEventListener("abort", leave, { once: true });
      queue.push(waiter);
      void this.pump();
    });
  }

  /** Tells what an answer said about the limits. To be called for every answer. */
  answered(status: number, header: (name: string) => string | undefined): void {
    this.pace.answered(status, header, this.clock.now());
    this.reconsider();
  }

  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    while (this.writes.length + this.reads.length > 0) {
      const { ms, reason } = this.pace.delay(this.clock.now());
      if (ms <= 0) {
        this.pace.started(this.clock.now());
        (this.writes.shift() ?? this.reads.shift())?.start();
        continue;
      }
      // Before anybody is told: a listener may end the wait at once.
      const wake = (this.wake = new AbortController());
      if (ms >= WORTH_TELLING_MS) this.tell(ms, WHY[reason]);
      await this.clock.sleep(ms, wake.signal).catch(() => undefined);
      this.wake = undefined;
    }
    this.pumping = false;
  }

  /** A wait that began with other knowledge is looked at again. */
  private reconsider(): void {
    this.wake?.abort();
  }

  /** Once for each listener: a hundred requests that wait for the same are one wait to the user. */
  private tell(ms: number, why: string): void {
    const listeners = new Set([...this.writes, ...this.reads].map((waiter) => waiter.onWait));
    for (const listener of listeners) {
      try {
        listener?.(ms, why);
      } catch {
        // A listener that fails must not stop the requests of all others.
      }
    }
  }
}

const shared = new Map<string, Limiter>();

/** The process's limiter for `key`, which names an address and a token; only a hash of it is kept. */
export function sharedLimiter(key: string): Limiter {
  const id = createHash("sha256").update(key).digest("hex");
  let limiter = shared.get(id);
  if (limiter === undefined) shared.set(id, (limiter = new Limiter()));
  return limiter;
}
