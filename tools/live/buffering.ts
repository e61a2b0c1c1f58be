import { openLive } from "../../provider/net/live-log";
import { openLog } from "../../provider/net/log-stream";
import { stampOf } from "../../provider/service/log-archives";
import type { Findings } from "./findings";

/** How long a line over HTTP may arrive later than the same one over WebSocket, in milliseconds. */
const LATER_MS = 1_000;

interface Watched {
  readonly signal: AbortSignal;
  /** How long to wait for a line that is written while both connections are open, in milliseconds. */
  readonly mostMs: number;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Opens the live log of a running component over HTTP and over WebSocket, and observes over which of them a new line arrives.
 * @param url the `live_url`, with http or https
 */
export async function probeBuffering(
  findings: Findings,
  url: string,
  { signal, mostMs, pause }: Watched,
): Promise<void> {
  const enough = new AbortController();
  const options = { signal: AbortSignal.any([signal, enough.signal, AbortSignal.timeout(mostMs)]) };
  /** The times of lines. */
  const overHttp = new Set<string | undefined>();
  const http = (async () => {
    for await (const line of openLog(url, options)) overHttp.add(stampOf(line));
  })().catch(() => {});
  const lines = openLive(url.replace(/^http/, "ws"), options);
  const since = stampOf(new Date().toISOString()) ?? "";
  /** The time of a line written while both connections are open. */
  let fresh: string | undefined;
  try {
    for await (const line of lines) {
      const stamp = stampOf(line);
      if (stamp === undefined || stamp <= since) continue;
      fresh = stamp;
      break;
    }
  } catch {
    // Without a new line there is nothing to compare.
  }
  if (fresh !== undefined) await pause(LATER_MS);
  const arrived = overHttp.has(fresh);
  enough.abort();
  await http;
  if (fresh === undefined) return;
  findings.note(
    "http-logs-buffered",
    !arrived,
    `over HTTP, a new line ${arrived ? "arrived at once" : "did not arrive with the one over WebSocket"}`,
  );
}
