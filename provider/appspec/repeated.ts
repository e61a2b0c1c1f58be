import { valueAt } from "./diff";
import { isPlainObject } from "./lists-by-name";
import type { FilePlace } from "./file-error";
import type { ListPath, Problem, Report } from "./problem";

/** A variable that a list contains several times, and the places of its items in the list. */
export interface Repeated {
  readonly key: string;
  readonly at: readonly number[];
}

/** The same, in the list at a path by name: `["services", "web", "envs"]`. */
export interface RepeatedIn extends Repeated {
  readonly list: readonly string[];
}

/**
 * Reports duplicate items that the by-name form has dropped.
 * @param found lists of {@link RepeatedIn}, nested and with unknown values as a program may give them
 * @param spec the AppSpec in its list form, without the items that were left out
 */
export function reportLeftOut(found: unknown, spec: unknown, report: Report): void {
  if (Array.isArray(found)) return found.forEach((one) => reportLeftOut(one, spec, report));
  if (!isRepeatedIn(found)) return;
  const path = found.list.reduce<(string | number)[]>((steps, step) => {
    const items = valueAt(spec, steps);
    return [...steps, Array.isArray(items) ? items.findIndex((item) => nameOf(item, "name") === step) : step];
  }, []);
  const variables = valueAt(spec, path);
  const last = Array.isArray(variables)
    ? variables.findIndex((item) => nameOf(item, "key") === found.key)
    : -1;
  if (last >= 0) reportRepeated(found, [...path, last], report);
}

const isRepeatedIn = (value: unknown): value is RepeatedIn =>
  isPlainObject(value) && Array.isArray(value["list"]) && Array.isArray(value["at"]);

const nameOf = (item: unknown, field: string): unknown => (isPlainObject(item) ? item[field] : undefined);

/** @param last the path of its last item, the one that counts */
export function reportRepeated({ key, at }: Repeated, last: ListPath, report: Report): void {
  const items = at.map((index) => index + 1);
  const times = at.length === 2 ? "twice" : `${at.length} times`;
  report.warn(
    "duplicate-variable",
    [...last, "key"],
    `appears ${times}, as items ${items.slice(0, -1).join(", ")} and ${items.at(-1)} of this list; only the last one is sent`,
    "remove the others (which one counts is inferred: the service does not document it)",
    { repeated: key },
  );
}

/**
 * Positions of all items that share the name a problem is about.
 * @param path of the problem in `spec`
 */
export function repeatedPlaces(
  { repeated }: Problem,
  path: ListPath,
  spec: unknown,
  locate: (path: ListPath) => FilePlace | undefined,
): FilePlace[] {
  if (repeated === undefined) return [];
  const list = path.slice(0, -2);
  const items = valueAt(spec, list);
  return (Array.isArray(items) ? items : []).flatMap((item: unknown, index) => {
    const place =
      isPlainObject(item) && item["key"] === repeated ? locate([...list, index, "key"]) : undefined;
    return place ? [place] : [];
  });
}
