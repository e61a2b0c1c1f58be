import * as deployments from "../../functions/deployments";
import { forPrograms, lifted, unlessPreview } from "./program-client";

export type { DeploymentsQuery } from "../../functions/deployments";

/** Deployments of an app, newest first. @throws AppPlatformError `not-found`; ApiError */
export const getDeployments = forPrograms(deployments.getDeployments);
/** {@link getDeployments} with inputs. */
export const getDeploymentsOutput = lifted(getDeployments);

/** One deployment. @throws AppPlatformError `not-found` with the newest ones; ApiError */
export const getDeployment = forPrograms(deployments.getDeployment);
/** {@link getDeployment} with inputs. */
export const getDeploymentOutput = lifted(getDeployment);

/**
 * Cancels a deployment in progress and returns it. Also returns one that is canceled already, so that the call may stay in a
 * program. A preview cancels nothing and returns the deployment unchanged.
 * @throws AppPlatformError `not-found`, `already-ended` if it finished in another way; ApiError
 */
export const cancelDeployment = forPrograms((client, appId: string, deploymentId: string) =>
  deployments.cancelDeployment(client, appId, deploymentId, unlessPreview()),
);
/** {@link cancelDeployment} with inputs. */
export const cancelDeploymentOutput = lifted(cancelDeployment);

/**
 * Whether the app can be rolled back to a deployment: the service's error, if any, and its warnings. The resource `Rollback`
 * requests it automatically.
 * @throws AppPlatformError `not-found` with the newest deployments; ApiError
 */
export const validateRollback = forPrograms(deployments.validateRollback);
/** {@link validateRollback} with inputs. */
export const validateRollbackOutput = lifted(validateRollback);
