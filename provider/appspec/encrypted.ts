import { mapLeaves, valueAt } from "./diff";
import { isPlainObject } from "./lists-by-name";
import type { ListPath, Report } from "./problem";
import { isCiphertext, KEPT_SECRET } from "./secrets";
import type { ProgramTexts } from "../text/program-texts";

/**
 * Encrypted values in the spec of a new app. The service rejects them, since only the app they were encrypted for can use
 * them.
 */
export function reportEncrypted(spec: unknown, report: Report, texts: ProgramTexts): void {
  mapLeaves(spec, (leaf, path) => {
    if (isCiphertext(leaf) || leaf === KEPT_SECRET)
      report.error(
        "encrypted-value",
        path,
        "is encrypted for an existing app, and a new app accepts plain text only",
        `supply the value: ${texts.secretsArgument([addressOf(spec, path)])}, or adopt the existing app`,
      );
    return leaf;
  });
}

/** The address of a variable's value in loadSpec, if the path is a variable. */
function addressOf(spec: unknown, path: ListPath): string {
  const holder = valueAt(spec, path.slice(0, -1));
  const component = path.length > 3 ? valueAt(spec, path.slice(0, 2)) : undefined;
  const field = path.at(-1) === "value" ? nameOf(holder, "key") : String(path.at(-1));
  return [nameOf(component, "name"), field].filter(Boolean).join(".");
}

function nameOf(item: unknown, field: string): string {
  const name = isPlainObject(item) ? item[field] : undefined;
  return typeof name === "string" ? name : "";
}
