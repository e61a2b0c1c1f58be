import facts from "../../fixtures/openapi-facts.json";
import type { Shape } from "../../../tools/openapi-facts";

/** One operation, as `GET /v2/apps/{id}`. */
export interface Operation {
  title: string;
  method: string;
  path: string;
  query: Record<string, Shape>;
  body: Shape | undefined;
  /** By status. */
  answers: Record<string, Shape>;
}

const types = facts.types as Record<string, Shape>;

export const operations: Operation[] = Object.entries(facts.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, told]): Operation => {
    const { query = {}, body, answers } = told as unknown as Partial<Operation> & Pick<Operation, "answers">;
    return {
      title: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      query,
      body,
      answers,
    };
  }),
);

/** Resolves a shape that is referenced by name. */
export const shapeOf = (shape: Shape): Shape =>
  typeof shape === "string" && shape.startsWith("#") ? shapeOf(types[shape.slice(1)] ?? "any") : shape;

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function primitive(shape: string, value: unknown): boolean {
  switch (shape) {
    case "any":
      return true;
    case "date-time":
      return typeof value === "string" && DATE.test(value);
    case "integer":
      return Number.isInteger(value);
    case "object":
      return isRecord(value);
    default:
      return typeof value === shape;
  }
}

/**
 * The problems of a value of a type, one line each, with its path. Undescribed fields are problems as well, unless
 * their name is in `extra`.
 */
export function problems(shape: Shape, value: unknown, extra: ReadonlySet<string>, at = "answer"): string[] {
  const tell = (expected: string): string[] => [`${at}: ${expected} expected, not ${JSON.stringify(value)}`];
  if (typeof shape === "string") {
    if (shape.startsWith("#")) return problems(types[shape.slice(1)] ?? "any", value, extra, at);
    return primitive(shape, value) ? [] : tell(shape);
  }
  if ("enum" in shape) return shape.enum.includes(value) ? [] : tell(`one of ${shape.enum.join(", ")}`);
  if ("oneOf" in shape) {
    const tried = shape.oneOf.map((part) => problems(part, value, extra, at));
    return tried.find((found) => found.length === 0) ?? tried.flat();
  }
  if ("list" in shape) {
    if (!Array.isArray(value)) return tell("a list");
    return value.flatMap((item, index) => problems(shape.list, item, extra, `${at}.${index}`));
  }
  if (!isRecord(value)) return tell("an object");
  if ("map" in shape)
    return Object.entries(value).flatMap(([key, part]) => problems(shape.map, part, extra, `${at}.${key}`));
  const missing = (shape.required ?? [])
    .filter((name) => !(name in value))
    .map((name) => `${at}.${name}: is missing`);
  const wrong = Object.entries(value).flatMap(([name, part]) => {
    const field = shape.fields[name];
    if (field !== undefined) return problems(field, part, extra, `${at}.${name}`);
    return extra.has(name) ? [] : [`${at}.${name}: is not described`];
  });
  return [...missing, ...wrong];
}

/** The described fields that a value lacks. */
export function unseen(shape: Shape, value: unknown): string[] {
  if (typeof shape === "string" && shape.startsWith("#"))
    return unseen(types[shape.slice(1)] ?? "any", value);
  if (typeof shape !== "object" || !("fields" in shape) || !isRecord(value)) return [];
  return Object.keys(shape.fields).filter((name) => !(name in value));
}
