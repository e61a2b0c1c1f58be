import { parseReset, parseRetryAfter } from "./retry";

/** How many requests are sent, and how fast. */
export interface PaceOptions {
  /** Requests in any 60 s. The service allows 250; the rest is a reserve for requests that arrive in a bunch. @default 240 */
  readonly perMinute: number;
  /** Of these, requests reserved for reads, so that waits keep reporting progress during many writes. @default 40 */
  readonly readsPerMinute: number;
  /** With fewer requests left in the hour, writes are spread out until the reset. @default 50 */
  readonly lowRemaining: number;
  /** The same for reads: they can wait, and other programs use the same token. @default 500 */
  readonly lowRemainingForReads: number;
}

/** The limit that delays the next request. */
export type PaceReason = "minute" | "hour" | "refused";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Pause after a 429 without a time to retry; doubles with each further one. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Decides when the next request may start. Pure: the time is passed in, and nothing waits here. The service allows 5,000 requests
 * an hour and 250 a minute per token. Minutes are counted here, because responses do not contain that number; the hour is read from
 * responses, because other programs use the same token.
 */
export class Pace {
  private readonly options: PaceOptions;
  private readonly all: Window;
  private readonly writes: Window;
  private lastStart: number | undefined;
  private refusedUntil = -Infinity;
  /** Until then, requests run one at a time, so that those that waited do not start all at once. */
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

  /** Call when a request starts. */
  started(now: number, write: boolean): void {
    this.lastStart = now;
    this.all.started();
    if (write) this.writes.started();
    // Counted until the response shows the new number: many requests may be in flight at once.
    if (this.hour !== undefined && this.hour.remaining > 0) this.hour.remaining -= 1;
  }

  /** Call when a request has finished in any way, once for each that started. */
  ended(now: number, write: boolean): void {
    this.all.ended(now);
    if (write) this.writes.ended(now);
  }

  /** Call for each response. */
  answered(status: number, header: (name: string) => string | undefined, now: number): void {
    this.readHour(header, now);
    if (status !== 429) {
      this.refusals = 0;
      return;
    }
    const spent = this.hour !== undefined && this.hour.remaining === 0 && this.hour.resetAt > now;
    const asked = parseRetryAfter(header("retry-after"), now);
    // The hour has its own reset; an additional pause would be of no use.
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
    // Otherwise, a service with a small limit would be slow from the first request on.
    if (hour.remaining >= Math.min(low, hour.limit / 10)) return -Infinity;
    const last = this.lastStart;
    return last === undefined ? -Infinity : last + (hour.resetAt - last) / (hour.remaining + 1);
  }

  private readHour(header: (name: string) => string | undefined, now: number): void {
    const remaining = Number(header("ratelimit-remaining") ?? NaN);
    const reset = parseReset(header("ratelimit-reset"), now);
    if (!Number.isInteger(remaining) || remaining < 0 || reset === undefined) return;
    const limit = Number(header("ratelimit-limit") ?? NaN);
    // No reset is more than an hour away; a wrong clock must not stop everything for a day.
    const resetAt = now + Math.min(reset, HOUR_MS);
    this.hour = { remaining, limit: limit > 0 ? limit : Infinity, resetAt };
  }
}

/**
 * Requests of the last minute. A request counts until a minute after it finished: the service counts it at some unknown moment
 * between start and end, and with slow responses, evenly started requests may arrive in a bunch.
 */
class Window {
  private underway = 0;
  /** Times at which the last requests finished, oldest first, at most `most`. */
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

  /** When there is room for one more. If that depends on requests in flight, a minute from now. */
  freeAt(now: number): number {
    const oldest = this.ends.length + this.underway - this.most;
    if (oldest < 0) return -Infinity;
    return (this.ends[oldest] ?? now) + MINUTE_MS;
  }
}
