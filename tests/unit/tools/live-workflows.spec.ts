import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { buildSync } from "esbuild";

const ROOT = join(__dirname, "..", "..", "..");
const FOLDER = join(ROOT, ".github", "workflows");

type Problems = (name: string, content: string) => string[];

/** The parser of GitHub's own editor extension, with its schema. Bundled, because Node.js 20 does not load its JSON. */
function parser(): Problems {
  const contents = `
    import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
    export const problems = (name, content) =>
      parseWorkflow({ name, content }, new NoOperationTraceWriter()).context.errors.getErrors().map(String);
  `;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    format: "cjs",
    platform: "node",
    write: false,
  });
  const bundle: { exports: { problems?: Problems } } = { exports: {} };
  new Function("module", "exports", "require", outputFiles[0]?.text ?? "")(
    bundle,
    bundle.exports,
    createRequire(__filename),
  );
  return bundle.exports.problems ?? assert.fail("the bundle exports nothing");
}

describe("workflow files", () => {
  let problems: Problems;
  before(() => {
    problems = parser();
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
