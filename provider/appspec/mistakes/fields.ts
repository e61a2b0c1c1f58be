import { isPlainObject } from "../lists-by-name";
import { nearest } from "../nearest";
import { SOURCES } from "../rules/view";
import { isFieldName, specShape, type MapShape } from "../schema-shape";
import { allFields, either, ownerName, ownersOf } from "./owners";
import { reportPlaceholderName } from "./placeholders";
import { synonymOf } from "./synonyms";
import type { Around, Visit } from "./visit";

/** Fields that only some API descriptions contain; never an error. */
const DISPUTED: ReadonlySet<string> = new Set([
  "AppStaticSite.image",
  "AppStaticSite.run_command",
  "WorkerAutoscalingMetrics.requests_per_second",
  "WorkerAutoscalingMetrics.request_duration",
]);

/** Minimum length. Shorter names are one edit away from too many others. */
const SHORTEST_MISSPELLED_ELSEWHERE = 6;

/**
 * Reports an unknown field of a map. Typos and misplaced fields are errors; other unknown fields are warnings, since the
 * service may support new ones. Returns the field of this map that was meant, which is then not reported as missing.
 */
export function reportUnknownField(
  name: string,
  map: Readonly<Record<string, unknown>>,
  shape: MapShape,
  visit: Visit,
): string | undefined {
  const path = [...visit.path, name];
  if (reportPlaceholderName(name, path, visit)) return undefined;
  const { report, allowUnknown } = visit;
  const owner = ownerName(shape.type);
  const tell = allowUnknown ? report.warn : report.error;
  if (name.startsWith("-") && isFieldName(name.slice(1))) {
    report.error("unknown-field", path, "has no space after the dash", `write - ${name.slice(1)}`);
    return undefined;
  }
  const isElsewhere = ownersOf(name).length > 0;
  const disputed = DISPUTED.has(`${shape.type}.${name}`);
  const near = disputed ? undefined : misspelled(name, shape);
  const meant = disputed ? undefined : (near ?? synonymFor(name, map, shape));
  if (meant !== undefined && (isElsewhere || near !== undefined)) {
    tell("unknown-field", path, `is not a field of ${owner}`, `did you mean ${meant}?`);
    return allowUnknown ? undefined : meant.split(".")[0];
  }
  if (isElsewhere && !disputed) {
    const { hint, meant: there } = placeOf(name, map, shape, visit);
    tell("unknown-field", path, `is not a field of ${owner}`, hint);
    return allowUnknown ? undefined : there;
  }
  const elsewhere = name.length < SHORTEST_MISSPELLED_ELSEWHERE ? undefined : misspelledElsewhere(name);
  if (elsewhere !== undefined && meant === undefined && !disputed) {
    const { hint, meant: there } = placeOf(elsewhere, map, shape, visit);
    tell("unknown-field", path, `is not a field of ${owner}`, `did you mean ${elsewhere}? ${hint}`);
    return allowUnknown ? undefined : there;
  }
  const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
  const what = `is not a known field of ${owner}; it is sent unchanged`;
  report.warn("unknown-field", path, what, hint);
  return undefined;
}

/** The field that the name stands for, unless the map has that field as well. */
function synonymFor(
  name: string,
  map: Readonly<Record<string, unknown>>,
  { type }: MapShape,
): string | undefined {
  const meant = synonymOf(type, name);
  return meant === undefined || map[meant.split(".")[0] ?? ""] !== undefined ? undefined : meant;
}

/** Names such as `x-envs` define anchors and are never typos. */
const isExtension = (name: string): boolean => /^(x-|[._])/.test(name);

export const misspelled = (name: string, { fields }: MapShape): string | undefined =>
  isExtension(name) ? undefined : nearest(name, fields.keys());

const misspelledElsewhere = (name: string): string | undefined =>
  isExtension(name) ? undefined : nearest(name, allFields());

interface Place {
  readonly hint: string;
  /** The field of this map that should contain it. */
  readonly meant?: string | undefined;
}

/** Where a known field belongs: around this map, below it, or in which parts of the spec. */
function placeOf(
  name: string,
  map: Readonly<Record<string, unknown>>,
  shape: MapShape,
  { around, path, supplied }: Visit,
): Place {
  const outer = around.findLast((one) => one.shape.fields.has(name) && one.value[name] === undefined);
  if (outer) {
    supplied.push([...path.slice(0, outer.depth), name]);
    return { hint: outside(outer, path) };
  }
  const inner = shape.type === "AppSpec" ? [] : below(name, map, shape);
  if (inner.length > 0) {
    const homes = inner.map((steps) => steps.slice(0, -1).join("."));
    const whole = inner.map((steps) => steps.join("."));
    return {
      hint: `it belongs under ${either(homes)}: write ${either(whole)}`,
      meant: unlessSourced(inner[0]?.[0], map),
    };
  }
  if (shape.type === "AppSpec") supplyBelow(name, map, supplied);
  const owners = [...new Set(ownersOf(name).map(({ type }) => (type === "AppSpec" ? TOP : ownerName(type))))];
  if (owners.length === 1 && owners[0] === TOP) return { hint: `it belongs at ${TOP}` };
  if (owners.length <= MOST_OWNERS) return { hint: `it belongs to ${either(owners)}` };
  return {
    hint: `known fields of ${ownerName(shape.type)}: ${[...shape.fields.keys()].slice(0, MOST_FIELDS).join(", ")}`,
  };
}

/** The field, unless it is a source and the component has one. */
const unlessSourced = (
  field: string | undefined,
  map: Readonly<Record<string, unknown>>,
): string | undefined =>
  SOURCES.includes(field ?? "") && SOURCES.some((source) => map[source] !== undefined) ? undefined : field;

/** A field of an item with too little indentation ends up at the top level. */
function supplyBelow(
  name: string,
  spec: Readonly<Record<string, unknown>>,
  supplied: Visit["supplied"],
): void {
  for (const [field, { shape }] of specShape().fields) {
    const list = spec[field];
    if (shape.kind !== "list" || shape.items.kind !== "map" || !Array.isArray(list)) continue;
    if (!shape.items.fields.has(name)) continue;
    list.forEach((item: unknown, index) => {
      if (isPlainObject(item) && unlessSourced(name, item) !== undefined) supplied.push([field, index, name]);
    });
  }
}

const TOP = "the top level of the spec";
const MOST_OWNERS = 5;
const MOST_FIELDS = 10;

function outside(outer: Around, path: Visit["path"]): string {
  if (outer.depth === 0) return `it belongs at ${TOP}`;
  const home = ownerName(outer.shape.type).replace(/^an? /, "the ");
  const inside = path[outer.depth];
  return `it belongs to ${home}: move it out of ${String(inside)}`;
}

/** The shortest paths to the field through nested maps; preferably through existing ones. */
function below(name: string, map: Readonly<Record<string, unknown>>, shape: MapShape): string[][] {
  let level: { steps: string[]; shape: MapShape }[] = [{ steps: [], shape }];
  for (let depth = 0; depth < 3; depth++) {
    level = level.flatMap(({ steps, shape: { fields } }) =>
      [...fields].flatMap(([field, { shape: inner }]) =>
        inner.kind === "map" ? [{ steps: [...steps, field], shape: inner }] : [],
      ),
    );
    const found = level.filter((one) => one.shape.fields.has(name)).map(({ steps }) => [...steps, name]);
    const there = found.filter(([first = ""]) => map[first] !== undefined);
    if (found.length > 0) return there.length > 0 ? there : found;
  }
  return [];
}
