import { ANY, listOf, mapOf, TEXT, token, typeRef, type Json } from "../../plugin/schema/json";
import spec from "../../provider/appspec/app-spec.schema.json";

interface Definition {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly items?: Definition;
  readonly description?: string;
  readonly deprecationMessage?: string;
  readonly properties?: Readonly<Record<string, Definition>>;
  readonly required?: readonly string[];
}

const ROOT = spec as unknown as Definition & { readonly definitions: Readonly<Record<string, Definition>> };

/** Fields whose values are credentials. */
const SECRETS = new Set(["registry_credentials", "api_key", "token", "password"]);

/** The types of the AppSpec, by token. */
export function specTypes(): Record<string, Json> {
  const named = Object.entries(ROOT.definitions).filter(([, { properties }]) => properties);
  return Object.fromEntries(
    [["AppSpec", ROOT] as const, ...named].map(([name, type]) => [token(name), objectType(type)]),
  );
}

function objectType({ description, properties = {}, required }: Definition): Json {
  return {
    type: "object",
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, propertyOf(name, property)]),
    ),
    ...(required && { required }),
  };
}

function propertyOf(name: string, property: Definition): Json {
  const words = wordsOf(property);
  const described = property.description ?? "";
  const description = words
    ? `${described} One of ${words.map((word) => `\`${word}\``).join(", ")}.`
    : described;
  return {
    ...typeOf(property),
    ...(description.trim() !== "" && { description: description.trim() }),
    ...(property.deprecationMessage !== undefined && { deprecationMessage: property.deprecationMessage }),
    ...(SECRETS.has(name) && { secret: true }),
  };
}

/** The known values of a text. The service adds more over time, so the type stays text. */
function wordsOf({ $ref, enum: own, items }: Definition): readonly string[] | undefined {
  const found = own ?? (items ? wordsOf(items) : $ref === undefined ? undefined : definition($ref).enum);
  return found && found.length > 0 ? found : undefined;
}

const definition = (ref: string): Definition => {
  const found = ROOT.definitions[ref.replace("#/definitions/", "")];
  if (!found) throw new Error(`the schema of the AppSpec has no ${ref}`);
  return found;
};

function typeOf({ $ref, type, items }: Definition): Json {
  if ($ref !== undefined) {
    const { properties, type: own } = definition($ref);
    return properties ? typeRef($ref.replace("#/definitions/", "")) : { type: own };
  }
  if (type === "array") return listOf(items ? typeOf(items) : ANY);
  if (type === "object") return mapOf(TEXT);
  return typeof type === "string" ? { type } : ANY;
}
