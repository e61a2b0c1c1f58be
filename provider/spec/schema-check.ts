import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import schema from "./app-spec.schema.json";
import { nearest } from "./near";
import { quote, type Problem, type Report } from "./problem";
import { mapShapes } from "./shape";
import { isUnknown } from "./unknown";

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  if (compiled) return compiled;
  // Loaded at first use: most programs that import this package validate in another process.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Ajv: Constructor } = require("ajv") as { Ajv: new (options: object) => Ajv };
  const ajv = new Constructor({ allErrors: true, verbose: true, allowUnionTypes: true });
  ajv.addVocabulary(["deprecationMessage"]);
  compiled = ajv.compile(schema);
  return compiled;
}

type QuickCheck = (spec: unknown) => boolean;

let quick: QuickCheck | undefined;

/**
 * True for a spec that the schema has nothing to say about. The build makes the code for it (tools/quick-check.ts), which
 * spares most processes the half second that ajv takes to make it; the sources alone do without.
 */
function isFlawless(spec: unknown): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    quick ??= require("./app-spec.check.js") as QuickCheck;
  } catch {
    quick = () => false;
  }
  return quick(spec);
}

/** What the schema finds, in plain words. Unknown fields and words warn; near misses and wrong types are errors. */
export function checkSchema(spec: unknown, report: Report, options: { allowUnknown: boolean }): void {
  if (isFlawless(spec)) return;
  const validate = validator();
  if (validate(spec)) return;
  const wrongType = placesOf(validate.errors, ["type"]);
  const wrongLength = placesOf(validate.errors, ["minLength", "maxLength"]);
  for (const error of validate.errors ?? []) {
    if (isUnknown(error.data)) continue;
    if (error.keyword !== "type" && wrongType.has(error.instancePath)) continue;
    if (error.keyword === "pattern" && wrongLength.has(error.instancePath)) continue;
    translate(error, pathOf(spec, error.instancePath), report, options);
  }
}

const placesOf = (errors: ErrorObject[] | null | undefined, keywords: string[]): Set<string> =>
  new Set(
    errors?.filter(({ keyword }) => keywords.includes(keyword)).map(({ instancePath }) => instancePath),
  );

function translate(
  error: ErrorObject,
  path: Problem["path"],
  report: Report,
  { allowUnknown }: { allowUnknown: boolean },
): void {
  const params = error.params as Record<string, unknown>;
  const shown = quote(error.data, path);
  const but = shown === undefined ? "" : `, but is ${shown}`;
  switch (error.keyword) {
    case "type":
      return report.error(
        "wrong-type",
        path,
        `must be ${noun(params["type"])}, but is ${kindOf(error.data)}`,
      );
    case "required":
      return report.error("missing-field", [...path, String(params["missingProperty"])], "is needed here");
    case "additionalProperties":
      return unknownField(error, [...path, String(params["additionalProperty"])], report, allowUnknown);
    case "enum":
      return unknownWord(error, path, shown, report);
    case "pattern":
      return report.error("wrong-format", path, `does not have the form it needs${but}`, formHint(path));
    case "minLength":
      return report.error("too-short", path, `must have at least ${amount(params, "character")}${but}`);
    case "maxLength":
      return report.error("too-long", path, `must have at most ${amount(params, "character")}${but}`);
    case "minimum":
      return report.error("too-small", path, `must be at least ${String(params["limit"])}${but}`);
    case "maximum":
      return report.error("too-big", path, `must be at most ${String(params["limit"])}${but}`);
    default:
      return report.error("not-valid", path, `is not as the AppSpec has it (${error.keyword})`);
  }
}

const amount = (params: Record<string, unknown>, what: string): string =>
  `${String(params["limit"])} ${what}${params["limit"] === 1 ? "" : "s"}`;

