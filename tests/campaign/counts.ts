import type { RecordedCall } from "app-platform-emulator";
import type { Plan } from "./plan";

/** What happened during several runs. */
export interface Counts {
  runs: number;
  operations: number;
  failed: number;
  /** Resources in the last programs, by kind. */
  readonly resources: Record<string, number>;
  /** Requests that met a fault, by fault. */
  readonly faults: Record<string, number>;
  /** Runs that were cut short, by signal. */
  readonly endings: Record<string, number>;
  /** How many runs recovered, by the number of rounds. */
  readonly rounds: Record<string, number>;
}

export const noCounts = (): Counts => ({
  runs: 0,
  operations: 0,
  failed: 0,
  resources: {},
  faults: {},
  endings: {},
  rounds: {},
});

export function count(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

/** Adds the requests that met a fault. */
export function countFaults({ faults }: Counts, calls: readonly RecordedCall[]): void {
  for (const { fault } of calls) {
    if (fault === undefined) continue;
    count(faults, typeof fault === "string" ? fault : (Object.entries(fault)[0]?.join(" ") ?? ""));
  }
}

/** Adds a run with the resources that its programs declare. */
export function countRun(counts: Counts, { steps, last }: Plan): void {
  counts.runs += 1;
  for (const { adopts } of last.apps) count(counts.resources, adopts ? "adopted apps" : "apps");
  if (last.release !== undefined) count(counts.resources, "deployments");
  if ([...steps, last].some(({ back }) => back !== undefined)) count(counts.resources, "rollbacks");
}

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, one) => total + one, 0);

const list = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, one]) => `${name} ${one}`)
    .join(", ");

export const cutShort = ({ endings }: Counts): number => sum(endings);
export const faulted = ({ faults }: Counts): number => sum(faults);

/** Summarizes the counts in a few lines. */
export function describeCounts(counts: Counts): string {
  const { runs, operations, failed, resources, faults, endings, rounds } = counts;
  return [
    `${runs} runs with ${sum(resources)} resources: ${list(resources)}`,
    `${operations} operations, ${failed} of them failed`,
    `${sum(endings)} cut short: ${list(endings)}`,
    `${sum(faults)} requests met a fault: ${list(faults)}`,
    `recovered after: ${list(rounds)}`,
  ].join("\n");
}
