import { COMPONENT_LISTS } from "../component-lists";
import { isPlainObject } from "../lists-by-name";
import type { ListPath } from "../problem";
import { specShape, type Shape } from "../schema-shape";
import { nameOf } from "./nodes";

/** As much of a field's path as exists in the spec. */
interface Reached {
  readonly path: ListPath;
  /** How many steps of the path are missing. */
  readonly missing: number;
}

/**
 * The places that a field of the service's message may refer to: `services.0.name`, `spec.services[0].name` and
 * `services.web.name`, and without an index `services.name`, which refers to one of several. A field that the service
 * addresses within a component, such as `envs.4.value`, is searched in all of them. Empty if nothing fits.
 */
export function placesOfField(field: string, spec: unknown): ListPath[] {
  const steps = stepsOf(field);
  const start = steps[0] === "spec" || steps[0] === "app" ? steps.slice(1) : steps;
  const starts: ListPath[] = [
    [],
    ...COMPONENT_LISTS.flatMap((list) => itemsOf(spec, list).map((index): ListPath => [list, index])),
  ];
  const found = starts.flatMap((path) => follow(valueIn(spec, path), start, path, shapeAt(path)));
  const least = Math.min(...found.map(({ missing }) => missing));
  const best = found.filter(({ missing, path }) => missing === least && path.length > 0);
  return least < start.length ? best.map(({ path }) => path) : [];
}

const stepsOf = (field: string): (string | number)[] =>
  field
    .split(/[.[\]"'/]+/)
    .filter(Boolean)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

function itemsOf(spec: unknown, list: string): number[] {
  const items = isPlainObject(spec) ? spec[list] : undefined;
  return Array.isArray(items) ? [...items.keys()] : [];
}

const valueIn = (spec: unknown, path: ListPath): unknown =>
  path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], spec);

const shapeAt = (path: ListPath): Shape | undefined =>
  path.reduce<Shape | undefined>((shape, step) => childShape(shape, step), specShape());

const childShape = (shape: Shape | undefined, step: string | number): Shape | undefined =>
  shape?.kind === "list"
    ? shape.items
    : shape?.kind === "map"
      ? shape.fields.get(String(step))?.shape
      : undefined;

function follow(
  value: unknown,
  steps: readonly (string | number)[],
  path: ListPath,
  shape: Shape | undefined,
): Reached[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, missing: 0 }];
  const stuck: Reached[] = [{ path, missing: steps.length }];
  const into = (key: string | number, then: readonly (string | number)[]): Reached[] =>
    follow((value as Record<string | number, unknown>)[key], then, [...path, key], childShape(shape, key));
  if (Array.isArray(value)) {
    if (typeof step === "number") return step < value.length ? into(step, rest) : stuck;
    const indexes = [...value.keys()];
    const named = indexes.filter((index) => nameOf(value[index]) === step);
    if (named.length > 0) return named.flatMap((index) => into(index, rest));
    const found = indexes.flatMap((index) => into(index, steps));
    return found.some(({ missing }) => missing < steps.length) ? found : stuck;
  }
  if (!isPlainObject(value)) return stuck;
  const field = variants(String(step)).find((one) => Object.hasOwn(value, one));
  if (field !== undefined) return into(field, rest);
  // A field that is missing is the right place, if the AppSpec has it there.
  const isField = path.length > 0 && childShape(shape, step) !== undefined;
  return isField ? [{ path: [...path, step], missing: rest.length }] : stuck;
}

/** The service's messages use the singular and the plural for the same field. */
const variants = (step: string): string[] => [step, `${step}s`, step.replace(/s$/, "")];
