/**
 * The two forms of an AppSpec. Users write lists, as the AppSpec has them; Pulumi sees maps by name, since its diffs,
 * secrets, errors and `ignoreChanges` go by index in lists and by key in maps. Only lists of named
 * items are converted; ingress rules and similar lists keep their order.
 */

type Plain = Record<string, unknown>;

/** How the items of a list are identified, and which nested lists they contain. */
export interface NamedList {
  /** The field that names an item; it moves into the map's key. */
  readonly by: string;
  /** Fields that distinguish items with the same name; they stay in the item. */
  readonly and?: readonly string[];
  /** Of several items with the same name, the last one applies. Otherwise duplicates are a mistake. */
  readonly lastCounts?: true;
  readonly lists?: NamedLists;
}
export type NamedLists = Readonly<Record<string, NamedList>>;

const VARIABLES: NamedList = { by: "key", lastCounts: true };
const ALERTS: NamedList = { by: "rule", and: ["operator", "window"] };
const LOG_DESTINATIONS: NamedList = { by: "name", lists: { headers: { by: "key" } } };
const COMPONENTS: NamedList = {
  by: "name",
  lists: { envs: VARIABLES, alerts: ALERTS, log_destinations: LOG_DESTINATIONS },
};

/** The lists with identity of an AppSpec. */
export const SPEC_LISTS: NamedLists = {
  services: COMPONENTS,
  static_sites: COMPONENTS,
  workers: COMPONENTS,
  jobs: COMPONENTS,
  functions: COMPONENTS,
  databases: { by: "name" },
  domains: { by: "domain" },
  envs: VARIABLES,
  alerts: ALERTS,
};

/** Separates the parts of a key made of several fields, as in `CPU_UTILIZATION:GREATER_THAN:FIVE_MINUTES`. */
const KEY_SEPARATOR = ":";

export const isPlainObject = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The key of every item, or undefined if the list cannot become a map: an item without a name, or two with the same
 * name. Such a list is unchanged, and validation reports the problem. An item has no key if a later one replaces it.
 */
export function listKeys(list: readonly unknown[], shape: NamedList): (string | undefined)[] | undefined {
  const names: string[] = [];
  for (const item of list) {
    const name = isPlainObject(item) && Object.hasOwn(item, shape.by) ? item[shape.by] : undefined;
    if (typeof name !== "string" || name === "" || name === "__proto__") return undefined;
    names.push(name);
  }
  if (shape.lastCounts) {
    const last = new Map(names.map((name, index) => [name, index]));
    return names.map((name, index) => (last.get(name) === index ? name : undefined));
  }
  const count = new Map<string, number>();
  for (const name of names) count.set(name, (count.get(name) ?? 0) + 1);
  const keys = names.map((name, index) =>
    count.get(name) === 1 ? name : [name, ...distinguishing(list[index] as Plain, shape)].join(KEY_SEPARATOR),
  );
  return new Set(keys).size === keys.length ? keys : undefined;
}

function distinguishing(item: Plain, shape: NamedList): string[] {
  return (shape.and ?? []).map((field) => item[field]).filter((part) => typeof part === "string");
}

/** An AppSpec with its named lists as maps. Anything that is not a spec is returned unchanged. Pure; never throws. */
export function listsToMaps(spec: unknown, lists: NamedLists = SPEC_LISTS): unknown {
  if (!isPlainObject(spec)) return spec;
  return mapFields(spec, (field, value) => {
    const shape = shapeOf(lists, field);
    return shape && Array.isArray(value) ? listToMap(value, shape) : value;
  });
}

function listToMap(list: readonly unknown[], shape: NamedList): unknown {
  const keys = listKeys(list, shape);
  const items = shape.lists ? list.map((item) => listsToMaps(item, shape.lists)) : list;
  if (keys === undefined) return items;
  return Object.fromEntries(
    keys.flatMap((key, index) =>
      key === undefined ? [] : [[key, without(items[index] as Plain, shape.by)]],
    ),
  );
}

/** The reverse of {@link listsToMaps}: converts maps by name to lists, in the map's order. Pure; never throws. */
export function mapsToLists(spec: unknown, lists: NamedLists = SPEC_LISTS): unknown {
  if (!isPlainObject(spec)) return spec;
  return mapFields(spec, (field, value) => {
    const shape = shapeOf(lists, field);
    if (!shape) return value;
    if (Array.isArray(value))
      return mistaken(value) ?? value.map((item) => mapsToLists(item, shape.lists ?? {}));
    return isPlainObject(value) ? mapToList(value, shape) : value;
  });
}

const MISTAKEN = "__map";

/**
 * A map where the AppSpec expects a list. In the by-name form it would look like that list, and validation could not report
 * it.
 */
export const mistakenMap = (map: unknown): unknown => [{ [MISTAKEN]: map }];

function mistaken(list: readonly unknown[]): unknown {
  const [only] = list;
  return list.length === 1 && isPlainObject(only) && Object.hasOwn(only, MISTAKEN)
    ? only[MISTAKEN]
    : undefined;
}

function mapToList(map: Plain, shape: NamedList): unknown[] {
  return Object.entries(map).map(([key, item]) =>
    isPlainObject(item)
      ? { [shape.by]: nameInKey(key, shape), ...(mapsToLists(item, shape.lists ?? {}) as Plain) }
      : item,
  );
}

function nameInKey(key: string, shape: NamedList): string {
  return shape.and ? (key.split(KEY_SEPARATOR)[0] ?? key) : key;
}

/** The names in the top-level lists of a spec, in their order. */
export type ListOrder = Readonly<Record<string, readonly string[]>>;

