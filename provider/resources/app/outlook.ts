import type { Deployment } from "../../api/types";
import { describeServiceRollback } from "../../deploy/service-rollback";
import { resultOf } from "../../deployment-phases";

/**
 * What the service's own rollback means for the app.
 * @param running what is running if the rollback did not succeed
 * @param isInPlace whether it replaces the rollback that the program requests
 */
export function rollbackOutlook(rollback: Deployment, running: string, isInPlace: boolean): string {
  const isDone = resultOf(rollback.phase) !== "bad";
  return [
    describeServiceRollback(rollback),
    ...(isDone ? [] : [running]),
    ...(isInPlace ? ['onFailedDeployment: "rollback" does not start another one.'] : []),
    "The spec of the app, at the service and in the Pulumi state, is still the one that failed.",
  ].join(" ");
}
