import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/** Erased when a file is transpiled, so that nothing is loaded. */
const TYPE_IMPORT = /^(import|export) type\b[^;]*;/gm;

/** Which specs load which files. */
export class Importers {
  private readonly imports = new Map<string, readonly string[]>();

  constructor(private readonly top: string) {}

  /** How many imports lead from one file to another, or undefined if none do. */
  distance(from: string, to: string): number | undefined {
    const seen = new Set([from]);
    let files = [from];
    for (let steps = 0; files.length > 0; steps++) {
      if (files.includes(to)) return steps;
      files = files
        .flatMap((file) => this.importsOf(file))
        .filter((file) => !seen.has(file) && seen.add(file));
    }
    return undefined;
  }

  private importsOf(file: string): readonly string[] {
    const known = this.imports.get(file);
    if (known) return known;
    const source = readFileSync(join(this.top, file), "utf8").replace(TYPE_IMPORT, "");
    const found = ts
      .preProcessFile(source, true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => name.startsWith("."))
      .flatMap((name) => this.resolve(join(this.top, dirname(file), name)));
    this.imports.set(file, found);
    return found;
  }

  private resolve(path: string): string[] {
    const place = [`${path}.ts`, join(path, "index.ts"), path].find(
      (candidate) => candidate.endsWith(".ts") && existsSync(candidate),
    );
    return place === undefined ? [] : [relative(this.top, place)];
  }
}

/** Specs that can notice a fault in `file`, in batches: those that are quick and likely to notice it come first. */
export function batchesFor(
  file: string,
  specs: readonly string[],
  distance: (spec: string, file: string) => number | undefined,
): string[][] {
  const far = new Map<string, number>();
  for (const spec of specs) {
    const steps = distance(spec, file);
    if (steps !== undefined) far.set(spec, steps);
  }
  const mirror = file.replace(/^provider\//, "tests/unit/");
  const own = mirror.replace(/\.ts$/, ".spec.ts");
  const rank = (spec: string): number => {
    if (spec === own || spec.startsWith(`${dirname(mirror)}/`)) return 0;
    return spec.startsWith("tests/unit/") ? 1 : 2;
  };
  const nearest = [...far.keys()].sort(
    (a, b) =>
      Number(b === own) - Number(a === own) || (far.get(a) ?? 0) - (far.get(b) ?? 0) || (a < b ? -1 : 1),
  );
  return [0, 1, 2]
    .map((wanted) => nearest.filter((spec) => rank(spec) === wanted))
    .filter((batch) => batch.length > 0);
}
