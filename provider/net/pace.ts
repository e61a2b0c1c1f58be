import { parseReset, parseRetryAfter } from "./retry";

/** How many requests are sent, and how fast. */
export interface PaceOptions {
  /** Requests in any 60 s. The service takes 250; the rest is for what the network bunches up. @default 240 */
  readonly perMinute: number;
  /** So many of them are kept for reads: whoever waits goes on to see what happens, however many writes there are. @default 40 */
  readonly readsPerMinute: number;
  /** Below this many requests left in the hour writes are spread out until the reset. @default 50 */
  readonly lowRemaining: number;
  /** The same for reads: they can wait, and what is left serves other programs with the same token. @default 500 */
  readonly lowRemainingForReads: number;
}

/** Which limit makes the next request wait. */
export type PaceReason = "minute" | "hour" | "refused";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The pause after a 429 that names no time; doubles with each further one. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * When the next request may start. Pure: time is handed in, nothing waits here.
 *
 * The service allows 5,000 requests an hour and 250 a minute per token. The minute is counted here, as the answers tell
 * nothing about it; the hour is read from the answers, as other programs use the same token.
 */
export class Pace {
  private readonly options: PaceOptions;
  private readonly all: Window;
  private readonly writes: Window;
  private lastStart: number | undefined;
  private refusedUntil = -Infinity;
  /** Until then requests go one after another, so that those that waited do not come all at once. */
  private carefulUntil = -Infinity;
  private refusals = 0;
  private hour: { remaining: number; limit: number; resetAt: number } | undefined;

  constructor(options: Partial<PaceOptions> = {}) {
    const perMinute = options.perMinute ?? 240;
    const readsPerMinute = options.readsPerMinute ?? Math.floor(perMinute / 6);
    this.options = { perMinute, readsPerMinute, lowRemaining: 50, lowRemainingForReads: 500, ...options };
    this.all = new Window(perMinute);
    this.writes = new Window(Math.max(1, perMinute - readsPerMinute));
  }

  /** Milliseconds until the next request may start, and why. */
  delay(now: number, write: boolean): { ms: number; reason: PaceReason } {
    const waits: { ms: number; reason: PaceReason }[] = [
      { ms: this.refusedUntil - now, reason: "refused" },
      { ms: this.minuteFree(now, write) - now, reason: "minute" },
      { ms: this.hourFree(now, write) - now, reason: "hour" },
    ];
    if (this.lastStart !== undefined && now < this.carefulUntil) {
      waits.push({ ms: this.lastStart + MINUTE_MS / this.options.perMinute - now, reason: "refused" });
    }
    const longest = waits.reduce((a, b) => (b.ms > a.ms ? b : a));
    return { ms: Math.max(0, longest.ms), reason: longest.reason };
  }

  /** A request starts now. */
  started(now: number, write: boolean): void {
    this.lastStart = now;
    this.all.started();
    if (write) this.writes.started();
    // Until its answer says more: many may be on their way at once.
    if (this.hour !== undefined && this.hour.remaining > 0) this.hour.remaining -= 1;
  }

  /** A request has ended, in whatever way; to be told once for each that started. */
  ended(now: number, write: boolean): void {
    this.all.ended(now);
    if (write) this.writes.ended(now);
  }

  /** An answer came. */
  answered(status: number, header: (name: string) => string | undefined, now: number): void {
    this.readHour(header, now);
    if (status !== 429) {
      this.refusals = 0;
      return;
    }
    const spent = this.hour !== undefined && this.hour.remaining === 0 && this.hour.resetAt > now;
    const asked = parseRetryAfter(header("retry-after"), now);
    // A used up hour has its own end; more waiting on top would be for nothing.
    const pause =
      asked ?? (spent ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.refusals, 10)));
    this.refusals += 1;
    this.refusedUntil = Math.max(this.refusedUntil, now + Math.min(pause, HOUR_MS));
    this.carefulUntil = Math.max(this.carefulUntil, this.refusedUntil + MINUTE_MS);
  }

  private minuteFree(now: number, write: boolean): number {
    return Math.max(this.all.freeAt(now), write ? this.writes.freeAt(now) : -Infinity);
  }

  private hourFree(now: number, write: boolean): number {
    const { hour } = this;
    const low = write ? this.options.lowRemaining : this.options.lowRemainingForReads;
    if (hour === undefined || hour.resetAt <= now) return -Infinity;
    if (hour.remaining === 0) return hour.resetAt;
    // A service with a small limit would else be slow from its first request on.
    if (hour.remaining >= Math.min(low, hour.limit / 10)) return -Infinity;
    const last = this.lastStart;
    return last === undefined ? -Infinity : last + (hour.resetAt - last) / (hour.remaining + 1);
  }

  private readHour(header: (name: string) => string | undefined, now: number): void {
    const remaining = Number(header("ratelimit-remaining") ?? NaN);
    const reset = parseReset(header("ratelimit-reset"), now);
    if (!Number.isInteger(remaining) || remaining < 0 || reset === undefined) return;
    const limit = Number(header("ratelimit-limit") ?? NaN);
    // No reset is further away than the hour it ends; a clock that is wrong must not stop everything for a day.
    const resetAt = now + Math.min(reset, HOUR_MS);
    this.hour = { remaining, limit: limit > 0 ? limit : Infinity, resetAt };
  }
}

/**
 * Requests of the last minute. One counts until a minute after its end: the service counts it at some moment between start and
 * end, which nobody here knows, and where answers are slow, what started evenly may arrive in a bunch.
 */
class Window {
  private underway = 0;
  /** Times of the last ends, the oldest first, at most `most`. */
  private readonly ends: number[] = [];

  constructor(private readonly most: number) {}

  started(): void {
    this.underway += 1;
  }

  ended(now: number): void {
    this.underway -= 1;
    this.ends.push(now);
    if (this.ends.length > this.most) this.ends.shift();
  }

  /** When there is room for one more. Where that hangs on requests that have not ended, a minute from now. */
  freeAt(now: number): number {
    const oldest = this.ends.length + this.underway - this.most;
    if (oldest < 0) return -Infinity;
    return (this.ends[oldest] ?? now) + MINUTE_MS;
  }
}
