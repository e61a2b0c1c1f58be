import { COMPONENT_LISTS } from "./component-lists";
import { valueAt, withValueAt, type Path } from "./diff";
import { formatPath, isPlainObject } from "./lists-by-name";
import { isUnknown } from "./unknown";

/**
 * SECRET variables without a value. The service treats a missing value as empty and erases the stored one; an App sends the
 * stored value again instead, unless `emptySecrets` lists the variable. All specs are in the by-name form. Pure.
 */

/** A variable of `type: SECRET`. */
export interface SecretVariable {
  /** `KEY` for a variable of the app, `component.KEY` for one of a component. */
  readonly address: string;
  readonly path: Path;
  readonly key: string;
  readonly value: unknown;
}

/** The SECRET variables of a spec, and whether the list is complete, that is, nothing in it is unknown. */
export function secretVariables(spec: unknown): { variables: SecretVariable[]; complete: boolean } {
  const variables: SecretVariable[] = [];
  let complete = true;
  /** The items of a named list, in either form. */
  const items = (path: Path, by: string): [name: string, item: Record<string, unknown>, path: Path][] => {
    const list = valueAt(spec, path);
    if (isUnknown(list)) complete = false;
    if (!Array.isArray(list) && !isPlainObject(list)) return [];
    return Object.entries(list).flatMap(([step, item]: [string, unknown]) => {
      if (isUnknown(item) || (isPlainObject(item) && isUnknown(item["type"]))) complete = false;
      if (!isPlainObject(item)) return [];
      const name = Array.isArray(list) ? String(item[by]) : step;
      return [[name, item, [...path, Array.isArray(list) ? Number(step) : step]]];
    });
  };
  const take = (owner: Path, prefix: string): void => {
    for (const [key, { type, value }, path] of items([...owner, "envs"], "key"))
      if (type === "SECRET") variables.push({ address: prefix + key, path, key, value });
  };
  if (isUnknown(spec)) complete = false;
  take([], "");
  for (const list of COMPONENT_LISTS)
    for (const [name, , path] of items([list], "name")) take(path, `${name}.`);
  return { variables, complete };
}

export const isEmpty = ({ value }: SecretVariable): boolean =>
  value === undefined || value === null || value === "";

/** The SECRET variables without a value that `emptySecrets` does not list. */
export function openSecrets(spec: unknown, emptySecrets: unknown): SecretVariable[] {
  const wanted = listed(emptySecrets);
  return secretVariables(spec).variables.filter((one) => isEmpty(one) && !wanted.has(one.address));
}

/** A warning about variables that will be empty; undefined if there are none. */
export function openSecretsWarning(open: readonly SecretVariable[]): string | undefined {
  if (open.length === 0) return undefined;
  const paths = open.map(({ path }) => formatPath(path)).join(", ");
  const addresses = quotedList(open);
  return `SECRET variables without a value, which the service creates empty: ${paths}. Set their values, or add ${addresses} to emptySecrets.`;
}

const quotedList = (open: readonly SecretVariable[]): string =>
  open.map(({ address }) => JSON.stringify(address)).join(", ");

/** What an update does with SECRET variables that have no value, or no longer have one; see {@link withStored}. */
export function describeOpenSecrets(
  open: readonly SecretVariable[],
  olds: unknown,
  held: unknown,
): { warning?: string | undefined; note?: string } {
  const isAdded = (one: SecretVariable): boolean => !variableIn(olds, one) && !variableIn(held, one);
  const emptied = open.filter((one) => {
    const before = variableIn(olds, one)?.["value"];
    return before !== undefined && before !== "";
  });
  const addresses = emptied.map(({ address }) => address);
  return {
    warning: openSecretsWarning(open.filter(isAdded)),
    ...(emptied.length > 0 && {
      note: `Without a value in the program, the service keeps the stored one: ${addresses.join(", ")}. To erase it, add ${quotedList(emptied)} to emptySecrets.`,
    }),
  };
}

/**
 * The spec with the stored value of each SECRET variable that has none: an update keeps it. Variables
 * in `emptySecrets` are explicitly empty.
 * @param held the service's spec, or the inputs that led to it
 */
export function withStored(spec: unknown, emptySecrets: unknown, held?: unknown): unknown {
  const wanted = listed(emptySecrets);
  return secretVariables(spec)
    .variables.filter(isEmpty)
    .reduce((copy, variable) => {
      const stored = variableIn(held, variable);
      const isErased = wanted.has(variable.address);
      if (!isErased && !stored) return copy;
      const value = isErased && !isEmptyCiphertext(stored?.["value"]) ? "" : stored?.["value"];
      return withValueAt(copy, [...variable.path, "value"], value);
    }, spec);
}

/** The service's spec without changes to values that the program leaves to the service. */
export function withoutStoredChanges(
  now: unknown,
  then: unknown,
  spec: unknown,
  emptySecrets: unknown,
): unknown {
  return openSecrets(spec, emptySecrets).reduce((copy, { path }) => {
    const place = [...path, "value"];
    const [before, after] = [valueAt(then, place), valueAt(now, place)];
    return before === undefined || after === undefined ? copy : withValueAt(copy, place, before);
  }, now);
}

function variableIn(spec: unknown, { path, key }: SecretVariable): Record<string, unknown> | undefined {
  const list = valueAt(spec, path.slice(0, -1));
  const found: unknown = Array.isArray(list)
    ? list.findLast((item: unknown) => isPlainObject(item) && item["key"] === key)
    : valueAt(list, [key]);
  return isPlainObject(found) ? found : undefined;
}

const listed = (emptySecrets: unknown): ReadonlySet<unknown> =>
  new Set(Array.isArray(emptySecrets) ? emptySecrets : []);

/** 16 bytes are the authentication tag alone. */
const isEmptyCiphertext = (value: unknown): boolean =>
  typeof value === "string" && /^EV\[\d+:[A-Za-z0-9+/]+:[A-Za-z0-9+/]{22}==\]$/.test(value);
