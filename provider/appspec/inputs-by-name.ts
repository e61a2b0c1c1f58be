import { COMPONENT_LISTS } from "./component-lists";
import {
  isPlainObject,
  listKeys,
  listOrder,
  mistakenMap,
  SPEC_LISTS,
  type NamedList,
  type NamedLists,
} from "./lists-by-name";
import { isSecretPlace } from "./secrets";

/** How a front end represents values that are secret or not known yet. */
export interface Deferring {
  isDeferred(value: unknown): boolean;
  /** The result of `then`, deferred like the value. */
  whenKnown(value: unknown, then: (known: unknown) => unknown): unknown;
  /** A value that contains deferred values, as one deferred value. */
  whole(value: unknown): unknown;
  secret(value: unknown): unknown;
}

type Place = readonly (string | number)[];

/**
 * Turns the arguments of a program into the form that Pulumi sees: lists with names as maps (see lists-by-name.ts), and every secret
 * marked, even if the program did not mark it. Works value by value, so that one secret hides only itself. A list whose items or
 * names are deferred can only be resolved as a whole.
 */
export class InputsByName {
  constructor(private readonly values: Deferring) {}

  /** @param defaultName the app's name if the spec has none */
  spec(spec: unknown, defaultName: string | undefined): unknown {
    if (this.values.isDeferred(spec))
      return this.values.whenKnown(spec, (known) => this.spec(known, defaultName));
    if (!isPlainObject(spec)) return spec;
    const named =
      spec["name"] === undefined && defaultName !== undefined ? { ...spec, name: defaultName } : spec;
    return this.keyed(named, SPEC_LISTS, []);
  }

  /** The order of the lists that become maps, as far as it is known. */
  order(spec: unknown): unknown {
    return this.values.isDeferred(spec) ? this.values.whenKnown(spec, listOrder) : listOrder(spec);
  }

  private keyed(value: unknown, lists: NamedLists, path: Place): unknown {
    if (this.values.isDeferred(value))
      return this.values.whenKnown(value, (known) => this.keyed(known, lists, path));
    if (Array.isArray(value)) return value.map((item, index) => this.keyed(item, {}, [...path, index]));
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([field, inner]) => {
        const place = [...path, field];
        const shape = Object.hasOwn(lists, field) ? lists[field] : undefined;
        const turned = shape ? this.keyedList(inner, shape, place) : this.keyed(inner, {}, place);
        return [
          field,
          this.isSecret(place, value) && turned !== undefined ? this.values.secret(turned) : turned,
        ];
      }),
    );
  }

  private keyedList(value: unknown, shape: NamedList, path: Place): unknown {
    if (this.values.isDeferred(value))
      return this.values.whenKnown(value, (known) => this.keyedList(known, shape, path));
    if (isPlainObject(value)) return mistakenMap(this.keyed(value, {}, path));
    if (!Array.isArray(value)) return value;
    if (value.some((item) => this.hidesName(item, shape)))
      return this.values.whenKnown(this.values.whole(value), (known) => this.keyedList(known, shape, path));
    const keys = listKeys(value, shape);
    if (!keys) return value.map((item, index) => this.keyed(item, shape.lists ?? {}, [...path, index]));
    return Object.fromEntries(
      value.flatMap((item: Record<string, unknown>, index) => {
        const key = keys[index];
        if (key === undefined) return [];
        const { [shape.by]: _name, ...rest } = item;
        return [[key, this.keyed(rest, shape.lists ?? {}, [...path, key])]];
      }),
    );
  }

  /**
   * The variables that the spec sets several times, as lists of `RepeatedIn` or deferred lists of them; undefined if there are
   * certainly none. The form by name keeps only the last of each.
   */
  repeated(spec: unknown): unknown {
    const found = this.repeatedIn(spec, []);
    return found.length > 0 ? found : undefined;
  }

  private repeatedIn(value: unknown, path: readonly string[]): unknown[] {
    if (this.values.isDeferred(value))
      return [this.values.whenKnown(value, (known) => this.repeatedIn(known, path))];
    if (!isPlainObject(value)) return [];
    const own = this.repeatedVariables(value["envs"], [...path, "envs"]);
    const lists = path.length > 0 ? [] : COMPONENT_LISTS;
    return [...own, ...lists.flatMap((list) => this.repeatedInComponents(value[list], list))];
  }

  private repeatedInComponents(components: unknown, list: string): unknown[] {
    const { values } = this;
    if (values.isDeferred(components))
      return [values.whenKnown(components, (known) => this.repeatedInComponents(known, list))];
    if (!Array.isArray(components)) return [];
    return components.flatMap((component: unknown) => {
      if (values.isDeferred(component))
        return [values.whenKnown(component, (known) => this.repeatedInComponents([known], list))];
      const name = isPlainObject(component) ? component["name"] : undefined;
      if (values.isDeferred(name))
        return [values.whenKnown(name, (known) => this.repeatedIn(component, [list, String(known)]))];
      return typeof name === "string" ? this.repeatedIn(component, [list, name]) : [];
    });
  }

  private repeatedVariables(list: unknown, path: readonly string[]): unknown[] {
    const { values } = this;
    if (values.isDeferred(list))
      return [values.whenKnown(list, (known) => this.repeatedVariables(known, path))];
    if (!Array.isArray(list)) return [];
    const keys = list.map((item: unknown) =>
      isPlainObject(item) && !values.isDeferred(item)
        ? item["key"]
        : values.isDeferred(item)
          ? item
          : undefined,
    );
    if (keys.some((key) => values.isDeferred(key)))
      return [
        values.whenKnown(values.whole(keys), (known) =>
          this.repeatedVariables((known as unknown[]).map(asVariable), path),
        ),
      ];
    const places = new Map<unknown, number[]>();
    keys.forEach((key, index) => places.set(key, [...(places.get(key) ?? []), index]));
    return [...places].flatMap(([key, at]) =>
      typeof key === "string" && at.length > 1 ? [{ list: path, key, at }] : [],
    );
  }

  private hidesName(item: unknown, shape: NamedList): boolean {
    if (this.values.isDeferred(item)) return true;
    return (
      isPlainObject(item) &&
      [shape.by, ...(shape.and ?? [])].some((field) => this.values.isDeferred(item[field]))
    );
  }

  /** A variable whose type is not known yet may turn out to be a SECRET. */
  private isSecret(path: Place, parent: Record<string, unknown>): boolean {
    return isSecretPlace(path, this.values.isDeferred(parent["type"]) ? { type: "SECRET" } : parent);
  }
}

/** A key, or an item that was deferred. */
const asVariable = (known: unknown): unknown => (isPlainObject(known) ? known : { key: known });
