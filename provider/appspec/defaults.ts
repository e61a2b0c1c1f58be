import type { Path } from "./diff";

export const DEFAULT_SIZE = "apps-s-1vcpu-0.5gb";
export const DEFAULT_COUNT = 1;

/** What the service documents to take where a component or a variable leaves a field out. */
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

/** Whether there is a documented default for a place of a spec in its form by name. Pure. */
export const hasDefault = (path: Path): boolean => defaultAt(path) !== undefined;

/** Programs may write numbers as text. */
export const isDefault = (path: Path, value: unknown): boolean =>
  hasDefault(path) && String(defaultAt(path)) === String(value);
