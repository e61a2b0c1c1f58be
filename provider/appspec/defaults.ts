import type { Path } from "./diff";

export const DEFAULT_SIZE = "apps-s-1vcpu-0.5gb";
export const DEFAULT_COUNT = 1;

/** Documented defaults for omitted fields of components and variables. */
const OF_COMPONENTS: Readonly<Record<string, unknown>> = {
  instance_count: DEFAULT_COUNT,
  instance_size_slug: DEFAULT_SIZE,
  http_port: 8080,
  kind: "POST_DEPLOY",
};
const OF_VARIABLES: Readonly<Record<string, unknown>> = { scope: "RUN_AND_BUILD_TIME", type: "GENERAL" };

function defaultAt(path: Path): unknown {
  const field = String(path.at(-1));
  const defaults = path.at(-3) === "envs" ? OF_VARIABLES : path.length === 3 ? OF_COMPONENTS : {};
  return Object.hasOwn(defaults, field) ? defaults[field] : undefined;
}

/** True if a path of a spec in its by-name form has a documented default. Pure. */
export const hasDefault = (path: Path): boolean => defaultAt(path) !== undefined;

/** Programs may write numbers as strings. */
export const isDefault = (path: Path, value: unknown): boolean =>
  hasDefault(path) && typeof value !== "object" && String(defaultAt(path)) === String(value);
