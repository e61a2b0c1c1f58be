/** A place in a spec in its list form, and its value. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** Everything in a value except its maps and lists. */
export function leaves(value: unknown, path: readonly (string | number)[] = []): Place[] {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Secrets as the service sees them: the values that it returns as ciphertext. */
export const secretPlaces = (held: unknown): Place[] =>
  leaves(held).filter(({ value }) => isCiphertext(value));

export const isCiphertext = (value: unknown): value is string =>
  typeof value === "string" && value.startsWith("EV[1:");

const FREE_TEXT = new Set([
  "run_command",
  "build_command",
  "output_dir",
  "index_document",
  "branch",
  "db_name",
]);

/** Places without secrets where any other text would be valid too. */
export const textPlaces = (held: unknown): Place[] =>
  leaves(held).filter(
    ({ path, value }) =>
      !isCiphertext(value) &&
      (FREE_TEXT.has(String(path.at(-1))) || (path.at(-1) === "value" && path.at(-3) === "envs")),
  );

/** A copy without the value at `path`: an item of a list, or a field. */
export function without(value: unknown, path: readonly (string | number)[]): unknown {
  const [step, ...rest] = path;
  const entries = Object.entries(value as object).flatMap(([key, inner]): [string, unknown][] => {
    if (key !== String(step)) return [[key, inner]];
    return rest.length === 0 ? [] : [[key, without(inner, rest)]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const WITHOUT_ORDER = new Set([
  "services",
  "static_sites",
  "workers",
  "jobs",
  "functions",
  "databases",
  "domains",
  "envs",
  "alerts",
  "log_destinations",
  "headers",
]);

/** The same spec in another order: the fields of maps, and the items of lists that are matched by name. */
export function reordered(value: unknown, field = ""): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => reordered(item));
    return WITHOUT_ORDER.has(field) ? items.reverse() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reordered(inner, key)]),
  );
}
