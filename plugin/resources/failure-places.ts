import { valueAt, type Path } from "../../provider/appspec/diff";
import { isPlainObject } from "../../provider/appspec/lists-by-name";
import type { Form, MapForm } from "../../provider/resources/options/forms";
import { formatPropertyPath } from "../../provider/resources/options/property-path";
import type { CheckFailure } from "./resource";

/**
 * The core's failure with its place as Pulumi writes it: `spec.services[0].http_port` for a reason that starts with
 * `spec.services.web.http_port: `. Pure.
 * @param args as the program passes them, without marks of secrets
 */
export function withPlace({ reason, property }: CheckFailure, args: unknown, form: MapForm): CheckFailure {
  const [, place = ""] = /^(\w+(?:[.[]\S*)?): /.exec(reason) ?? [];
  const [name = "", ...inner] = stepsOf(place, args, form);
  if (property !== "" || !form.fields.has(String(name))) return { property, reason };
  if (inner.length > 0) return { property: formatPropertyPath([name, ...inner]), reason };
  // The engine prints the value of an argument, which may contain secrets unless it is a single setting.
  const value = isPlainObject(args) ? args[name] : undefined;
  const isSetting = form.fields.get(String(name))?.kind === "scalar" && typeof value !== "object";
  return isSetting
    ? { property: String(name), reason: reason.slice(place.length + 2) }
    : { property, reason };
}

/** The steps of a place, with indexes for the names of items. Follows the values, since names may contain dots. */
function stepsOf(place: string, value: unknown, form: Form | undefined): Path {
  const rest = place.replace(/^\./, "");
  if (rest === "") return [];
  const quoted = /^\["([^"\\]+)"\]/.exec(rest);
  if (quoted) {
    const [whole, name = ""] = quoted;
    const found =
      form?.kind === "named" && Array.isArray(value) ? form.keysOf(value)?.indexOf(name) : undefined;
    const step = found === undefined || found < 0 ? name : found;
    return [step, ...stepsOf(rest.slice(whole.length), valueAt(value, [step]), itemForm(form))];
  }
  const index = /^\[(\d+)\]/.exec(rest);
  if (index) {
    const step = Number(index[1]);
    return [step, ...stepsOf(rest.slice(index[0].length), itemOf(value, step), itemForm(form))];
  }
  const keys = form?.kind === "named" && Array.isArray(value) ? form.keysOf(value) : undefined;
  const at = keys?.findIndex((key) => key !== undefined && startsWith(rest, key)) ?? -1;
  if (at >= 0) return [at, ...stepsOf(rest.slice(keys?.[at]?.length), itemOf(value, at), itemForm(form))];
  const known = isPlainObject(value) ? Object.keys(value).filter((key) => startsWith(rest, key)) : [];
  const name = known.sort((one, other) => other.length - one.length)[0] ?? /^[^.[]*/.exec(rest)?.[0] ?? "";
  // A bracket that is neither an index nor part of a name.
  if (name === "") return [];
  const field = form?.kind === "map" ? form.fields.get(name) : undefined;
  return [name, ...stepsOf(rest.slice(name.length), isPlainObject(value) ? value[name] : undefined, field)];
}

const startsWith = (rest: string, name: string): boolean =>
  name !== "" && rest.startsWith(name) && /^([.[]|$)/.test(rest.slice(name.length));

const itemOf = (value: unknown, index: number): unknown => (Array.isArray(value) ? value[index] : undefined);

const itemForm = (form: Form | undefined): Form | undefined =>
  form?.kind === "named" || form?.kind === "list" ? form.item : undefined;
