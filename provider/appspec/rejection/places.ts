import { isPlainObject } from "../lists-by-name";
import type { ListPath } from "../problem";
import { placesOfField } from "./fields";
import { nameOf, nodesOf, scalarText } from "./nodes";
import { placesInWords } from "./phrases";

/** One reason why the service rejects a spec. */
export interface Rejection {
  /** The part of the spec that the reason is about, in the list form; empty for the whole spec. */
  readonly path: ListPath;
  /** Other parts that it may be about. */
  readonly others: readonly ListPath[];
  /** The service's message. */
  readonly message: string;
}

/** With more candidates, the reason is about the part that contains them all. */
const MOST_PLACES = 3;

/** The start of a reason with its field, as the service's messages begin. */
const REASON = /errors? (?:validating|in) [\w ]*?(?:; first error in )?(?:field )?"(?<field>[\w.[\]/-]+)"/gi;

/**
 * The parts of a spec that the service's message is about, one for each of its reasons. Its fields have no index for
 * components (`services.health_check.port`), some have no component at all (`envs.4.value`), and some messages only
 * mention a name, a value or a field in words; values and names that the message quotes decide between the candidates.
 * Pure; never throws.
 * @param spec what was sent
 */
export function rejectedPlaces(message: string, spec: unknown): Rejection[] {
  return reasonsIn(message).map(({ field, text }) => {
    const [path = [], ...others] = asFew(placesOf(field, text, spec));
    return { path, others, message: text };
  });
}

function reasonsIn(message: string): { field: string | undefined; text: string }[] {
  const starts = [...message.matchAll(REASON)];
  if (starts.length > 1)
    return starts.map((start, index) => ({
      field: start.groups?.["field"],
      text: tidy(message.slice(start.index, starts[index + 1]?.index)),
    }));
  const lines = message
    .split("\n")
    .filter((line) => !/^\s*\d+ errors? occurred:?\s*$/.test(line))
    .map(tidy)
    .filter(Boolean);
  if (starts.length === 1 || lines.length === 0)
    return [{ field: starts[0]?.groups?.["field"], text: message }];
  return lines.map((text) => ({ field: undefined, text }));
}

/** Without the bullets and separators between several reasons. */
const tidy = (text: string): string => text.replace(/^[\s*•-]+|[\s*•;,]+$/g, "");

function placesOf(field: string | undefined, text: string, spec: unknown): ListPath[] {
  const named = field === undefined ? [] : placesOfField(field, spec);
  if (named.length > 0) return narrowed(named, text, spec).places;
  for (const [path] of text.matchAll(/[\w-]+(?:\.[\w-]+|\[["'\w-]+\])+/g)) {
    const places = placesOfField(path, spec);
    if (places.length > 0) return narrowed(places, text, spec).places;
  }
  const { places, isVague } = placesInWords(text, spec);
  const some = narrowed(places, text, spec);
  if (places.length > 0 && (!isVague || some.isNarrower)) return some.places;
  return placesOfValue(text, spec);
}

/** The candidates that the names and values in quotes fit. */
function narrowed(
  places: readonly ListPath[],
  text: string,
  spec: unknown,
): { places: ListPath[]; isNarrower: boolean } {
  const quoted = quotedIn(text);
  const tests: ((path: ListPath) => boolean)[] = [
    (path) => isWithin(spec, path, quoted),
    (path) => nodesOf(valueAt(spec, path)).some(({ value }) => quoted.has(scalarText(value) ?? "")),
    ...CONDITIONS.filter(({ words }) => words.test(text)).map(
      ({ holds }) =>
        (path: ListPath) =>
          holds(valueAt(spec, path), valueAt(spec, path.slice(0, -1))),
    ),
  ];
  // A message about items names one of them, even if the field is the list.
  let left = places.flatMap((path) => itemsNamed(spec, path, quoted));
  let isNarrower = left.length !== places.length || left.some((path, index) => path !== places[index]);
  for (const test of tests) {
    const fitting = left.filter(test);
    if (fitting.length === 0) continue;
    left = fitting;
    isNarrower = true;
  }
  return { places: left, isNarrower };
}

/** What a message says about a value or its neighbors without quoting them. */
const CONDITIONS: readonly { words: RegExp; holds: (value: unknown, parent: unknown) => boolean }[] = [
  { words: /encrypted/, holds: (value) => typeof value === "string" && value.startsWith("EV[") },
  {
    words: /internal port should not match/,
    holds: (_value, parent) =>
      isPlainObject(parent) &&
      Array.isArray(parent["internal_ports"]) &&
      parent["internal_ports"].includes(parent["http_port"]),
  },
];

const quotedIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/"([^"]+)"|'([^']+)'|`([^`]+)`/g)].map(([, a, b, c]) => a ?? b ?? c ?? ""));

function isWithin(spec: unknown, path: ListPath, names: ReadonlySet<string>): boolean {
  return path.some((_, index) =>
    names.has(scalarText(nameOf(valueAt(spec, path.slice(0, index + 1)))) ?? ""),
  );
}

function itemsNamed(spec: unknown, path: ListPath, names: ReadonlySet<string>): ListPath[] {
  const list = valueAt(spec, path);
  if (!Array.isArray(list)) return [path];
  const found = [...list.keys()].filter((index) => names.has(scalarText(nameOf(list[index])) ?? ""));
  return found.length > 0 ? found.map((index) => [...path, index]) : [path];
}

/** Where a value in quotes occurs. */
function placesOfValue(text: string, spec: unknown): ListPath[] {
  const quoted = quotedIn(text);
  return nodesOf(spec)
    .filter(({ value }) => quoted.has(scalarText(value) ?? ""))
    .map(({ path }) => path);
}

function asFew(places: readonly ListPath[]): ListPath[] {
  const unique = [...new Map(places.map((path) => [JSON.stringify(path), path])).values()].filter(
    (path) => !places.some((other) => other.length > path.length && startsWith(other, path)),
  );
  return unique.length <= MOST_PLACES ? unique : [commonStart(unique)];
}

const startsWith = (path: ListPath, start: ListPath): boolean =>
  start.every((step, index) => step === path[index]);

function commonStart([first = [], ...others]: readonly ListPath[]): ListPath {
  const length = first.findIndex((step, index) => others.some((other) => other[index] !== step));
  return length < 0 ? first : first.slice(0, length);
}

function valueAt(spec: unknown, path: ListPath): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, step)
        ? (at as Record<string | number, unknown>)[step]
        : undefined,
    spec,
  );
}
