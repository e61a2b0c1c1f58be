import { displayPath, samePlace } from "./lists-by-name";
import type { FilePlace } from "./file-error";
import { inOrderOfLines } from "./order";
import type { ListPath, Problem } from "./problem";
import { repeatedPlaces } from "./repeated";

/** Maps paths of a spec to positions in its file. */
export interface SpecSource {
  locate(path: ListPath): FilePlace | undefined;
  readonly file?: string | undefined;
  /** The AppSpec as read from the file. @default the same, with its lists in the same order */
  readonly spec?: unknown;
}

/**
 * A problem in words: `spec.services.web.instace_count: is not a field of a service; did you mean instance_count?
 * (app.yaml:12:5)`, and the line of the file below.
 * @param spec the AppSpec in its list form
 * @param source the file of the spec, if any
 */
export function describeProblem(problem: Problem, spec: unknown, source?: SpecSource): string {
  const { path, message, hint } = problem;
  const text = `${displayPath(spec, path)}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
  const [place, ...others] = placesOf(problem, spec, source);
  if (!place) return text;
  const also = others.map(({ line, column }) => `${line}:${column}`);
  const where = [`${source?.file ?? "line"}:${place.line}:${place.column}`, ...also].join(" and ");
  const excerpts = [place, ...others].map(({ excerpt }) => excerpt);
  return [`${text} (${where})`, ...excerpts.filter((excerpt) => excerpt !== "")].join("\n");
}

/** Positions of the problem in the file: one, or all positions of a repeated item. */
export function placesOf(problem: Problem, spec: unknown, source?: SpecSource): FilePlace[] {
  if (!source) return [];
  const there = source.spec ?? spec;
  const path = source.spec === undefined ? problem.path : samePlace(problem.path, spec, there);
  const repeated = repeatedPlaces(problem, path, there, (at) => source.locate(at));
  if (repeated.length > 1) return repeated;
  const place = source.locate(path);
  return place ? [place] : [];
}

/**
 * Problems in words: errors before warnings, each in the order of their lines.
 * @param describe formats one problem; @default {@link describeProblem}
 */
export function describeAll(
  problems: readonly Problem[],
  spec: unknown,
  source?: SpecSource,
  describe: (problem: Problem) => string = (problem) => describeProblem(problem, spec, source),
): { problem: Problem; places: readonly FilePlace[]; text: string }[] {
  const described = problems.map((problem) => ({
    problem,
    severity: problem.severity,
    places: placesOf(problem, spec, source),
    text: describe(problem),
  }));
  return inOrderOfLines(onePerPlace(described), ({ places }) => places.at(-1));
}

/** A mistake behind a YAML anchor appears in several places of the spec, but on one line of the file. */
function onePerPlace<T extends { problem: Problem; places: readonly FilePlace[] }>(
  described: readonly T[],
): T[] {
  const seen = new Set<string>();
  return described.filter(({ problem: { severity, code, message, hint }, places }) => {
    if (places.length === 0) return true;
    const lines = places.map(({ line, column }) => [line, column]);
    const key = JSON.stringify([lines, severity, code, message, hint]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** All problems, errors first. */
export function describeProblems(problems: readonly Problem[], spec: unknown, source?: SpecSource): string {
  return describeAll(problems, spec, source)
    .map(({ text }) => text)
    .join("\n");
}
