import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { TOP } from "../../tools/pulumi-project";

/** The modules of the same package that a file imports, be it only for their types. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => join(dirname(file), fileName))
    .flatMap((path) => [`${path}.ts`, join(path, "index.ts")].filter((candidate) => existsSync(candidate)));
}

/** The first circle met from a file on, its first and last module the same; undefined when there is none. */
function circleFrom(file: string, way: string[], done: Set<string>): string[] | undefined {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const imported of importsOf(file)) {
    const circle = circleFrom(imported, [...way, file], done);
    if (circle !== undefined) return circle;
  }
  done.add(file);
  return undefined;
}

describe("the modules of a package", () => {
  const entries = {
    provider: ["index.ts", "provider.ts", "cli.ts"],
    emulator: ["index.ts", "cli.ts"],
  };
  for (const [folder, files] of Object.entries(entries)) {
    it(`${folder}: do not import each other in a circle, not even for a type`, () => {
      const seen = new Set<string>();
      for (const file of files) {
        const circle = circleFrom(join(TOP, folder, file), [], seen);
        assert.equal(circle?.map((one) => relative(TOP, one)).join(" → "), undefined);
      }
      assert.ok(seen.size > 40, `only ${seen.size} modules were found`);
    });
  }
});