/**
 * The order that the form by name loses on its way through Pulumi: the service may give the root to the first component. */
export function listOrder(spec: unknown): ListOrder | undefined {
  if (!isPlainObject(spec)) return undefined;
  const order = Object.fromEntries(
    Object.entries(SPEC_LISTS).flatMap(([field, shape]) => {
      const list = spec[field];
      const keys =
        field !== "envs" && Array.isArray(list) && list.length > 1 ? listKeys(list, shape) : undefined;
      return keys ? [[field, keys.filter((key) => key !== undefined)]] : [];
    }),
  );
  return Object.keys(order).length > 0 ? order : undefined;
}

/** A spec in its list form with its lists in the given order; items that the order does not list come last. Pure. */
export function inOrder<T>(spec: T, order: unknown): T {
  if (!isPlainObject(spec) || !isPlainObject(order)) return spec;
  return mapFields(spec, (field, list) => {
    const names = order[field];
    const shape = shapeOf(SPEC_LISTS, field);
    const keys = shape && Array.isArray(list) && Array.isArray(names) ? listKeys(list, shape) : undefined;
    if (!keys) return list;
    const place = new Map((names as string[]).map((name, index) => [name, index]));
    const rank = (key: string | undefined): number => place.get(key ?? "") ?? place.size;
    return keys
      .map((key, index) => ({ rank: rank(key), item: (list as unknown[])[index] }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
  }) as T;
}

/**
 * A spec in its list form with all named lists in the order of another one. Items that the other one lacks come last, by name, since
 * the form by name has no order. Pure.
 */
export function orderedLike(spec: unknown, other: unknown, lists: NamedLists = SPEC_LISTS): unknown {
  if (!isPlainObject(spec)) return spec;
  return mapFields(spec, (field, list) => {
    const shape = shapeOf(lists, field);
    const keys = shape && Array.isArray(list) ? listKeys(list, shape) : undefined;
    if (!shape || !keys || !Array.isArray(list)) return list;
    const theirs = isPlainObject(other) && Array.isArray(other[field]) ? (other[field] as unknown[]) : [];
    const order = listKeys(theirs, shape) ?? [];
    return list
      .map((item: unknown, index) => {
        const key = keys[index] ?? "";
        const found = order.indexOf(key);
        const twin = found < 0 ? undefined : theirs[found];
        const sorted = shape.lists ? orderedLike(item, twin, shape.lists) : item;
        return { key, rank: found < 0 ? order.length : found, item: sorted };
      })
      .sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1))
      .map(({ item }) => item);
  });
}

/**
 * A place in an AppSpec as Pulumi prints it, by name: `["services", 0, "envs", 2, "value"]` becomes
 * `spec.services.web.envs.PORT.value`.
 * @param spec the AppSpec in its list form, that `path` refers to
 */
export const displayPath = (spec: unknown, path: readonly (string | number)[]): string =>
  formatPath(namedPath(spec, path));

/** The same path in the by-name form. */
export function namedPath(spec: unknown, path: readonly (string | number)[]): (string | number)[] {
  let value: unknown = spec;
  let lists: NamedLists = SPEC_LISTS;
  let shape: NamedList | undefined;
  return path.map((step) => {
    const key =
      shape && Array.isArray(value) && typeof step === "number" ? listKeys(value, shape)?.[step] : undefined;
    if (Array.isArray(value) && shape) {
      lists = shape.lists ?? {};
      shape = undefined;
    } else {
      shape = shapeOf(lists, String(step));
      lists = {};
    }
    value = childOf(value, step);
    return key ?? step;
  });
}

/**
 * Converts `path` from `from` to `to`, another list form of the same AppSpec. Items match by name, since Pulumi does not keep
 * the order of maps.
 */
export function samePlace(
  path: readonly (string | number)[],
  from: unknown,
  to: unknown,
): (string | number)[] {
  let lists: NamedLists = SPEC_LISTS;
  let shape: NamedList | undefined;
  let there = to;
  let here = from;
  return path.map((step) => {
    const found = shape && typeof step === "number" ? sameItem(here, there, step, shape) : step;
    const inList = Array.isArray(here) && shape !== undefined;
    lists = inList ? (shape?.lists ?? {}) : lists;
    shape = inList ? undefined : shapeOf(lists, String(step));
    if (!inList) lists = {};
    here = childOf(here, step);
    there = childOf(there, found);
    return found;
  });
}

function sameItem(here: unknown, there: unknown, index: number, shape: NamedList): number {
  if (!Array.isArray(here) || !Array.isArray(there)) return index;
  const key = listKeys(here, shape)?.[index];
  const found = key === undefined ? -1 : (listKeys(there, shape)?.indexOf(key) ?? -1);
  return found < 0 ? index : found;
}

const childOf = (value: unknown, step: string | number): unknown =>
  isIndexable(value) && Object.hasOwn(value, step) ? value[step] : undefined;

/** Formats a by-name path as Pulumi prints it. */
export function formatPath(path: readonly (string | number)[]): string {
  return "spec" + path.map(formatStep).join("");
}

function formatStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[^.[\]"\s]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

const isIndexable = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;

const shapeOf = (lists: NamedLists, field: string): NamedList | undefined =>
  Object.hasOwn(lists, field) ? lists[field] : undefined;

function mapFields(object: Plain, change: (field: string, value: unknown) => unknown): Plain {
  return Object.fromEntries(Object.entries(object).map(([field, value]) => [field, change(field, value)]));
}

function without(object: Plain, field: string): Plain {
  const { [field]: _left, ...rest } = object;
  return rest;
}
