import { readFileSync } from "node:fs";

/**
 * Prints the facts of an OpenAPI description, without its prose, as the JSON that the emulator's tests compare
 * responses with:
 *   npx tsx tools/openapi-facts.ts DESCRIPTION.json > tests/fixtures/openapi-facts.json
 */

type Json = Record<string, unknown>;

/** A type: the name of a primitive, of one of `types` after `#`, or composed of others. */
export type Shape =
  | string
  | { enum: unknown[] }
  | { list: Shape }
  | { map: Shape }
  | { oneOf: Shape[] }
  | { fields: Record<string, Shape>; required?: string[] };

const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const lastPart = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1);

class Facts {
  readonly types: Record<string, Shape> = {};

  constructor(private readonly description: Json) {}

  all(): Json {
    const paths = Object.entries(this.description.paths as Record<string, Json>).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods)
          .filter(([method]) => method !== "parameters")
          .map(([method, operation]) => [method, this.operation(operation as Json)]),
      ),
    ]);
    const sorted = Object.entries(this.types).sort(([a], [b]) => (a < b ? -1 : 1));
    return { paths: Object.fromEntries(paths) as Json, types: Object.fromEntries(sorted) as Json };
  }

  private operation(operation: Json): Json {
    const parameters = ((operation.parameters ?? []) as Json[]).map((given) => this.resolve(given));
    const query = parameters.filter((parameter) => parameter.in === "query");
    const body = this.content(operation.requestBody);
    const answers = Object.entries(operation.responses as Json).map(([status, answer]) => [
      status,
      this.content(answer) ?? "nothing",
    ]);
    return {
      ...(query.length === 0
        ? {}
        : { query: Object.fromEntries(query.map(({ name, schema }) => [name, this.shape(schema)])) as Json }),
      ...(body === undefined ? {} : { body }),
      answers: Object.fromEntries(answers) as Json,
    };
  }

  private content(holder: unknown): Shape | undefined {
    if (!isRecord(holder)) return undefined;
    const media = this.resolve(holder).content as Record<string, Json> | undefined;
    const schema = media?.["application/json"]?.schema;
    return schema === undefined ? undefined : this.shape(schema);
  }

  private resolve(part: Json): Json {
    if (typeof part.$ref !== "string") return part;
    let found: unknown = this.description;
    for (const key of part.$ref.slice(2).split("/")) found = (found as Json)[key];
    return found as Json;
  }

  private shape(given: unknown): Shape {
    if (!isRecord(given)) return "any";
    if (typeof given.$ref === "string") {
      const name = lastPart(given.$ref);
      if (!(name in this.types)) {
        // Registered first, so that a type may contain itself.
        this.types[name] = "any";
        this.types[name] = this.shape(this.resolve(given));
      }
      return `#${name}`;
    }
    if (Array.isArray(given.allOf))
      return this.merged([...(given.allOf as Json[]), { ...given, allOf: undefined }]);
    const choice = given.oneOf ?? given.anyOf;
    if (Array.isArray(choice)) {
      const shapes = choice.map((part) => this.shape(part));
      return shapes.includes("any") ? "any" : { oneOf: shapes };
    }
    if (Array.isArray(given.enum)) return { enum: given.enum };
    if (given.type === "array") return { list: this.shape(given.items) };
    if (isRecord(given.properties)) {
      const fields = Object.entries(given.properties).map(([key, part]) => [key, this.shape(part)]);
      return {
        fields: Object.fromEntries(fields) as Record<string, Shape>,
        ...(Array.isArray(given.required) ? { required: given.required as string[] } : {}),
      };
    }
    if (isRecord(given.additionalProperties)) return { map: this.shape(given.additionalProperties) };
    if (typeof given.type !== "string") return "any";
    return given.format === "date-time" ? "date-time" : given.type;
  }

  private merged(parts: Json[]): Shape {
    const shapes = parts.map((part) => this.shape(part)).filter((shape) => shape !== "any");
    const [only] = shapes;
    if (shapes.length <= 1) return only ?? "any";
    const fields: Record<string, Shape> = {};
    const required = new Set<string>();
    for (const shape of shapes) {
      const plain = typeof shape === "string" && shape.startsWith("#") ? this.types[shape.slice(1)] : shape;
      if (typeof plain !== "object" || !("fields" in plain)) continue;
      for (const [name, field] of Object.entries(plain.fields)) fields[name] = both(fields[name], field);
      for (const name of plain.required ?? []) required.add(name);
    }
    return { fields, ...(required.size === 0 ? {} : { required: [...required] }) };
  }
}

/** A field that two parts of a type describe. */
function both(one: Shape | undefined, other: Shape): Shape {
  if (typeof one !== "object" || typeof other !== "object" || !("fields" in one) || !("fields" in other))
    return other;
  const fields = { ...one.fields };
  for (const [name, field] of Object.entries(other.fields)) fields[name] = both(fields[name], field);
  return { ...one, ...other, fields };
}

function main(): void {
  const [file] = process.argv.slice(2);
  if (file === undefined) {
    console.error("usage: tsx tools/openapi-facts.ts DESCRIPTION.json");
    process.exitCode = 2;
    return;
  }
  const description = JSON.parse(readFileSync(file, "utf8")) as Json;
  console.log(JSON.stringify(new Facts(description).all(), null, 1));
}

if (require.main === module) main();
