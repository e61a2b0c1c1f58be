import type { Path } from "../../appspec/diff";
import { isPlainObject } from "../../appspec/lists-by-name";
import { nearest } from "../../appspec/nearest";
import { isUnknown } from "../../appspec/unknown";
import { ANY, type Form, type MapForm, type NamedForm } from "./forms";
import { formatPropertyPath } from "./property-path";

/** The target of a path in the properties that Pulumi sees: lists with names are maps by name. */
export interface Branch {
  readonly path: Path;
  /** Why the path matches nothing. */
  readonly mismatch?: Mismatch;
}

export interface Mismatch {
  readonly reason: string;
  /** The path that was most likely meant. */
  readonly meant?: Path;
  /** The index refers to a name that is not known here. */
  readonly isUnresolved?: true;
}

/** Placeholder for a value that may be anything. */
const OPEN = Symbol("open");

type IsDeferred = (value: unknown) => boolean;

/**
 * Follows a path through properties, in the program's form or in the form by name; a wildcard branches. A missing optional
 * field is not a mismatch. Pure.
 * @param isDeferred true for values that are not known here, such as Outputs
 */
export function follow(steps: Path, value: unknown, form: Form, isDeferred: IsDeferred): Branch[] {
  return visit(steps, { value, form, done: [] }, isDeferred);
}

interface Place {
  readonly value: unknown;
  readonly form: Form;
  /** The path to this place, by name. */
  readonly done: Path;
}

function visit(steps: Path, place: Place, isDeferred: IsDeferred): Branch[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path: place.done }];
  const known = isDeferred(place.value) || isUnknown(place.value) ? OPEN : place.value;
  const children = step === "*" ? everything(known, place, isDeferred) : one(step, known, place, isDeferred);
  if (!Array.isArray(children)) {
    const { reason, meant, isUnresolved } = children;
    return [
      {
        path: [...place.done, ...steps],
        mismatch: {
          reason,
          ...(meant !== undefined && { meant: [...place.done, meant, ...rest] }),
          ...(isUnresolved && { isUnresolved }),
        },
      },
    ];
  }
  return children.flatMap(({ step: taken, value, form }) =>
    visit(rest, { value, form, done: [...place.done, taken] }, isDeferred),
  );
}

interface Child {
  readonly step: string | number;
  readonly value: unknown;
  readonly form: Form;
}
interface Missing {
  readonly reason: string;
  readonly meant?: string | undefined;
  readonly isUnresolved?: true;
}

function one(step: string | number, value: unknown, place: Place, isDeferred: IsDeferred): Child[] | Missing {
  const { form, done } = place;
  const at = formatPropertyPath(done);
  switch (form.kind) {
    case "map":
      return field(step, value, form, at);
    case "named":
      return typeof step === "number"
        ? itemAt(step, value, form, at, isDeferred)
        : itemNamed(step, value, form, at, isDeferred);
    case "list":
      if (typeof step !== "number") return { reason: `${at} is a list without names: use an index` };
      return value === OPEN || (Array.isArray(value) && step < value.length)
        ? [{ step, value: childOf(value, step), form: form.item }]
        : { reason: `${at} has ${countOf(value)}` };
    case "scalar":
      return { reason: `${at} has no properties` };
    case "any":
      return value === OPEN || (isIndexable(value) && Object.hasOwn(value, step))
        ? [{ step, value: childOf(value, step), form: ANY }]
        : { reason: `${at} has no ${String(step)}` };
  }
}

function field(
  step: string | number,
  value: unknown,
  { fields, naming }: MapForm,
  at: string,
): Child[] | Missing {
  const what = at === "" ? "the resource" : at;
  if (typeof step === "number") return { reason: `${what} is not a list` };
  const form = fields.get(step);
  if (form) return [{ step, value: childOf(value, step), form }];
  if (naming.includes(step))
    return { reason: `${step} identifies ${what}: an item with another ${step} is another item` };
  if (isPlainObject(value) && Object.hasOwn(value, step)) return [{ step, value: value[step], form: ANY }];
  return { reason: `${what} has no property ${step}`, meant: nearest(step, fields.keys()) };
}

