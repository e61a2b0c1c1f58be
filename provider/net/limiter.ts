import { createHash } from "node:crypto";
import { onAbort, type Clock, systemClock } from "../clock";
import { Pace, type PaceOptions, type PaceReason } from "./pace";

/** Called before a wait that a user notices. `ms`: how long; `why`: what is waited for, as part of a sentence. */
export type OnWait = (ms: number, why: string) => void;

/** Shorter waits are not worth a line. */
const WORTH_TELLING_MS = 1000;

export const WHY: Readonly<Record<PaceReason, string>> = {
  minute: "the service's rate limit (requests a minute)",
  hour: "the service's rate limit (requests an hour)",
  refused: "the service's rate limit (it asked to slow down)",
};

interface Waiter {
  readonly start: () => void;
  readonly onWait: OnWait | undefined;
  /** What it was told that it waits for. */
  told?: PaceReason;
}

/** As a reason of its own, since an error made for each of many thousand looks costs memory. */
const LOOK_AGAIN = "look again";

/** What one of the queues waits for. */
interface Turn {
  readonly write: boolean;
  readonly queue: Waiter[];
  readonly ms: number;
  readonly reason: PaceReason;
}

/**
 * Lets requests start at a pace the service accepts: writes before reads as far as these have no share of their own, else
 * first come, first served. One for all clients of the same token, see `sharedLimiter`.
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

  /**
   * Resolves when the request may start; rejects with the signal's reason when it is aborted first.
   * @returns what is to be called once, when the request has ended, in whatever way
   */
  acquire(options: {
    write: boolean;
    signal?: AbortSignal | undefined;
    onWait?: OnWait | undefined;
  }): Promise<() => void> {
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
          unlisten();
          resolve(() => {
            this.pace.ended(this.clock.now(), write);
            this.reconsider();
          });
        },
        onWait,
      };
      const unlisten = onAbort(signal, leave);
      queue.push(waiter);
      if (this.pumping) this.reconsider();
      else void this.pump();
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
      const now = this.clock.now();
      const [next, ...others] = this.turns(now);
      if (next === undefined) break;
      if (next.ms <= 0) {
        this.pace.started(now, next.write);
        next.queue.shift()?.start();
        continue;
      }
      // Before anybody is told: a listener may end the wait at once.
      const wake = (this.wake = new AbortController());
      for (const turn of [next, ...others]) if (turn.ms >= WORTH_TELLING_MS) tell(turn);
      await this.clock.sleep(next.ms, wake.signal).catch(() => undefined);
      this.wake = undefined;
    }
    this.pumping = false;
  }

  /** A wait that began with other knowledge, or for others, is looked at again. */
  private reconsider(): void {
    this.wake?.abort(LOOK_AGAIN);
  }

  /** When the next write and the next read may start, the sooner first, and the write where both may. */
  private turns(now: number): Turn[] {
    const queues = [
      { write: true, queue: this.writes },
      { write: false, queue: this.reads },
    ];
    return queues
      .filter(({ queue }) => queue.length > 0)
      .map((one) => ({ ...one, ...this.pace.delay(now, one.write) }))
      .sort((a, b) => a.ms - b.ms);
  }
}

/**
 * Once for each listener: a hundred requests that wait for the same are one wait to the user. And once for each wait: where
 * lines cannot be replaced, seconds that tick are noise.
 */
function tell({ queue, ms, reason }: Turn): void {
  if (queue.every(({ told }) => told === reason)) return;
  const listeners = (waiters: Waiter[]) => new Set(waiters.map(({ onWait }) => onWait));
  const know = listeners(queue.filter(({ told }) => told === reason));
  const all = listeners(queue);
  for (const waiter of queue) waiter.told = reason;
  for (const listener of all) {
    if (know.has(listener)) continue;
    try {
      listener?.(ms, WHY[reason]);
    } catch {
      // A listener that fails must not stop the requests of all others.
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
