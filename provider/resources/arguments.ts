import { nearest } from "../appspec/nearest";
import { isUnknown } from "../appspec/unknown";
import { shown, shownInLine } from "../text/shown";
import { parseDuration } from "../durations";

/** What is wrong with an argument, if anything. Values that are not known yet are let through. */
export type Rule = (value: unknown) => string | undefined;

const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined || isUnknown(value) ? undefined : rule(value);

const text = (value: unknown): boolean => typeof value === "string" && value !== "";

export const id =
  (what: string): Rule =>
  (value) =>
    isUnknown(value) || text(value) ? undefined : `must be the id of ${what}, as text`;

export const optionalId = (what: string): Rule => optional(id(what));

export const boolean: Rule = optional((value) =>
  typeof value === "boolean" ? undefined : "must be true or false",
);

export const mapOrList: Rule = optional((value) =>
  typeof value === "object" && value !== null ? undefined : "must be a map or a list of any values",
);

export const oneOf = (...words: readonly string[]): Rule =>
  optional((value) =>
    words.includes(value as string)
      ? undefined
      : `must be ${words.map((word) => JSON.stringify(word)).join(" or ")}`,
  );

const OPERATIONS = ["create", "update"];

export const timeouts: Rule = optional((value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return 'must be a map such as { create: "30m" }';
  for (const [operation, duration] of Object.entries(value)) {
    if (!OPERATIONS.includes(operation)) return `knows ${OPERATIONS.join(" and ")}, not ${operation}`;
    if (!isUnknown(duration) && parseDuration(duration) === undefined)
      return `${operation} must be a duration with its unit, such as "90s", "20m" or "1.5h"`;
  }
  return undefined;
});

export interface CheckFailure {
  property: string;
  reason: string;
}

/** More failures than people read. */
const MOST_FAILURES = 100;

/** Failures of a check as they reach the engine: safe to show, and not too many. */
export function shownFailures(failures: readonly CheckFailure[]): CheckFailure[] {
  const first = failures.slice(0, MOST_FAILURES).map(({ property, reason }) => ({
    property: shownInLine(property),
    reason: shown(reason),
  }));
  const leftOut = failures.length - first.length;
  return leftOut === 0 ? first : [...first, { property: "", reason: `… (${leftOut} more failures)` }];
}

/** All that is wrong with the arguments, at once; of those that are none, what looks like a misspelling. */
export function failuresOf(inputs: object, rules: Readonly<Record<string, Rule>>): CheckFailure[] {
  const values = inputs as Record<string, unknown>;
  const known = Object.keys(rules);
  const failure = (name: string, reason: string): CheckFailure => ({
    property: "",
    reason: `${name}: ${reason}`,
  });
  const misspelt = Object.keys(values).flatMap((name) => {
    const meant = known.includes(name) || name.startsWith("__") ? undefined : nearest(name, known);
    return meant === undefined ? [] : [failure(name, `is not an argument; did you mean ${meant}?`)];
  });
  const wrong = Object.entries(rules).flatMap(([name, rule]) => {
    const reason = rule(values[name]);
    return reason === undefined ? [] : [failure(name, reason)];
  });
  return [...misspelt, ...wrong];
}
