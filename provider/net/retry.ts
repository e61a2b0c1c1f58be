import type { ErrorCode } from "../errors";

/** Limits of the ladder; every field has a default. */
export interface RetryPolicy {
  /** Upper end of the first pause, in milliseconds; doubles with each try. @default 500 */
  readonly baseMs: number;
  /** Longest pause, in milliseconds, unless the service names one. @default 20_000 */
  readonly capMs: number;
  /** Tries after the first one; refusals for too many requests do not count. @default 5 */
  readonly attempts: number;
  /** Milliseconds from the first try after which there is no further one. @default 120_000 */
  readonly limitMs: number;
  /** The same after a 429. The service counts by the hour, so that is how long it may take. @default 3_600_000 */
  readonly rateLimitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  baseMs: 500,
  capMs: 20_000,
  attempts: 5,
  limitMs: 120_000,
  rateLimitMs: 3_600_000,
};

/** What is known about a failed try. */
export interface FailedTry {
  readonly code: ErrorCode;
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined;
  /** True when the same would happen again, for example for a wrong certificate. */
  readonly final?: boolean;
  /** True when the service cannot have seen the request. */
  readonly notSent?: boolean;
  /** True for a 429 that may be about something else than the rate: it counts like any other failure. */
  readonly isUnclear?: boolean;
  /** Header `retry-after`: seconds or a date. */
  readonly retryAfter?: string | undefined;
  /** Header `ratelimit-remaining`. */
  readonly rateLimitRemaining?: string | undefined;
  /** Header `ratelimit-reset`: seconds since 1970. */
  readonly rateLimitReset?: string | undefined;
}

export interface RetryInput {
  /** Failed tries so far that count, less one: 0 after the first. */
  readonly attempt: number;
  /** Milliseconds since the first try began. */
  readonly elapsedMs: number;
  readonly failed: FailedTry;
  /** True when doing it twice is the same as doing it once: reads, and a few writes. */
  readonly repeatable: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** From 0 to 1, as `Math.random()`. */
  readonly random: number;
  readonly policy?: Partial<RetryPolicy>;
}

/** Milliseconds to wait before the next try; undefined: give up. Pure. */
export function retryDelay(input: RetryInput): number | undefined {
  const policy = { ...DEFAULT_RETRY, ...input.policy };
  const { failed, repeatable, now } = input;
  if (!worthAnotherTry(failed, repeatable)) return undefined;

  const rateLimited = isForRate(failed);
  if (!rateLimited && input.attempt >= policy.attempts) return undefined;

  // Full jitter: clients that failed together must not come back together.
  const random = Math.min(1, Math.max(0, input.random));
  const asked = askedPause(failed, now);
  const delay =
    asked === undefined
      ? random * Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(input.attempt, 30))
      : asked + random * policy.baseMs;
  const limit = rateLimited ? policy.rateLimitMs : policy.limitMs;
  return input.elapsedMs + delay > limit ? undefined : delay;
}

/** True for a refusal for too many requests, however often it is repeated. */
export const isForRate = ({ code, isUnclear }: FailedTry): boolean =>
  code === "rate-limited" && isUnclear !== true;

/** The ladder, from what is always safe to what never helps. */
function worthAnotherTry(failed: FailedTry, repeatable: boolean): boolean {
  if (failed.final === true) return false;
  switch (failed.code) {
    // The service did not look at the request: safe for writes, too.
    case "rate-limited":
      return true;
    // No connection was made: safe for writes, too. A connection that broke: only for reads.
    case "network":
      return repeatable || failed.notSent === true;
    // A clear "not now" with a time is safe for writes. Any other 5xx may come from a gateway while the work goes on.
    case "service-error":
      return repeatable || (failed.status === 503 && failed.retryAfter !== undefined);
    // The work may be done. The caller of a write has to look before it writes again.
    case "timeout":
    case "unreadable-answer":
      return repeatable;
    // The service understood and said no; or the caller wants to stop.
    default:
      return false;
  }
}

/** The pause the service asks for, in milliseconds. */
function askedPause(failed: FailedTry, now: number): number | undefined {
  const after = parseRetryAfter(failed.retryAfter, now);
  if (after !== undefined) return after;
  // Only the hour's limit is used up until the reset; a burst is over much sooner.
  if (failed.code !== "rate-limited" || failed.rateLimitRemaining !== "0") return undefined;
  return parseReset(failed.rateLimitReset, now);
}

/** `retry-after` as milliseconds from `now`; undefined when absent or not understood. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse would take "-5" and "12 apples" for years.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** `ratelimit-reset` as milliseconds from `now`; undefined when absent or not understood. */
export function parseReset(value: string | undefined, now: number): number | undefined {
  if (value === undefined || !/^\d+$/.test(value.trim())) return undefined;
  return Math.max(0, Number(value) * 1000 - now);
}
