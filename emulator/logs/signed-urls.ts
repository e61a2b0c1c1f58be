import { gzipSync } from "node:zlib";
import type { LogLine } from "../model/log-text";
import { formatLine } from "../model/log-text";
import type { LogSource } from "./sources";
import type { Store } from "../model/store";

/** What the address of a log refers to. */
export interface LogTicket {
  readonly store: Store;
  readonly sources: readonly LogSource[];
  /** Number of last lines to return of those that exist already. */
  readonly tail: number;
  /** Whether a live log continues with new lines. */
  readonly follow: boolean;
}

/** What the address of a console refers to. */
export interface ConsoleTicket {
  readonly store: Store;
  readonly instance: string;
}

const TICKET_MS = 15 * 60_000;
const MAX_TICKETS = 1000;
const FOLLOW_MS = 1000;
const FASTEST_MS = 10;

/** Secret addresses that were issued; each opens one thing for a quarter of an hour, and none survives a restart. */
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

  /** Undefined for an address that was never issued or has expired. */
  find(secret: string): T | undefined {
    const found = this.bySecret.get(secret);
    return found === undefined || found.expiresAt < found.ticket.store.now ? undefined : found.ticket;
  }
}

interface Written {
  readonly name: string;
  readonly line: LogLine;
}

/** The lines that a source has written, oldest first; later calls only add lines. */
const writtenBy = (source: LogSource, now: number): Written[] =>
  source
    .lines(now)
    .filter((line) => line.at <= now)
    .map((line) => ({ name: source.name, line }));

/** Lines of several sources as one log. @param tail how many of the last ones */
function merged(lines: Written[], tail: number): string[] {
  const sorted = lines.sort((a, b) => a.line.at - b.line.at);
  return sorted
    .slice(tail === 0 ? lines.length : -Math.min(tail, lines.length))
    .map(({ name, line }) => `${formatLine(name, line)}\n`);
}

export const archive = ({ store, sources, tail }: LogTicket): string =>
  merged(
    sources.flatMap((source) => writtenBy(source, store.now)),
    tail,
  ).join("");

export const packedArchive = (ticket: LogTicket): Uint8Array<ArrayBuffer> =>
  new Uint8Array(gzipSync(archive(ticket)));

/**
 * Calls back for each line of a log as it is written, starting with the last of the existing ones, and then for its
 * end: at once if the ticket does not follow.
 * @returns stops it
 */
export function follow(ticket: LogTicket, onLine: (line: string) => void, onEnd: () => void): () => void {
  const { store, sources } = ticket;
  const told = sources.map(() => 0);
  let tail = ticket.tail;
  let stop = (): void => {};
  let stopped = false;
  const push = (): void => {
    const { now } = store;
    // Checked first, so that lines of the last moment are still sent.
    const last = !ticket.follow || sources.every((source) => source.end(now) <= now);
    const fresh = sources.flatMap((source, index) => {
      const lines = writtenBy(source, now);
      const before = told[index] ?? 0;
      told[index] = lines.length;
      return lines.slice(before);
    });
    for (const line of merged(fresh, tail)) {
      if (stopped) return;
      onLine(line);
    }
    tail = Infinity;
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

/** A line of a live log in its wire format. */
export const frame = (line: string): string => JSON.stringify({ data: line });
