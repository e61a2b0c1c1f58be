import { StringDecoder } from "node:string_decoder";
import type { Response } from "node-fetch" with { "resolution-mode": "import" };
import { onAbort } from "../clock";
import type { ApiError } from "../errors";
import { agentFor } from "./agents";
import {
  ConnectionFailure,
  type FailureContext,
  abortedError,
  connectionError,
  stalledError,
  timeoutError,
  unreadableError,
} from "./failures";
import { removeNulls } from "./nulls";
import { packageVersion } from "./version";

export const DEFAULT_TIMEOUT_MS = 30_000;

/** Far above any real response: 200 apps with long specs are a few megabytes. */
export const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

export interface HttpRequest {
  /** As returned by `parseBaseUrl`. */
  readonly baseUrl: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query below `baseUrl`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly token: string;
  /** True if the request changes something at the service. */
  readonly write: boolean;
  /** Time limit for the whole response, in milliseconds. */
  readonly timeoutMs: number;
  /** Maximum size of the body, in bytes. @default 32 MiB */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** The parsed JSON; undefined if the body is empty, or if it is not JSON and the status is not 2xx. */
  readonly body: unknown;
}

/**
 * Sends one request once and reads its JSON response, whatever the status. Sends the token to `baseUrl` only and does not follow
 * redirects.
 * @throws {ApiError} `network`, `timeout`, `aborted`, `unreadable-answer`
 */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const { method, path, body, token, timeoutMs, write } = options;
  const url = new URL(options.baseUrl + path);
  const context: FailureContext = { request: { method, path }, write, host: url.host, secrets: [token] };
  if (options.signal?.aborted) throw abortedError(context, false);

  return limited(context, timeoutMs, options.signal, async (signal) => {
    const fetch = await loadFetch();
    const response = await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${token}`,
        "user-agent": userAgent(),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      agent: agentFor(url, write),
      signal,
    });
    const { status } = response;
    const good = status >= 200 && status < 300;
    const text = await readText(response, context, options.maxBytes ?? DEFAULT_MAX_BYTES);
    const answer = { status, header: (name: string) => response.headers.get(name) ?? undefined };
    if (text.trim() === "") return { ...answer, body: undefined };
    try {
      return { ...answer, body: removeNulls(JSON.parse(text) as unknown) };
    } catch {
      if (!good) return { ...answer, body: undefined };
      const type = response.headers.get("content-type") ?? "no content type";
      const what = /json/i.test(type)
        ? "its JSON is invalid or truncated"
        : `it is not JSON (${type.slice(0, 100)})`;
      throw unreadableError(context, status, what, false);
    }
  });
}

export interface HttpStream {
  readonly status: number;
  header(name: string): string | undefined;
  /** The body; can be read once. Reading it to the end, or leaving the loop, closes the connection. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Closes the connection if the body is not read. */
  close(): void;
}

export interface StreamOptions {
  /** Time limit for the start of the response, in milliseconds. */
  readonly timeoutMs: number;
  /** Idle timeout between parts of the body, in milliseconds. @default none */
  readonly silentMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Name of the request in errors. */
  readonly what: string;
}

/**
 * Opens a stream without credentials, for addresses that are credentials themselves: errors contain only their host.
 * @throws {ApiError} `network`, `timeout`, `aborted`
 */
export async function openStream(url: URL, options: StreamOptions): Promise<HttpStream> {
  const context: FailureContext = {
    request: { method: "GET", path: options.what },
    write: false,
    host: url.host,
    secrets: [],
  };
  if (options.signal?.aborted) throw abortedError(context, false);
  const stop = new AbortController();
  const forward = (): void => stop.abort();
  options.signal?.addEventListener("abort", forward, { once: true });
  const unlink = (): void => options.signal?.removeEventListener("abort", forward);
  try {
    const response = await limited(context, options.timeoutMs, options.signal, async (signal) => {
      const fetch = await loadFetch();
      signal.addEventListener("abort", forward, { once: true });
      const started = await fetch(url, {
        headers: { "user-agent": userAgent() },
        redirect: "manual",
        agent: agentFor(url, false),
        signal: stop.signal,
      });
      signal.removeEventListener("abort", forward);
      return started;
    });
    // A stream that is closed early emits an error, which nothing handles any more.
    response.body?.on("error", () => {});
    const close = (): void => {
      unlink();
      stop.abort();
    };
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      chunks: readChunks(response, context, options, close),
      close,
    };
  } catch (error) {
    unlink();
    throw error;
  }
}

async function* readChunks(
  response: Response,
  context: FailureContext,
  { signal, silentMs }: StreamOptions,
  close: () => void,
): AsyncGenerator<Buffer> {
  let silent = false;
  let timer: NodeJS.Timeout | undefined;
  // Only while waiting for data: the reader may be slow.
  const listen = (): void => {
    if (silentMs === undefined) return;
    timer = setTimeout(() => {
      silent = true;
      close();
    }, silentMs);
  };
  try {
    listen();
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      yield Buffer.from(chunk);
      listen();
    }
  } catch (error) {
    if (signal?.aborted) throw abortedError(context, true);
    throw silent ? stalledError(context, silentMs ?? 0) : asConnectionError(context, error);
  } finally {
    clearTimeout(timer);
    close();
  }
}

/** Runs `work` with a time limit and the caller's signal, and converts its failure. */
async function limited<T>(
  context: FailureContext,
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeoutMs);
  const unlisten = onAbort(outer, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (outer?.aborted) throw abortedError(context, true);
    if (late) throw timeoutError(context, timeoutMs);
    throw asConnectionError(context, error);
  } finally {
    clearTimeout(timer);
    unlisten();
  }
}

async function readText(response: Response, context: FailureContext, maxBytes: number): Promise<string> {
  // In parts, because a list of a hundred apps is a few megabytes, which should not be in memory several times.
  const decoder = new StringDecoder("utf8");
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    size += buffer.length;
    // Leaving the loop closes the connection.
    if (size > maxBytes)
      throw unreadableError(context, response.status, `it is larger than ${maxBytes} bytes`);
    text += decoder.write(buffer);
  }
  return text + decoder.end();
}

function asConnectionError(context: FailureContext, error: unknown): ApiError | unknown {
  if (!(error instanceof Error)) return error;
  if (error.cause instanceof ConnectionFailure) return error;
  const { code, erroredSysCall, syscall } = error as {
    code?: unknown;
    erroredSysCall?: string;
    syscall?: string;
  };
  // An error without a code is a bug of ours, which must not look like a network failure.
  if (typeof code !== "string") return error;
  return connectionError(context, code, erroredSysCall ?? syscall);
}

/** node-fetch is an ES module, which a CommonJS package can only load like this. */
function loadFetch(): Promise<
  typeof import("node-fetch", { with: { "resolution-mode": "import" } }).default
> {
  return (fetchModule ??= import("node-fetch")).then((module) => module.default);
}
let fetchModule: Promise<typeof import("node-fetch", { with: { "resolution-mode": "import" } })> | undefined;

const userAgent = (): string => `pulumi-app-platform/${packageVersion()}`;
