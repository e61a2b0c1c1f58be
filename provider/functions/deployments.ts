import * as pulumi from "@pulumi/pulumi";
import type { Deployment, DeploymentPhase, DeploymentType, RollbackValidation } from "../api/types";
import { explained, lifted, withSecretsHidden } from "./run";
import { cancelOnce, takeItOut, theDeployment } from "./cancel";
import { listed, type PageQuery } from "./paging";

export interface DeploymentsQuery extends PageQuery {
  /** Only deployments that stand there, such as `["ACTIVE", "ERROR"]`. With `page`: those of that page. @default all */
  readonly phases?: readonly DeploymentPhase[] | undefined;
  /** Only those made in these ways, such as `["DEPLOY_ON_PUSH"]`; asked of the service. @default all */
  readonly types?: readonly DeploymentType[] | undefined;
}

/** Deployments of an app, the newest first. @throws AppPlatformError `not-found`; ApiError */
export async function getDeployments(appId: string, query: DeploymentsQuery = {}): Promise<Deployment[]> {
  const { phases, types } = query;
  return explained("getDeployments", { appId }, async (client) => {
    const found = await listed(
      query,
      (page) => client.listDeploymentPage(appId, { ...page, types }),
      (perPage) => client.listDeployments(appId, { perPage, types }),
    );
    return withSecretsHidden(
      phases ? found.filter(({ phase }) => phases.includes(phase ?? "UNKNOWN")) : found,
    );
  });
}
/** {@link getDeployments} with inputs. */
export const getDeploymentsOutput = lifted(getDeployments);

/** One deployment. @throws AppPlatformError `not-found` with the newest ones; ApiError */
export async function getDeployment(appId: string, deploymentId: string): Promise<Deployment> {
  return explained("getDeployment", { appId, deploymentId }, async (client) =>
    withSecretsHidden(await client.getDeployment(appId, deploymentId)),
  );
}
/** {@link getDeployment} with inputs. */
export const getDeploymentOutput = lifted(getDeployment);

/**
 * Cancels a deployment that has not ended, and returns it. One that is canceled already is returned as well, so that the
 * call may stay in a program. In a preview nothing is canceled, and the deployment comes back as it stands.
 * @throws AppPlatformError `not-found`, `already-ended` where it has ended in another way; ApiError
 */
export async function cancelDeployment(appId: string, deploymentId: string): Promise<Deployment> {
  if (pulumi.runtime.isDryRun()) return getDeployment(appId, deploymentId);
  return explained("cancelDeployment", { appId, deploymentId }, async (client) =>
    withSecretsHidden(
      await cancelOnce(theDeployment(client, appId, deploymentId), takeItOut("cancelDeployment")),
    ),
  );
}
/** {@link cancelDeployment} with inputs. */
export const cancelDeploymentOutput = lifted(cancelDeployment);

/**
 * Whether the app could go back to a deployment of it, in the service's words: what stands against it, and what it warns of.
 * The resource `Rollback` asks this by itself.
 * @throws AppPlatformError `not-found` with the newest deployments; ApiError
 */
export async function validateRollback(appId: string, deploymentId: string): Promise<RollbackValidation> {
  return explained("validateRollback", { appId, deploymentId }, (client) =>
    client.validateRollback(appId, { deployment_id: deploymentId }),
  );
}
/** {@link validateRollback} with inputs. */
export const validateRollbackOutput = lifted(validateRollback);
