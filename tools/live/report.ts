import { ASSUMPTIONS } from "../../emulator/assumptions";
import { masked, type Finding, type Observed } from "./findings";

/** The report of a live run. Pure. */

export interface Step {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly problem?: string;
}

export interface LiveReport {
  readonly target: string;
  readonly started: string;
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly observed: readonly Observed[];
  /** Ids of apps that could not be deleted; kept in created.json for `--clean-up`. */
  readonly left: number;
}

const cell = (text: string): string => masked(text).replaceAll("|", "\\|").replace(/\s+/g, " ").slice(0, 300);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

export function markdown(report: LiveReport): string {
  const count = (verdict: string): number => report.findings.filter((one) => one.verdict === verdict).length;
  const statement = (id: string): string => ASSUMPTIONS.find((one) => one.id === id)?.statement ?? "";
  const order = ["contradicted", "confirmed", "not observable"];
  const sorted = [...report.findings].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return `# Live run on ${report.target}

Started ${report.started}. ${report.steps.filter(({ ok }) => ok).length} of ${report.steps.length} steps passed.
Assumptions: ${order.map((verdict) => `${count(verdict)} ${verdict}`).join(", ")}. Apps left behind: ${report.left}.

## Steps

${table(
  ["step", "result", "seconds"],
  report.steps.map(({ name, ok, seconds, problem }) => [
    cell(name),
    ok ? "passed" : `failed: ${cell(problem ?? "")}`,
    String(seconds),
  ]),
)}

## Assumptions

${table(
  ["id", "verdict", "assumption", "observed"],
  sorted.map(({ id, verdict, evidence }) => [`\`${id}\``, verdict, cell(statement(id)), cell(evidence)]),
)}

## Requests

${table(
  ["request and status", "times", "headers"],
  report.observed.map(({ request, statuses, headers }) => [
    cell(request),
    String(Object.values(statuses)[0]),
    cell(
      Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join(", "),
    ),
  ]),
)}

Body shapes are in report.json.
`;
}
