import { valueAt, withValueAt } from "../diff";
import { isPlainObject } from "../lists-by-name";
import type { ListPath, Report } from "../problem";
import {
  isFieldName,
  specShape,
  type ListShape,
  type MapShape,
  type ScalarShape,
  type Shape,
} from "../schema-shape";
import { isUnknown, UNKNOWN } from "../unknown";
import { misspelled, reportUnknownField } from "./fields";
import { listMeant, partMeant, reportOutdented, reportOutdentedFields } from "./outdented";
import { reportPlaceholder } from "./placeholders";
import { identityOf, reportWrongType } from "./types";
import type { Visit } from "./visit";
import { checkWord } from "./words";

/** The spec without the mistakes that were reported. */
export interface Remainder {
  /** The spec without unknown fields, and with unknown values in the places of mistakes: each has one message only. */
  readonly spec: Record<string, unknown>;
  /** True for a field without a value that another message explains. */
  isExplained(path: ListPath): boolean;
}

/**
 * Reports structural mistakes: unknown or misplaced fields, wrong types,
 * misspelled words, placeholders, items that are indented too little. Pure.
 * @param written the spec before its fields without a value were left out
 */
export function findMistakes(
  spec: Record<string, unknown>,
  written: unknown,
  report: Report,
  { allowUnknown }: { allowUnknown: boolean },
): Remainder {
  const explained = new Set<string>();
  const supplied: ListPath[] = [];
  const walk = new Walk({ path: [], around: [], supplied, report, allowUnknown }, explained, written);
  const checked = walk.map(spec, specShape());
  return {
    spec: supplied.reduce(withUnknown, checked),
    isExplained: (path) => explained.has(JSON.stringify(path)),
  };
}

class Walk {
  constructor(
    private readonly visit: Visit,
    private readonly explained: Set<string>,
    private readonly written: unknown,
  ) {}

  private value(value: unknown, shape: Shape): unknown {
    if (value === undefined || isUnknown(value)) return value;
    if (typeof value === "string" && reportPlaceholder(value, this.visit)) return UNKNOWN;
    if (shape.kind === "list" && Array.isArray(value)) return this.list(value, shape);
    if (shape.kind === "map" && isPlainObject(value)) return this.map(value, shape);
    if (shape.kind !== "list" && shape.kind !== "map" && isOfKind(value, shape.kind))
      return this.word(value, shape);
    reportWrongType(value, shape, this.visit);
    return UNKNOWN;
  }

  private word(value: unknown, { words }: ScalarShape): unknown {
    return words && typeof value === "string" ? checkWord(value, words, this.visit) : value;
  }

  private list(list: readonly unknown[], { items }: ListShape): unknown[] {
    const { path } = this.visit;
    let copy: unknown[] | undefined;
    let outdented: string | undefined;
    for (let index = 0; index < list.length; index++) {
      path.push(index);
      const item = list[index];
      const meant = this.listMeant(item, index, list, items);
      if (meant !== undefined && meant !== outdented) reportOutdented(meant, [...path], this.visit);
      const changed = meant === undefined ? this.value(item, items) : UNKNOWN;
      outdented = meant;
      path.pop();
      if (changed !== item) (copy ??= [...list])[index] = changed;
    }
    return copy ?? (list as unknown[]);
  }

  private listMeant(
    item: unknown,
    index: number,
    list: readonly unknown[],
    items: Shape,
  ): string | undefined {
    if (index === 0 || items.kind !== "map" || !isPlainObject(item)) return undefined;
    const path = this.visit.path.slice(0, -1);
    // The list as written, because its copy may lack an emptied item; several items may be outdented below the same one.
    const before = valueAt(this.written, path);
    for (let at = index - 1; at >= 0; at--) {
      const earlier = Array.isArray(before) ? (before[at] as unknown) : list[at];
      const meant = listMeant(item, earlier, items);
      if (meant === undefined) return undefined;
      if (isPlainObject(earlier) && Object.keys(earlier).some((key) => items.fields.has(key))) {
        this.explained.add(JSON.stringify([...path, at, meant]));
        return meant;
      }
    }
    return undefined;
  }

  map(map: Record<string, unknown>, shape: MapShape): Record<string, unknown> {
    const { path, around } = this.visit;
    let copy: Record<string, unknown> | undefined;
    const strange: string[] = [];
    around.push({ shape, value: map, depth: path.length });
    for (const key of Object.keys(map)) {
      const field = shape.fields.get(key);
      if (!field) {
        if (map[key] !== undefined) strange.push(key);
        continue;
      }
      path.push(key);
      const changed = this.value(map[key], field.shape);
      path.pop();
      if (changed !== map[key]) (copy ??= { ...map })[key] = changed;
    }
    around.pop();
    if (strange.length > 0) this.fields((copy ??= { ...map }), strange, shape);
    return copy ?? map;
  }

  /** Reports the fields that the map should not have, and takes them out of the copy. */
  private fields(copy: Record<string, unknown>, strange: readonly string[], shape: MapShape): void {
    const part = partMeant(strange, copy, shape);
    if (part) reportOutdentedFields(part, shape, this.visit);
    const names = part ? [] : this.namesOfItem(copy, strange, shape);
    for (const name of strange) {
      const meant = names.includes(name)
        ? identityOf(shape)
        : part?.fields.includes(name)
          ? this.visit.allowUnknown
            ? undefined
            : part.name
          : reportUnknownField(name, copy, shape, this.visit);
      delete copy[name];
      if (meant !== undefined && copy[meant] === undefined) copy[meant] = UNKNOWN;
    }
  }

  /** `- PORT: "8080"` and `- web: { … }`: the name of the item has become the name of a field. */
  private namesOfItem(
    map: Readonly<Record<string, unknown>>,
    strange: readonly string[],
    shape: MapShape,
  ): readonly string[] {
    const identity = identityOf(shape);
    const [first = ""] = strange;
    if (identity === undefined || Object.hasOwn(map, identity) || Object.keys(map)[0] !== first) return [];
    if (
      !strange.every(
        (name) =>
          /^[A-Za-z_][\w.-]*$/.test(name) && !isFieldName(name) && misspelled(name, shape) === undefined,
      )
    )
      return [];
    const isVariable = identity === "key";
    const holds = map[first] === null || isPlainObject(map[first]);
    if (!isVariable && (strange.length > 1 || !holds)) return [];
    const { report, path } = this.visit;
    const hint = `write ${identity}: ${first}${isVariable ? " and value: …" : ""}`;
    report.error("missing-field", [...path, identity], "is required", hint);
    return strange;
  }
}

function isOfKind(value: unknown, kind: ScalarShape["kind"]): boolean {
  if (kind === "integer") return Number.isInteger(value);
  return typeof value === kind && !(typeof value === "number" && !Number.isFinite(value));
}

/** The spec with an unknown value at the path, unless it has a value. */
function withUnknown(spec: Record<string, unknown>, path: ListPath): Record<string, unknown> {
  if (!isPlainObject(valueAt(spec, path.slice(0, -1))) || valueAt(spec, path) !== undefined) return spec;
  return withValueAt(spec, path, UNKNOWN) as Record<string, unknown>;
}
