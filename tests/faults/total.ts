import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Number of cases in a part of the matrix, and how many of them met the expectation. */
export interface Counts {
  readonly cases: number;
  readonly survived: number;
}

/**
 * Variable with the name of the file where the parts write their counts: each spec file may run in a separate process.
 */
const FILE = "FAULT_COUNTS";

/** To be called when a part of the matrix has run. */
export function count(name: string, { cases, survived }: Counts): void {
  console.log(`    ${name}: ${told({ cases, survived })}`);
  const file = process.env[FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ cases, survived })}\n`);
}

const told = ({ cases, survived }: Counts): string => `${cases} cases, ${survived} survived`;

/** Mocha calls these once for all files, in the process that starts the others: `npm run faults` requires this file. */
export function mochaGlobalSetup(): void {
  process.env[FILE] = join(mkdtempSync(join(tmpdir(), "fault-counts-")), "counts");
}

export function mochaGlobalTeardown(): void {
  const file = process.env[FILE] ?? "";
  const parts = linesOf(file).map((line) => JSON.parse(line) as Counts);
  const sum = (field: keyof Counts): number => parts.reduce((all, part) => all + part[field], 0);
  console.log(`  fault matrix: ${told({ cases: sum("cases"), survived: sum("survived") })}\n`);
  rmSync(join(file, ".."), { recursive: true, force: true });
}

/** If no part has run, there is no file. */
function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n");
  } catch {
    return [];
  }
}
