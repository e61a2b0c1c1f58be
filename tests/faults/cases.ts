import type { RecordedCall } from "app-platform-emulator";
import type { Duration, FaultClass, Kind, Outcome } from "./expectations";

/** One of the calls that an operation makes when all goes well. */
export interface RemoteCall {
  readonly method: string;
  /** With `:id` for ids. */
  readonly path: string;
  /** From 1, among those of the same method and path. */
  readonly nth: number;
  /** Calls of the operation before it. */
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

/** With `:id` for every id. Pure. */
export const withoutIds = (text: string): string => text.replace(ID, ":id");

/** The calls of an operation, from what the emulator recorded, without those that met a fault of its own. Pure. */
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

/** Matches the paths that `path` stands for, as they come to the emulator. Pure. */
export function pathPattern(path: string): RegExp {
  if (path === "/_logs") return /^\/_logs\//;
  return new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(":id", "[^/]+")}$`);
}

export type Expects = (call: RemoteCall, fault: FaultClass, duration: Duration) => Outcome | undefined;

/** What an operation says of its own calls. */
export interface Exceptions {
  kindOf?(call: RemoteCall): Kind | undefined;
  readonly expects?: Expects;
}

/** Questions that are asked with POST. */
const QUESTION = /\/(validate|propose|bandwidth_daily)$/;

/** What the call is for, unless the operation knows better. Pure. */
export function usualKind({ method, path }: RemoteCall): Kind {
  if (path === "/_logs") return "log";
  if (method === "GET") return /\/deployments\/:id$/.test(path) ? "wait" : "read";
  // Being moved, or deleted, twice is the same as once.
  if (method === "DELETE" || path.startsWith("/v2/projects/")) return "setting";
  return QUESTION.test(path) ? "read" : "write";
}

/** Looks at a deployment, all of which are made by the same wait. Pure. */
export const isWait = (call: RemoteCall): boolean => usualKind(call) === "wait";

/** The question where a log is, and the log. Pure. */
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
    // What an operation knows better is how a call fails, and not what is true.
    const expected = usual === "stays true" ? usual : (exceptions.expects?.(call, fault, duration) ?? usual);
    return { call, kind, fault, duration, expected };
  });
}

/**
 * One of `share` cases: other calls for each fault, so that all calls and all faults have their turn, and always at least one.
 * Pure.
 * @param turn of the fault and its duration, among those of an operation
 */
export function sampled<T>(cases: readonly T[], turn: number, share: number): T[] {
  const step = Math.max(1, Math.min(share, cases.length));
  return cases.filter((_one, index) => (index + turn) % step === 0);
}

/** Such as «POST /v2/apps» or «GET /v2/apps/:id (3rd)». Pure. */
export const callName = ({ method, path, nth }: RemoteCall): string =>
  `${method} ${path}${nth === 1 ? "" : ` (no. ${nth})`}`;
