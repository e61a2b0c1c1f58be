import { destinationKeys } from "../app/alerts/destinations";
import { isPlainObject, listKeys, SPEC_LISTS, type NamedLists } from "../../appspec/lists-by-name";
import { specShape, type Shape } from "../../appspec/schema-shape";

/** The structure of a resource's arguments and outputs, for property paths. */
export type Form = MapForm | NamedForm | ListForm | { readonly kind: "scalar" } | { readonly kind: "any" };

export interface MapForm {
  readonly kind: "map";
  readonly fields: ReadonlyMap<string, Form>;
  /** Fields that identify the item in the program, and which are not properties of it in Pulumi. */
  readonly naming: readonly string[];
}
/** A list in the program that Pulumi sees as a map by name, see appspec/lists-by-name.ts. */
export interface NamedForm {
  readonly kind: "named";
  /** Undefined if the list cannot become a map. */
  readonly keysOf: (list: readonly unknown[]) => readonly (string | undefined)[] | undefined;
  /** Fields that make up the keys. */
  readonly keyedBy: readonly string[];
  readonly item: Form;
}
export interface ListForm {
  readonly kind: "list";
  readonly item: Form;
}

export const SCALAR: Form = { kind: "scalar" };
export const ANY: Form = { kind: "any" };

export const mapForm = (fields: Readonly<Record<string, Form>>, naming: readonly string[] = []): MapForm => ({
  kind: "map",
  fields: new Map(Object.entries(fields)),
  naming,
});

let spec: Form | undefined;

/** The form of a whole AppSpec; created once. */
export function specForm(): Form {
  return (spec ??= formOf(specShape(), SPEC_LISTS));
}

function formOf(shape: Shape, lists: NamedLists, naming: readonly string[] = []): Form {
  if (shape.kind === "list") return { kind: "list", item: formOf(shape.items, {}) };
  if (shape.kind !== "map") return SCALAR;
  const fields = [...shape.fields].filter(([name]) => !naming.includes(name));
  return {
    kind: "map",
    naming,
    fields: new Map(
      fields.map(([name, { shape: inner }]): [string, Form] => {
        const list = Object.hasOwn(lists, name) ? lists[name] : undefined;
        if (!list || inner.kind !== "list") return [name, formOf(inner, {})];
        return [
          name,
          {
            kind: "named",
            keysOf: (items) => listKeys(items, list),
            keyedBy: [list.by, ...(list.and ?? [])],
            item: formOf(inner.items, list.lists ?? {}, [list.by]),
          },
        ];
      }),
    ),
  };
}

/** The form of `alertDestinations`, see dynamic/alert-inputs.ts. */
export const DESTINATIONS_FORM: Form = {
  kind: "named",
  keysOf: destinationKeys,
  keyedBy: ["component", "rule", "operator", "window"],
  item: mapForm(
    {
      operator: SCALAR,
      window: SCALAR,
      emails: { kind: "list", item: SCALAR },
      slackWebhooks: {
        kind: "named",
        keysOf: channels,
        keyedBy: ["channel"],
        item: mapForm({ url: SCALAR }, ["channel"]),
      },
    },
    ["component", "rule"],
  ),
};

function channels(list: readonly unknown[]): string[] | undefined {
  const names = list.map((hook) => (isPlainObject(hook) ? hook["channel"] : undefined));
  const areDistinct = new Set(names).size === names.length;
  return areDistinct && names.every((name) => typeof name === "string") ? (names as string[]) : undefined;
}
