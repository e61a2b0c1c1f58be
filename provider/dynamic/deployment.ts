import * as pulumi from "@pulumi/pulumi";
import type { DeepInput } from "./inputs";
import { DEPLOYMENT } from "../resources/kinds";
import { resourceArgs } from "./resource-args";
import type { Timeouts } from "../durations";

export interface DeploymentArgs {
  /** The app's id, such as `app.id`. Changing it replaces the resource. */
  appId: pulumi.Input<string>;
  /** Any values, such as a commit: a change starts a new deployment. @default only one deployment */
  triggers?: pulumi.Input<Record<string, unknown> | unknown[]> | undefined;
  /** Ignore the build cache. Changing only this option starts no deployment. @default false */
  forceBuild?: pulumi.Input<boolean> | undefined;
  /** Wait until the deployment has finished, and fail if it fails. @default true */
  wait?: pulumi.Input<boolean> | undefined;
  /** Time limits of the wait, as durations such as `"20m"`. @default 75m */
  timeouts?: DeepInput<Pick<Timeouts, "create" | "update">> | undefined;
}

/**
 * Deploys the newest sources of an existing app, and again whenever `triggers` change. For an app in the same program, use
 * `redeployOn` of `App` instead, which avoids a second deployment when the app is created.
 *
 * If the deployment fails, `pulumi up` fails with the reasons and the last log lines; the next `pulumi up` tries again. Deleting
 * the resource cancels its deployment if it is in progress, and does nothing otherwise.
 *
 * @example
 * const release = new Deployment("release", { appId, triggers: { commit } });
 */
export class Deployment extends pulumi.CustomResource {
  declare readonly appId: pulumi.Output<string>;
  /** Id of the last deployment, or of its successor. The resource's own id is that of the first deployment. */
  declare readonly deploymentId: pulumi.Output<string>;
  /** Its last known phase, such as `ACTIVE`. */
  declare readonly phase: pulumi.Output<string>;
  /** What triggered it, as reported by the service. */
  declare readonly cause: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: DeploymentArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArgs(DEPLOYMENT, name, args, options));
  }
}
