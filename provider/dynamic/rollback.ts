import * as pulumi from "@pulumi/pulumi";
import type { DeepInput } from "./inputs";
import type { RollbackState } from "../resources/rollback/provider";
import { ROLLBACK_PROPERTIES } from "../resources/options/named";
import { resourceArgs, type ResourceKind } from "./resource-args";
import type { Timeouts } from "../durations";

export type { RollbackState };

export interface RollbackArgs {
  /** The app's id. Another app is a replacement. */
  appId: pulumi.Input<string>;
  /**
   * The deployment to go back to. Another one is a replacement: the rollback of before is committed first.
   * @default the last one that worked, before the newest one
   */
  deploymentId?: pulumi.Input<string> | undefined;
  /**
   * What is to become of the rollback. `"pinned"`: the app runs it and takes no other deployment, until the program says one
   * of the other two. `"committed"`: it lasts, and the app is free. `"reverted"`: the spec of before it is deployed again, and
   * the app is free. From committed and reverted there is no way on: that takes a new Rollback. @default "pinned"
   */
  state?: pulumi.Input<RollbackState> | undefined;
  /** How long waits may take, as durations such as `"20m"`. @default 75m */
  timeouts?: DeepInput<Pick<Timeouts, "create" | "update">> | undefined;
}

export const ROLLBACK_TYPE = "pulumi-nodejs:dynamic/app-platform:Rollback";

/** As with `App`, what the state keeps of this package's code. It must never change. */
export const ROLLBACK_PROVIDER = 'exports.handler=()=>require("pulumi-app-platform/provider").rollback()';

const ROLLBACK: ResourceKind = {
  name: "Rollback",
  type: ROLLBACK_TYPE,
  provider: ROLLBACK_PROVIDER,
  properties: ROLLBACK_PROPERTIES,
  outputs: ["deploymentId", "state", "pinned", "phase"],
};

/**
 * Takes an app back to an earlier deployment, with its spec and its builds. The service is asked first whether that is
 * possible, in previews too: what stands against it fails the run, in the service's words.
 *
 * Deleting the resource never changes what runs: a rollback that is still pinned is committed, so that the app is free.
 *
 * @example
 * const back = new Rollback("back", { appId });                     // now: to the last one that worked
 * const back = new Rollback("back", { appId, state: "committed" }); // later: keep it
 */
export class Rollback extends pulumi.CustomResource {
  declare readonly appId: pulumi.Output<string>;
  /** The deployment that was gone back to. The resource's own id is that of the deployment which does it. */
  declare readonly deploymentId: pulumi.Output<string>;
  /** How far the rollback has come. */
  declare readonly state: pulumi.Output<RollbackState>;
  /** True while the app is pinned to this rollback. */
  declare readonly pinned: pulumi.Output<boolean>;
  /** Phase of the rollback's deployment as last seen, or of the one that reverts it. */
  declare readonly phase: pulumi.Output<string>;

  constructor(name: string, args: RollbackArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArgs(ROLLBACK, name, args, options));
  }
}
