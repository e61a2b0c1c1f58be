import assert from "node:assert/strict";
import { validate } from "../../../../provider/appspec/validate";

type Severity = "error" | "warning";

/** What is wrong, where, and the same made right. */
type RuleCase = [code: string, severity: Severity, path: string, wrong: object, right: object];

/** Has every rule find what is wrong, and nothing in what is right. */
export function describeRules(subject: string, cases: readonly RuleCase[]): void {
  describe(`rules of ${subject}`, () => {
    for (const [code, severity, path, wrong, right] of cases) {
      it(`${code} is ${severity === "error" ? "an error" : "a warning"} at ${path || "the top"}, and only where it is earned`, () => {
        const found = problems(code, wrong);
        assert.deepEqual(
          found.map((problem) => problem.path.join(".")),
          [path],
          JSON.stringify(validate(wrong)),
        );
        assert.equal(found[0]?.severity, severity);
        assert.deepEqual(problems(code, right), []);
      });
    }
  });
}

/** What the rule of that code finds in a spec. */
export const problems = (code: string, spec: object) =>
  validate(spec).filter((problem) => problem.code === code);
