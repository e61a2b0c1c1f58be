import { isPlainObject } from "../lists-by-name";
import type { ListShape, MapShape } from "../schema-shape";
import { SOURCES } from "../rules/view";
import { ownerName } from "./owners";
import type { Visit } from "./visit";

/**
 * The list in the previous item that this item belongs to, if its indentation is too small:
 *
 *     services:
 *       - name: web
 *         envs:
 *       - key: A
 */
export function listMeant(
  item: Record<string, unknown>,
  before: unknown,
  shape: MapShape,
): string | undefined {
  const keys = Object.keys(item);
  if (keys.length === 0 || !isPlainObject(before) || keys.every((key) => shape.fields.has(key)))
    return undefined;
  const lists = [...shape.fields].filter(
    ([, { shape: inner }]) =>
      inner.kind === "list" && inner.items.kind === "map" && keys.every((key) => hasField(inner.items, key)),
  );
  const names = lists.map(([name]) => name);
  return names.find((name) => Object.hasOwn(before, name)) ?? names[0];
}

/** A missing section of a map, and fields that are next to it instead of under it. */
export interface MissingPart {
  readonly name: string;
  readonly fields: readonly string[];
}

/**
 * The part that several fields belong to which the map does not have:
 *
 *     github:
 *     repo: acme/shop
 *     branch: main
 */
export function partMeant(
  strange: readonly string[],
  map: Readonly<Record<string, unknown>>,
  shape: MapShape,
): MissingPart | undefined {
  const hasSource = SOURCES.some((source) => map[source] !== undefined);
  const parts = [...shape.fields].flatMap(([name, { shape: inner }]) => {
    if (map[name] !== undefined || (hasSource && SOURCES.includes(name))) return [];
    const items = inner.kind === "list" ? inner.items : inner;
    const fields = strange.filter((field) => hasField(items, field));
    return fields.length > 1 ? [{ name, fields }] : [];
  });
  return parts.reduce<MissingPart | undefined>(
    (best, part) => (best && best.fields.length >= part.fields.length ? best : part),
    undefined,
  );
}

export function reportOutdentedFields(
  { name, fields }: MissingPart,
  shape: MapShape,
  { path, report, allowUnknown }: Visit,
): void {
  const [first = "", ...others] = fields;
  const isList = shape.fields.get(name)?.shape.kind === "list";
  const tell = allowUnknown ? report.warn : report.error;
  tell(
    "unknown-field",
    [...path, first],
    `is not a field of ${ownerName(shape.type)}, nor ${others.length > 1 ? "are" : "is"} ${others.join(", ")}`,
    `indent them under ${name}${isList ? ", with a dash before the first one" : ""}`,
  );
}

const hasField = (shape: ListShape["items"], key: string): boolean =>
  shape.kind === "map" && shape.fields.has(key);

export function reportOutdented(list: string, path: Visit["path"], { report }: Visit): void {
  report.error(
    "outdented-item",
    path,
    `is an item of ${list}, but is indented like the item that contains ${list}`,
    `indent it under ${list}`,
  );
}
