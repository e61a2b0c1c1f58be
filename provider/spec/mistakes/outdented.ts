import { isPlainObject } from "../keyed";
import type { ListShape, MapShape } from "../shape";
import type { Visit } from "./visit";

/**
 * The list below the item before that this item was meant for, where it is indented too little:
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

const hasField = (shape: ListShape["items"], key: string): boolean =>
  shape.kind === "map" && shape.fields.has(key);

export function reportOutdented(list: string, path: Visit["path"], { report }: Visit): void {
  report.error(
    "outdented-item",
    path,
    `is an item of ${list}, but stands beside the item that ${list} belongs to`,
    `indent it below ${list}`,
  );
}
