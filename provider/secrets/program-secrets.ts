import { COMPONENT_LISTS } from "../appspec/component-lists";
import { mapLeaves, valueAt, withValueAt, type Path } from "../appspec/diff";
import { formatPath, isPlainObject } from "../appspec/lists-by-name";
import { isSecretPlace, KEPT_SECRET } from "../appspec/secrets";
import { isClosedWord, isFieldName } from "../appspec/schema-shape";
import { isUnknown, UNKNOWN } from "../appspec/unknown";

/**
 * Where a program passes Pulumi secrets to an App: paths in the by-name form, such as
 * `["spec", "services", "web", "run_command"]`. Everything at or below a path is secret. Never contains values.
 */
export type SecretPlaces = readonly Path[];

/** The paths recorded by a state or program of any version; undefined if missing or incomplete. */
export function placesFrom(value: unknown): SecretPlaces | undefined {
  return Array.isArray(value) && value.every(isPath) ? value : undefined;
}

const isPath = (value: unknown): value is Path =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((step) => typeof step === "string" || typeof step === "number");

/** True when `path` is at or below `place`. */
const covers = (place: Path, path: Path): boolean => place.every((step, index) => path[index] === step);

export const isCovered = (places: SecretPlaces, path: Path): boolean =>
  places.some((place) => covers(place, path));

/** The distinct paths of both. */
export function united(one: SecretPlaces, other: SecretPlaces): SecretPlaces {
  const added = other.filter((path) => !isCovered(one, path));
  return [...one.filter((path) => !isCovered(added, path)), ...added];
}

/** The paths that the arguments do not already mark as secret, as a SECRET variable or a password does. */
export function programPlaces(inputs: object, places: SecretPlaces): SecretPlaces {
  return places.filter((place) => !isEvident(inputs, place));
}

/** True if the arguments themselves mark the value as secret. */
export function isEvident(inputs: object, place: Path): boolean {
  const [argument, ...path] = place;
  if (argument === "alertDestinations") return path.at(-1) === "url";
  return argument === "spec" && isSecretPlace(path, valueAt(inputs, place.slice(0, -1)));
}

/** True if the path is one of them, or below one that is not the whole spec. */
export const isSecretArgument = (places: SecretPlaces, path: Path): boolean =>
  isCovered(
    places.filter((place) => !isWholeSpec(place)),
    path,
  );

/**
 * Paths of values that are secret now but in plain text in the state: an update must record them again.
 * @param olds outputs; if their secret paths are unknown, none counts as plain text
 */
export function nowSecret(olds: { __secrets?: SecretPlaces }, places: SecretPlaces = []): SecretPlaces {
  const { __secrets: recorded } = olds;
  if (!recorded) return [];
  return places.filter((place) => !isCovered(recorded, place) && valueAt(olds, place) !== undefined);
}

/** True if the whole spec is one secret. Names in it are not secret then, since the app's URL and the logs show them. */
const isWholeSpec = (place: Path): boolean => place.length === 1 && place[0] === "spec";

/** The names of the app and its components, except secret ones. */
export function publicNames(spec: unknown, places: SecretPlaces): Set<string> {
  const own = places.filter((place) => !isWholeSpec(place));
  const names = COMPONENT_LISTS.flatMap((list) => {
    const map = valueAt(spec, [list]);
    return isPlainObject(map) && !isCovered(own, ["spec", list]) ? Object.keys(map) : [];
  });
  const name = valueAt(spec, ["name"]);
  if (typeof name === "string" && !isCovered(own, ["spec", "name"])) names.push(name);
  return new Set(names);
}

/** Every string at the paths, which must never be shown. */
export function textsAt(inputs: object, places: SecretPlaces): string[] {
  const found = new Set<string>();
  for (const place of places) {
    const value = valueAt(inputs, place);
    const isLeaf = typeof value !== "object";
    const known = isWholeSpec(place) ? publicNames(value, []) : new Set<string>();
    if (hasNames(place)) for (const name of namesIn(value)) found.add(name);
    mapLeaves(value, (leaf) => {
      const text = textOf(leaf);
      if (text !== undefined && (isLeaf || !(isClosedWord(text) || known.has(text)))) found.add(text);
      return leaf;
    });
  }
  return [...found];
}

