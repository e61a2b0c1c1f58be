import type { App, Deployment } from "../../api/types";
import { rollbackOf } from "../../deploy/service-rollback";
import { resultOf } from "../../deployment-phases";
import { isApiError } from "../../errors";
import { isAutomaticRollback, isUnprompted, shownDeployments } from "../../service/new-deployment";
import type { OperationContext } from "../base-provider";
import { lastDeployment, type LastDeployment } from "./state";

/**
 * The current status of the last deployment. A newer successful deployment takes its place, unless nobody requested it: the
 * service's own rollback, for example, restores what was running before.
 */
export async function currentState(
  { client, options }: OperationContext,
  app: App,
  last: LastDeployment | undefined,
): Promise<LastDeployment | undefined> {
  const active = app.active_deployment ?? undefined;
  if (!last) return active && lastDeployment(active);
  if (active && active.id === last.id) return live(active, last);
  const now = await client.getDeployment(app.id, last.id, options).catch((error: unknown) => {
    if (!isApiError(error, "not-found")) throw error;
    // The service may drop old deployments, but none that the app itself contains.
    return shownDeployments(app).find(({ id }) => id === last.id);
  });
  // If it is gone and never seen to succeed, a deployment that was active before it does not count as success.
  if (!now) return resultOf(last.phase) === "good" ? active && lastDeployment(active) : last;
  const isOvertaken =
    active && !isUnprompted(active) && Date.parse(active.created_at ?? "") > Date.parse(now.created_at ?? "");
  if (isOvertaken) return lastDeployment(active);
  // Superseded by a deployment that nobody requested, which changes nothing for the app.
  if (now.phase === "SUPERSEDED" && resultOf(last.phase) === "good") return last;
  const rolledBack = active && isAutomaticRollback(active) ? rollbackOf([active], now) : undefined;
  return lastDeployment(now, rolledBack);
}

/** A deployment that is active may be shown in an earlier phase for a moment. */
function live(active: Deployment, last: LastDeployment): LastDeployment {
  const isBehind = resultOf(last.phase) === "good" && resultOf(active.phase) !== "good";
  return isBehind ? last : lastDeployment(active);
}
