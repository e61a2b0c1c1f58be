import schema from "./app-spec.schema.json";

/** The schema of a place, with all references resolved. */
export type Shape = MapShape | ListShape | ScalarShape;

export interface MapShape {
  readonly kind: "map";
  /** Name of the type in the schema, such as `AppService`. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly required: readonly string[];
}
export interface ListShape {
  readonly kind: "list";
  readonly items: Shape;
}
export interface ScalarShape {
  readonly kind: "string" | "number" | "integer" | "boolean";
  /** The known values, if the AppSpec lists them. */
  readonly words?: Words;
}
export interface Words {
  /** Name of the type in the schema, such as `JobKind`. */
  readonly type: string;
  readonly known: readonly string[];
}
export interface Field {
  readonly shape: Shape;
  /** The replacement of a deprecated field. */
  readonly deprecated?: string;
}

interface SchemaNode {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly deprecationMessage?: string;
}

const definitions = schema.definitions as Readonly<Record<string, SchemaNode>>;
let root: MapShape | undefined;

/** The shape of a whole AppSpec, cached. */
export function specShape(): MapShape {
  root ??= toShape(schema as SchemaNode, "AppSpec", new Map()) as MapShape;
  return root;
}

function toShape(node: SchemaNode, type: string, known: Map<string, Shape>): Shape {
  if (node.$ref !== undefined) {
    const name = node.$ref.slice("#/definitions/".length);
    const shape = known.get(name) ?? toShape(definitions[name] ?? {}, name, known);
    known.set(name, shape);
    return shape;
  }
  if (node.type === "object") {
    const fields = Object.entries(node.properties ?? {}).map(([name, field]): [string, Field] => [
      name,
      {
        shape: toShape(field, type, known),
        ...(field.deprecationMessage === undefined ? {} : { deprecated: field.deprecationMessage }),
      },
    ]);
    return { kind: "map", type, fields: new Map(fields), required: node.required ?? [] };
  }
  if (node.type === "array") return { kind: "list", items: toShape(node.items ?? {}, type, known) };
  const kind = (node.type ?? "string") as ScalarShape["kind"];
  return node.enum ? { kind, words: { type, known: node.enum.map(String) } } : { kind };
}

let maps: ReadonlyMap<string, MapShape> | undefined;

/** Every map of the schema, by the name of its type. */
export function mapShapes(): ReadonlyMap<string, MapShape> {
  if (maps) return maps;
  const found = new Map<string, MapShape>();
  const visit = (shape: Shape): void => {
    if (shape.kind === "list") return visit(shape.items);
    if (shape.kind !== "map" || found.has(shape.type)) return;
    found.set(shape.type, shape);
    for (const { shape: inner } of shape.fields.values()) visit(inner);
  };
  visit(specShape());
  return (maps = found);
}

let fieldNames: ReadonlySet<string> | undefined;

/** True for a field of any part of the AppSpec. */
export function isFieldName(name: string): boolean {
  fieldNames ??= new Set([...mapShapes().values()].flatMap(({ fields }) => [...fields.keys()]));
  return fieldNames.has(name);
}

/** Lists of values that grow with the service. */
const OPEN_LISTS = ["AppRegion", "InstanceSizeSlug"];

let closedWords: ReadonlySet<unknown> | undefined;

/** True for a keyword of the AppSpec, such as `RUN_TIME`, which reveals nothing about an app. */
export function isClosedWord(word: string): boolean {
  closedWords ??= new Set(
    Object.entries(definitions).flatMap(([name, node]) =>
      OPEN_LISTS.includes(name) ? [] : (node.enum ?? []),
    ),
  );
  return closedWords.has(word);
}
