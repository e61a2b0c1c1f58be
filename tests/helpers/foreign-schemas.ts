import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
/** The version that the package depends on: another one is in the top folder. */
const requireOfPackage = createRequire(join(ROOT, "provider", "package.json"));

type Validate = ((value: unknown) => boolean) & {
  errors?: { instancePath: string; message?: string }[] | null;
};

interface Schemas {
  Ajv: new (options: object) => { compile(schema: object): Validate };
}

/** The errors of a value according to a schema of tests/fixtures/schemas, which its README describes. */
export function foreignSchemaErrors(file: string, value: unknown): string[] {
  const schema = JSON.parse(readFileSync(join(ROOT, "tests", "fixtures", "schemas", file), "utf8")) as object;
  const { Ajv: Validator } = requireOfPackage("ajv") as Schemas;
  const validate = new Validator({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
