import type { RecordedCall } from "app-platform-emulator";
import type { Duration, FaultClass, Kind, Outcome } from "./expectations";

/** One of the calls that an operation makes without faults. */
export interface RemoteCall {
  readonly method: string;
  /** With `:id` for ids. */
  readonly path: string;
  /** Counted from 1, among calls with the same method and path. */
  readonly nth: number;
  /** Number of calls that the operation makes before it. */
  readonly index: number;
}

export interface Case {
  readonly call: RemoteCall;
  readonly kind: Kind;
  readonly fault: FaultClass;
  readonly duration: Duration;
  readonly expected: Outcome;
}

const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Replaces every id with `:id`. Pure. */
export const withoutIds = (text: string): string => text.replace(ID, ":id");

/** The calls of an operation in the emulator's records, without those that were hit by a fault of its own. Pure. */
export function remoteCalls(recorded: readonly RecordedCall[]): RemoteCall[] {
  const seen = new Map<string, number>();
  return recorded.flatMap(({ method, path: full, fault }, index) => {
    if (fault !== undefined) return [];
    const path = withoutIds(full);
    const nth = (seen.get(`${method} ${path}`) ?? 0) + 1;
    seen.set(`${method} ${path}`, nth);
    return { method, path, nth, index };
  });
}

/** Matches the paths that `path` stands for, as they arrive at the emulator. Pure. */
export function pathPattern(path: string): RegExp {
  if (path === "/_logs") return /^\/_logs\//;
  return new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(":id", "[^/]+")}$`);
}

export type Expects = (call: RemoteCall, fault: FaultClass, duration: Duration) => Outcome | undefined;

/** What an operation declares about its calls, where they differ from the usual. */
export interface Exceptions {
  kindOf?(call: RemoteCall): Kind | undefined;
  readonly expects?: Expects;
}

/** Read-only requests that use POST. */
const QUESTION = /\/(validate|propose|bandwidth_daily)$/;

/** The purpose of the call, unless the operation declares another. Pure. */
export function usualKind({ method, path }: RemoteCall): Kind {
  if (path === "/_logs") return "log";
  if (method === "GET") return /\/deployments\/:id$/.test(path) ? "wait" : "read";
  // Moving or deleting something twice has the same effect as once.
  if (method === "DELETE" || path.startsWith("/v2/projects/")) return "setting";
  return QUESTION.test(path) ? "read" : "write";
}

/** Checks a deployment; all such calls come from the same wait. Pure. */
export const isWait = (call: RemoteCall): boolean => usualKind(call) === "wait";

/** Requests the address of a log, or the log itself. Pure. */
export const isLog = ({ path }: RemoteCall): boolean => path === "/_logs" || path.endsWith("/logs");

/** A fault at every call of an operation. Pure. */
export function casesFor(
  calls: readonly RemoteCall[],
  exceptions: Exceptions,
  fault: FaultClass,
  duration: Duration,
): Case[] {
  return calls.map((call) => {
    const kind = exceptions.kindOf?.(call) ?? usualKind(call);
    const usual = fault.outcomes[duration][kind];
    // Exceptions of an operation describe how a call fails; they cannot change what is true.
    const expected = usual === "stays true" ? usual : (exceptions.expects?.(call, fault, duration) ?? usual);
    return { call, kind, fault, duration, expected };
  });
}

/**
 * Picks one in `share` cases: different calls for each fault, so that all calls and all faults get their turn, and
 * always at least one. Pure.
 * @param turn of the fault and its duration, among those of an operation
 */
export function sampled<T>(cases: readonly T[], turn: number, share: number): T[] {
  const step = Math.max(1, Math.min(share, cases.length));
  return cases.filter((_one, index) => (index + turn) % step === 0);
}

/** For example `POST /v2/apps` or `GET /v2/apps/:id (3rd)`. Pure. */
export const callName = ({ method, path, nth }: RemoteCall): string =>
  `${method} ${path}${nth === 1 ? "" : ` (no. ${nth})`}`;
