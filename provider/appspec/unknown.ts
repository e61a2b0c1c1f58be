import type { Change, Path } from "./diff";
import { isPlainObject } from "./lists-by-name";

/**
 * Pulumi's placeholder for a value that is not known yet, in check and diff, at any depth and of any type. The
 * same text as `runtime.unknownValue` of `@pulumi/pulumi`, which this folder does not import.
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isUnknown = (value: unknown): value is string => value === UNKNOWN;

/** True when the value, or anything in it, is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUnknown);
}

/** The places in the value that are not known yet, outermost ones. */
export function unknownPaths(value: unknown, path: Path = []): Path[] {
  if (isUnknown(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unknownPaths(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Differences, split into certain ones and ones whose unknown value may equal the previous one. */
export interface Differences {
  readonly known: readonly Change[];
  readonly unknown: readonly Change[];
}

/** Splits changes by whether their new value is known. Pure. */
export function separateUnknown(changed: readonly Change[]): Differences {
  return {
    known: changed.filter((change) => !isOpen(change)),
    unknown: changed.filter(isOpen),
  };
}

function isOpen({ before, after }: Change): boolean {
  // A list in which a name is not known yet cannot take its form by name, so it cannot be compared with one that did.
  return isUnknown(after) || (Array.isArray(after) && isPlainObject(before) && holdsUnknown(after));
}