function unknownField(
  error: ErrorObject,
  path: Problem["path"],
  report: Report,
  allowUnknown: boolean,
): void {
  const name = String(path.at(-1));
  if ((error.data as Record<string, unknown>)[name] === undefined) return;
  const fields = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
  const owner = ownerOf(error);
  const near = nearest(name, fields);
  if (near !== undefined) {
    const tell = allowUnknown ? report.warn : report.error;
    return tell("unknown-field", path, `is not a field of ${owner}`, `did you mean ${near}?`);
  }
  const elsewhere = ownersOf(name);
  const hint = elsewhere.length > 0 ? `it belongs to ${elsewhere.join(" or ")}` : undefined;
  report.warn(
    "unknown-field",
    path,
    `is not a field of ${owner} known to this version; it is sent as it is`,
    hint,
  );
}

function unknownWord(
  error: ErrorObject,
  path: Problem["path"],
  shown: string | undefined,
  report: Report,
): void {
  const words = ((error.params as { allowedValues?: unknown[] }).allowedValues ?? []).map(String);
  const near = typeof error.data === "string" ? nearest(error.data, words) : undefined;
  const what = shown === undefined ? "is a value" : `is ${shown}, a value`;
  const hint =
    near !== undefined
      ? `did you mean ${near}?`
      : words.length <= 8
        ? `known are ${words.filter((word) => !/^(UNSPECIFIED|UNSET|UNKNOWN)/.test(word)).join(", ")}`
        : undefined;
  report.warn("unknown-value", path, `${what} not known to this version; it is sent as it is`, hint);
}

const FORM_HINTS: Readonly<Record<string, string>> = {
  name: "use lower case letters, digits and dashes, a letter first and no dash last",
  key: "use letters, digits and underscores, no digit first",
  domain: "write the host name alone, such as app.example.com",
  custom_error_page_url: "it has to start with https://",
};

function formHint(path: Problem["path"]): string | undefined {
  if (path.includes("log_destinations"))
    return "use letters, digits, spaces and -_./()[], a letter or digit at both ends";
  return FORM_HINTS[String(path.at(-1))];
}

const OWNERS: Readonly<Record<string, string>> = {
  AppSpec: "an app",
  AppService: "a service",
  AppStaticSite: "a static site",
  AppWorker: "a worker",
  AppJob: "a job",
  AppFunctions: "functions",
  AppDatabase: "a database",
  AppDomain: "a domain",
  AppVariable: "a variable",
  AppAlert: "an alert",
  AppIngress: "the ingress",
  AppIngressRule: "an ingress rule",
  IngressMatch: "the match of a rule",
  ImageSource: "an image",
  ServiceHealthCheck: "a health check",
  HealthCheck: "a liveness health check",
  LogDestination: "a log destination",
};

const definitions = new Map<unknown, string>([
  [schema, "AppSpec"],
  ...Object.entries(schema.definitions).map(([name, definition]): [unknown, string] => [definition, name]),
]);

const ownerOf = (error: ErrorObject): string =>
  OWNERS[definitions.get(error.parentSchema) ?? ""] ?? "this part";

/** Components and the like that have a field of this name. */
function ownersOf(field: string): string[] {
  const found: string[] = [];
  for (const [type, { fields }] of mapShapes()) {
    const owner = OWNERS[type];
    if (owner !== undefined && type.startsWith("App") && fields.has(field)) found.push(owner);
  }
  return found;
}

const NOUNS: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
};

const noun = (type: unknown): string => NOUNS[String(type)] ?? String(type);

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" && !Number.isInteger(value)) return "a number with a fraction";
  return NOUNS[typeof value] ?? `a ${typeof value}`;
}

/** `/services/0/name` as a path: digits are an index in a list and a key in a map. */
function pathOf(spec: unknown, pointer: string): Problem["path"] {
  let value: unknown = spec;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const step = Array.isArray(value) ? Number(name) : name;
      value = (value as Record<string | number, unknown> | undefined)?.[step];
      return step;
    });
}
