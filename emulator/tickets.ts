import { gzipSync } from "node:zlib";
import type { LogLine } from "./logtext";
import { formatLine } from "./logtext";
import type { LogSource } from "./log-sources";
import type { Store } from "./store";

/** What an address of a log stands for. */
export interface LogTicket {
  readonly store: Store;
  readonly sources: readonly LogSource[];
  /** Last lines that are wanted of what is there already. */
  readonly tail: number;
  /** Whether a live log goes on with lines still to come. */
  readonly follow: boolean;
}

/** What the address of a console stands for. */
export interface ConsoleTicket {
  readonly store: Store;
  readonly instance: string;
}

const TICKET_MS = 15 * 60_000;
const MAX_TICKETS = 1000;
const FOLLOW_MS = 1000;
const FASTEST_MS = 10;

/** Secret addresses that were handed out; each opens one thing for a quarter of an hour, and none survives a restart. */
export class Tickets<T extends { readonly store: Store }> {
  private readonly bySecret = new Map<string, { ticket: T; expiresAt: number }>();

  /** @returns the secret */
  issue(ticket: T): string {
    const secret = ticket.store.options.ids.bytes(24).toString("base64url");
    this.bySecret.set(secret, { ticket, expiresAt: ticket.store.now + TICKET_MS });
    const oldest = this.bySecret.keys().next();
    if (this.bySecret.size > MAX_TICKETS && oldest.done !== true) this.bySecret.delete(oldest.value);
    return secret;
  }

  /** Undefined for an address that was never given, or has expired. */
  find(secret: string): T | undefined {
    const found = this.bySecret.get(secret);
    return found === undefined || found.expiresAt < found.ticket.store.now ? undefined : found.ticket;
  }
}

/** The lines written until now, oldest first. */
function written({ store, sources, tail }: LogTicket): string[] {
  const { now } = store;
  const lines = sources
    .flatMap((source) => source.lines(now).map((line: LogLine) => ({ name: source.name, line })))
    .filter(({ line }) => line.at <= now)
    .sort((a, b) => a.line.at - b.line.at);
  return lines
    .slice(tail === 0 ? lines.length : -Math.min(tail, lines.length))
    .map(({ name, line }) => `${formatLine(name, line)}\n`);
}

export const archive = (ticket: LogTicket): string => written(ticket).join("");

export const packedArchive = (ticket: LogTicket): Uint8Array<ArrayBuffer> =>
  new Uint8Array(gzipSync(archive(ticket)));

/**
 * Tells each line of a log as it is written, the last of those that are there already first, and then its end: at once for
 * who does not follow.
 * @returns stops it
 */
export function follow(ticket: LogTicket, onLine: (line: string) => void, onEnd: () => void): () => void {
  const { store, sources } = ticket;
  const sent = new Set<string>();
  const wanted = new Set(written(ticket));
  for (const line of written({ ...ticket, tail: Infinity })) if (!wanted.has(line)) sent.add(line);
  let stop = (): void => {};
  let stopped = false;
  const push = (): void => {
    // Asked first: lines of the last moment must still go out.
    const last = !ticket.follow || sources.every(({ end }) => end <= store.now);
    for (const line of written({ ...ticket, tail: Infinity })) {
      if (stopped) return;
      if (sent.has(line)) continue;
      sent.add(line);
      onLine(line);
    }
    if (stopped) return;
    if (last) onEnd();
    else
      stop = store.options.clock.setTimeout(
        push,
        Math.min(FOLLOW_MS, Math.max(FASTEST_MS, store.options.deployMs / 40)),
      );
  };
  push();
  return () => {
    stopped = true;
    stop();
  };
}

/** A line of a live log as it goes over the wire. */
export const frame = (line: string): string => JSON.stringify({ data: line });
