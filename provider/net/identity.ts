import { isObject } from "./failures";

/**
 * The expected identity of a response: the value, or one of the values, at each place of its body, such as `{ "app.id": "4f6c…" }`;
 * `*` is every item of a list. A replica, a cache, or a proxy may return the response to another request.
 */
export type Expected = Readonly<Record<string, string | readonly string[]>>;

/**
 * Describes another object that a body is about instead of the requested one; undefined if the body matches. Missing values are
 * left to the checks of the body's shape. Ignores case in ids and slugs, as the service does. Pure.
 */
export function mismatch(body: unknown, expected: Expected): string | undefined {
  for (const [place, wanted] of Object.entries(expected)) {
    const allowed = [wanted].flat().map((value) => value.toLowerCase());
    const other = textsAt(body, place.split(".")).find((found) => !allowed.includes(found.toLowerCase()));
    if (other === undefined) continue;
    const requested = typeof wanted === "string" ? `"${wanted}" was` : "others were";
    return `it is about another object: "${place}" is "${other.slice(0, LONGEST)}", and ${requested} requested`;
  }
  return undefined;
}

/** Longer than any id. */
const LONGEST = 100;

function textsAt(value: unknown, [step, ...rest]: readonly string[]): string[] {
  if (step === undefined) return typeof value === "string" && value !== "" ? [value] : [];
  if (step === "*") return Array.isArray(value) ? value.flatMap((item) => textsAt(item, rest)) : [];
  return isObject(value) ? textsAt(value[step], rest) : [];
}
