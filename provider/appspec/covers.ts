import { COMPONENT_LISTS } from "./component-lists";
import { changes, withValueAt, type Change, type Path } from "./diff";
import { hasDefault, isDefault } from "./defaults";
import { listsToMaps } from "./lists-by-name";
import { isCiphertext } from "./secrets";
import { sendable } from "./send";
import { holdsUnknown } from "./unknown";

/**
 * True if `held` contains everything in `wanted`; additions by the service are ignored. Secrets count as equal for any
 * ciphertext. Both are in the by-name form.
 */
export function covers(held: unknown, wanted: unknown): boolean {
  return changes(wanted, held).every(
    (change) => isAddition(change) || (typeof change.before === "string" && isCiphertext(change.after)),
  );
}

/** As {@link covers}, and `held` has no additional items, or whole lists of items, that the program owns. */
export const matches = (held: unknown, wanted: unknown): boolean =>
  covers(held, wanted) && !changes(wanted, held).some((change) => isAnother(change) || isOwnedList(change));

/** Programs may write numbers as strings, and vice versa. */
const asSent = (keyed: unknown): unknown => listsToMaps(sendable(keyed, undefined));

/** The service omits fields that equal their default, and converts `routes` and `cors` to ingress rules. */
function isAddition({ kind, path, before, after }: Change): boolean {
  if (isUnset(path, before) || isZeroCount(path, before, after)) return true;
  if (kind !== "remove") return kind === "add";
  return saysNothing(before, path) || isDefault(path, before) || MOVED.has(String(path.at(-1)));
}

/** Enums have a value that leaves the choice to the service. */
const isUnset = (path: Path, value: unknown): boolean =>
  (value === "UNSPECIFIED" || value === "UNSET") && ENUMS.has(String(path.at(-1)));

/** The service may take no instances for none given. */
const isZeroCount = (path: Path, before: unknown, after: unknown): boolean =>
  path.at(-1) === "instance_count" && String(before) === "0" && isDefault(path, after);

const ENUMS = new Set(["engine", "kind", "scope", "type"]);

/** Fields that the service converts to ingress rules. */
const MOVED = new Set(["routes", "cors"]);

/** A named item, such as a domain, is significant even if it has no other fields. */
function saysNothing(value: unknown, path: Path): boolean {
  if (OWNED.has(String(path.at(-2)))) return false;
  if (typeof value !== "object" || value === null) return !value;
  return Object.entries(value).every(([key, inner]) => saysNothing(inner, [...path, key]));
}

/** Named lists owned by the program: an extra item at the service is a difference, not a default. */
export const OWNED: ReadonlySet<string> = new Set([
  ...COMPONENT_LISTS,
  "databases",
  "domains",
  "envs",
  "log_destinations",
]);

/**
 * True if a program with the spec `wanted` can adopt an app with the spec `held` without an update. A plain-text secret
 * cannot be compared with ciphertext, so it requires an update. Both are in the by-name form.
 */
export const adoptable = (held: unknown, wanted: unknown): boolean => differences(held, wanted).length === 0;

/** What an update would change: see {@link adoptable}. */
export const differences = (held: unknown, wanted: unknown): Change[] =>
  changes(asSent(wanted), held).filter((change) => !isAddition(change) || isAnother(change));

/**
 * The response to a creation, with what the service has filled in or omitted since. Items of lists that the program owns are
 * something else. Both are in the by-name form.
 */
export const filledIn = (then: unknown, now: unknown): unknown =>
  changes(then, now)
    .filter((change) => isAddition(change) && !isAnother(change) && !isOwnedList(change))
    .reduce((spec, { path, after }) => withValueAt(spec, path, after), then);

const isOwnedList = ({ kind, path }: Change): boolean => kind === "add" && OWNED.has(String(path.at(-1)));

/** An extra item in a list owned by the program. */
const isAnother = ({ kind, path }: Change): boolean => kind === "add" && OWNED.has(String(path.at(-2)));

/**
 * The baseline to compare `wanted` with if the state has no inputs for the spec `held`, as after an import: the difference
 * is what an update changes. Fields that only the service has are omitted, unless an update resets or removes them. Both
 * are in the by-name form.
 */
export function comparable(held: unknown, wanted: unknown): unknown {
  const differences = changes(asSent(wanted), held);
  const real = differences.filter((change) => !isAddition(change) || isAnother(change));
  // Without another change there is no update, so nothing is lost.
  const lost = real.some(({ before }) => !holdsUnknown(before)) ? differences.filter(isLost) : [];
  return [...real, ...lost].reduce((spec, { path, after }) => withValueAt(spec, path, after), wanted);
}

/** An update without the field removes its value. */
function isLost({ kind, path, after }: Change): boolean {
  if (kind !== "add") return false;
  return OWNED.has(String(path.at(-1))) || (hasDefault(path) && !isDefault(path, after));
}
