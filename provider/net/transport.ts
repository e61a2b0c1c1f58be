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
  /** Created at https://cloud.digitalocean.com/account/api/tokens */
  readonly token: string;
  /** What to do if the service rejects the token, as sentences. @default to set DIGITALOCEAN_TOKEN */
  readonly tokenHelp?: string | undefined;
  /** The service's address. Plain http only for loopback. @default "https://api.digitalocean.com" */
  readonly baseUrl?: string | undefined;
  /** Time limit for one try of one request, including the body, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  /** Maximum size of a response, in bytes. @default 32 MiB */
  readonly maxBytes?: number | undefined;
  /** @default the process's limiter for this address and token */
  readonly limiter?: Limiter | undefined;
  /** Called before waits of a second and more, for the rate limit or before a retry. */
  readonly onWait?: OnWait | undefined;
  /**
   * Called right before each write is sent; if it returns false, the call ends with an ApiError `aborted`.
   * @default writes are always sent
   */
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly clock?: Clock | undefined;
}

/** The last argument of every method of the client. */
export interface CallOptions {
  /** Ends the call with an ApiError `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** True if the request can be repeated after a lost response. @default true for requests that do not write */
  readonly repeatable?: boolean;
  /** Time limit for one try, in milliseconds. @default the client's */
  readonly timeoutMs?: number | undefined;
  /** The signal ends waits, but not a request in flight: for writes whose result must be known. @default false */
  readonly letFinish?: boolean;
}

export interface Call extends CallOptions {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** True if the call changes something. @default every method but GET */
  readonly write?: boolean;
  /** The expected identity of the response; a response about something else is a failed try. */
  readonly expects?: Expected;
}

/** A usable response with its request. */
export interface Answered {
  readonly body: unknown;
  readonly status: number;
  readonly request: RequestInfo;
  readonly write: boolean;
}

const WORTH_TELLING_MS = 1000;

/** By how many milliseconds the clock of a service is ahead of ours, by address: clocks may differ by hours. */
const clockOffsets = new Map<string, number>();

/** Sends calls to the service: at the limiter's pace, with retries where that is safe, and with every failure as an ApiError. */
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

  /** The service's time in milliseconds since 1970, from its last response; ours before the first response. */
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
    // A rejection that is not about the rate must not slow down the other calls of the process.
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
  // An HTTP library would reject it as well, and print it.
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new AppPlatformError(
      "missing-token",
      "The token for the DigitalOcean API contains a space, a line break or another invalid character. " +
        "Copy it again from where you created it.",
    );
  }
  return trimmed;
}

/** The reason for the wait before a retry, as part of a sentence. */
function whyAgain({ code, status }: FailedTry): string {
  if (code === "rate-limited") return WHY.refused;
  const met = status === undefined ? "no usable response" : `the service responded ${status}`;
  return `retrying: ${met}`;
}
