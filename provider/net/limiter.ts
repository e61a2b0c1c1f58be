import { createHash } from "node:crypto";
import { onAbort, type Clock, systemClock } from "../clock";
import { Pace, type PaceOptions, type PaceReason } from "./pace";

/** Called before a wait that a user notices. `ms`: its duration; `why`: its reason, as part of a sentence. */
export type OnWait = (ms: number, why: string) => void;

/** Shorter waits are not reported. */
const WORTH_TELLING_MS = 1000;

export const WHY: Readonly<Record<PaceReason, string>> = {
  minute: "the service's rate limit (requests a minute)",
  hour: "the service's rate limit (requests an hour)",
  refused: "the service's rate limit (it asked to slow down)",
};

interface Waiter {
  readonly start: () => void;
  readonly onWait: OnWait | undefined;
  /** The wait that was last reported to it. */
  told?: PaceReason;
}

/** One shared reason, because an error for each of many thousand checks costs memory. */
const LOOK_AGAIN = "look again";

/** The wait of one of the queues. */
interface Turn {
  readonly write: boolean;
  readonly queue: Waiter[];
  readonly ms: number;
  readonly reason: PaceReason;
}

/**
 * Starts requests at a pace that the service accepts: writes before reads, except for the share reserved for reads; otherwise first
 * come, first served. All clients with the same token share one, see `sharedLimiter`.
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
   * Resolves when the request may start; rejects with the signal's reason if it is aborted before that.
   * @returns a function to call once, when the request has finished in any way
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

  /** Records what a response says about the limits. Call it for every response. */
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
      // Before listeners are called: a listener may end the wait at once.
      const wake = (this.wake = new AbortController());
      for (const turn of [next, ...others]) if (turn.ms >= WORTH_TELLING_MS) tell(turn);
      await this.clock.sleep(next.ms, wake.signal).catch(() => undefined);
      this.wake = undefined;
    }
    this.pumping = false;
  }

  /** The reason or the listeners have changed since the wait began. */
  private reconsider(): void {
    this.wake?.abort(LOOK_AGAIN);
  }

  /** When the next write and the next read may start, the earlier one first; the write if both may. */
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
 * Once per listener, since a hundred requests with the same wait are one wait to the user. And once per wait: where lines cannot be
 * replaced, a countdown is noise.
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
      // A listener that throws must not stop the requests of others.
    }
  }
}

const shared = new Map<string, Limiter>();

/** The process's limiter for `key`, which contains an address and a token. Only its hash is stored. */
export function sharedLimiter(key: string): Limiter {
  const id = createHash("sha256").update(key).digest("hex");
  let limiter = shared.get(id);
  if (limiter === undefined) shared.set(id, (limiter = new Limiter()));
  return limiter;
}
