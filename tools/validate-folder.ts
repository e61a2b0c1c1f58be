import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSpec } from "../provider/load-spec";
import { validate, type Problem } from "../provider/appspec/validate";
import { displayPath } from "../provider/appspec/lists-by-name";

/** `tsx tools/validate-folder.ts DIR` checks every spec in a folder and prints a line for each. */
function main(folder: string): void {
  const files = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name));
  let errors = 0;
  for (const name of files.sort()) errors += checkFile(folder, name);
  console.log(`${files.length} files, ${errors} errors`);
  if (errors > 0) process.exitCode = 1;
}

function checkFile(folder: string, name: string): number {
  try {
    const spec = loadSpec(join(folder, name));
    const problems = validate(spec);
    const errors = problems.filter(({ severity }) => severity === "error").length;
    console.log(`${name}: ${errors} errors, ${problems.length - errors} warnings`);
    for (const problem of problems) console.log(`  ${line(problem, spec)}`);
    return errors;
  } catch (error) {
    console.log(`${name}: ${(error as Error).message}`);
    return 1;
  }
}

const line = ({ severity, code, path, message, hint }: Problem, spec: unknown): string =>
  `${severity} ${code} ${displayPath(spec, path)}: ${message}${hint === undefined ? "" : `; ${hint}`}`;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: tsx tools/validate-folder.ts DIR");
  process.exitCode = 2;
} else main(folder);
