import { resultOf } from "../../deployment-phases";
import type { App } from "../../api/types";
import type { Started } from "../../service/new-deployment";
import type { AppOperationContext } from "../base-provider";
import { listsToMaps } from "../../appspec/lists-by-name";
import {
  lastDeployment,
  outputsOf,
  plain,
  type AppInputs,
  type AppOutputs,
  type LastDeployment,
} from "./state";
import type { Timeouts } from "../../durations";
import { currentState } from "./current-state";
import { Wait } from "./wait";

/** The last steps of an operation on an app: waiting for a deployment and building the outputs. */
export class Finishing {
  /** @param recorded the inputs to record in the state */
  constructor(
    private readonly context: AppOperationContext,
    private readonly recorded: AppInputs,
  ) {}

  /**
   * Finishes an operation that has started nothing: waits for the last deployment, if it is in progress.
   * @throws InitializationError
   */
  async resumed(
    app: App,
    last: LastDeployment | undefined,
    operation: keyof Timeouts,
    liveSpec: unknown = listsToMaps(app.spec),
  ): Promise<AppOutputs> {
    const found = last ?? (await currentState(this.context, app, undefined));
    if (!last || resultOf(last.phase) === "good" || this.context.inputs.wait === false)
      return plain(outputsOf(this.recorded, app, found, liveSpec, this.context.reads.projectOf(app)));
    return new Wait(this.context, this.recorded, app, undefined, last, operation, liveSpec).outputs();
  }

  /**
   * Finishes an operation that has written: finds the deployment that the write started, waits for it, and returns the outputs.
   * From here on the app exists: any failure keeps it in the state, with the deployment that the next run has to handle.
   * @param app the app in the response to the write
   * @param liveSpec the baseline for later drift; an operation that sends no spec keeps the previous one
   * @throws InitializationError
   */
  async started(
    app: App,
    started: Started,
    operation: keyof Timeouts,
    liveSpec: unknown = listsToMaps(app.spec),
  ): Promise<AppOutputs> {
    const last = started.deployment && lastDeployment(started.deployment);
    return new Wait(this.context, this.recorded, app, started, last, operation, liveSpec).outputs();
  }
}
