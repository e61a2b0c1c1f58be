import { isPlainObject } from "../appspec/lists-by-name";

/** An app that a stack manages, according to its state. */
export interface ManagedApp {
  /** Id of the app. */
  readonly id: string;
  readonly urn: string;
  /** Left over from a replacement; the next run deletes it. */
  readonly toBeDeleted?: true;
}

/** The apps in a stack's state. */
export interface StackApps {
  readonly managed: readonly ManagedApp[];
  /** URNs of Apps whose creation was interrupted; their ids are unknown. */
  readonly pendingCreates: readonly string[];
}

/** Apps of this package, of the bridged provider, and of the same resources behind a plugin. */
const APP_TYPES = [
  /:dynamic\/app-platform:App$/,
  /^digitalocean:index\/app:App$/,
  /^app-platform:[^:]+:App$/,
];

const isAppType = (type: unknown): boolean =>
  typeof type === "string" && APP_TYPES.some((known) => known.test(type));

/**
 * The apps in the output of `pulumi stack export`, or in a state file of a local backend. Resources that are only read
 * (`App.get`) do not count. Pure.
 * @returns undefined if `state` is neither
 */
export function appsOfStack(state: unknown): StackApps | undefined {
  const deployment = deploymentOf(state);
  if (!deployment) return undefined;
  const resources = listOf(deployment["resources"]);
  const operations = listOf(deployment["pending_operations"]);
  return {
    managed: resources.flatMap(({ type, id, urn, external, delete: toBeDeleted }) =>
      isAppType(type) && external !== true && typeof id === "string" && id !== ""
        ? [{ id, urn: String(urn), ...(toBeDeleted === true && { toBeDeleted }) }]
        : [],
    ),
    pendingCreates: operations.flatMap(({ type, resource }) =>
      type === "creating" && isPlainObject(resource) && isAppType(resource["type"])
        ? [String(resource["urn"])]
        : [],
    ),
  };
}

export function deploymentOf(state: unknown): Record<string, unknown> | undefined {
  if (!isPlainObject(state)) return undefined;
  if (isPlainObject(state["deployment"])) return state["deployment"];
  const { checkpoint } = state;
  if (!isPlainObject(checkpoint)) return undefined;
  // A stack without resources has no `latest`.
  return isPlainObject(checkpoint["latest"]) ? checkpoint["latest"] : {};
}

export const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isPlainObject) : [];
