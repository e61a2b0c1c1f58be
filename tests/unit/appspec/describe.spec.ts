import assert from "node:assert/strict";
import { describeProblem, describeProblems } from "../../../provider/appspec/describe";
import { parseSpec } from "../../../provider/appspec/parse";
import { validate } from "../../../provider/appspec/validate";

const TEXT =
  "name: shop\nregion: moon\nservices:\n  - name: web\n    image: { registry_type: DOCR, repository: web }\n    instace_count: 2\n";

describe("describeProblems", () => {
  it("reports the path by name, the problem, the fix and the line", () => {
    const parsed = parseSpec(TEXT);
    const problem = validate(parsed.spec).find(({ severity }) => severity === "error");
    assert.ok(problem);
    assert.equal(
      describeProblem(problem, parsed.spec, { ...parsed, file: "app.yaml" }),
      "spec.services.web.instace_count: is not a field of a service; did you mean instance_count? (app.yaml:6:5)\n  6 |     instace_count: ***\n    |     ^",
    );
  });

  it("lists errors before warnings, also without a file", () => {
    const { spec } = parseSpec(TEXT);
    const lines = describeProblems(validate(spec), spec).split("\n");
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /^spec\.services\.web\.instace_count/);
    assert.match(lines[1] ?? "", /^spec\.region: is "moon"/);
  });
});
