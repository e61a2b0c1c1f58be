import { ALTERATIONS, type Altering } from "./altered-responses";

/** What goes wrong with a request. */
export type Fault =
  /** Returns this response without processing the request. */
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** Processes the request after a delay, in milliseconds of the emulator's clock. */
  | { delayMs: number }
  /** Resets the connection after this many lines of a live log; other requests are not affected. */
  | { dropAfter: number }
  /** Resets the connection before the request is processed. */
  | "reset-before"
  /** Processes the request, but its response is lost. */
  | "reset-after"
  /** Neither processes the request nor responds. */
  | "timeout"
  /** Processes the request, but only half of the response arrives; of a live log, one line and half of the next. */
  | "truncated"
  /** Like `truncated`, but the connection then stays open and silent. */
  | "stalled"
  /** A proxy's error page: status 502, HTML. */
  | "html-502"
  /** A body that never ends. */
  | "endless"
  /** Status 200 and JSON in which every field has the wrong type. */
  | "wrong-types"
  /**
   * A replica that lags: a read shows everything as it was this many milliseconds ago, but nothing from before the
   * rule was added. Writes are processed, and the response to an update shows the replica's data.
   */
  | { lagMs: number }
  /** A write that is not processed but gets a success response. */
  | "discarded"
  /** Processes the request, and alters its response. */
  | Altering;

export interface FaultRule {
  /** @default any */
  method?: string;
  /** @default any */
  path?: RegExp;
  /** True for requests to open a WebSocket only, as if a proxy refused them. @default any */
  upgrade?: boolean;
  /** How many requests it affects. @default 1 */
  times?: number;
  /** How many matching requests pass before the first one is affected. @default 0 */
  after?: number;
  fault: Fault;
}

const NAMED: readonly string[] = [
  "reset-before",
  "reset-after",
  "timeout",
  "truncated",
  "stalled",
  "html-502",
  "endless",
  "wrong-types",
  "discarded",
  ...ALTERATIONS,
];

const NUMBERED = ["status", "delayMs", "dropAfter", "lagMs", "lateMs", "padBytes"];

/** Where a stream breaks off, and how. */
export interface Break {
  /** Complete chunks that arrive; of a live log, lines. */
  readonly chunks: number;
  /** Whether half of the next one arrives as well. */
  readonly half: boolean;
  readonly then: "cut" | "silence";
}

/** Where a fault breaks off a stream that has started; undefined for faults that do not. Pure. */
export function breakOf(fault: Fault): Break | undefined {
  if (fault === "reset-after") return { chunks: 0, half: false, then: "cut" };
  if (fault === "truncated") return { chunks: 1, half: true, then: "cut" };
  if (fault === "stalled") return { chunks: 1, half: true, then: "silence" };
  if (typeof fault === "object" && "dropAfter" in fault)
    return { chunks: fault.dropAfter, half: false, then: "cut" };
  return undefined;
}

/** Pending faults; the first rule that matches a request applies. */
export class Faults {
  private rules: { rule: FaultRule; skip: number; left: number }[] = [];

  /** @param added called with the fault of each rule that is added */
  constructor(private readonly added: (fault: Fault) => void = () => {}) {}

  /** @returns removes the rule */
  add(rule: FaultRule): () => void {
    const entry = { rule, skip: rule.after ?? 0, left: rule.times ?? 1 };
    this.rules.push(entry);
    this.added(rule.fault);
    return () => {
      this.rules = this.rules.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.rules = [];
  }

  /** @param upgrade whether the request opens a WebSocket */
  take(method: string, path: string, upgrade = false): Fault | undefined {
    for (const entry of this.rules) {
      const { rule } = entry;
      if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
      if (rule.upgrade === true && !upgrade) continue;
      // A new expression: one with the g flag would keep its last position.
      if (
        rule.path !== undefined &&
        !new RegExp(rule.path.source, rule.path.flags.replace("g", "")).test(path)
      )
        continue;
      if (entry.left <= 0) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.left -= 1;
      return rule.fault;
    }
    return undefined;
  }
}

/** A fault from JSON, or undefined if it is not one. */
export function parseFault(value: unknown): Fault | undefined {
  if (typeof value === "string") return NAMED.includes(value) ? (value as Fault) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const numbers = Object.entries(value).filter(([, part]) => typeof part === "number");
  return numbers.some(([key]) => NUMBERED.includes(key)) ||
    typeof (value as { phase?: unknown }).phase === "string"
    ? (value as Fault)
    : undefined;
}
