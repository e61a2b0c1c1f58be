import { type ClientRequest, type IncomingMessage } from "node:http";
import WebSocket, { createWebSocketStream } from "ws";
import { ApiError } from "../errors";
import { CHECKED } from "./agents";
import { abortedError, connectionError, timeoutError } from "./failures";
import { DEFAULT_TIMEOUT_MS } from "./http";
import { checkLogUrl, failure, lines, openLog, statusFailure, WHAT } from "./log-stream";

/** A connection whose other side has answered a ping before, but none for this long, is dead. */
const PING_MS = 10_000;

/** A connection whose other side answers no pings at all counts as dead after so long without data. */
const SILENT_WITHOUT_PONGS_MS = 120_000;

/** If a WebSocket takes longer to open, HTTP is tried where the address allows it. */
const WEBSOCKET_MS = 10_000;

/** Far above what one frame of a log holds. */
const LARGEST_FRAME = 16 * 1024 * 1024;

/** Answers by which a server says that it wants a WebSocket here. */
const WANTS_UPGRADE = new Set([400, 426]);

/** What carries a live log. */
export type Carrier = "websocket" | "http";

interface LiveLogOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly onOpen?: ((carrier: Carrier) => void) | undefined;
}

/**
 * The lines of the live log at `url` as they arrive, until the service closes the connection. Frames `{"data": "…"}` are unwrapped.
 * The token is not sent.
 *
 * Tries WebSocket first, for `https` too: the service's own clients use nothing else, and over HTTP the service may hold lines back
 * until the end. If the WebSocket does not open, HTTP follows, unless the address is for WebSockets only.
 * @param options.timeoutMs until the connection stands; the log may be silent after that. @default 30_000
 * @param options.onOpen called when it stands
 * @throws {ApiError} as `openLog`; `network` when the connection breaks
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
    // Such a server only speaks WebSocket, so its refusal of that is the reason.
    throw error instanceof ApiError && WANTS_UPGRADE.has(error.status ?? 0) ? refusal : error;
  }
}

/** The text in a frame `{"data": "…"}`; what is no frame is the text itself. Pure. */
export function unwrapFrame(text: string): string {
  if (!/^\s*\{\s*"data"\s*:/.test(text)) return text;
  try {
    const frame = JSON.parse(text) as { data?: unknown };
    return typeof frame.data === "string" ? frame.data : text;
  } catch {
    return text;
  }
}

/** The lines in one frame that came as a line of text. */
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
  // The library's own limit begins anew with every byte.
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
  // 1000 and 1001 are a server's way to say that it is done; without a word the connection was lost.
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

/** Ends a connection whose other side is gone without a word. Whether the service answers pings is not known. */
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
    // A reader that is slow keeps data and pongs waiting.
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
  // Whatever else ends a WebSocket is the connection's; the error's own text may hold the address.
  return connectionError(context, typeof code === "string" ? code : "ECONNRESET", syscall);
}
