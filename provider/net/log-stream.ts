import { Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { ApiError } from "../errors";
import { boundedLine } from "../text/bounded";
import { isLoopback } from "./address";
import { abortedError } from "./failures";
import { DEFAULT_TIMEOUT_MS, openStream } from "./http";

/** A longer line is split, unless its end is to be dropped: a log without line breaks must not fill the memory. */
const LONGEST_LINE = 1024 * 1024;

/** Name of the request in errors, because the address is a credential. */
export const WHAT = "the log";

/**
 * The lines of the log at `url` as they arrive; plain or compressed. No token is sent.
 * @param options.timeoutMs until the response begins.
 * @default 30_000
 * @param options.silentMs idle timeout.
 * @default none, because a live log may be silent
 * @param options.onOpen called when the response has begun
 * @param options.mostOfLine maximum characters of each line; the rest is only counted.
 * @default all, in parts of a megabyte
 * @throws {ApiError} without the address: `bad-request` `forbidden` `not-found` … by status; `network`, `timeout`, `aborted`;
 * `unreadable-answer` for an address that cannot be opened
 */
export async function* openLog(
  url: string,
  options: {
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
    silentMs?: number | undefined;
    onOpen?: (() => void) | undefined;
    mostOfLine?: number | undefined;
  } = {},
): AsyncGenerator<string> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, silentMs, onOpen, mostOfLine } = options;
  const stream = await openStream(checkLogUrl(url), { signal, timeoutMs, silentMs, what: WHAT });
  if (stream.status !== 200) {
    stream.close();
    throw statusFailure(stream.status);
  }
  // From a proxy in between, or from a server that expects something else.
  if (/^text\/html\b/i.test(stream.header("content-type") ?? "")) {
    stream.close();
    throw failure("unreadable-answer", "the service sent a web page instead of a log");
  }
  onOpen?.();
  const text = unpack(stream.chunks, signal);
  yield* mostOfLine === undefined ? lines(text) : shortLines(text, mostOfLine);
}

/** Encrypted protocols; the unencrypted ones are allowed for this machine only. */
export function checkLogUrl(text: string, secure: readonly ("https:" | "wss:")[] = ["https:"]): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw failure("unreadable-answer", "the service returned an invalid address");
  }
  for (const protocol of secure) {
    if (url.protocol === protocol) return url;
    if (url.protocol === protocol.replace("s:", ":") && isLoopback(url.hostname)) return url;
  }
  throw failure(
    "unreadable-answer",
    `the address on ${url.host} uses ${url.protocol}//, but only https:// is allowed`,
  );
}

export function statusFailure(status: number): ApiError {
  if (status === 404 || status === 410)
    return failure("not-found", `it no longer exists (${status})`, status);
  if (status === 401 || status === 403 || status === 400) {
    return failure("forbidden", `its address is no longer valid (${status}). Request a new one`, status);
  }
  if (status === 429) return failure("rate-limited", "too many requests (429). Try again later", status);
  if (status >= 500)
    return failure("service-error", `the service failed (${status}). Try again later`, status);
  return failure("unexpected-status", `unexpected status ${status}`, status);
}

export function failure(code: ApiError["errorCode"], what: string, status?: number): ApiError {
  return new ApiError(code, `GET ${WHAT}: ${what}.`, { request: { method: "GET", path: WHAT }, status });
}

/** Archived logs may be compressed although the headers do not say so: the first two bytes show it. */
async function* unpack(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    let head: Buffer = Buffer.alloc(0);
    while (head.length < 2) {
      const { done, value } = await source.next();
      if (done === true) break;
      head = Buffer.concat([head, value]);
    }
    const rest = prepend(head, source);
    if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* rest;
    yield* gunzip(rest, signal);
  } finally {
    await source.return?.();
  }
}

async function* gunzip(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // Errors of both streams reach the reader of the last one.
  pipeline(Readable.from(chunks), gunzip, () => {});
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (signal?.aborted) throw abortedError({ request: { method: "GET", path: WHAT }, write: false }, true);
    throw failure("unreadable-answer", "its compressed text is damaged or truncated");
  }
}

async function* prepend(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (;;) {
    const { done, value } = await rest.next();
    if (done === true) return;
    yield value;
  }
}

/** Splits bytes into lines without line breaks; characters may be split between chunks. */
export async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let open = "";
  for await (const chunk of chunks) {
    const parts = (open + decoder.decode(chunk, { stream: true })).split("\n");
    open = parts.pop() ?? "";
    for (const part of parts) yield withoutReturn(part);
    for (; open.length > LONGEST_LINE; open = open.slice(LONGEST_LINE)) yield open.slice(0, LONGEST_LINE);
  }
  open += decoder.decode();
  if (open !== "") yield withoutReturn(open);
}

/** The same, with at most this many characters of each line; the number of omitted ones is appended. */
export async function* shortLines(chunks: AsyncIterable<Buffer>, most: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let open = "";
  let leftOut = 0;
  for await (const chunk of chunks) {
    const parts = (open + decoder.decode(chunk, { stream: true })).split("\n");
    open = parts.pop() ?? "";
    for (const part of parts) {
      yield boundedLine(withoutReturn(part), most, leftOut);
      leftOut = 0;
    }
    // Keep both halves of a character together, so that the end of the line decides whether it is shown.
    const keep = /[\ud800-\udbff]/.test(open.charAt(most - 1)) ? most + 1 : most;
    leftOut += Math.max(0, open.length - keep);
    open = open.slice(0, keep);
  }
  open += decoder.decode();
  if (open !== "") yield boundedLine(withoutReturn(open), most, leftOut);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
