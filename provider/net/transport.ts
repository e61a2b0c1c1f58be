import { ApiError, AppPlatformError, type RequestInfo } from "../errors";
import { DEFAULT_BASE_URL, type Query, parseBaseUrl, withQuery } from "./address";
import { type Clock, systemClock } from "../clock";
import { ConnectionFailure, abortedError, statusError, unreadableError } from "./failures";
import { DEFAULT_TIMEOUT_MS, type HttpAnswer, request as send } from "./http";
import { type Expected, mismatch } from "./identity";
import { Limiter, type OnWait, WHY, sharedLimiter } from "./limiter";
import { type FailedTry, type RetryPolicy, isForRate, retryDelay } from "./retry";
import { meaningOf429 } from "./too-many";

export interface ClientOptions {
  /** Where it is made: https://cloud.digitalocean.com/account/api/tokens */
  readonly token: string;
  /** What to do when the service refuses the token, as sentences. @default to set DIGITALOCEAN_TOKEN */
  readonly tokenHelp?: string | undefined;
  /** The service's address. Plain http only for loopback. @default "https://api.digitalocean.com" */
  readonly baseUrl?: string | undefined;
  /** Milliseconds for one try of one request, body included. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  /** Largest answer that is read, in bytes. @default 32 MiB */
  readonly maxBytes?: number | undefined;
  /** @default the one of this process for this address and token */
  readonly limiter?: Limiter | undefined;
  /** Told before waits of a second and more, for the rate limit or before another try. */
  readonly onWait?: OnWait | undefined;
  /** Asked right before each write is sent; false ends the call with an ApiError `aborted`. @default writes may go */
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly clock?: Clock | undefined;
}

/** What every method of the client takes last. */
export interface CallOptions {
  /** Ends the call with an ApiError `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** True when a lost answer may simply be asked for again. @default what does not write */
  readonly repeatable?: boolean;
  /** Milliseconds for one try. @default the client's */
  readonly timeoutMs?: number | undefined;
  /** The signal ends waits, but not a request that is on its way: for writes whose outcome has to be known. @default false */
  readonly letFinish?: boolean;
}

export interface Call extends CallOptions {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** True when the call changes something. @default every method but GET */
  readonly write?: boolean;
  /** What the response has to be about; one about something else is a failed try. */
  readonly expects?: Expected;
}

/** A good answer and what it answers. */
export interface Answered {
  readonly body: unknown;
  readonly status: number;
  readonly request: RequestInfo;
  readonly write: boolean;
}

const WORTH_TELLING_MS = 1000;

/** How far a service's clock is ahead of ours, in milliseconds, by address: clocks may differ by hours. */
const clockOffsets = new Map<string, number>();

/** Brings a call to the service: at the limiter's pace, again where that is safe, with every failure as an ApiError. */
export class Transport {
  private readonly token: string;
  private readonly baseUrl: string;
  private readonly limiter: Limiter;
  private readonly clock: Clock;

  /** @throws {AppPlatformError} `missing-token`, `bad-address` */
  constructor(private readonly options: ClientOptions) {
    this.token = checkToken(options.token);
    this.baseUrl = parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
    this.clock = options.clock ?? systemClock;
    this.limiter =
      options.limiter ??
      (options.clock === undefined
        ? sharedLimiter(`${this.baseUrl} ${this.token}`)
        : new Limiter({ clock: options.clock }));
  }

  /** @throws {ApiError} */
  async call(call: Call): Promise<Answered> {
    const request: RequestInfo = { method: call.method, path: withQuery(call.path, call.query) };
    const write = call.write ?? call.method !== "GET";
    const repeatable = call.repeatable ?? !write;
    let began: number | undefined;
    let counted = 0;
    for (let tries = 1; ; tries++) {
      const ended = await this.turn(request, write, call.signal);
      began ??= this.clock.now();
      const outcome = await this.once(call, request, write).finally(ended);
      if (!("error" in outcome)) return { body: outcome.body, status: outcome.status, request, write };

      const { error, failed } = outcome;
      const delay = retryDelay({
        attempt: counted,
        elapsedMs: this.clock.now() - began,
        failed,
        repeatable,
        now: this.clock.now(),
        random: Math.random(),
        ...(this.options.retry === undefined ? {} : { policy: this.options.retry }),
      });
      if (delay === undefined) {
        if (tries > 1) error.message += ` Tried ${tries} times.`;
        throw error;
      }
      if (!isForRate(failed)) counted += 1;
      await this.pause(delay, whyAgain(failed), request, write, call.signal);
    }
  }

