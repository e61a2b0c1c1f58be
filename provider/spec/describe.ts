import { displayPath, samePlace } from "./keyed";
import type { FilePlace } from "./file-error";
import type { ListPath, Problem } from "./problem";

/** Where the places of a spec stand in its file. */
export interface SpecSource {
  locate(path: ListPath): FilePlace | undefined;
  readonly file?: string | undefined;
  /** The AppSpec as it stands there. @default the same, with its lists in the same order */
  readonly spec?: unknown;
}

/**
 * A problem in words: `spec.services.web.instace_count: is not a field of a service; did you mean instance_count?
 * (app.yaml:12:5)`, and the line of the file below.
 * @param spec the AppSpec in its list form
 * @param source where the spec came from, if from a file
 */
export function describeProblem(problem: Problem, spec: unknown, source?: SpecSource): string {
  const { path, message, hint } = problem;
  const text = `${displayPath(spec, path)}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
  const place = source?.locate(source.spec === undefined ? path : samePlace(path, spec, source.spec));
  if (!place) return text;
  const where = `${text} (${source?.file ?? "line"}:${place.line}:${place.column})`;
  return place.excerpt === "" ? where : `${where}\n${place.excerpt}`;
}

/** All problems, errors first. */
export function describeProblems(problems: readonly Problem[], spec: unknown, source?: SpecSource): string {
  const sorted = [...problems].sort(
    (a, b) => Number(b.severity === "error") - Number(a.severity === "error"),
  );
  return sorted.map((problem) => describeProblem(problem, spec, source)).join("\n");
}
