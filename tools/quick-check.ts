import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { Ajv } from "ajv";
import { writeChanged } from "./write-changed";

/**
 * Part of the build: the schema of the AppSpec as precompiled code that only returns valid or invalid. It loads in a
 * few milliseconds; compiling the schema takes half a second at the start of every process.
 */

const ROOT = resolve(__dirname, "..");
/** The ajv of the published package; other tools have older ones. */
const fromProvider = createRequire(resolve(ROOT, "provider/package.json"));

/** Keywords that explain and do not check. */
const WORDS = new Set(["description", "title", "deprecated", "deprecationMessage", "default"]);

/** A schema without its explanations. Fields that happen to have such a name are objects, and are kept. */
function checksOnly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(checksOnly);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword, value]) => !WORDS.has(keyword) || typeof value === "object")
      .map(([keyword, value]) => [keyword, checksOnly(value)]),
  );
}

/** The code: a CommonJS module that exports a function from a value to true or false. */
export function quickCheckCode(): string {
  const { Ajv: Constructor } = fromProvider("ajv") as { Ajv: new (options: object) => Ajv };
  const { default: standalone } = fromProvider("ajv/dist/standalone") as {
    default: (ajv: Ajv, check: unknown) => string;
  };
  const ajv = new Constructor({
    code: { source: true },
    allowUnionTypes: true,
    messages: false,
    inlineRefs: false,
  });
  return standalone(ajv, ajv.compile(checksOnly(fromProvider("./appspec/app-spec.schema.json")) as object));
}

if (require.main === module)
  writeChanged(resolve(ROOT, "provider/dist/appspec/app-spec.check.js"), quickCheckCode());