  /** The service's time in milliseconds since 1970, by its last response; ours as long as there was none. */
  serviceTime(): number {
    return this.clock.now() + (clockOffsets.get(this.baseUrl) ?? 0);
  }

  private noteServiceTime(date: string | null | undefined): void {
    const at = Date.parse(date ?? "");
    if (!Number.isNaN(at)) clockOffsets.set(this.baseUrl, at - this.clock.now());
  }

  private async turn(
    request: RequestInfo,
    write: boolean,
    signal: AbortSignal | undefined,
  ): Promise<() => void> {
    try {
      return await this.limiter.acquire({ write, signal, onWait: this.options.onWait });
    } catch {
      throw abortedError({ request, write }, false);
    }
  }

  private async pause(
    ms: number,
    why: string,
    request: RequestInfo,
    write: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (ms >= WORTH_TELLING_MS) this.options.onWait?.(ms, why);
    try {
      await this.clock.sleep(ms, signal);
    } catch {
      throw abortedError({ request, write }, false);
    }
  }

  private async once(
    call: Call,
    request: RequestInfo,
    write: boolean,
  ): Promise<HttpAnswer | { error: ApiError; failed: FailedTry }> {
    if (write && (await this.options.mayWrite?.()) === false) throw abortedError({ request, write }, false);
    let answer: HttpAnswer;
    try {
      answer = await send({
        baseUrl: this.baseUrl,
        method: call.method,
        path: request.path,
        body: call.body,
        token: this.token,
        write,
        timeoutMs: call.timeoutMs ?? this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        ...(this.options.maxBytes === undefined ? {} : { maxBytes: this.options.maxBytes }),
        signal: call.letFinish ? undefined : call.signal,
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const cause = error.cause instanceof ConnectionFailure ? error.cause : undefined;
      const failed = { code: error.errorCode, final: cause?.final === true, notSent: cause?.sent === false };
      return { error, failed };
    }
    const refused = meaningOf429(answer);
    // A refusal that is not for the rate must not slow down the other calls of the process.
    const pacing = refused === undefined || refused === "rate" ? answer.status : 200;
    this.limiter.answered(pacing, (name) => answer.header(name));
    this.noteServiceTime(answer.header("date"));
    if (answer.status >= 200 && answer.status < 300) {
      const other = mismatch(answer.body, call.expects ?? {});
      if (other === undefined) return answer;
      const error = unreadableError({ request, write }, answer.status, other, false);
      return { error, failed: { code: error.errorCode, status: answer.status } };
    }
    const host = new URL(this.baseUrl).host;
    const { tokenHelp } = this.options;
    const error = statusError({ request, write, host, secrets: [this.token], tokenHelp }, answer);
    return {
      error,
      failed: {
        code: error.errorCode,
        status: answer.status,
        isUnclear: refused === "unclear",
        retryAfter: answer.header("retry-after"),
        rateLimitRemaining: answer.header("ratelimit-remaining"),
        rateLimitReset: answer.header("ratelimit-reset"),
      },
    };
  }
}

function checkToken(token: string): string {
  const trimmed = typeof token === "string" ? token.trim() : "";
  if (trimmed === "") {
    throw new AppPlatformError(
      "missing-token",
      "There is no token for the DigitalOcean API. Set DIGITALOCEAN_TOKEN, or run " +
        "`pulumi config set --secret app-platform:token`.",
    );
  }
  // An HTTP library would refuse it as well, and print it.
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new AppPlatformError(
      "missing-token",
      "The token for the DigitalOcean API contains a space, a line break or another invalid character. " +
        "Copy it again from where you created it.",
    );
  }
  return trimmed;
}

/** What the wait before another try is for, as part of a sentence. */
function whyAgain({ code, status }: FailedTry): string {
  if (code === "rate-limited") return WHY.refused;
  const met = status === undefined ? "no usable response" : `the service responded ${status}`;
  return `retrying: ${met}`;
}
