import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { buildSync } from "esbuild";

const ROOT = join(__dirname, "..", "..");

export type WorkflowProblems = (name: string, content: string) => string[];

/** The parser of GitHub's own editor extension, with its schema. Bundled, because Node.js 20 does not load its JSON. */
export function workflowParser(): WorkflowProblems {
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
  const bundle: { exports: { problems?: WorkflowProblems } } = { exports: {} };
  new Function("module", "exports", "require", outputFiles[0]?.text ?? "")(
    bundle,
    bundle.exports,
    createRequire(__filename),
  );
  return bundle.exports.problems ?? assert.fail("the bundle exports nothing");
}
