import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";

const FILE = "app-spec.schema.json";

/** At the top of the compiled code in the published package; where the schema is maintained in the sources. */
const PLACES = [join(__dirname, "..", FILE), join(__dirname, "..", "..", "provider", "appspec", FILE)];

/** The schema without constraints that the service does not enforce: unknown fields, and its list of regions. */
function relaxed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(relaxed);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).filter(
    ([key, value]) => !(key === "additionalProperties" && value === false),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, relaxed(value)]));
}

let compiled: ValidateFunction | undefined;

function load(): ValidateFunction {
  const file = PLACES.find((place) => existsSync(place));
  if (file === undefined) throw new Error(`${FILE} is missing; build the package again`);
  const schema = relaxed(JSON.parse(readFileSync(file, "utf8"))) as { definitions?: Record<string, unknown> };
  // A data center such as nyc1 is accepted as a region too; the catalog decides.
  if (schema.definitions?.AppRegion !== undefined) schema.definitions.AppRegion = { type: "string" };
  return new Ajv({ strict: false, logger: false }).compile(schema);
}

/** The first error in a spec: the field's path, such as `services.0.http_port`, and the reason. */
export function firstSchemaError(spec: unknown): { path: string; message: string } | undefined {
  compiled ??= load();
  if (compiled(spec)) return undefined;
  const [error] = compiled.errors ?? [];
  return error === undefined
    ? undefined
    : { path: error.instancePath.slice(1).replaceAll("/", "."), message: explain(error) };
}

function explain(error: ErrorObject): string {
  const allowed = (error.params as { allowedValues?: unknown[] }).allowedValues;
  const base = error.message ?? "is not valid";
  return allowed === undefined ? base : `${base}: ${allowed.map(String).join(", ")}`;
}
