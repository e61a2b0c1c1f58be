import { isPlainObject } from "./lists-by-name";
import { specShape, type Field, type MapShape, type Shape } from "./schema-shape";
import { KEPT_SECRET } from "./secrets";
import type { AppSpec } from "./types";

/** Stands for a value that the state contains only in encrypted form. */
export const HIDDEN = Symbol("a value encrypted by Pulumi");

export interface ConvertedSpec {
  readonly spec: AppSpec;
  /** Paths in the state that have no equivalent in the AppSpec. */
  readonly dropped: readonly string[];
  /** Paths of maps and lists that are encrypted, so that parts of the spec are missing. */
  readonly hidden: readonly string[];
}

/** Names that differ from the AppSpec's in more than number and case. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["AppSpec.domain", "domains"],
  ["AppSpec.domain_name", "domains"],
  ["AppSpec.domain_names", "domains"],
  ["AppDomain.name", "domain"],
]);
const RENAMED: ReadonlyMap<string, string> = new Map([["opensearch", "open_search"]]);

/**
 * Converts the spec in the state of Terraform's `digitalocean_app`, or of the bridged `digitalocean.App`, which has the same
 * fields in camel case. Both write single blocks as lists, use singular names for lists, and record empty values for fields
 * that are not set. Pure.
 */
export function fromTerraformSpec(source: unknown): ConvertedSpec {
  const conversion = new Conversion();
  const spec = conversion.map(source, specShape(), []) ?? {};
  const { dropped, hidden } = conversion;
  return { spec: withoutMovedRoutes(spec) as AppSpec, dropped, hidden };
}

type Plain = Record<string, unknown>;

class Conversion {
  readonly dropped: string[] = [];
  readonly hidden: string[] = [];

  map(value: unknown, shape: MapShape, path: readonly string[]): Plain | undefined {
    const source: unknown = Array.isArray(value) ? value[0] : value;
    if (source === HIDDEN) {
      this.hidden.push(path.join(".") || "spec");
      return undefined;
    }
    if (!isPlainObject(source)) return undefined;
    const result: Plain = {};
    for (const [key, inner] of Object.entries(ordered(source, shape))) {
      // The bridge's own records.
      if (key.startsWith("__")) continue;
      const place = [...path, key];
      const name = fieldName(shape, key);
      const field = name === undefined ? undefined : shape.fields.get(name);
      if (name === undefined || field === undefined) {
        if (!isBlank(inner)) this.dropped.push(place.join("."));
        continue;
      }
      const converted = this.field(inner, field, name, place);
      if (converted !== undefined && !Object.hasOwn(result, name)) result[name] = converted;
    }
    // Terraform's provider does not record it.
    if (result["user"] !== undefined && shape.fields.has("password")) result["password"] ??= KEPT_SECRET;
    return Object.keys(result).length > 0 ? result : undefined;
  }

  private field(value: unknown, { shape }: Field, name: string, path: readonly string[]): unknown {
    if (name === "allow_origins") return this.origins(value, shape, path);
    if (name === "domains" && Array.isArray(value)) return this.value(value.map(asDomain), shape, path);
    return this.value(value, shape, path);
  }

  private value(value: unknown, shape: Shape, path: readonly string[]): unknown {
    if (shape.kind === "map") return this.map(value, shape, path);
    if (shape.kind !== "list") return scalar(value);
    if (value === HIDDEN) {
      this.hidden.push(path.join("."));
      return undefined;
    }
    const items = Array.isArray(value) ? value : isPlainObject(value) ? [value] : [];
    const converted = items.flatMap((item: unknown, index) => {
      const one = this.value(item, shape.items, [...path, String(index)]);
      return one === undefined ? [] : [one];
    });
    return converted.length > 0 ? converted : undefined;
  }

  /** One block with several matches stands for several origins. */
  private origins(value: unknown, shape: Shape, path: readonly string[]): unknown {
    const blocks = Array.isArray(value) ? value : [value];
    const single = blocks.flatMap((block: unknown) =>
      isPlainObject(block) ? Object.entries(block).map(([key, match]) => ({ [key]: match })) : [block],
    );
    return this.value(single, shape, path);
  }
}

/** Both forms of the domains exist in the state; only the newer one contains types and zones. */
function ordered(source: Plain, { type }: MapShape): Plain {
  if (type !== "AppSpec") return source;
  const { domains, ...rest } = source;
  return domains === undefined ? rest : { ...rest, domains };
}

const asDomain = (item: unknown): unknown => (typeof item === "string" ? { name: item } : item);

function fieldName({ type, fields }: MapShape, key: string): string | undefined {
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const own = NAMES.get(`${type}.${snake}`) ?? RENAMED.get(snake) ?? snake;
  return [own, `${own}s`, own.replace(/s$/, ""), own.replace(/es$/, "")].find((name) => fields.has(name));
}

function scalar(value: unknown): unknown {
  if (value === HIDDEN) return KEPT_SECRET;
  return isBlank(value) || typeof value === "object" ? undefined : value;
}

/** The providers cannot tell an empty value from an unset one, and never send it. */
function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isBlank);
  if (isPlainObject(value)) return Object.values(value).every(isBlank);
  return !value;
}

/** If the service has converted the routes of components to ingress rules, the state contains both. */
function withoutMovedRoutes(spec: Plain): Plain {
  const { ingress } = spec;
  if (!isPlainObject(ingress) || ingress["rules"] === undefined) return spec;
  return Object.fromEntries(
    Object.entries(spec).map(([name, list]) => [
      name,
      Array.isArray(list)
        ? list.map((item: unknown) => (isPlainObject(item) ? withoutRoutes(item) : item))
        : list,
    ]),
  );
}

const withoutRoutes = ({ routes: _routes, cors: _cors, ...component }: Plain): Plain => component;
