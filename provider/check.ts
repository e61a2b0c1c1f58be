import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { checkDestinations } from "./alerts/check";
import { describeProblem } from "./spec/describe";
import { fromKeyed } from "./spec/keyed";
import { nearest } from "./spec/near";
import { parseSpec, type ParsedSpec } from "./spec/parse";
import { isUnknown } from "./spec/unknown";
import { validate } from "./spec/validate";
import { splitRunInputs, type AppInputs, type RunInputs } from "./state";
import { parseDuration } from "./timeouts";

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckResult {
  /** The inputs without those that steer this run only. */
  inputs: AppInputs;
  failures: CheckFailure[];
  /** For the resource's row, one text each. */
  warnings: string[];
}

/**
 * Checks all arguments of an App and finds everything that is wrong at once. Values that are not known yet are let
 * through, at any depth.
 */
export function check(news: AppInputs & RunInputs): CheckResult {
  const { inputs, run } = splitRunInputs(news);
  const spec = specProblems(inputs, run.__file);
  const alerts = checkDestinations(inputs.alertDestinations, inputs.spec);
  const strangers = unknownArguments(inputs);
  const failures = [
    ...strangers.failures.map(asFailure),
    ...argumentFailures(inputs),
    ...spec.failures,
    ...alerts.map(asFailure),
  ];
  return { inputs, failures, warnings: [...strangers.warnings, ...spec.warnings] };
}

/** JavaScript, or a cast, lets arguments through that are none. What looks like a misspelling fails. */
function unknownArguments(inputs: AppInputs): { failures: string[]; warnings: string[] } {
  const known = [...ARGUMENTS.map(([property]) => property), "alertDestinations"];
  const [failures, warnings]: [string[], string[]] = [[], []];
  for (const name of Object.keys(inputs)) {
    if (name.startsWith("__") || known.includes(name)) continue;
    const meant = nearest(name, known);
    if (meant === undefined) warnings.push(`${name}: is not an argument of an App; it has no effect`);
    else failures.push(`${name}: is not an argument of an App; did you mean ${meant}?`);
  }
  return { failures, warnings };
}

function specProblems(
  inputs: AppInputs,
  file: string | undefined,
): { failures: CheckFailure[]; warnings: string[] } {
  const spec = fromKeyed(inputs.spec);
  const problems = validate(spec, { allowUnknown: inputs.allowUnknown === true });
  if (problems.length === 0) return { failures: [], warnings: [] };
  const source = readSource(file);
  const texts = problems.map((problem) => ({ problem, text: describeProblem(problem, spec, source) }));
  return {
    failures: texts
      .filter(({ problem }) => problem.severity === "error")
      .map(({ text }) => ({ property: "", reason: text })),
    warnings: texts.filter(({ problem }) => problem.severity === "warning").map(({ text }) => text),
  };
}

/** The file that the spec came from, for lines and columns. It may have changed or gone since: then there are none. */
function readSource(file: string | undefined): (ParsedSpec & { file: string }) | undefined {
  if (file === undefined || isUnknown(file)) return undefined;
  try {
    const shown = relative("", file);
    return {
      ...parseSpec(readFileSync(file, "utf8"), { file }),
      file: shown.startsWith("..") ? file : shown,
    };
  } catch {
    return undefined;
  }
}

type Rule = (inputs: AppInputs) => string | undefined;

const isBoolean = (value: unknown): boolean =>
  value === undefined || isUnknown(value) || typeof value === "boolean";
const isText = (value: unknown): boolean =>
  value === undefined || isUnknown(value) || (typeof value === "string" && value !== "");
const isMap = (value: unknown): boolean =>
  value === undefined ||
  isUnknown(value) ||
  (typeof value === "object" && value !== null && !Array.isArray(value));

const ARGUMENTS: readonly (readonly [property: keyof AppInputs, rule: Rule])[] = [
  [
    "spec",
    ({ spec }) => (spec === undefined || spec === null ? "an App needs a spec, the AppSpec" : undefined),
  ],
  ["projectId", ({ projectId }) => (isText(projectId) ? undefined : "must be the id of a project, as text")],
  ["redeployOn", ({ redeployOn }) => (isMap(redeployOn) ? undefined : "must be a map of any values")],
  [
    "maxMonthlyCost",
    ({ maxMonthlyCost: most }) =>
      most === undefined || isUnknown(most) || (typeof most === "number" && most >= 0)
        ? undefined
        : "must be a number of US dollars a month",
  ],
  ...(["updateSources", "forceBuild", "wait", "propose", "allowUnknown"] as const).map(
    (name): readonly [keyof AppInputs, Rule] => [
      name,
      (inputs) => (isBoolean(inputs[name]) ? undefined : "must be true or false"),
    ],
  ),
  [
    "adopt",
    ({ adopt }) =>
      isBoolean(adopt) || isText(adopt) ? undefined : "must be true, or the id of the app to adopt",
  ],
  ["backup", backupRule],
  ["timeouts", timeoutsRule],
  ["onFailedDeployment", onFailedRule],
];

function backupRule({ backup }: AppInputs): string | undefined {
  if (isBoolean(backup)) return undefined;
  if (isMap(backup) && isText((backup as { directory?: unknown }).directory)) return undefined;
  return 'must be false, or { directory: "folder" }';
}

const OPERATIONS = ["create", "update", "delete"];

function timeoutsRule({ timeouts }: AppInputs): string | undefined {
  if (!isMap(timeouts)) return 'must be a map such as { create: "30m" }';
  if (timeouts === undefined || isUnknown(timeouts)) return undefined;
  for (const [operation, duration] of Object.entries(timeouts)) {
    if (!OPERATIONS.includes(operation)) return `knows ${OPERATIONS.join(", ")}, not ${operation}`;
    if (!isUnknown(duration) && parseDuration(duration) === undefined)
      return `${operation} must be a duration with its unit, such as "90s", "20m" or "1.5h"`;
  }
  return undefined;
}

function onFailedRule({ onFailedDeployment: choice, wait }: AppInputs): string | undefined {
  if (choice === undefined || isUnknown(choice) || choice === "keep") return undefined;
  if (choice !== "rollback") return 'must be "keep" or "rollback"';
  return wait === false
    ? "only who waits for deployments learns that one failed: remove wait: false"
    : undefined;
}

function argumentFailures(inputs: AppInputs): CheckFailure[] {
  return ARGUMENTS.flatMap(([property, rule]) => {
    const reason = rule(inputs);
    return reason === undefined ? [] : [asFailure(`${property}: ${reason}`)];
  });
}

const asFailure = (reason: string): CheckFailure => ({ property: "", reason });
