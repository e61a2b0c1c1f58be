import type { Clock } from "../clock";
import { ApiError } from "../errors";

export interface RateLimits {
  /** @default 250 */
  perMinute?: number;
  /** @default 5000 */
  perHour?: number;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Counts requests per token in sliding windows, like the service. */
export class RateLimiter {
  private readonly served = new Map<string, number[]>();
  private readonly perMinute: number;
  private readonly perHour: number;

  constructor(
    private readonly clock: Clock,
    limits: RateLimits,
  ) {
    this.perMinute = limits.perMinute ?? 250;
    this.perHour = limits.perHour ?? 5000;
  }

  /**
   * Counts one request and returns the headers for its response.
   * @throws {@link ApiError} 429; `retry-after` is set only for the limit per minute, not per hour
   */
  take(token: string): Record<string, string> {
    const now = this.clock.now();
    const times = (this.served.get(token) ?? []).filter((time) => time > now - HOUR);
    this.served.set(token, times);
    const burst = times.filter((time) => time > now - MINUTE);
    if (times.length >= this.perHour) throw this.refusal(this.headers(times, now));
    if (burst.length >= this.perMinute) {
      const wait = Math.max(1, Math.ceil(((burst[0] ?? now) + MINUTE - now) / 1000));
      throw this.refusal({ ...this.headers(times, now), "retry-after": String(wait) });
    }
    times.push(now);
    return this.headers(times, now);
  }

  reset(): void {
    this.served.clear();
  }

  private refusal(headers: Record<string, string>): ApiError {
    return new ApiError(429, "too_many_requests", "API rate limit exceeded.", headers);
  }

  private headers(times: readonly number[], now: number): Record<string, string> {
    return {
      "ratelimit-limit": String(this.perHour),
      "ratelimit-remaining": String(Math.max(0, this.perHour - times.length)),
      "ratelimit-reset": String(Math.ceil(((times[0] ?? now) + HOUR) / 1000)),
    };
  }
}
