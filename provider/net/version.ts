import { createRequire } from "node:module";

/** The version of this package. */
export function packageVersion(): string {
  // Found by name, because the path to package.json differs between the sources, the built package, and the plugin.
  version ??= (createRequire(__filename)("pulumi-app-platform/package.json") as { version: string }).version;
  return version;
}
let version: string | undefined;
