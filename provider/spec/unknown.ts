/**
 * What stands in for a value that Pulumi does not know yet, in check and diff, at any depth and whatever the type. The
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
