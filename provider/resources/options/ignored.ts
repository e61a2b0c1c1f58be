import { valueAt, withValueAt, type Path } from "../../appspec/diff";
import { isPlainObject, SPEC_LISTS, type NamedList, type NamedLists } from "../../appspec/lists-by-name";

/**
 * A spec whose ignored places have the values of `held`, or are absent if they are absent there. If `held` lacks the parent of
 * a place, as for a new component, the value of `wanted` counts. All in their form by name. Pure.
 * @param paths the ignored places; a step `*` matches all items
 * @param lists lists that count as existing even without items
 */
export function keepIgnored(
  wanted: unknown,
  held: unknown,
  paths: readonly Path[],
  lists: NamedLists = SPEC_LISTS,
): unknown {
  if (held === undefined) return wanted;
  return paths
    .flatMap((path) => expand(path, [wanted, held]))
    .reduce((spec, path) => keep(spec, held, path, lists), wanted);
}

/** The same for an AppSpec: a component with autoscaling, from the program or the service, has no fixed count. */
export function keepIgnoredSpec(wanted: unknown, held: unknown, paths: readonly Path[]): unknown {
  const kept = keepIgnored(wanted, held, paths);
  return autoscaled(kept)
    .filter(({ scaling, count }) => isIgnored(scaling, paths) || isIgnored(count, paths))
    .reduce((spec, { count }) => withValueAt(spec, count, undefined), kept);
}

/** The current spec with the previous values in ignored places, so that their changes do not count as drift. */
export function withoutIgnored(now: unknown, then: unknown, paths: readonly Path[]): unknown {
  const counts = autoscaled(now).flatMap(({ scaling, count }) => (isIgnored(scaling, paths) ? [count] : []));
  return keepIgnored(now, then, [...paths, ...counts]);
}

/** Places of `autoscaling` and the instance count in components with autoscaling. */
function autoscaled(spec: unknown): { scaling: Path; count: Path }[] {
  return SCALED.flatMap((list) => stepsInto(valueAt(spec, [list])).map((name): Path => [list, name]))
    .filter((component) => valueAt(spec, [...component, "autoscaling"]) !== undefined)
    .map((component) => ({
      scaling: [...component, "autoscaling"],
      count: [...component, "instance_count"],
    }));
}

const SCALED = ["services", "workers"];

function keep(wanted: unknown, held: unknown, path: Path, lists: NamedLists): unknown {
  if (path.length === 0) return held;
  const place = path.slice(0, -1);
  const last = path.at(-1) ?? "";
  const [there, here] = [containerAt(held, place, lists), containerAt(wanted, place, lists)];
  if (there === undefined || here === undefined) return wanted;
  if (typeof last === "number") {
    const areLists = Array.isArray(there) && Array.isArray(here);
    return areLists && last < there.length ? withValueAt(wanted, path, there[last]) : wanted;
  }
  if (!isPlainObject(there) || !isPlainObject(here)) return wanted;
  const value = valueAt(there, [last]);
  if (value === undefined && valueAt(here, [last]) === undefined) return wanted;
  const kept = withValueAt(wanted, path, value);
  // A list that has lost its only item is absent, as in `held`.
  const isEmpty = value === undefined && Object.keys(here).length === 1 && place.length > 0;
  return isEmpty && valueAt(held, place) === undefined ? withValueAt(kept, place, undefined) : kept;
}

/** The value at the place; a list with names counts as existing even without items. */
function containerAt(spec: unknown, place: Path, top: NamedLists): unknown {
  let at = spec;
  let lists = top;
  let items: NamedLists = {};
  for (const step of place) {
    const list: NamedList | undefined = Object.hasOwn(lists, step) ? lists[step] : undefined;
    at = valueAt(at, [step]) ?? (list && isPlainObject(at) ? {} : undefined);
    // The name of a list is followed by that of an item, which may contain lists itself.
    [lists, items] = list ? [{}, list.lists ?? {}] : [items, {}];
  }
  return at;
}

function expand(path: Path, specs: readonly unknown[]): Path[] {
  const index = path.indexOf("*");
  if (index < 0) return [path];
  const [before, after] = [path.slice(0, index), path.slice(index + 1)];
  const steps = new Set(specs.flatMap((spec) => stepsInto(valueAt(spec, before))));
  return [...steps].flatMap((step) => expand([...before, step, ...after], specs));
}

function stepsInto(value: unknown): (string | number)[] {
  if (Array.isArray(value)) return [...value.keys()];
  return isPlainObject(value) ? Object.keys(value) : [];
}

/** True if the path, or a parent of it, is ignored. */
export const isIgnored = (path: Path, paths: readonly Path[]): boolean =>
  paths.some((ignored) => ignored.every((step, index) => step === "*" || step === path[index]));

/** Merges two values if they are maps; `first` takes precedence. */
export function unite(first: unknown, second: unknown): unknown {
  if (first === undefined) return second;
  if (!isPlainObject(first) || !isPlainObject(second)) return first;
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Object.fromEntries(
    [...names].map((name) => [name, unite(valueAt(first, [name]), valueAt(second, [name]))]),
  );
}
