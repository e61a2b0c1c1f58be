import { isPlainObject } from "./lists-by-name";
import type { ListPath } from "./problem";
import { specShape, type MapShape, type ScalarShape, type Shape } from "./schema-shape";
import type { AppSpec } from "./types";
import { isUnknown } from "./unknown";

/** An observation made while walking a spec. */
export type Note =
  | {
      readonly kind: "converted";
      readonly path: ListPath;
      readonly to: ScalarShape["kind"];
      readonly value: unknown;
    }
  | { readonly kind: "empty"; readonly path: ListPath }
  | { readonly kind: "deprecated"; readonly path: ListPath; readonly instead: string };

interface Options {
  /** How a number or boolean was written, where text is wanted: `1.10`, which as a number is 1.1. */
  readonly written?: (path: ListPath) => string | undefined;
  readonly note?: (note: Note) => void;
}

/**
 * A spec in which scalars have the type the AppSpec gives them: `value: 8080` becomes `"8080"`, `http_port: "8080"`
 * becomes `8080`, and fields without a value (`region:` in YAML) are left out. Everything else, unknown values and
 * Outputs included, is unchanged and the same object. Pure; never throws.
 */
export function normalizeScalars<T = AppSpec>(spec: T): T {
  return walkScalars(spec, {}) as T;
}

/** {@link normalizeScalars} that reports what it finds. */
export function walkScalars(spec: unknown, options: Options): unknown {
  return visit(spec, specShape(), [], options);
}

function visit(value: unknown, shape: Shape, path: (string | number)[], options: Options): unknown {
  if (shape.kind === "list")
    return Array.isArray(value) ? visitList(value, shape.items, path, options) : value;
  if (shape.kind === "map") return isPlainObject(value) ? visitMap(value, shape, path, options) : value;
  return visitScalar(value, shape, path, options);
}

function visitList(list: unknown[], items: Shape, path: (string | number)[], options: Options): unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    path.push(index);
    const changed = visit(list[index], items, path, options);
    path.pop();
    if (changed !== list[index]) (copy ??= [...list])[index] = changed;
  }
  return copy ?? list;
}

function visitMap(
  map: Record<string, unknown>,
  shape: MapShape,
  path: (string | number)[],
  options: Options,
): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(map)) {
    const field = shape.fields.get(key);
    if (!field) continue;
    const value = map[key];
    path.push(key);
    if (value === null) {
      options.note?.({ kind: "empty", path: [...path] });
      delete (copy ??= { ...map })[key];
    } else {
      if (field.deprecated !== undefined && value !== undefined)
        options.note?.({ kind: "deprecated", path: [...path], instead: field.deprecated });
      const changed = visit(value, field.shape, path, options);
      if (changed !== value) (copy ??= { ...map })[key] = changed;
    }
    path.pop();
  }
  return copy ?? map;
}

function visitScalar(
  value: unknown,
  shape: ScalarShape,
  path: readonly (string | number)[],
  options: Options,
): unknown {
  const converted = convert(value, shape.kind, path, options);
  if (converted === undefined) return value;
  options.note?.({ kind: "converted", path: [...path], to: shape.kind, value: converted });
  return converted;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** The value as `kind`, or undefined when it is of that kind already or cannot be. */
function convert(value: unknown, kind: ScalarShape["kind"], path: ListPath, options: Options): unknown {
  if (kind === "string") {
    if (typeof value !== "number" && typeof value !== "boolean") return undefined;
    return options.written?.(path) ?? String(value);
  }
  if (typeof value !== "string" || isUnknown(value)) return undefined;
  const text = (value as string).trim();
  if (kind === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  return NUMBER.test(text) ? Number(text) : undefined;
}
