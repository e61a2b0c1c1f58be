import assert from "node:assert/strict";
import { formatPath } from "../../../../provider/appspec/lists-by-name";
import { parseSpec } from "../../../../provider/appspec/parse";
import { validate, type Problem } from "../../../../provider/appspec/validate";

export const github = { repo: "example/shop", branch: "main" };

/** A spec whose service has these fields. */
export const service = (fields: object, rest: object = {}): object => ({
  name: "shop",
  services: [{ name: "web", github, ...fields }],
  ...rest,
});

/** The one problem of a spec: one cause, one message. */
export function only(spec: unknown, options = {}): Problem {
  const problems = validate(spec, options);
  assert.equal(problems.length, 1, `${JSON.stringify(spec)}: ${JSON.stringify(problems, undefined, 1)}`);
  return problems[0] as Problem;
}

/** The problems of a YAML text, each as `error unknown-field spec.services[0].foo`. */
export function foundIn(text: string): string[] {
  return validate(parseSpec(text).spec).map(
    ({ severity, code, path }) => `${severity} ${code} ${formatPath(path)}`,
  );
}
