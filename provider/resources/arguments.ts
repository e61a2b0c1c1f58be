import { nearest } from "../appspec/nearest";
import { isUnknown } from "../appspec/unknown";
import { shown, shownInLine } from "../text/shown";
import { parseDuration } from "../durations";

/** Returns why an argument is invalid, if it is. Accepts values that are not known yet. */
export type Rule = (value: unknown) => string | undefined;

const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined || isUnknown(value) ? undefined : rule(value);

const text = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

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

const isMap = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const map: Rule = optional((value) => (isMap(value) ? undefined : "must be a map of any values"));

/** US dollars a month. */
export const dollars: Rule = optional((value) =>
  typeof value === "number" && value >= 0 ? undefined : "must be a number of US dollars a month",
);

/** A boolean, or a value that `also` accepts. */
export const booleanOr = (also: (value: unknown) => boolean, otherwise: string): Rule =>
  optional((value) => (typeof value === "boolean" || also(value) ? undefined : otherwise));

export const isFilledText = (value: unknown): boolean => isUnknown(value) || text(value);

export const oneOf = (...words: readonly string[]): Rule =>
  optional((value) =>
    words.includes(value as string)
      ? undefined
      : `must be ${words.map((word) => JSON.stringify(word)).join(" or ")}`,
  );

/** Durations by operation. @param operations the operations with a timeout */
export const timeouts = (operations: readonly string[]): Rule =>
  optional((value) => {
    if (!isMap(value)) return 'must be a map of durations by operation, such as "30m" for create';
    for (const [operation, duration] of Object.entries(value as object)) {
      if (!operations.includes(operation))
        return `has no operation ${operation}, only ${operations.join(", ")}`;
      if (!isUnknown(duration) && parseDuration(duration) === undefined)
        return `${operation} must be a duration with its unit, such as "90s", "20m" or "1.5h"`;
    }
    return undefined;
  });

export interface CheckFailure {
  property: string;
  reason: string;
}

/** Failures beyond this number are only counted. */
const MOST_FAILURES = 100;

/** Prepares the failures of a check for the engine: printable, and limited in number. */
export function shownFailures(failures: readonly CheckFailure[]): CheckFailure[] {
  const first = failures.slice(0, MOST_FAILURES).map(({ property, reason }) => ({
    property: shownInLine(property),
    reason: shown(reason),
  }));
  const leftOut = failures.length - first.length;
  return leftOut === 0 ? first : [...first, { property: "", reason: `… (${leftOut} more failures)` }];
}

/** All invalid arguments at once, and unknown arguments that look like a typo of a known one. */
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
  return [...misspelt, ...wrongArguments(inputs, rules).map((reason) => ({ property: "", reason }))];
}

/** The arguments that break their rule, as `name: reason`. */
export function wrongArguments(inputs: object, rules: Readonly<Record<string, Rule>>): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const reason = rule((inputs as Record<string, unknown>)[name]);
    return reason === undefined ? [] : [`${name}: ${reason}`];
  });
}