function itemAt(
  index: number,
  value: unknown,
  form: NamedForm,
  at: string,
  isDeferred: IsDeferred,
): Child[] | Missing {
  if (value === OPEN || hidesNames(value, form, isDeferred))
    return {
      reason: `${at} is an Output or contains one, so its names are not known yet`,
      isUnresolved: true,
    };
  if (!Array.isArray(value) || index >= value.length)
    return { reason: `${at} has ${countOf(value)}${namesOf(value, form, ", which are identified by name")}` };
  const keys = form.keysOf(value);
  const name = childOf(value[index], form.keyedBy[0] ?? "");
  const key = keys ? (keys[index] ?? (typeof name === "string" ? name : index)) : index;
  return [
    { step: key, value: value[keys ? Math.max(keys.indexOf(key as string), 0) : index], form: form.item },
  ];
}

function itemNamed(
  name: string,
  value: unknown,
  form: NamedForm,
  at: string,
  isDeferred: IsDeferred,
): Child[] | Missing {
  if (value === OPEN || hidesNames(value, form, isDeferred))
    return [{ step: name, value: OPEN, form: form.item }];
  const items = itemsOf(value, form);
  // The check reports such a list itself.
  if (!items) return [{ step: name, value: OPEN, form: form.item }];
  if (items.has(name)) return [{ step: name, value: items.get(name), form: form.item }];
  const meant = nearest(name, items.keys());
  return {
    reason: `${at} has no item named ${name}${meant === undefined ? namesOf(value, form) : ""}`,
    meant,
  };
}

function everything(value: unknown, { form, done }: Place, isDeferred: IsDeferred): Child[] | Missing {
  const at = formatPropertyPath(done);
  const nothing = { reason: `${at} has no items` };
  switch (form.kind) {
    case "scalar":
      return { reason: `${at} has no properties` };
    case "map": {
      if (value === OPEN) return [{ step: "*", value: OPEN, form: ANY }];
      const names = isPlainObject(value)
        ? Object.keys(value).filter((name) => !form.naming.includes(name))
        : [];
      const children = names.map((step) => ({
        step,
        value: childOf(value, step),
        form: form.fields.get(step) ?? ANY,
      }));
      return children.length > 0 ? children : nothing;
    }
    case "named": {
      if (value === OPEN || hidesNames(value, form, isDeferred))
        return [{ step: "*", value: OPEN, form: form.item }];
      const items = itemsOf(value, form);
      if (items && items.size > 0)
        return [...items].map(([step, item]) => ({ step, value: item, form: form.item }));
      break;
    }
    default:
  }
  if (value === OPEN) return [{ step: "*", value: OPEN, form: form.kind === "list" ? form.item : ANY }];
  if (Array.isArray(value) && value.length > 0)
    return value.map((item: unknown, step) => ({ step, value: item, form: itemForm(form) }));
  const entries = isPlainObject(value) ? Object.entries(value) : [];
  return entries.length > 0 ? entries.map(([step, item]) => ({ step, value: item, form: ANY })) : nothing;
}

const itemForm = (form: Form): Form => (form.kind === "list" || form.kind === "named" ? form.item : ANY);

/** The items by name, for either form of the list; undefined if it cannot be a map by name. */
function itemsOf(value: unknown, form: NamedForm): Map<string, unknown> | undefined {
  if (value === undefined || value === null) return new Map();
  if (isPlainObject(value)) return new Map(Object.entries(value));
  const keys = Array.isArray(value) ? form.keysOf(value) : undefined;
  if (!keys) return undefined;
  return new Map(
    keys.flatMap((key, index): [string, unknown][] =>
      key === undefined ? [] : [[key, (value as unknown[])[index]]],
    ),
  );
}

/** One unknown item or name makes all keys unknown: keys depend on whether names repeat. */
const hidesNames = (value: unknown, { keyedBy }: NamedForm, isDeferred: IsDeferred): boolean =>
  Array.isArray(value) &&
  value.some(
    (item: unknown) =>
      isDeferred(item) ||
      isUnknown(item) ||
      (isPlainObject(item) && keyedBy.some((name) => isDeferred(item[name]) || isUnknown(item[name]))),
  );

const MOST_NAMES = 5;

function namesOf(value: unknown, form: NamedForm, what = ""): string {
  const names = [...(itemsOf(value, form)?.keys() ?? [])];
  if (names.length === 0) return "";
  return `${what}: ${names.slice(0, MOST_NAMES).join(", ")}${names.length > MOST_NAMES ? ", …" : ""}`;
}

function countOf(value: unknown): string {
  const count = isIndexable(value) ? Object.keys(value).length : 0;
  return count === 0 ? "no items" : `${count} ${count === 1 ? "item" : "items"}`;
}

const isIndexable = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;

/** A child of an unknown value is unknown as well. */
function childOf(value: unknown, step: string | number): unknown {
  if (value === OPEN) return OPEN;
  return isIndexable(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
