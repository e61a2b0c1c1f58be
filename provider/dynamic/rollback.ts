import * as pulumi from "@pulumi/pulumi";
import type { DeepInput } from "./inputs";
import type { RollbackState } from "../resources/rollback/provider";
import { ROLLBACK } from "../resources/kinds";
import { resourceArgs } from "./resource-args";
import type { Timeouts } from "../durations";

export type { RollbackState };

export interface RollbackArgs {
  /** The app's id. Changing it replaces the resource. */
  appId: pulumi.Input<string>;
  /**
   * The deployment to roll back to. Changing it replaces the resource: the previous rollback is committed first.
   * @default the last successful one before the newest
   */
  deploymentId?: pulumi.Input<string> | undefined;
  /**
   * State of the rollback. `"pinned"`: the app runs it and accepts no other deployment until you choose another state.
   * `"committed"`: keeps the rollback and unpins the app. `"reverted"`: deploys the previous spec again and unpins the app.
   * Committed and reverted are final: to roll back again, add a new Rollback. @default "pinned"
   */
  state?: pulumi.Input<RollbackState> | undefined;
  /** Time limits of waits, as durations such as `"20m"`. @default 75m */
  timeouts?: DeepInput<Pick<Timeouts, "create" | "update">> | undefined;
}

/**
 * Rolls an app back to an earlier deployment, with its spec and its builds. Previews and updates first validate the rollback at
 * the service, and fail with the service's message if it is not possible.
 *
 * Deleting the resource never changes what is running: a rollback that is still pinned is committed, which unpins the app.
 *
 * @example
 * const back = new Rollback("back", { appId });                     // now: to the last successful one
 * const back = new Rollback("back", { appId, state: "committed" }); // later: keep it
 */
export class Rollback extends pulumi.CustomResource {
  declare readonly appId: pulumi.Output<string>;
  /** The target of the rollback. The resource's own id is that of the deployment that performs it. */
  declare readonly deploymentId: pulumi.Output<string>;
  /** The state reached so far. */
  declare readonly state: pulumi.Output<RollbackState>;
  /** True while the app is pinned to this rollback. */
  declare readonly pinned: pulumi.Output<boolean>;
  /** Last known phase of the rollback's deployment, or of the one that reverts it. */
  declare readonly phase: pulumi.Output<string>;

  constructor(name: string, args: RollbackArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArgs(ROLLBACK, name, args, options));
  }
}
