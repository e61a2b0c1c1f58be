import type { Client } from "../../api/client";
import { standing } from "../../deployment-phases";
import type { App, Deployment } from "../../api/types";
import type { Reporter } from "../../host/reporter";
import { AppPlatformError } from "../../errors";
import { describeCondition } from "../app/rollback-on-failure";
import { isUnknownId, near, notFound } from "../../service/find";

/** How many deployments to search for one that succeeded; the service cannot roll back to older ones. */
const LOOK_BACK = 100;

/**
 * The target of a rollback: the given deployment, or the last successful one before the newest.
 * @throws AppPlatformError `not-found` if there is none
 */
export async function rollbackTarget(client: Client, app: App, deploymentId?: string): Promise<string> {
  const newest = async () => (await client.listDeploymentPage(app.id, { perPage: LOOK_BACK })).items;
  if (deploymentId !== undefined) {
    await client.getDeployment(app.id, deploymentId).catch(async (error: unknown) => {
      if (!isUnknownId(error, deploymentId)) throw error;
      const ids = (await newest()).map(({ id }) => id);
      const what = `no deployment ${deploymentId} of the app ${app.spec.name ?? ""} (id ${app.id})`;
      throw notFound(what, near(deploymentId, ids, "deployments"), error);
    });
    return deploymentId;
  }
  const items = await newest();
  const found = lastGood(items, app.active_deployment?.id);
  if (found) return found.id;
  throw new AppPlatformError(
    "not-found",
    `The app ${app.spec.name ?? ""} (id ${app.id}) has no deployment to roll back to: no deployment before the newest one has succeeded. ` +
      "Deploy a working spec instead.",
  );
}

/**
 * The last successful deployment before the newest one: the active one if the newest failed, otherwise the one before it. A
 * superseded deployment may never have been live, which its unfinished steps show. Pure.
 * @param newestFirst deployments of one app
 */
export function lastGood(newestFirst: readonly Deployment[], activeId?: string): Deployment | undefined {
  const [, ...earlier] = newestFirst.filter(({ phase }) => phase !== "CANCELED");
  return earlier.find((one) => {
    if (one.id === activeId || standing(one.phase) === "succeeded") return true;
    return one.phase === "SUPERSEDED" && allDone(one);
  });
}

function allDone({ progress }: Deployment): boolean {
  const { success_steps: done, total_steps: total } = progress ?? {};
  return done === undefined || total === undefined || done >= total;
}

/**
 * Validates the rollback at the service, and reports its warnings.
 * @throws AppPlatformError `invalid-input` with the service's reason
 */
export async function mustBePossible(
  client: Client,
  appId: string,
  target: string,
  reporter: Reporter,
): Promise<void> {
  const { valid, error, warnings } = await client.validateRollback(appId, { deployment_id: target });
  if (!valid)
    throw new AppPlatformError(
      "invalid-input",
      `The service does not allow a rollback to deployment ${target}: ${describeCondition(error ?? {})}`,
    );
  for (const warning of warnings ?? [])
    reporter.warn(`Rolling back to deployment ${target}: ${describeCondition(warning)}`);
}
