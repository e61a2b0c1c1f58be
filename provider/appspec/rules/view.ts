import { COMPONENT_LISTS, type ComponentList } from "../component-lists";
import { isPlainObject } from "../lists-by-name";
import type { ListPath } from "../problem";
import { isUnknown } from "../unknown";

export type Plain = Record<string, unknown>;

/** A map in a list. Its path is computed on demand, since most items have no problems. */
export class Item {
  constructor(
    readonly value: Plain,
    private readonly parent: ListPath,
    private readonly list: string,
    private readonly index: number,
  ) {}

  get path(): ListPath {
    return [...this.parent, this.list, this.index];
  }
}

/** Source fields, of which a component has exactly one. */
export const SOURCES: readonly string[] = ["git", "github", "gitlab", "bitbucket", "image"];

export interface Component {
  readonly path: ListPath;
  readonly value: Plain;
  readonly list: ComponentList;
  /** Absent when missing, unknown or no text. */
  readonly name: string | undefined;
}

/** The spec as seen by the rules, without values of the wrong type, which the schema check reports. */
export interface SpecView {
  readonly spec: Plain;
  readonly components: readonly Component[];
  readonly databases: readonly Item[];
  /** Names of components and databases. */
  readonly names: ReadonlySet<string>;
  /** False while a component, a name or a whole list is not known yet, so other names may exist. */
  readonly namesKnown: boolean;
  /** The lists of variables: one for the app and one for each component. */
  readonly variables: readonly (readonly Item[])[];
  /** All log destinations of all components. */
  readonly logDestinations: readonly Item[];
}

export function viewOf(spec: Plain): SpecView {
  const components = COMPONENT_LISTS.flatMap((list) =>
    itemsOf(spec, [], list).map(({ path, value }): Component => ({
      list,
      path,
      value,
      name: textOf(value, "name"),
    })),
  );
  const databases = itemsOf(spec, [], "databases");
  const names = new Set<string>();
  for (const { value } of [...components, ...databases]) {
    const name = textOf(value, "name");
    if (name !== undefined) names.add(name);
  }
  const namesKnown = [...COMPONENT_LISTS, "databases"].every((list) => namesAreKnown(own(spec, list)));
  const logDestinations = components.flatMap(({ path, value }) => itemsOf(value, path, "log_destinations"));
  const variables = [
    itemsOf(spec, [], "envs"),
    ...components.map(({ path, value }) => itemsOf(value, path, "envs")),
  ];
  return { spec, components, databases, names, namesKnown, variables, logDestinations };
}

function namesAreKnown(list: unknown): boolean {
  if (!Array.isArray(list)) return list === undefined || list === null;
  return list.every((item) => isPlainObject(item) && textOf(item, "name") !== undefined);
}

/** The value of a map's own field. */
export const own = (map: Plain, field: string): unknown =>
  Object.hasOwn(map, field) ? map[field] : undefined;

export const has = (map: Plain, field: string): boolean => own(map, field) !== undefined;

/** A text that is known; undefined otherwise. */
export function textOf(map: Plain, field: string): string | undefined {
  const value = own(map, field);
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
}

export function numberOf(map: Plain, field: string): number | undefined {
  const value = own(map, field);
  return typeof value === "number" ? value : undefined;
}

export function mapOf(map: Plain, field: string): Plain | undefined {
  const value = own(map, field);
  return isPlainObject(value) ? value : undefined;
}

/** The maps in the list `field`, with their places below `path`. */
export function itemsOf(map: Plain, path: ListPath, field: string): Item[] {
  const list = own(map, field);
  if (!Array.isArray(list)) return [];
  const items: Item[] = [];
  list.forEach((value: unknown, index) => {
    if (isPlainObject(value)) items.push(new Item(value, path, field, index));
  });
  return items;
}

/** Which of the fields are set. */
export const fieldsSet = (map: Plain, fields: readonly string[]): string[] =>
  fields.filter((field) => has(map, field));

/** Calls `found` for each item whose `field` repeats an earlier string, with that string. */
export function forRepeated(
  items: readonly Item[],
  field: string,
  found: (text: string, item: Item) => void,
): void {
  const seen = new Set<string>();
  for (const item of items) {
    const text = textOf(item.value, field);
    if (text === undefined) continue;
    if (seen.has(text)) found(text, item);
    seen.add(text);
  }
}

/** `5h30m` and the like. */
export const isDuration = (text: string): boolean => /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text);
