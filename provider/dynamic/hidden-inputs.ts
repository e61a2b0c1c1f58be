import type { ListOrder } from "../appspec/lists-by-name";
import type { ProgramFacts, ResourceMeta } from "../resources/meta";
import type { OptionPath } from "../resources/options/translate";
import type { SecretPlaces } from "../secrets/program-secrets";

/**
 * Properties that pass the provider information that Pulumi's dynamic providers do not receive. Pulumi prints no diffs of keys
 * that begin with `__`. All except `__provider` and `__urn` are removed before they reach the state.
 */
export interface HiddenInputs extends RunInputs {
  /**
   * The resource's own URN. States of earlier versions contain it, possibly from before a rename.
   * See dynamic/hosted.ts.
   */
  __urn?: string;
  /** The row for lines while the URN is unknown. */
  __row?: string;
  /** The paths of `ignoreChanges` in the engine's request. */
  __ignored?: readonly string[];
  /** The text that Pulumi's host runs to get the provider. */
  __provider?: string;
}

/** Inputs from the constructor that apply to a single run. */
export interface RunInputs {
  __preview?: boolean;
  __file?: string;
  /** True for `App.get`. */
  __get?: boolean;
  __order?: ListOrder | undefined;
  __secrets?: SecretPlaces;
  __apps?: number;
  __repeated?: unknown;
  __deleteBeforeReplace?: boolean;
  __options?: readonly OptionPath[];
  __program?: unknown;
}

const FACTS = {
  __preview: "preview",
  __file: "file",
  __order: "order",
  __secrets: "secrets",
  __apps: "apps",
  __repeated: "repeated",
  __deleteBeforeReplace: "deleteBeforeReplace",
  __options: "options",
  __program: "spec",
} as const satisfies Partial<Record<keyof RunInputs, keyof ProgramFacts>>;

/** Keys that stay with the properties: Pulumi's host needs them there. */
export type KeptInputs = Pick<HiddenInputs, "__urn" | "__provider">;

export interface Separated<Props> {
  readonly props: Props;
  readonly meta: ResourceMeta;
  readonly kept: KeptInputs;
}

/** Separates the properties of a resource from what the host adds. Keeps `__secrets` of a state, which is part of it. Pure. */
export function separate<Props extends object>(given: Props & HiddenInputs): Separated<Props> {
  const { __urn: urn, __row: row, __ignored: ignored, __provider, ...props } = given;
  return {
    props: props as unknown as Props,
    meta: { urn, row, ignored },
    kept: { ...(urn !== undefined && { __urn: urn }), ...(__provider !== undefined && { __provider }) },
  };
}

/** Separates the inputs of a check from the constructor's data about the run. Pure. */
export function separateRun<Props extends object>(
  given: Props & RunInputs,
): { props: Props; facts: ProgramFacts; isRead: boolean } {
  const { __get: isRead, ...rest } = given;
  const props: Record<string, unknown> = rest;
  const facts: Record<string, unknown> = {};
  for (const [key, fact] of Object.entries(FACTS)) {
    if (Object.hasOwn(props, key)) facts[fact] = props[key];
    delete props[key];
  }
  return { props: props as unknown as Props, facts, isRead: isRead === true };
}
