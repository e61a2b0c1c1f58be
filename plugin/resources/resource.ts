import type { Properties } from "../values/wire";

/** One changed property, at a property path by name. */
export interface PropertyChange {
  readonly path: string;
  readonly kind: "add" | "remove" | "change";
  readonly isReplacing?: boolean;
}

export interface Difference {
  readonly isChanged: boolean;
  readonly properties: readonly PropertyChange[];
  /** Properties whose change replaces the resource. */
  readonly replaces?: readonly string[];
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** Properties that the engine has for a resource. Those with secrets contain `Hidden` values. */
export interface Known {
  readonly id: string;
  readonly urn: string;
  readonly olds: Properties;
}

/** The paths of `ignoreChanges` in a request. */
type Ignored = readonly string[];

/** A kind of resource behind the plugin, in terms of Pulumi's protocol. */
export interface PluginResource {
  check(
    urn: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: readonly CheckFailure[] }>;
  diff(known: Known, news: Properties, ignored: Ignored): Promise<Difference>;
  /** What a preview of the creation can show. Fails if it already shows that the creation will fail. */
  previewCreate(urn: string, news: Properties): Promise<Properties>;
  create(urn: string, news: Properties): Promise<{ id: string; outs: Properties }>;
  previewUpdate(known: Known, news: Properties, ignored: Ignored): Promise<Properties>;
  update(known: Known, news: Properties, ignored: Ignored): Promise<Properties>;
  /** @returns undefined if it does not exist. Without old properties, it is imported or only read. */
  read(known: Known): Promise<{ id: string; outs: Properties; inputs: Properties } | undefined>;
  delete(known: Known): Promise<void>;
  /** The outputs of an operation that failed in part, from the core's error. */
  partial(urn: string, id: string, outs: object): Properties;
}
