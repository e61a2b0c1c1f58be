import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createGenerator } from "ts-json-schema-generator";

/** The JSON schema of the AppSpec, for editors and for validation, generated from its types. `--check` only compares. */

const ROOT = resolve(__dirname, "..");
export const SCHEMA_FILE = resolve(ROOT, "provider/appspec/app-spec.schema.json");

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** The expected text of the schema file. */
export function makeSchema(): string {
  const generated = createGenerator({
    path: resolve(ROOT, "provider/appspec/types.ts"),
    tsconfig: resolve(ROOT, "provider/tsconfig.json"),
    type: "AppSpec",
    expose: "export",
    topRef: false,
    jsDoc: "extended",
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema("AppSpec");
  const { $schema, ...rest } = tidy(generated as JsonObject) as JsonObject;
  const schema = {
    $schema,
    $id: "urn:pulumi-app-platform:app-spec",
    title: "AppSpec of the DigitalOcean App Platform",
    ...rest,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function tidy(value: Json): Json {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  const object = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tidy(item)]));
  return withDeprecation(withClosedEnum(object));
}

/**
 * `"A" | (string & {})` accepts any string for the compiler; editors should suggest the known values, so the schema is
 * closed.
 */
function withClosedEnum(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const closed = anyOf.find((option) => isObject(option) && Array.isArray(option["enum"]));
  return isObject(closed) ? { ...closed, ...rest } : schema;
}

/** `@deprecated` is a text in the types; the standard requires true, and editors show `deprecationMessage`. */
function withDeprecation(schema: JsonObject): JsonObject {
  const text = schema["deprecated"];
  return typeof text === "string" ? { ...schema, deprecated: true, deprecationMessage: text } : schema;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether the committed file matches the types. */
export function isCurrent(): boolean {
  return readFileSync(SCHEMA_FILE, "utf8") === makeSchema();
}

function main(args: readonly string[]): void {
  if (!args.includes("--check")) {
    writeFileSync(SCHEMA_FILE, makeSchema());
    return;
  }
  if (isCurrent()) return;
  console.error(
    "provider/appspec/app-spec.schema.json does not fit provider/appspec/types.ts: run `npm run schema`",
  );
  process.exitCode = 1;
}

if (require.main === module) main(process.argv.slice(2));
