/** The part of a response that shows what a 429 is about. */
interface Refusal {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body?: unknown;
}

/** Messages about a limit of the account, such as `App count of 11 exceeds limit of 10`. */
const QUOTA =
  /\bquota\b|\b(count|limit) of \d|\bmaximum (number|amount)\b|\b(account|team|plan|tier)\b.*\blimit|\blimit.*\b(account|team|plan|tier)\b/i;

/** Messages about the rate of requests. */
const RATE =
  /\brequests?\b|\brate\b|\bapi\b|throttl|too many|slow down|try again|\bper (second|minute|hour)\b/i;

/**
 * What a 429 means:
 * - `rate`: too many requests; all requests with this token have to wait
 * - `quota`: a limit of the account is reached; waiting does not help, and other requests work. Two public projects contain
 *   `429 App count of 11 exceeds limit of 10` as the response to a create, without its headers
 * - `unclear`: neither a time to wait, nor a counter that is used up, nor words for either. The service sends one of them with
 *   each refusal for the rate, so only the refused call tries again
 *
 * Undefined for other responses. Pure.
 */
export function meaningOf429({ status, header, body }: Refusal): "rate" | "quota" | "unclear" | undefined {
  if (status !== 429) return undefined;
  const remaining = header("ratelimit-remaining")?.trim();
  if (header("retry-after") !== undefined || remaining === "0") return "rate";
  const { message = "" } = (body ?? {}) as { message?: unknown };
  if (RATE.test(String(message))) return "rate";
  if (QUOTA.test(String(message))) return "quota";
  return remaining === undefined ? "rate" : "unclear";
}