/** Keys of other arguments, such as `redeployOn`, never appear in messages. */
const hasNames = (place: Path): boolean =>
  (place[0] === "spec" && !isWholeSpec(place)) || place[0] === "alertDestinations";

/**
 * The same paths, but with a spec that is secret as a whole replaced by its parts: values that only the service has are not secret.
 */
export function singlePlaces(inputs: object, places: SecretPlaces): SecretPlaces {
  const spec = valueAt(inputs, ["spec"]);
  const names = publicNames(spec, []);
  return places.flatMap((place) => {
    if (!isWholeSpec(place) || typeof spec !== "object") return [place];
    const found: Path[] = [];
    mapLeaves(spec, (leaf, path) => {
      const text = textOf(leaf);
      if (text !== undefined && !isClosedWord(text) && !names.has(text)) found.push(["spec", ...path]);
      return leaf;
    });
    return found;
  });
}

/** The string as sent. Words such as `true` are excluded, since they occur everywhere. */
function textOf(leaf: unknown): string | undefined {
  if (typeof leaf === "number") return String(leaf);
  return typeof leaf === "string" && !["", UNKNOWN, KEPT_SECRET].includes(leaf) ? leaf : undefined;
}

const SHORTEST_PART = 6;
/** Words that describe a command and must stay readable in logs. */
const PLAIN_WORD = /^(-.*|[a-z]{1,11}|[a-z]+([-_./:][a-z]+)+)$/;

/** The parts of a secret string of which only one may be the secret: a command, or a URL with a password. */
export function partsOf(text: string): string[] {
  const words = text.split(/[\s"'`=,;&|()<>]+/).flatMap((word) => {
    const password = /:\/\/[^:@/\s]*:([^@/\s]+)@/.exec(word)?.[1];
    return password === undefined ? [word] : [word, password];
  });
  return words.filter(
    (word) => word !== text && word.length >= SHORTEST_PART && !PLAIN_WORD.test(word) && !isClosedWord(word),
  );
}

/** Map keys from the program rather than from the AppSpec. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    // In `alertDestinations`, keys such as `web/CPU_UTILIZATION` combine several names.
    ...[key, ...key.split(/[/:]/)].filter((name) => !isFieldName(name) && !isClosedWord(name)),
    ...namesIn(inner),
  ]);
}

/** A copy of the arguments without secret values. Names are kept, so the structure is unchanged. */
export function withoutValuesAt<T extends object>(inputs: T, places: SecretPlaces): T {
  return places.reduce<unknown>((copy, place) => {
    const value = valueAt(copy, place);
    if (value === undefined) return copy;
    const isOpen = (leaf: unknown): boolean => isClosedWord(textOf(leaf) ?? "") || typeof leaf === "boolean";
    const hidden =
      typeof value === "object" ? mapLeaves(value, (leaf) => (isOpen(leaf) ? leaf : UNKNOWN)) : UNKNOWN;
    return withValueAt(copy, place, hidden);
  }, inputs) as T;
}

/**
 * The paths of the spec's secrets that the service shows in plain text to everyone with access to the app, since the AppSpec
 * does not support secrets there.
 */
export function shownByService(inputs: object, places: SecretPlaces): string[] {
  return places
    .filter((place) => place[0] === "spec" && showsSomething(inputs, place))
    .map((place) => formatPath(place.slice(1)));
}

function showsSomething(inputs: object, place: Path): boolean {
  const [value, parent] = [valueAt(inputs, place), valueAt(inputs, place.slice(0, -1))];
  if (value === undefined || value === null || value === "" || isUnknown(parent)) return false;
  // A type that is not known yet may become SECRET.
  if (place.at(-1) === "value" && isPlainObject(parent) && isUnknown(parent["type"])) return false;
  if (typeof value !== "object") return true;
  let shows = false;
  mapLeaves(value, (leaf, below) => {
    const path = [...place.slice(1), ...below];
    const holder = valueAt(value, below.slice(0, -1));
    const isOpen = textOf(leaf) !== undefined && !isClosedWord(textOf(leaf) ?? "");
    if (isOpen && !isSecretPlace(path, holder)) shows = true;
    return leaf;
  });
  return shows;
}
