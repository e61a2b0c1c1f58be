import * as pulumi from "@pulumi/pulumi";
import type { DeepInput } from "./inputs";
import { DEPLOYMENT_PROPERTIES } from "../resources/options/named";
import { resourceArgs, type ResourceKind } from "./resource-args";
import type { Timeouts } from "../durations";

export interface DeploymentArgs {
  /** The app's id, such as `app.id`. Another app is a replacement. */
  appId: pulumi.Input<string>;
  /** Any values, such as a commit: when one changes, a new deployment is made. @default one deployment only */
  triggers?: pulumi.Input<Record<string, unknown> | unknown[]> | undefined;
  /** Deployments ignore the build cache. Alone, a change of it makes none. @default false */
  forceBuild?: pulumi.Input<boolean> | undefined;
  /** Wait until the deployment has ended, and fail if it fails. @default true */
  wait?: pulumi.Input<boolean> | undefined;
  /** How long the wait may take, as durations such as `"20m"`. @default 75m */
  timeouts?: DeepInput<Pick<Timeouts, "create" | "update">> | undefined;
}

export const DEPLOYMENT_TYPE = "pulumi-nodejs:dynamic/app-platform:Deployment";

/** As with `App`, what the state keeps of this package's code. It must never change. */
export const DEPLOYMENT_PROVIDER = 'exports.handler=()=>require("pulumi-app-platform/provider").deployment()';

const DEPLOYMENT: ResourceKind = {
  name: "Deployment",
  type: DEPLOYMENT_TYPE,
  provider: DEPLOYMENT_PROVIDER,
  properties: DEPLOYMENT_PROPERTIES,
  outputs: ["deploymentId", "phase", "cause", "createdAt"],
};

/**
 * A deployment of the newest sources of an app that exists, and another one whenever `triggers` change. For an app that the
 * same program declares, `redeployOn` of `App` does this without a second deployment at its creation.
 *
 * A failed deployment fails the `pulumi up` with the reasons and the end of the log; the next one tries again. Deleting the
 * resource cancels its deployment if that has not ended, and does nothing otherwise.
 *
 * @example
 * const release = new Deployment("release", { appId, triggers: { commit } });
 */
export class Deployment extends pulumi.CustomResource {
  declare readonly appId: pulumi.Output<string>;
  /** Id of the last deployment that was made, or of the one that took its place. The resource's own id is the first's. */
  declare readonly deploymentId: pulumi.Output<string>;
  /** Its phase as last seen, such as `ACTIVE`. */
  declare readonly phase: pulumi.Output<string>;
  /** Why the service made it, in the service's words. */
  declare readonly cause: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: DeploymentArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArgs(DEPLOYMENT, name, args, options));
  }
}
