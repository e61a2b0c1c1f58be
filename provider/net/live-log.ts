import { type ClientRequest, type IncomingMessage } from "node:http";
import WebSocket, { createWebSocketStream } from "ws";
import { ApiError } from "../errors";
import { CHECKED } from "./agents";
import { abortedError, connectionError, timeoutError } from "./failures";
import { DEFAULT_TIMEOUT_MS } from "./http";
import { checkLogUrl, failure, lines, openLog, statusFailure, WHAT } from "./log-stream";

/** A connection that has responded to a ping before, but to none for this long, is dead. */
const PING_MS = 10_000;

/** A connection that never responds to pings counts as dead after this long without data. */
const SILENT_WITHOUT_PONGS_MS = 120_000;

/** If a WebSocket takes longer to open, HTTP is tried, provided that the address allows it. */
const WEBSOCKET_MS = 10_000;

/** Far above the size of a frame of a log. */
const LARGEST_FRAME = 16 * 1024 * 1024;

/** Responses of a server that accepts only WebSockets here. */
const WANTS_UPGRADE = new Set([400, 426]);

/** The protocol of a live log. */
export type Carrier = "websocket" | "http";

interface LiveLogOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly onOpen?: ((carrier: Carrier) => void) | undefined;
}

/**
 * The lines of the live log at `url` as they arrive, until the service closes the connection. Frames `{"data": "…"}` are unwrapped.
 * The token is not sent. Tries WebSocket first, also for `https`: the service's own clients use nothing else, and over HTTP the
 * service may delay lines until the end. If the WebSocket does not open, uses HTTP, unless the address is for WebSockets only.
 * @param options.timeoutMs until the connection is open; the log may be silent after that.
 * @default 30_000
 * @param options.onOpen called when it is open
 * @throws {ApiError} like `openLog`; `network` if the connection breaks
 */
export async function* openLive(url: string, options: LiveLogOptions = {}): AsyncGenerator<string> {
  const isHttp = checkLogUrl(url, ["https:", "wss:"]).protocol.startsWith("http");
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, onOpen } = options;
  let isOpen = false;
  const socket = {
    signal,
    timeoutMs: isHttp ? Math.min(timeoutMs, WEBSOCKET_MS) : timeoutMs,
    onOpen: (carrier: Carrier) => {
      isOpen = true;
      onOpen?.(carrier);
    },
  };
  let refusal: unknown;
  try {
    yield* lines(framesOf(url.replace(/^http/i, "ws"), socket));
    return;
  } catch (error) {
    if (isOpen || !isHttp || signal?.aborted) throw error;
    refusal = error;
  }
  try {
    const http = { ...options, onOpen: () => onOpen?.("http") };
    for await (const line of openLog(url, http)) yield* unwrapLine(line);
  } catch (error) {
    // Such a server accepts only WebSockets, so report why it rejected this one.
    throw error instanceof ApiError && WANTS_UPGRADE.has(error.status ?? 0) ? refusal : error;
  }
}

/** The text in a frame `{"data": "…"}`; anything else is the text itself. Pure. */
export function unwrapFrame(text: string): string {
  if (!/^\s*\{\s*"data"\s*:/.test(text)) return text;
  try {
    const frame = JSON.parse(text) as { data?: unknown };
    return typeof frame.data === "string" ? frame.data : text;
  } catch {
    return text;
  }
}

/** The lines in one frame of text. */
function unwrapLine(line: string): string[] {
  const text = unwrapFrame(line);
  return text === line ? [line] : text.replace(/\r?\n$/, "").split(/\r?\n/);
}

async function* framesOf(
  url: string,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, onOpen }: LiveLogOptions,
): AsyncGenerator<Buffer> {
  const context = {
    request: { method: "GET", path: WHAT },
    write: false,
    host: new URL(url).host,
    secrets: [],
  };
  if (signal?.aborted) throw abortedError(context, false);
  const socket = new WebSocket(url, { ...CHECKED, maxPayload: LARGEST_FRAME });
  const stop = (): void => socket.terminate();
  // The library's own limit restarts with every byte.
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    stop();
  }, timeoutMs);
  socket.once("open", () => {
    clearTimeout(limit);
    onOpen?.("websocket");
  });
  signal?.addEventListener("abort", stop, { once: true });
  let refused: number | undefined;
  let broken = false;
  socket.on("unexpected-response", (request: ClientRequest, response: IncomingMessage) => {
    refused = response.statusCode ?? 0;
    request.destroy();
    socket.terminate();
  });
  // A server closes with 1000 or 1001 when it is done; without a code, the connection was lost.
  socket.on("close", (code) => (broken = code !== 1000 && code !== 1001 && code !== 1005));
  const endPings = watch(socket);
  const stream = createWebSocketStream(socket, { readableObjectMode: true, encoding: "utf8" });
  try {
    for await (const message of stream) yield Buffer.from(unwrapFrame(String(message)));
    if (signal?.aborted) throw abortedError(context, true);
    if (broken) throw connectionError(context, "ECONNRESET");
  } catch (error) {
    if (signal?.aborted) throw abortedError(context, true);
    if (refused !== undefined) throw statusFailure(refused);
    throw late ? timeoutError(context, timeoutMs) : named(error, context);
  } finally {
    clearTimeout(limit);
    endPings();
    signal?.removeEventListener("abort", stop);
    socket.terminate();
  }
}

/** Ends a connection whose peer has disappeared silently. It is not known whether the service responds to pings. */
function watch(socket: WebSocket): () => void {
  let pongs = 0;
  let silentMs = 0;
  const heard = (): void => void (silentMs = 0);
  socket.on("pong", () => {
    pongs += 1;
    heard();
  });
  socket.on("message", heard);
  const timer = setInterval(() => {
    // A slow reader delays data and pongs.
    silentMs = socket.isPaused ? 0 : silentMs + PING_MS;
    if (silentMs > (pongs > 0 ? PING_MS : SILENT_WITHOUT_PONGS_MS)) return socket.terminate();
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, PING_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function named(error: unknown, context: Parameters<typeof connectionError>[0]): unknown {
  if (error instanceof ApiError || !(error instanceof Error)) return error;
  const { code, syscall } = error as { code?: unknown; syscall?: string };
  if (typeof code === "string" && code.startsWith("WS_ERR"))
    return failure("unreadable-answer", "the service sent something that is not a WebSocket message");
  // Any other error is a broken connection; the text of the error may contain the address.
  return connectionError(context, typeof code === "string" ? code : "ECONNRESET", syscall);
}
