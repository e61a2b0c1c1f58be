import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { SpecSource } from "../../appspec/describe";
import { parseSpec } from "../../appspec/parse";
import { isUnknown } from "../../appspec/unknown";
import type { Secrecy } from "../../secrets/mask-errors";
import { redact } from "../../secrets/redact";

/** The spec's file, for lines and columns. Undefined if it no longer exists or cannot be read. */
export function readSource(
  file: string | undefined,
  { unmistakable: secrets }: Secrecy,
): SpecSource | undefined {
  if (file === undefined || isUnknown(file)) return undefined;
  try {
    const shown = relative("", file);
    const text = readFileSync(file, "utf8");
    const lines = text.split(/\r?\n/);
    const parsed = parseSpec(text, { file });
    return {
      spec: parsed.spec,
      file: shown.startsWith("..") ? file : shown,
      locate: (path) => {
        const place = parsed.locate(path);
        const line = lines[(place?.line ?? 0) - 1] ?? "";
        return place && redact(line, secrets) !== redact(line) ? { ...place, excerpt: "" } : place;
      },
    };
  } catch {
    return undefined;
  }
}
