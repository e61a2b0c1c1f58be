import { KIND_OF_LIST } from "../../provider/appspec/component-lists";
import { explain } from "../../provider/appspec/explain";
import { plan } from "../../provider/appspec/plan";

// The reference of the AppSpec, from its JSON schema. The effects of changes come from the function behind previews. Pure.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly description?: string;
  readonly default?: unknown;
  readonly deprecated?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface SpecSchema extends Schema {
  readonly definitions: Readonly<Record<string, Schema>>;
}

export function appSpecPage(schema: SpecSchema): string {
  const types = reachable(schema);
  const sections = types.map(([name, type]) => section(schema, name, type));
  const names = ["App", ...types.map(([name]) => name)];
  return `${introduction(schema, names)}\n${table(schema, schema, (property) => effectAtTop(schema, property))}\n${sections.join("\n")}`;
}

const introduction = ({ description = "" }: Schema, types: readonly string[]): string => `---
aside: false
pageClass: wide
---

# AppSpec reference

${description}

"Effect" says what a change of the property does to the component, as a preview shows it: a redeploy starts new containers from the
existing build. **(likely)** marks what usually happens but is not documented by App Platform. See
[what triggers a deployment](./docs/redeploy-policy.md).

${types.map((name) => `[${name}](#${name.toLowerCase()})`).join(" · ")}

## App
`;

function section(schema: SpecSchema, name: string, type: Schema): string {
  const list = listOf(schema, name);
  const effect =
    list === undefined ? undefined : (property: string) => effectInComponent(schema, list, property);
  return `## ${name}\n\n${type.description ?? ""}\n\n${table(schema, type, effect)}`;
}

/** The types with properties, from the top of the spec down. */
function reachable(schema: SpecSchema): [string, Schema][] {
  const found = new Map<string, Schema>();
  const visit = (one: Schema): void => {
    for (const property of Object.values(one.properties ?? {})) {
      const name = refOf(property.items ?? property);
      const type = name === undefined ? undefined : schema.definitions[name];
      if (name === undefined || type?.properties === undefined || found.has(name)) continue;
      found.set(name, type);
    }
  };
  visit(schema);
  // A map can grow while it is iterated.
  for (const type of found.values()) visit(type);
  return [...found];
}

const refOf = ({ $ref }: Schema): string | undefined => $ref?.split("/").at(-1);

/** The list of the spec whose items have this type. */
const listOf = ({ properties = {} }: SpecSchema, type: string): string | undefined =>
  Object.keys(properties).find(
    (list) => Object.hasOwn(KIND_OF_LIST, list) && refOf(properties[list]?.items ?? {}) === type,
  );

function table(schema: SpecSchema, type: Schema, effect?: (property: string) => string): string {
  const header = [
    "property",
    "type, default, range",
    "description",
    ...(effect ? ["effect of a change"] : []),
  ];
  const rows = Object.entries(type.properties ?? {}).map(([name, property]) => {
    const full = { ...resolved(schema, property), ...property };
    const fallback = full.default === undefined ? [] : [`default ${code(JSON.stringify(full.default))}`];
    const values = [typeOf(schema, property), ...fallback, ...rangeOf(full)].join("; ");
    const required = type.required?.includes(name) ? "**Required.** " : "";
    const description = `${required}${full.deprecated ? "**Deprecated.** " : ""}${full.description ?? ""}`;
    return [code(name), values, description, ...(effect ? [effect(name)] : [])].map(cell);
  });
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

const resolved = ({ definitions }: SpecSchema, one: Schema): Schema => definitions[refOf(one) ?? ""] ?? one;

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function typeOf(schema: SpecSchema, one: Schema): string {
  if (one.items) return `list of ${typeOf(schema, one.items)}`;
  const name = refOf(one);
  const type = resolved(schema, one);
  if (type.properties) return `[${name}](#${name?.toLowerCase()})`;
  if (type.enum) return type.enum.map((value) => code(String(value))).join(", ");
  return type.type ?? "any";
}

function rangeOf({ minimum, maximum, minLength, maxLength, pattern }: Schema): string[] {
  const between = (least: number | undefined, most: number | undefined, unit: string): string[] => {
    if (least === undefined && most === undefined) return [];
    if (least === undefined) return [`at most ${most}${unit}`];
    return [most === undefined ? `at least ${least}${unit}` : `${least} to ${most}${unit}`];
  };
  const parts = [...between(minimum, maximum, ""), ...between(minLength, maxLength, " characters")];
  return [...parts, ...(pattern === undefined ? [] : [code(pattern)])];
}

/** What a preview says about a component to which this property is added. */
function effectInComponent(schema: SpecSchema, list: string, property: string): string {
  if (property === "name") return "creates another component, and removes this one";
  const type = resolved(schema, schema.properties?.[list]?.items ?? {});
  const own = type.properties?.[property] ?? {};
  const withValue = (value: unknown): object => ({ [list]: [{ name: "x", [property]: value }] });
  if (property !== "envs") return effectOf({ [list]: [{ name: "x" }] }, withValue(sample(schema, own)));
  const [built, run] = ["BUILD_TIME", "RUN_TIME"].map((scope) => {
    const variable = (value: string): object => withValue([{ key: "K", value, scope }]);
    return effectOf(variable("1"), variable("2"));
  });
  return built === run ? (built ?? "") : `${built}; with \`scope: RUN_TIME\`: ${run}`;
}

function effectAtTop(schema: SpecSchema, property: string): string {
  if (Object.hasOwn(KIND_OF_LIST, property)) return "see below";
  const services = [{ name: "x" }];
  return effectOf(
    { services },
    { services, [property]: sample(schema, schema.properties?.[property] ?? {}) },
  );
}

function effectOf(before: object, after: object): string {
  const planned = plan({ spec: before, lastPhase: "ACTIVE" }, { spec: after });
  if (planned.action === "none") return "none";
  const [line = ""] = explain(planned);
  const [, effect] = /^. x \([^)]+\): (.+?)(?:: [\w.]+ (?:added|changed).*)?$/.exec(line) ?? [];
  return (effect ?? "components unchanged (likely)").replace(/\(likely\)/g, "**(likely)**");
}

/** A value of the type that is not its default. */
function sample(schema: SpecSchema, one: Schema, depth = 0): unknown {
  const type = { ...resolved(schema, one), ...one };
  if (type.items) return depth > 4 ? [] : [sample(schema, type.items, depth + 1)];
  if (type.properties)
    return Object.fromEntries(
      Object.entries(type.properties).map(([name, property]) => [
        name,
        depth > 4 ? "x" : sample(schema, property, depth + 1),
      ]),
    );
  if (type.enum) return type.enum.find((value) => value !== type.default);
  if (type.type === "boolean") return type.default !== true;
  return type.type === "integer" || type.type === "number" ? 77 : "x";
}
