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

/** A finding that differs from that of an earlier run. */
export interface Change {
  readonly id: string;
  readonly before: string;
  readonly now: string;
}

const told = ({ verdict, evidence }: Finding): string => `${verdict}: ${evidence}`;

/** What has changed since an earlier report; nothing for an assumption that one of the runs did not observe. */
export function changesSince(before: readonly Finding[], now: readonly Finding[]): Change[] {
  const seen = (finding: Finding | undefined): finding is Finding =>
    finding !== undefined && finding.verdict !== "not observable";
  return now.flatMap((finding) => {
    const earlier = before.find(({ id }) => id === finding.id);
    if (!seen(earlier) || !seen(finding) || told(earlier) === told(finding)) return [];
    return [{ id: finding.id, before: told(earlier), now: told(finding) }];
  });
}

export interface LiveReport {
  readonly target: string;
  readonly started: string;
  /** Of the client's contract. */
  readonly contract: readonly CheckResult[];
  /** Of the life of an app. */
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  /** Assumptions that the emulator of this run had switched to the opposite. */
  readonly otherwise: readonly string[];
  /** Since the report that this one replaces; absent if there was none about the same target. */
  readonly changes?: readonly Change[] | undefined;
  readonly observed: readonly Observed[];
  /** Ids of apps that could not be deleted; kept in created.json for `--clean-up`. */
  readonly left: number;
}

const cell = (text: string): string => masked(text).replaceAll("|", "\\|").replace(/\s+/g, " ").slice(0, 300);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const passed = (results: readonly { readonly ok: boolean }[]): string =>
  `${results.filter(({ ok }) => ok).length} of ${results.length}`;

/** Each switched assumption and what the run saw of it. */
function switches({ otherwise, findings }: LiveReport): string {
  if (otherwise.length === 0) return "";
  const rows = otherwise.map((given) => {
    const finding = findings.find(({ id }) => id === given.split("=")[0]);
    return [`\`${cell(given)}\``, cell(finding === undefined ? "" : told(finding))];
  });
  return `## Switched to the opposite\n\n${table(["id", "observed"], rows)}\n\n`;
}

function changes({ changes: list }: LiveReport): string {
  if (list === undefined) return "";
  const rows = list.map(({ id, before, now }) => [`\`${id}\``, cell(before), cell(now)]);
  const text = rows.length === 0 ? "Nothing." : table(["id", "before", "now"], rows);
  return `## Changed since the previous report\n\n${text}\n\n`;
}

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

${switches(report)}${changes(report)}## Requests

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
