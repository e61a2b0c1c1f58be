import * as pulumi from "@pulumi/pulumi";
import { COMPONENT_LISTS } from "../appspec/component-lists";
import {
  isPlainObject,
  listKeys,
  listOrder,
  mistakenMap,
  SPEC_LISTS,
  type NamedList,
  type NamedLists,
} from "../appspec/lists-by-name";
import { isSecretPlace } from "../appspec/secrets";
import type { AppSpec } from "../appspec/types";

/** `T` for arguments: any part may be an Output or a promise, at any depth. */
export type DeepInput<T> = pulumi.Input<
  T extends readonly (infer Item)[]
    ? DeepInput<Item>[]
    : T extends object
      ? { [Key in keyof T]: DeepInput<T[Key]> | (undefined extends T[Key] ? undefined : never) }
      : T
>;

/** An AppSpec whose parts may be Outputs. */
export type AppSpecArgs = DeepInput<AppSpec>;

type Deferred = pulumi.Output<unknown> | Promise<unknown>;

export const isDeferred = (value: unknown): value is Deferred =>
  pulumi.Output.isInstance(value) || value instanceof Promise;

/** Does not use `pulumi.output(value)` for Outputs: it unwraps everything inside, so one secret would make everything secret. */
export function whenKnown(value: Deferred, then: (known: unknown) => unknown): unknown {
  const output = (pulumi.Output.isInstance(value) ? value : pulumi.output(value)) as pulumi.Output<unknown>;
  return output.apply(then);
}

/**
 * The AppSpec in the form that Pulumi sees: lists with names as maps (see appspec/lists-by-name.ts), and every secret marked,
 * even if the program did not mark it. Works value by value, so that one secret hides only itself. A list that is an Output, or
 * contains an Output as an item or name, can only be resolved as a whole.
 * @param defaultName the app's name if the spec has none
 */
export function specInputs(spec: AppSpecArgs, defaultName: string | undefined): unknown {
  if (isDeferred(spec)) return whenKnown(spec, (known) => specInputs(known as AppSpecArgs, defaultName));
  if (!isPlainObject(spec)) return spec;
  const named =
    spec["name"] === undefined && defaultName !== undefined ? { ...spec, name: defaultName } : spec;
  return keyed(named, SPEC_LISTS, []);
}

/** The order of the lists that {@link specInputs} turns into maps, as far as it is known without waiting for Outputs. */
export function orderInputs(spec: AppSpecArgs): unknown {
  return isDeferred(spec) ? whenKnown(spec, listOrder) : listOrder(spec);
}

function keyed(value: unknown, lists: NamedLists, path: readonly (string | number)[]): unknown {
  if (isDeferred(value)) return whenKnown(value, (known) => keyed(known, lists, path));
  if (Array.isArray(value)) return value.map((item, index) => keyed(item, {}, [...path, index]));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      const place = [...path, field];
      const shape = Object.hasOwn(lists, field) ? lists[field] : undefined;
      const turned = shape ? keyedList(inner, shape, place) : keyed(inner, {}, place);
      return [field, isSecret(place, value) && turned !== undefined ? pulumi.secret(turned) : turned];
    }),
  );
}

function keyedList(
  value: unknown,
  shape: NamedList,
  path: readonly string[] | readonly (string | number)[],
): unknown {
  if (isDeferred(value)) return whenKnown(value, (known) => keyedList(known, shape, path));
  if (isPlainObject(value)) return mistakenMap(keyed(value, {}, path));
  if (!Array.isArray(value)) return value;
  if (value.some((item) => hidesName(item, shape)))
    return pulumi.output(value).apply((known) => keyedList(known, shape, path));
  const keys = listKeys(value, shape);
  if (!keys) return value.map((item, index) => keyed(item, shape.lists ?? {}, [...path, index]));
  return Object.fromEntries(
    value.flatMap((item: Record<string, unknown>, index) => {
      const key = keys[index];
      if (key === undefined) return [];
      const { [shape.by]: _name, ...rest } = item;
      return [[key, keyed(rest, shape.lists ?? {}, [...path, key])]];
    }),
  );
}

/**
 * The variables that the spec sets several times, as lists of {@link RepeatedIn} or Outputs of such lists; undefined if there
 * are certainly none. The form by name keeps only the last of each.
 */
export function repeatedInputs(spec: AppSpecArgs): unknown {
  const found = repeatedIn(spec, []);
  return found.length > 0 ? found : undefined;
}

function repeatedIn(value: unknown, path: readonly string[]): unknown[] {
  if (isDeferred(value)) return [whenKnown(value, (known) => repeatedIn(known, path))];
  if (!isPlainObject(value)) return [];
  const own = repeatedVariables(value["envs"], [...path, "envs"]);
  const lists = path.length > 0 ? [] : COMPONENT_LISTS;
  return [...own, ...lists.flatMap((list) => repeatedInComponents(value[list], list))];
}

function repeatedInComponents(components: unknown, list: string): unknown[] {
  if (isDeferred(components)) return [whenKnown(components, (known) => repeatedInComponents(known, list))];
  if (!Array.isArray(components)) return [];
  return components.flatMap((component: unknown) => {
    if (isDeferred(component)) return [whenKnown(component, (known) => repeatedInComponents([known], list))];
    const name = isPlainObject(component) ? component["name"] : undefined;
    if (isDeferred(name)) return [whenKnown(name, (known) => repeatedIn(component, [list, String(known)]))];
    return typeof name === "string" ? repeatedIn(component, [list, name]) : [];
  });
}

function repeatedVariables(list: unknown, path: readonly string[]): unknown[] {
  if (isDeferred(list)) return [whenKnown(list, (known) => repeatedVariables(known, path))];
  if (!Array.isArray(list)) return [];
  const keys = list.map((item: unknown) =>
    isPlainObject(item) ? item["key"] : isDeferred(item) ? item : undefined,
  );
  if (keys.some(isDeferred))
    return [pulumi.output(keys).apply((known) => repeatedVariables(known.map(asVariable), path))];
  const places = new Map<unknown, number[]>();
  keys.forEach((key, index) => places.set(key, [...(places.get(key) ?? []), index]));
  return [...places].flatMap(([key, at]) =>
    typeof key === "string" && at.length > 1 ? [{ list: path, key, at }] : [],
  );
}

/** A key, or an item that was an Output. */
const asVariable = (known: unknown): unknown => (isPlainObject(known) ? known : { key: known });

function hidesName(item: unknown, shape: NamedList): boolean {
  if (isDeferred(item)) return true;
  return isPlainObject(item) && [shape.by, ...(shape.and ?? [])].some((field) => isDeferred(item[field]));
}

/** A variable whose type is not known yet may turn out to be a SECRET. */
function isSecret(path: readonly (string | number)[], parent: Record<string, unknown>): boolean {
  return isSecretPlace(path, isDeferred(parent["type"]) ? { type: "SECRET" } : parent);
}
