import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import schema from "./app-spec.schema.json";
import { quote, type Problem, type Report } from "./problem";
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
 * True for a spec without schema errors. The build generates the check (tools/quick-check.ts), which saves most processes the
 * half second that ajv takes to compile it. Unbuilt sources fall back to ajv.
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

/**
 * Reports schema errors that remain after `findMistakes`: missing fields, limits and patterns.
 */
export function checkSchema(spec: unknown, report: Report): void {
  if (isFlawless(spec)) return;
  const validate = validator();
  if (validate(spec)) return;
  const wrongLength = placesOf(validate.errors, ["minLength", "maxLength"]);
  for (const error of validate.errors ?? []) {
    if (isUnknown(error.data)) continue;
    if (error.keyword === "pattern" && wrongLength.has(error.instancePath)) continue;
    translate(error, pathOf(spec, error.instancePath), report);
  }
}

const placesOf = (errors: ErrorObject[] | null | undefined, keywords: string[]): Set<string> =>
  new Set(
    errors?.filter(({ keyword }) => keywords.includes(keyword)).map(({ instancePath }) => instancePath),
  );

function translate(error: ErrorObject, path: Problem["path"], report: Report): void {
  const params = error.params as Record<string, unknown>;
  const shown = quote(error.data, path);
  const but = shown === undefined ? "" : `, but is ${shown}`;
  switch (error.keyword) {
    case "required":
      return report.error("missing-field", [...path, String(params["missingProperty"])], "is required");
    case "pattern":
      return report.error(
        "wrong-format",
        path,
        `has an invalid format${shown === undefined ? "" : `: ${shown}`}`,
        formHint(shown === undefined ? undefined : error.data, path),
      );
    case "minLength":
      return report.error("too-short", path, `must have at least ${amount(params, "character")}${but}`);
    case "maxLength":
      return report.error("too-long", path, `must have at most ${amount(params, "character")}${but}`);
    case "minimum":
      return report.error("too-small", path, `must be at least ${String(params["limit"])}${but}`);
    case "maximum":
      return report.error("too-big", path, `must be at most ${String(params["limit"])}${but}`);
    default:
      return report.error("not-valid", path, `does not match the AppSpec schema (${error.keyword})`);
  }
}

const amount = (params: Record<string, unknown>, what: string): string =>
  `${String(params["limit"])} ${what}${params["limit"] === 1 ? "" : "s"}`;

const FORM_HINTS: Readonly<Record<string, string>> = {
  name: "use lowercase letters, digits and dashes; start with a letter and do not end with a dash",
  key: "use letters, digits and underscores; do not start with a digit",
  domain: "write only the host name, such as app.example.com; use letters, digits, dashes and dots",
  custom_error_page_url: "it must start with https://",
};

function formHint(value: unknown, path: Problem["path"]): string | undefined {
  const text = typeof value === "string" ? value : "";
  if (path.at(-1) === "domain" && text.startsWith("*.")) return `write ${text.slice(2)}, and wildcard: true`;
  if (path.includes("log_destinations"))
    return "use letters, digits, spaces and -_./()[]; start and end with a letter or digit";
  return FORM_HINTS[String(path.at(-1))];
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
