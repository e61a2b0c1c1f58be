import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { workflowParser, type WorkflowProblems } from "../../helpers/workflow-parser";

const ROOT = join(__dirname, "..", "..", "..");
const FOLDER = join(ROOT, ".github", "workflows");

describe("workflow files", () => {
  let problems: WorkflowProblems;
  before(() => {
    problems = workflowParser();
  });

  for (const file of readdirSync(FOLDER))
    it(`${file} has the form that GitHub accepts`, () => {
      const found = problems(file, readFileSync(join(FOLDER, file), "utf8"));
      assert.deepEqual(found, []);
    });

  it("an unknown key, a missing runner, or an unknown context would be found", () => {
    const workflow = (job: string): string => `on: push\njobs:\n  a:\n${job}`;
    const steps = "    steps:\n      - run: ls\n";
    assert.deepEqual(problems("good", workflow(`    runs-on: x\n${steps}`)), []);
    for (const job of [
      `    runs-on: x\n    stepps: []\n${steps}`,
      steps,
      `    runs-on: x\n    env:\n      A: \${{ secret.A }}\n${steps}`,
    ])
      assert.notEqual(problems("bad", workflow(job)).length, 0, job);
  });
});
