import { isPlainObject } from "../lists-by-name";
import type { ListPath } from "../problem";

/** A part of a spec, with its place in the list form. */
export interface Node {
  readonly path: ListPath;
  readonly value: unknown;
}

/** All parts of a spec, the whole first. */
export function nodesOf(value: unknown, path: ListPath = []): Node[] {
  const children: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isPlainObject(value)
      ? Object.entries(value)
      : [];
  return [{ path, value }, ...children.flatMap(([step, child]) => nodesOf(child, [...path, step]))];
}

/** The text of a scalar, as the service's messages quote it. */
export const scalarText = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;

/** What identifies an item of a list: a component, a variable, a domain. */
export const nameOf = (item: unknown): unknown =>
  isPlainObject(item) ? (item["name"] ?? item["key"] ?? item["domain"]) : undefined;
