import { ALTERATIONS, type Altering } from "./altered-responses";

/** What goes wrong with a request. */
export type Fault =
  /** This answer instead of the work. */
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** The work after a delay, in milliseconds of the emulator's clock. */
  | { delayMs: number }
  /** The connection is cut after so many lines of a live log; only there. */
  | { dropAfter: number }
  /** The connection is cut before anything is done. */
  | "reset-before"
  /** The work is done, its answer lost. */
  | "reset-after"
  /** Nothing is done and no answer ever comes. */
  | "timeout"
  /** The work is done, half of its answer arrives; of a live log, one line and half of the next. */
  | "truncated"
  /** As `truncated`, and then nothing comes, not even an end. */
  | "stalled"
  /** A proxy's page: status 502, HTML. */
  | "html-502"
  /** A body that never ends. */
  | "endless"
  /** Status 200 and JSON in which every field has the wrong type. */
  | "wrong-types"
  /**
   * A replica that lags: a read shows everything as it was so many milliseconds ago, but nothing from before the rule was added.
   * A write is done, and an update is answered by what the replica shows.
   */
  | { lagMs: number }
  /** A write that is not done, and answered as if it were. */
  | "discarded"
  /** The work is done, and its response altered. */
  | Altering;

export interface FaultRule {
  /** @default any */
  method?: string;
  /** @default any */
  path?: RegExp;
  /** How many requests it meets. @default 1 */
  times?: number;
  /** How many matching requests pass before the first one is met. @default 0 */
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

/** How far a stream comes, and what becomes of it then. */
export interface Break {
  /** Whole parts that arrive; of a live log, lines. */
  readonly chunks: number;
  /** Whether half of the next one arrives as well. */
  readonly half: boolean;
  readonly then: "cut" | "silence";
}

/** Where a fault breaks a stream that has begun; undefined for one that does not. Pure. */
export function breakOf(fault: Fault): Break | undefined {
  if (fault === "reset-after") return { chunks: 0, half: false, then: "cut" };
  if (fault === "truncated") return { chunks: 1, half: true, then: "cut" };
  if (fault === "stalled") return { chunks: 1, half: true, then: "silence" };
  if (typeof fault === "object" && "dropAfter" in fault)
    return { chunks: fault.dropAfter, half: false, then: "cut" };
  return undefined;
}

/** Faults in waiting; the first rule that matches a request wins. */
export class Faults {
  private rules: { rule: FaultRule; skip: number; left: number }[] = [];

  /** @param added called with the fault of each rule that is added */
  constructor(private readonly added: (fault: Fault) => void = () => {}) {}

  /** @returns takes the rule back */
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

  take(method: string, path: string): Fault | undefined {
    for (const entry of this.rules) {
      const { rule } = entry;
      if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
      // A fresh expression: one with the g flag would remember its last place.
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

/** A fault from JSON, or undefined when it is none. */
export function parseFault(value: unknown): Fault | undefined {
  if (typeof value === "string") return NAMED.includes(value) ? (value as Fault) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const numbers = Object.entries(value).filter(([, part]) => typeof part === "number");
  return numbers.some(([key]) => NUMBERED.includes(key)) ||
    typeof (value as { phase?: unknown }).phase === "string"
    ? (value as Fault)
    : undefined;
}
