import { FAULT_CLASSES, KINDS, type Duration, type FaultClass, type Outcome } from "./expectations";

const HEADS = {
  read: "read",
  wait: "deployment status",
  write: "write",
  setting: "idempotent write",
  advice: "optional call",
  log: "archived log",
  stream: "live log",
} as const;

const WORDS: Record<Outcome, string> = {
  succeeds: "succeeds",
  "fails at once": "fails at once",
  "gives up": "gives up",
  "stays true": "succeeds or fails",
};

/** The expectations as a Markdown table, formatted like Prettier formats it. Pure. */
export function faultTable(duration: Duration): string {
  const rows = FAULT_CLASSES.map(({ name, outcomes }: FaultClass) => [
    name,
    ...KINDS.map((kind) => WORDS[outcomes[duration][kind]]),
  ]);
  const all = [["fault", ...KINDS.map((kind) => HEADS[kind])], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...body.map(line)].join("\n");
}
