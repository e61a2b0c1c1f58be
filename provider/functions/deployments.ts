import type { Client } from "../api/client";
import type { Deployment, DeploymentPhase, DeploymentType, RollbackValidation } from "../api/types";
import type { InPreview } from "./apps";
import { cancelOnce, takeItOut, theDeployment } from "./cancel";
import { explainedBy, withSecretsHidden } from "./explain-not-found";
import { listed, type PageQuery } from "./paging";

export interface DeploymentsQuery extends PageQuery {
  /** Only deployments in these phases, such as `["ACTIVE", "ERROR"]`. With `page`, filters that page. @default all */
  readonly phases?: readonly DeploymentPhase[] | undefined;
  /** Only deployments of these types, such as `["DEPLOY_ON_PUSH"]`; the service filters them. @default all */
  readonly types?: readonly DeploymentType[] | undefined;
}

/** @throws AppPlatformError `not-found`; ApiError */
export async function getDeployments(
  client: Client,
  appId: string,
  query: DeploymentsQuery = {},
): Promise<Deployment[]> {
  const { phases, types } = query;
  return explainedBy(client, "getDeployments", { appId }, async () => {
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

/** @throws AppPlatformError `not-found` with the newest ones; ApiError */
export const getDeployment = (client: Client, appId: string, deploymentId: string): Promise<Deployment> =>
  explainedBy(client, "getDeployment", { appId, deploymentId }, async () =>
    withSecretsHidden(await client.getDeployment(appId, deploymentId)),
  );

/** @throws AppPlatformError `not-found`, `already-ended` unless it is canceled already; ApiError */
export async function cancelDeployment(
  client: Client,
  appId: string,
  deploymentId: string,
  { preview }: InPreview,
): Promise<Deployment> {
  if (preview) return getDeployment(client, appId, deploymentId);
  return explainedBy(client, "cancelDeployment", { appId, deploymentId }, async () =>
    withSecretsHidden(
      await cancelOnce(theDeployment(client, appId, deploymentId), takeItOut("cancelDeployment")),
    ),
  );
}

/** @throws AppPlatformError `not-found` with the newest deployments; ApiError */
export const validateRollback = (
  client: Client,
  appId: string,
  deploymentId: string,
): Promise<RollbackValidation> =>
  explainedBy(client, "validateRollback", { appId, deploymentId }, () =>
    client.validateRollback(appId, { deployment_id: deploymentId }),
  );
