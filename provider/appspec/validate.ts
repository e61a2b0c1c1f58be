import { mergeDeprecations } from "./deprecations";
import { isPlainObject } from "./lists-by-name";
import { findMistakes } from "./mistakes/walk";
import { inOrderOfPlaces } from "./order";
import { reportInto, type Problem, type Report } from "./problem";
import { runRules } from "./rules";
import { walkScalars, type Note } from "./coerce-scalars";
import { checkSchema } from "./schema-check";
import { isUnknown } from "./unknown";

export type { Problem } from "./problem";

export interface ValidateOptions {
  /**
   * True turns errors about unknown fields, fields in the wrong place, and words that look misspelled into warnings.
   * @default false
   */
  allowUnknown?: boolean;
}

/**
 * Everything that is wrong with an AppSpec, all at once: errors first, each kind in the order of the spec, one problem for each
 * cause. Errors are documented rejections or cannot work; warnings should be checked but are sent unchanged.
 * Values that are not known yet are accepted.
 * Pure; never throws, whatever it is given. Messages contain no secret values.
 * @param spec the AppSpec in its list form, as in `app.yaml`
 */
export function validate(spec: unknown, options: ValidateOptions = {}): Problem[] {
  const problems: Problem[] = [];
  const report = reportInto(problems);
  if (isUnknown(spec)) return problems;
  if (!isPlainObject(spec)) {
    report.error(
      "wrong-type",
      [],
      "must be a map, the content of an app.yaml",
      "start with `name:` and `services:`",
    );
    return problems;
  }
  const notes: Note[] = [];
  const normal = walkScalars(spec, { note: (note) => notes.push(note) }) as Record<string, unknown>;
  const remainder = findMistakes(normal, spec, report, { allowUnknown: options.allowUnknown === true });
  for (const note of notes)
    if (note.kind !== "empty" || !remainder.isExplained(note.path)) tellNote(note, report);
  checkSchema(remainder.spec, report);
  runRules(remainder.spec, report);
  return problems.length > 1 ? mergeDeprecations(inOrderOfPlaces(problems, spec), spec) : problems;
}

function tellNote(note: Note, report: Report): void {
  switch (note.kind) {
    case "deprecated":
      return report.warn("deprecated-field", note.path, "is deprecated", note.instead);
    case "empty":
      return report.warn("empty-field", note.path, "has no value and is treated as not set");
    case "converted": {
      const [is, wanted] =
        note.to === "string" ? ["not a string", "a string"] : ["a string", WANTED[note.to]];
      const hint = note.to === "string" ? "write it in quotes" : "write it without quotes";
      return report.warn("converted-value", note.path, `is ${is}; it is sent as ${wanted}`, hint);
    }
  }
}

const WANTED = { number: "a number", integer: "a number", boolean: "true or false" } as const;
