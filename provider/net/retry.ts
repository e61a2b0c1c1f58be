import type { ErrorCode } from "../errors";

/** Limits of the retries; every field has a default. */
export interface RetryPolicy {
  /** Maximum of the first pause, in milliseconds; doubles with each try. @default 500 */
  readonly baseMs: number;
  /** Longest pause, in milliseconds, unless the service specifies one. @default 20_000 */
  readonly capMs: number;
  /** Number of retries; those after a 429 for the rate do not count. @default 5 */
  readonly attempts: number;
  /** Milliseconds since the first try after which there is no other try. @default 120_000 */
  readonly limitMs: number;
  /** The same after a 429, which may last up to an hour, the period of the service's limit. @default 3_600_000 */
  readonly rateLimitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  baseMs: 500,
  capMs: 20_000,
  attempts: 5,
  limitMs: 120_000,
  rateLimitMs: 3_600_000,
};

/** Facts about a failed try. */
export interface FailedTry {
  readonly code: ErrorCode;
  /** HTTP status; absent if there was no response. */
  readonly status?: number | undefined;
  /** True if a retry would fail in the same way, for example with a wrong certificate. */
  readonly final?: boolean;
  /** True if the service cannot have received the request. */
  readonly notSent?: boolean;
  /** True for a 429 that may not be about the rate: it counts like any other failure. */
  readonly isUnclear?: boolean;
  /** Header `retry-after`: seconds or a date. */
  readonly retryAfter?: string | undefined;
  /** Header `ratelimit-remaining`. */
  readonly rateLimitRemaining?: string | undefined;
  /** Header `ratelimit-reset`: seconds since 1970. */
  readonly rateLimitReset?: string | undefined;
}

export interface RetryInput {
  /** Number of failed tries that count, minus one: 0 after the first. */
  readonly attempt: number;
  /** Milliseconds since the first try began. */
  readonly elapsedMs: number;
  readonly failed: FailedTry;
  /** True if the request can be repeated without harm: reads, and a few writes. */
  readonly repeatable: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** From 0 to 1, as `Math.random()`. */
  readonly random: number;
  readonly policy?: Partial<RetryPolicy>;
}

/** Milliseconds to wait before the next try; undefined to give up. Pure. */
export function retryDelay(input: RetryInput): number | undefined {
  const policy = { ...DEFAULT_RETRY, ...input.policy };
  const { failed, repeatable, now } = input;
  if (!worthAnotherTry(failed, repeatable)) return undefined;

  const rateLimited = isForRate(failed);
  if (!rateLimited && input.attempt >= policy.attempts) return undefined;

  // Full jitter: clients that failed together must not retry together.
  const random = Math.min(1, Math.max(0, input.random));
  const asked = askedPause(failed, now);
  const delay =
    asked === undefined
      ? random * Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(input.attempt, 30))
      : asked + random * policy.baseMs;
  const limit = rateLimited ? policy.rateLimitMs : policy.limitMs;
  return input.elapsedMs + delay > limit ? undefined : delay;
}

/** True for a rejection because of the rate, however often it is repeated. */
export const isForRate = ({ code, isUnclear }: FailedTry): boolean =>
  code === "rate-limited" && isUnclear !== true;

/** Whether to retry: the cases from always safe to never useful. */
function worthAnotherTry(failed: FailedTry, repeatable: boolean): boolean {
  if (failed.final === true) return false;
  switch (failed.code) {
    // The service did not process the request: safe for writes, too.
    case "rate-limited":
      return true;
    // If no connection was opened, safe for writes, too; if one broke, only for reads.
    case "network":
      return repeatable || failed.notSent === true;
    // A clear "not now" with a time is safe for writes. Any other 5xx may come from a gateway while the service is still working.
    case "service-error":
      return repeatable || (failed.status === 503 && failed.retryAfter !== undefined);
    // The change may have been applied. The caller of a write has to check before it writes again.
    case "timeout":
    case "unreadable-answer":
      return repeatable;
    // The service rejected the request, or the caller stopped it.
    default:
      return false;
  }
}

/** The pause that the service requests, in milliseconds. */
function askedPause(failed: FailedTry, now: number): number | undefined {
  const after = parseRetryAfter(failed.retryAfter, now);
  if (after !== undefined) return after;
  // Only the hourly limit lasts until the reset; a burst is over much sooner.
  if (failed.code !== "rate-limited" || failed.rateLimitRemaining !== "0") return undefined;
  return parseReset(failed.rateLimitReset, now);
}

/** `retry-after` as milliseconds from `now`; undefined if absent or invalid. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse would accept "-5" and "12 apples" as years.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** `ratelimit-reset` as milliseconds from `now`; undefined if absent or invalid. */
export function parseReset(value: string | undefined, now: number): number | undefined {
  if (value === undefined || !/^\d+$/.test(value.trim())) return undefined;
  return Math.max(0, Number(value) * 1000 - now);
}
