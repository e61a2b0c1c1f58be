import type { Fault } from "./faults";

/** A request that was served. */
export interface RecordedCall {
  method: string;
  path: string;
  query: Record<string, string>;
  /** Milliseconds since the epoch, on the emulator's clock. */
  at: number;
  /** Absent until the response is sent, and forever if the connection is reset. */
  status?: number;
  /** The parsed JSON body; never exposed over HTTP. */
  body?: unknown;
  /** The fault that affected it. */
  fault?: Fault;
}

export interface CallMatch {
  method?: string;
  path?: RegExp;
}

const matches = (call: RecordedCall, { method, path }: CallMatch): boolean =>
  (method === undefined || method.toUpperCase() === call.method) &&
  (path === undefined || new RegExp(path.source, path.flags.replace("g", "")).test(call.path));

/** Older requests are dropped, so that an emulator can run for days. */
const KEPT = 20_000;

/** Records requests and notifies callers that wait for one. */
export class Recorder {
  readonly calls: RecordedCall[] = [];
  private waiting: { match: CallMatch; resolve: (call: RecordedCall) => void }[] = [];

  add(call: RecordedCall): void {
    this.calls.push(call);
    if (this.calls.length > KEPT) this.calls.splice(0, this.calls.length - KEPT);
    const [due, rest] = [
      this.waiting.filter(({ match }) => matches(call, match)),
      this.waiting.filter(({ match }) => !matches(call, match)),
    ];
    this.waiting = rest;
    for (const { resolve } of due) resolve(call);
  }

  clear(): void {
    this.calls.length = 0;
  }

  /** Number of callers that wait for a request. */
  get waitingCount(): number {
    return this.waiting.length;
  }

  /** The next request that matches, as soon as it arrives. */
  next(match: CallMatch): Promise<RecordedCall> {
    return new Promise((resolve) => this.waiting.push({ match, resolve }));
  }
}
