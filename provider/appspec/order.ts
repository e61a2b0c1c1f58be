import { isPlainObject } from "./lists-by-name";
import type { Problem } from "./problem";

/** Errors before warnings, each in the order of the places in the spec. Pure; keeps the order of problems of one place. */
export function inOrderOfPlaces(problems: readonly Problem[], spec: unknown): Problem[] {
  const ranks = new Map(problems.map((problem) => [problem, rankOf(problem.path, spec)]));
  return problems.toSorted((a, b) => bySeverity(a, b) || compare(ranks.get(a) ?? [], ranks.get(b) ?? []));
}

/** The same, by position in a file if known. */
export function inOrderOfLines<T extends Pick<Problem, "severity">>(
  problems: readonly T[],
  placeOf: (problem: T) => { line: number; column: number } | undefined,
): T[] {
  const rank = (problem: T): number[] => {
    const place = placeOf(problem);
    return place ? [place.line, place.column] : [];
  };
  return problems.toSorted((a, b) => bySeverity(a, b) || compare(rank(a), rank(b)));
}

const bySeverity = (a: Pick<Problem, "severity">, b: Pick<Problem, "severity">): number =>
  Number(b.severity === "error") - Number(a.severity === "error");

/** The position of each step among its siblings; a missing field comes before existing ones. */
function rankOf(path: Problem["path"], spec: unknown): number[] {
  let at = spec;
  return path.map((step) => {
    const rank = typeof step === "number" ? step : isPlainObject(at) ? positionOf(step, at) : -1;
    at = isPlainObject(at) || Array.isArray(at) ? (at as Record<string | number, unknown>)[step] : undefined;
    return rank;
  });
}

const positionOf = (key: string, map: Record<string, unknown>): number => Object.keys(map).indexOf(key);

function compare(a: readonly number[], b: readonly number[]): number {
  for (let step = 0; step < Math.min(a.length, b.length); step++) {
    const difference = (a[step] ?? 0) - (b[step] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
