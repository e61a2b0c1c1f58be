import { formatPath, isPlainObject } from "./lists-by-name";

/** A step into a value: a key of a map or an index of a list. */
export type Path = readonly (string | number)[];

/** One difference between two values. An added or removed subtree is one change. */
export interface Change {
  readonly path: Path;
  readonly kind: "add" | "remove" | "change";
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Differences between `before` and `after`: maps by key, lists by index if their lengths are equal, otherwise as a whole.
 * A key whose value is `undefined` counts as absent. Empty for equal values.
 */
export function changes(before: unknown, after: unknown, path: Path = []): Change[] {
  if (Object.is(before, after)) return [];
  if (before === undefined) return [{ path, kind: "add", after }];
  if (after === undefined) return [{ path, kind: "remove", before }];
  if (isPlainObject(before) && isPlainObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changes(own(before, key), own(after, key), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, index) => changes(item, after[index], [...path, index]));
  return [{ path, kind: "change", before, after }];
}

export const isEqual = (a: unknown, b: unknown): boolean => changes(a, b).length === 0;

/** The value at `path`, or undefined if the path does not exist. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** True if one path is a prefix of the other. */
export const overlap = (one: Path, other: Path): boolean =>
  one.every((step, index) => index >= other.length || other[index] === step);

/** A copy of `value` with `replacement` at `path`; `undefined` removes the value. Missing maps are created. */
export function withValueAt(value: unknown, path: Path, replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value) && typeof step === "number")
    return value.map((item, index) => (index === step ? withValueAt(item, rest, replacement) : item));
  const object = isPlainObject(value) ? value : {};
  const inner = withValueAt(own(object, String(step)), rest, replacement);
  if (inner !== undefined) return { ...object, [step]: inner };
  const { [step]: _gone, ...others } = object;
  return others;
}

/** A copy of `value` with `change` applied to every leaf (anything except maps and lists). */
export function mapLeaves(
  value: unknown,
  change: (leaf: unknown, path: Path) => unknown,
  path: Path = [],
): unknown {
  if (Array.isArray(value)) return value.map((item, index) => mapLeaves(item, change, [...path, index]));
  if (isPlainObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change, [...path, key])]),
    );
  return change(value, path);
}

const own = (object: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const SIGNS = { add: "+", remove: "-", change: "~" } as const;

/** A short notation of a change, without its values: `~ spec.services.web.instance_count`. */
export const formatChange = ({ kind, path }: Change): string => `${SIGNS[kind]} ${formatPath(path)}`;
