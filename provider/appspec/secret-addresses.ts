import { COMPONENT_LISTS } from "./component-lists";
import { valueAt, withValueAt, type Path } from "./diff";
import { displayPath, isPlainObject } from "./lists-by-name";
import { isCiphertext, KEPT_SECRET } from "./secrets";
import type { AppSpec } from "./types";

type Plain = Record<string, unknown>;

/** Replaces a value that may be secret; returning the same value leaves it unchanged. */
type Change = (address: string, value: unknown) => unknown;

/**
 * Addresses of values omitted from an AppSpec: `KEY` is a variable of the app, `component.KEY` a variable of a component.
 * Others are `component.registry_credentials`, for log destinations `component.destination.api_key`, `….token`,
 * `….password` and `….headers.Name`, and `ingress.secure_header`. Any other place has its path as an address, as messages
 * show it: `spec.services.web.run_command`.
 */
export function secretAddresses(spec: unknown): string[] {
  const found: string[] = [];
  const rest = visitSecrets(spec, (address, value) => {
    if (!isSealed(value)) return value;
    found.push(address);
    return "";
  });
  return [...found, ...pathsOf(rest, isSealed).map((path) => displayPath(spec, path))];
}

export interface AppliedSecrets {
  readonly spec: AppSpec;
  /** Addresses whose value is still missing, or was supplied as `undefined`. */
  readonly missing: string[];
  /** Supplied addresses that match nothing. */
  readonly unused: string[];
  /** All addresses of variables, credentials and omitted values. */
  readonly addresses: string[];
}

/**
 * A copy of the spec with the supplied values inserted, replacing existing ones. Values may be of any type, including
 * Outputs; they are inserted by reference. Pure.
 */
export function applySecrets(spec: AppSpec, secrets: Readonly<Record<string, unknown>>): AppliedSecrets {
  const known = new Set<string>();
  visitSecrets(spec, (address, value) => (known.add(address), value));
  const supplied = Object.entries(secrets);
  const byPath = new Map(
    pathsOf(spec, () => supplied.some(([address]) => !known.has(address))).map((path) => [
      displayPath(spec, path),
      path,
    ]),
  );
  const put = (valueOf: (address: string) => unknown): unknown => {
    let copy: unknown = spec;
    for (const [address] of supplied) {
      const path = known.has(address) ? undefined : byPath.get(address);
      if (path && valueAt(copy, path) !== undefined) copy = withValueAt(copy, path, valueOf(address));
    }
    return visitSecrets(copy, (address, value) =>
      Object.hasOwn(secrets, address) ? valueOf(address) : value,
    );
  };
  const empty = supplied.filter(([, value]) => value === undefined).map(([address]) => address);
  return {
    spec: put((address) => secrets[address]) as AppSpec,
    missing: [...empty, ...secretAddresses(put(() => ""))],
    unused: supplied.map(([address]) => address).filter((it) => !known.has(it) && !byPath.has(it)),
    addresses: [...new Set([...known, ...secretAddresses(spec)])],
  };
}

/** The paths of the parts of a spec that are of a kind, from the outside in. */
function pathsOf(value: unknown, isWanted: (part: unknown) => boolean, path: Path = []): Path[] {
  const inner =
    Array.isArray(value) || isPlainObject(value)
      ? Object.entries(value).flatMap(([key, part]) =>
          pathsOf(part, isWanted, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return path.length > 0 && isWanted(value) ? [path, ...inner] : inner;
}

const isSealed = (value: unknown): boolean => isCiphertext(value) || value === KEPT_SECRET;

function visitSecrets(spec: unknown, change: Change): unknown {
  if (!isPlainObject(spec)) return spec;
  let copy = withVariables(spec, "", change);
  for (const list of COMPONENT_LISTS)
    copy = withItems(copy, list, (component) => withComponent(component, change));
  return withMap(copy, "ingress", (ingress) =>
    withMap(ingress, "secure_header", (header) =>
      withField(header, "value", "ingress.secure_header", change),
    ),
  );
}

function withComponent(component: Plain, change: Change): Plain {
  const prefix = `${String(component["name"])}.`;
  let copy = withVariables(component, prefix, change);
  copy = withMap(copy, "image", (image) =>
    withField(image, "registry_credentials", `${prefix}registry_credentials`, change),
  );
  return withItems(copy, "log_destinations", (destination) => withDestination(destination, prefix, change));
}

function withDestination(destination: Plain, before: string, change: Change): Plain {
  const prefix = `${before}${String(destination["name"])}.`;
  let copy = withMap(destination, "datadog", (map) => withField(map, "api_key", `${prefix}api_key`, change));
  copy = withMap(copy, "logtail", (map) => withField(map, "token", `${prefix}token`, change));
  copy = withMap(copy, "open_search", (map) =>
    withMap(map, "basic_auth", (auth) => withField(auth, "password", `${prefix}password`, change)),
  );
  return withItems(copy, "headers", (header) =>
    withField(header, "value", `${prefix}headers.${String(header["key"])}`, change),
  );
}

/** A variable without a value accepts one too, since deploy templates omit secrets. */
function withVariables(owner: Plain, prefix: string, change: Change): Plain {
  return withItems(owner, "envs", (variable) =>
    typeof variable["key"] === "string"
      ? withField(variable, "value", prefix + variable["key"], change, true)
      : variable,
  );
}

function withField(map: Plain, field: string, address: string, change: Change, evenIfAbsent = false): Plain {
  const value = Object.hasOwn(map, field) ? map[field] : undefined;
  if (value === undefined && !evenIfAbsent) return map;
  const changed = change(address, value);
  return changed === value ? map : { ...map, [field]: changed };
}

function withMap(map: Plain, field: string, change: (inner: Plain) => Plain): Plain {
  const inner = Object.hasOwn(map, field) ? map[field] : undefined;
  if (!isPlainObject(inner)) return map;
  const changed = change(inner);
  return changed === inner ? map : { ...map, [field]: changed };
}

function withItems(map: Plain, field: string, change: (item: Plain) => Plain): Plain {
  const list = Object.hasOwn(map, field) ? map[field] : undefined;
  if (!Array.isArray(list)) return map;
  const changed = list.map((item: unknown) => (isPlainObject(item) ? change(item) : item));
  return changed.some((item, index) => item !== list[index]) ? { ...map, [field]: changed } : map;
}
