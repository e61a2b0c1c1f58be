import { parsePropertyPath } from "../../provider/resources/options/property-path";
import { isPlainObject } from "../../provider/appspec/lists-by-name";

/**
 * How the engine resets inputs with the option `ignoreChanges` before it calls check: the old values at the ignored
 * paths, and nothing where there was no value.
 */
export function engineReset<T extends object>(news: T, olds: object, ignoreChanges: readonly string[]): T {
  const copy = structuredClone(news);
  for (const text of ignoreChanges) {
    const path = parsePropertyPath(text);
    if (!("malformed" in path)) reset(copy, olds, path);
  }
  return copy;
}

function reset(now: unknown, old: unknown, [step, ...rest]: readonly (string | number)[]): boolean {
  if (step === undefined) return false;
  if (step === "*" && isPlainObject(now) && isPlainObject(old))
    return Object.keys(old).every(
      (key) => (rest.length === 0 || Object.hasOwn(now, key)) && reset(now, old, [key, ...rest]),
    );
  if (typeof step === "number") {
    if (!Array.isArray(now) || !Array.isArray(old) || step >= now.length || step >= old.length) return false;
    if (rest.length > 0) return reset(now[step], old[step], rest);
    now[step] = old[step];
    return true;
  }
  if (!isPlainObject(now)) return false;
  const before = isPlainObject(old) && Object.hasOwn(old, step) ? old[step] : undefined;
  if (rest.length > 0) return reset(now[step], before, rest);
  if (before === undefined) delete now[step];
  else now[step] = structuredClone(before);
  return true;
}
