import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version of this package. */
export function ownVersion(): string {
  // Two folders above the compiled file, or in the parent folder of the source file.
  for (const folder of [join(__dirname, "..", ".."), join(__dirname, "..")]) {
    try {
      const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
      if (found["name"] === "pulumi-app-platform") return found["version"] ?? "unknown";
    } catch {
      continue;
    }
  }
  return "unknown";
}
