import type * as pulumi from "@pulumi/pulumi";
import { AppPlatformError } from "../errors";

/**
 * Rejects Pulumi's `import` option in the program: it never reaches the provider, since the host of dynamic providers fails on
 * it with a stack trace.
 * @throws AppPlatformError `invalid-input`, with the alternative
 */
export function refuseImport(
  type: string,
  name: string,
  options: pulumi.CustomResourceOptions | undefined,
): void {
  const id = options?.import;
  if (!id) return;
  const what =
    type === "App"
      ? `To manage the existing app, remove the option and set adopt: "${id}" in the arguments of the App, or run: npx app-platform import ${id}`
      : `Remove the option: an existing ${type.toLowerCase()} cannot be imported. To manage an existing app, set adopt: "<id>" in the arguments of an App, or run: npx app-platform import <id>`;
  throw new AppPlatformError(
    "invalid-input",
    `${type} "${name}" does not support the import option. ${what}`,
  );
}
