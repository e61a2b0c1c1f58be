import { withoutValuesAt, type SecretPlaces } from "../../secrets/program-secrets";
import { redact } from "../../secrets/redact";
import type { Secrecy } from "../../secrets/mask-errors";
import { describeAll, describeProblem, type SpecSource } from "../../appspec/describe";
import { reportEncrypted } from "../../appspec/encrypted";
import { mapsToLists, inOrder } from "../../appspec/lists-by-name";
import { inOrderOfPlaces } from "../../appspec/order";
import { LONGEST_QUOTE, reportInto, type Problem } from "../../appspec/problem";
import { reportLeftOut } from "../../appspec/repeated";
import { validate } from "../../appspec/validate";
import { readSource } from "./spec-source";
import type { ProgramFacts } from "../meta";
import type { AppInputs } from "./state";
import type { ProgramTexts } from "../../text/program-texts";

export interface SpecProblems {
  readonly errors: string[];
  readonly warnings: string[];
}

interface Options {
  /** The app does not exist yet. */
  readonly isNew: boolean;
  readonly places: SecretPlaces;
  readonly secrecy: Secrecy;
  readonly texts: ProgramTexts;
}

/** All problems of the spec, with their places and without secrets: errors and warnings, in the order of their lines. */
export function specProblems(
  inputs: AppInputs,
  program: ProgramFacts,
  { isNew, places, secrecy, texts }: Options,
): SpecProblems {
  const listed = (keyed: unknown): unknown => inOrder(mapsToLists(keyed), program.order);
  const spec = listed(inputs.spec);
  const find = (given: unknown): Problem[] => {
    const problems = validate(given, { allowUnknown: inputs.allowUnknown === true });
    reportLeftOut(program.repeated, given, reportInto(problems));
    if (isNew) reportEncrypted(given, reportInto(problems), texts);
    return inOrderOfPlaces(problems, given);
  };
  const problems = find(spec);
  if (problems.length === 0) return { errors: [], warnings: [] };
  // A problem that is also found without the secret values does not reveal them.
  const blind =
    places.length === 0 ? problems : find(listed(withoutValuesAt({ spec: inputs.spec }, places).spec));
  const open = new Set(blind.map(identity));
  // One list for all problems: the written forms of its secrets are computed once per list.
  const hidden = [
    ...secrecy.unmistakable,
    ...secrecy.unmistakable.map((secret) => secret.slice(0, LONGEST_QUOTE)),
  ];
  const source = readSource(program.file, secrecy);
  const described = describeAll(problems, spec, source, (problem) => {
    const text = open.has(identity(problem))
      ? describeProblem(problem, spec, source)
      : describeProblem(withoutDetails(problem), spec, source && withoutExcerpts(source));
    return redact(text, hidden);
  });
  const of = (severity: Problem["severity"]): string[] =>
    described.filter(({ problem }) => problem.severity === severity).map(({ text }) => text);
  return { errors: of("error"), warnings: of("warning") };
}

const identity = (problem: Problem): string => JSON.stringify(problem);

const DETAILS: Readonly<Record<string, string>> = {
  "converted-value": "is converted to the type that the AppSpec expects",
  "unknown-value": "is not a known value",
  "wrong-format": "has an invalid format",
  "wrong-type": "has the wrong type",
  "unfilled-placeholder": "contains an unfilled placeholder",
  "encrypted-value": "is encrypted for an existing app, and a new app accepts plain text only",
};

function withoutDetails({ hint: _hint, ...problem }: Problem): Problem {
  const what = DETAILS[problem.code] ?? `is not valid (${problem.code})`;
  return { ...problem, message: `${what}. The value is a secret and is not shown` };
}

const withoutExcerpts = (source: SpecSource): SpecSource => ({
  ...source,
  locate: (path) => {
    const place = source.locate(path);
    return place && { ...place, excerpt: "" };
  },
});
