import { ASSUMPTIONS } from "../../emulator/assumptions";
import type { CheckResult } from "./contract";
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
  /** Of the client's contract. */
  readonly contract: readonly CheckResult[];
  /** Of the life of an app. */
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly observed: readonly Observed[];
  /** Ids of apps that could not be deleted; kept in created.json for `--clean-up`. */
  readonly left: number;
}

const cell = (text: string): string => masked(text).replaceAll("|", "\\|").replace(/\s+/g, " ").slice(0, 300);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const passed = (results: readonly { readonly ok: boolean }[]): string =>
  `${results.filter(({ ok }) => ok).length} of ${results.length}`;

export function markdown(report: LiveReport): string {
  const count = (verdict: string): number => report.findings.filter((one) => one.verdict === verdict).length;
  const statement = (id: string): string => ASSUMPTIONS.find((one) => one.id === id)?.statement ?? "";
  const order = ["contradicted", "confirmed", "not observable"];
  const sorted = [...report.findings].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return `# Live run on ${report.target}

Started ${report.started}. ${passed(report.contract)} checks of the contract and ${passed(report.steps)} steps of the life passed.
Assumptions: ${order.map((verdict) => `${count(verdict)} ${verdict}`).join(", ")}. Apps left behind: ${report.left}.

## Contract

${table(
  ["check", "result", "seconds", "observed"],
  report.contract.map(({ name, ok, seconds, observed }) => [
    cell(name),
    ok ? "passed" : "failed",
    String(seconds),
    cell(observed),
  ]),
)}

## Life of an app

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
