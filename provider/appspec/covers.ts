import { COMPONENT_LISTS } from "./component-lists";
import { changes, withValueAt, type Change, type Path } from "./diff";
import { hasDefault, isDefault } from "./defaults";
import { toKeyed } from "./lists-by-name";
import { isCiphertext } from "./secrets";
import { sendable } from "./send";
import { holdsUnknown } from "./unknown";

/**
 * True when `held` has everything that `wanted` asks for; what the service added beside it does not matter. A secret counts
 * as the same, whatever its ciphertext. Both in the form by name.
 */
export function covers(held: unknown, wanted: unknown): boolean {
  return changes(wanted, held).every(
    (change) => isAddition(change) || (typeof change.before === "string" && isCiphertext(change.after)),
  );
}

/** Programs may write numbers as text, and the reverse. */
const asSent = (keyed: unknown): unknown => toKeyed(sendable(keyed, undefined));

/** The service leaves out fields that say no more than their absence, and turns `routes` and `cors` into ingress rules. */
function isAddition({ kind, path, before }: Change): boolean {
  if (isUnset(path, before)) return true;
  if (kind !== "remove") return kind === "add";
  return saysNothing(before, path) || isDefault(path, before) || MOVED.has(String(path.at(-1)));
}

/** Enums have a value that stands for the service's choice. */
const isUnset = (path: Path, value: unknown): boolean =>
  (value === "UNSPECIFIED" || value === "UNSET") && ENUMS.has(String(path.at(-1)));

const ENUMS = new Set(["engine", "kind", "scope", "type"]);

/** Fields that the service turns into ingress rules. */
const MOVED = new Set(["routes", "cors"]);

/** An item of a list by name says something by being there, as a domain does, even without a field of its own. */
function saysNothing(value: unknown, path: Path): boolean {
  if (OWNED.has(String(path.at(-2)))) return false;
  if (typeof value !== "object" || value === null) return !value;
  return Object.entries(value).every(([key, inner]) => saysNothing(inner, [...path, key]));
}

/** Lists by name whose items a program owns: one more at the service is a difference, not a default. */
export const OWNED: ReadonlySet<string> = new Set([
  ...COMPONENT_LISTS,
  "databases",
  "domains",
  "envs",
  "log_destinations",
]);

/**
 * True when an app that holds the spec `held` can be adopted by a program that wants `wanted` without an update. A secret
 * given in clear cannot be compared with ciphertext, so it asks for one. Both in the form by name.
 */
export function adoptable(held: unknown, wanted: unknown): boolean {
  return changes(asSent(wanted), held).every((change) => isAddition(change) && !isAnother(change));
}

/** One more item in a list that a program owns. */
const isAnother = ({ kind, path }: Change): boolean => kind === "add" && OWNED.has(String(path.at(-2)));

/**
 * What to compare `wanted` with where the state does not know what the program gave for the spec `held`, as after an import:
 * the difference to `wanted` is what an update changes. Fields that only the service has are left out, unless an update
 * resets or removes them. Both in the form by name.
 */
export function comparable(held: unknown, wanted: unknown): unknown {
  const differences = changes(asSent(wanted), held);
  const real = differences.filter((change) => !isAddition(change) || isAnother(change));
  // Without any other change there is no update, so nothing is lost either.
  const lost = real.some(({ before }) => !holdsUnknown(before)) ? differences.filter(isLost) : [];
  return [...real, ...lost].reduce((spec, { path, after }) => withValueAt(spec, path, after), wanted);
}

/** An update without the field takes away what it holds. */
function isLost({ kind, path, after }: Change): boolean {
  if (kind !== "add") return false;
  return OWNED.has(String(path.at(-1))) || (hasDefault(path) && !isDefault(path, after));
}
