import type * as pulumi from "@pulumi/pulumi";
import { isDeferred } from "./inputs";
import type { Named } from "../resources/options/mismatches";
import { translateOptions, type OptionPath } from "../resources/options/translate";

export interface ResourceOptions {
  /** For Pulumi, with paths by name. */
  readonly options: pulumi.CustomResourceOptions | undefined;
  /** For the provider, which does not receive Pulumi's options. Absent if no option contains a path. */
  readonly hidden: { readonly __options?: readonly OptionPath[] };
}

/**
 * The options of a resource, with indexes in paths replaced by the names that Pulumi sees.
 * @throws AppPlatformError `invalid-input` for an index that cannot be resolved
 */
export function resourceOptions(
  type: string,
  name: string,
  args: object,
  options: pulumi.CustomResourceOptions | undefined,
  { args: form }: Named,
): ResourceOptions {
  const known = form.kind === "map" ? [...form.fields.keys()] : [];
  const names = [...new Set([...known, ...Object.keys(args)])];
  const label = `${type} "${name}"`;
  const { options: translated, paths } = translateOptions(options, { label, args, form, names, isDeferred });
  if (paths.length === 0) return { options, hidden: {} };
  return { options: { ...options, ...translated }, hidden: { __options: paths } };
}
