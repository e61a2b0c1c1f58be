import * as pulumi from "@pulumi/pulumi";
import type { ResourceKind } from "../resources/kinds";
import { refuseImport } from "./import-option";
import { refusePlugAndPlay } from "./plug-and-play";
import { resourceOptions } from "./resource-options";
import { secretPlaces } from "./secret-inputs";

/**
 * What the constructor of a resource passes to Pulumi: type, name, properties and options.
 * @throws AppPlatformError `invalid-input` for options that do not work; `unsupported-installation`
 */
export function resourceArgs(
  kind: ResourceKind,
  name: string,
  args: object,
  options: pulumi.CustomResourceOptions | undefined,
): [string, string, pulumi.Inputs, pulumi.CustomResourceOptions | undefined] {
  refusePlugAndPlay(process.versions);
  refuseImport(kind.name, name, options);
  const own = resourceOptions(kind.name, name, args, options, kind.properties);
  const props = {
    ...Object.fromEntries(kind.outputs.map((output) => [output, undefined])),
    ...args,
    ...own.hidden,
    __secrets: secretPlaces(args),
    __provider: kind.provider,
    __urn: pulumi.createUrn(name, kind.type, options?.parent),
    __preview: pulumi.runtime.isDryRun(),
  };
  return [kind.type, name, props, own.options];
}
