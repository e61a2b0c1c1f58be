import { AppPlatformError } from "../errors";

/**
 * Rejects Yarn Plug'n'Play when a program declares a resource. Otherwise, an app could be created, but not be deleted: Pulumi's host
 * of dynamic providers looks for packages in node_modules, and the file system of Plug'n'Play cannot write backups.
 *
 * @param versions those of the process, which contain that of Plug'n'Play
 * @throws AppPlatformError `unsupported-installation`
 */
export function refusePlugAndPlay(versions: Readonly<NodeJS.Dict<string>>): void {
  if (versions["pnp"] === undefined) return;
  throw new AppPlatformError(
    "unsupported-installation",
    "Yarn Plug'n'Play is not supported: Pulumi looks for packages in node_modules. Add the line `nodeLinker: node-modules` to .yarnrc.yml, and run `yarn install`.",
  );
}
