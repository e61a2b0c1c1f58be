import type { Path } from "../../provider/appspec/diff";
import { isPlainObject } from "../../provider/appspec/lists-by-name";
import { UNKNOWN } from "../../provider/appspec/unknown";

/**
 * Values in Pulumi's protocol. Secrets are marked one by one; a value that is not known yet is a text of its own, depending on its
 * type.
 */

export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** Of a boolean, a number, a text, a list and so on. */
const UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that the program marks as secret. May contain others. */
export class Hidden {
  constructor(readonly value: unknown) {}
}

export type Properties = Record<string, unknown>;

const isMap = (value: unknown): value is Properties => isPlainObject(value) && !(value instanceof Hidden);

/** A value of the protocol, with secrets as {@link Hidden} and every unknown value as the core's placeholder. Pure. */
export function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire);
  if (!isMap(value)) return meaningOf(value);
  return meaningOf(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromWire(item)])));
}

/** The same for a value whose parts have already been converted. Pure. */
export function meaningOf(value: unknown): unknown {
  if (typeof value === "string") return UNKNOWNS.has(value) ? UNKNOWN : value;
  if (!isMap(value)) return value;
  if (value[SIGNATURE] === SECRET) return new Hidden(value["value"]);
  if (value[SIGNATURE] === OUTPUT) {
    const inner = Object.hasOwn(value, "value") ? value["value"] : UNKNOWN;
    return value["secret"] === true ? new Hidden(inner) : inner;
  }
  return value;
}

/** The reverse of {@link fromWire}; leaves out keys without a value. Pure. */
export function toWire(value: unknown): unknown {
  if (value instanceof Hidden) return { [SIGNATURE]: SECRET, value: toWire(value.value) };
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : toWire(item)));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, toWire(item)]),
  );
}

export interface Separated<T> {
  /** The value without marks. */
  readonly plain: T;
  /** The outermost secrets. Contains no values. */
  readonly places: readonly Path[];
}

/** Separates a value from the marks of its secrets. Pure. */
export function separate<T = unknown>(value: unknown): Separated<T> {
  const places: Path[] = [];
  const walk = (at: unknown, path: Path, isHidden: boolean): unknown => {
    if (at instanceof Hidden) {
      if (!isHidden) places.push(path);
      return walk(at.value, path, true);
    }
    if (Array.isArray(at)) return at.map((item, index) => walk(item, [...path, index], isHidden));
    if (!isMap(at)) return at;
    return Object.fromEntries(
      Object.entries(at).map(([key, item]) => [key, walk(item, [...path, key], isHidden)]),
    );
  };
  return { plain: walk(value, [], false) as T, places };
}

/** The value without marks. Pure. */
export const plainOf = <T = unknown>(value: unknown): T => separate<T>(value).plain;

/** The value with the part at a path marked as a whole, if it has one. Pure. */
export function markWhole(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return value instanceof Hidden ? value : new Hidden(plainOf(value));
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? markWhole(item, rest) : item));
  if (!isMap(value) || !Object.hasOwn(value, String(step))) return value;
  return { ...value, [step]: markWhole(value[step], rest) };
}

/** The value with every leaf marked for which `isSecret` is true. Pure. */
export function markLeaves(
  value: unknown,
  isSecret: (path: Path, leaf: unknown) => boolean,
  path: Path = [],
): unknown {
  if (Array.isArray(value)) return value.map((item, index) => markLeaves(item, isSecret, [...path, index]));
  if (isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, markLeaves(item, isSecret, [...path, key])]),
    );
  const isEmpty = value === undefined || value === null || value instanceof Hidden;
  return !isEmpty && isSecret(path, value) ? new Hidden(value) : value;
}
