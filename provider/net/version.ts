import { createRequire } from "node:module";

/** The version of this package. */
export function packageVersion(): string {
  // By name, as the way from here to package.json differs between the sources, the built package and the plugin.
  version ??= (createRequire(__filename)("pulumi-app-platform/package.json") as { version: string }).version;
  return version;
}
let version: string | undefined;
