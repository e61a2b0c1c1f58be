import { formatDollars } from "../appspec/explain";
import { redact } from "../secrets/redact";
import { appPage } from "../service/control-panel";
import { bounded } from "../text/bounded";
import { shownInLine } from "../text/shown";
import type { AppOperation, PreviewedAction, PreviewedRun, RunError } from "./report-run";

/** US dollars a month; absent where unknown. */
export interface Price {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

/** An app of the report, as `--json` prints it. */
export interface ReportedApp {
  readonly resource: string;
  readonly name: string;
  readonly operation: AppOperation;
  /** What the update does, see `Action` of the plan; null without a plan. */
  readonly action: string | null;
  readonly lines: readonly string[];
  readonly price: Price;
  readonly consoleUrl: string;
  readonly liveUrl: string;
}

export interface Report {
  readonly project: string;
  readonly stack: string;
  readonly failed: boolean;
  readonly runUrl: string;
  readonly apps: readonly ReportedApp[];
  readonly actions: readonly PreviewedAction[];
  readonly others: PreviewedRun["others"];
  readonly errors: readonly RunError[];
}

/** GitHub rejects comments with more than 65,536 characters; GitLab accepts more. */
const LONGEST_COMMENT = 65_000;
const MOST_LINES = 200;
const LONGEST_LINE = 500;
const LONGEST_ERRORS = 20_000;

/**
 * The hidden first line, by which a later run finds the comment. Names of projects and stacks have no other characters.
 */
export const marker = (project: string, stack: string): string =>
  `<!-- app-platform: ${`${project}/${stack}`.replace(/[^\w./-]+/g, "_").replace(/-{2,}/g, "-")} -->`;

/**
 * The report as a comment in Markdown. All texts from outside are in code blocks and code spans, where they cannot become links,
 * mentions, HTML or other Markdown. Pure.
 */
export function reportMarkdown(report: Report): string {
  const head = [
    marker(report.project, report.stack),
    `### App Platform: ${code(`${report.project}/${report.stack}`)}`,
    summary(report),
    ...errorBlock(report),
  ];
  const tail = [...report.actions.map(actionLine), othersLine(report.others)].filter((line) => line !== "");
  const end = tail.length > 0 ? `\n\n${bounded(tail.join("\n"), 5_000, LONGEST_LINE)}` : "";
  let text = head.join("\n\n");
  for (const [index, app] of report.apps.entries()) {
    const section = `\n\n${appSection(app)}`;
    const rest = report.apps.length - index;
    if (text.length + section.length + end.length + 200 > LONGEST_COMMENT) {
      text += `\n\n… and ${rest} more ${rest === 1 ? "app" : "apps"}: see the log of the run.`;
      break;
    }
    text += section;
  }
  return `${text}${end}\n`;
}

const VERBS: readonly [AppOperation, string][] = [
  ["create", "create"],
  ["adopt", "adopt"],
  ["update", "update"],
  ["replace", "replace"],
  ["delete", "delete"],
];

function summary({ apps, failed, runUrl, errors }: Report): string {
  const counts = VERBS.flatMap(([operation, verb]) => {
    const count = apps.filter((app) => app.operation === operation).length;
    return count > 0 ? [`${count} ${count === 1 ? "app" : "apps"} to ${verb}`] : [];
  });
  const isFailed = failed || errors.length > 0;
  const changes = counts.length > 0 ? counts.join(", ") : isFailed ? "" : "No changes to apps";
  const state = isFailed ? "❌ **The preview failed.**" : "";
  const run = runUrl === "" ? "" : `[run](${address(runUrl)})`;
  return [state, changes === "" ? "" : `**${changes}**`, total(apps), run].filter(Boolean).join(" · ");
}

/** The total, if at least one price is known. */
function total(apps: readonly ReportedApp[]): string {
  const known = apps.filter(({ price }) => price.before !== undefined && price.after !== undefined);
  if (known.length === 0) return "";
  const sum = (of: (price: Price) => number | undefined): number =>
    known.reduce((all, { price }) => all + Math.round((of(price) ?? 0) * 100), 0) / 100;
  const text = formatPrice({ before: sum(({ before }) => before), after: sum(({ after }) => after) });
  return known.length === apps.length
    ? text
    : `${text}, without ${apps.length - known.length} whose price is unknown`;
}

function formatPrice({ before, after }: Price): string {
  if (before === undefined || after === undefined) return "";
  return before === after
    ? `${formatDollars(after)} a month, unchanged`
    : `${formatDollars(before)} → ${formatDollars(after)} a month`;
}

function appSection({ resource, name, operation, lines, price, consoleUrl, liveUrl }: ReportedApp): string {
  const title = `#### ${code(name)} · ${operation}${resource === name ? "" : ` · resource ${code(resource)}`}`;
  const links = [
    formatPrice(price),
    consoleUrl === "" ? "" : `[control panel](${address(consoleUrl)})`,
    isWebAddress(liveUrl) ? `[app](${address(liveUrl)})` : "",
  ].filter(Boolean);
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const safe = shownInLine(redact(line), LONGEST_LINE);
    return /^[-+~] /.test(safe) ? safe : `  ${safe}`;
  });
  if (lines.length > MOST_LINES) shown.push(`  … (${lines.length - MOST_LINES} more lines)`);
  return [title, block("diff", shown.join("\n")), ...(links.length > 0 ? [links.join(" · ")] : [])].join(
    "\n\n",
  );
}

function errorBlock({ failed, errors }: Report): string[] {
  if (errors.length === 0)
    return failed
      ? ["The reason is in the log of the run, which may contain values that this comment must not show."]
      : [];
  const text = errors
    .map(({ resource, message }) => {
      const lines = redact(message)
        .trim()
        .split("\n")
        .map((line) => shownInLine(line, LONGEST_LINE));
      return `${resource === undefined ? "" : `${shownInLine(resource, 100)}: `}${lines.join("\n")}`;
    })
    .join("\n");
  return [block("text", bounded(text, LONGEST_ERRORS, LONGEST_LINE))];
}

const actionLine = ({ kind, resource, operation }: PreviewedAction): string =>
  `- ${kind} ${code(resource)}: ${code(operation)}`;

function othersLine(others: PreviewedRun["others"]): string {
  const texts = Object.entries(others).map(([operation, count]) => `${count} ${code(operation)}`);
  return texts.length > 0 ? `- Other resources: ${texts.join(", ")}` : "";
}

const longestRun = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

/** A code span that the text cannot end. */
function code(text: string): string {
  const line = shownInLine(text, 200).trim() || "?";
  const fence = "`".repeat(longestRun(line) + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** A code block that the text cannot end. */
function block(language: string, text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

export const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/** The target of a link, which its text cannot end. */
const address = (text: string): string =>
  new URL(text).href.replace(/[()<>\\`\s]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The page of an app whose id comes from the JSON. */
export const consoleUrlOf = (id: string | undefined): string => (id === undefined ? "" : appPage(id));
