import type { Deployment } from "../../api/types";
import type { Outcome } from "../../deploy/outcome";
import { isApiError } from "../../errors";
import { poll, WAIT_LIMITS } from "../../service/poll";
import type { OperationContext } from "../base-provider";

/** Without a wait, the deployment must at least exist: the response alone does not show that. */
export async function confirm(
  { client, clock, stopped, options }: OperationContext,
  appId: string,
  id: string,
  onSeen: (seen: Deployment) => void,
): Promise<Outcome> {
  let missing: unknown;
  const look = (): Promise<Deployment | undefined> =>
    client.getDeployment(appId, id, options).catch((error: unknown) => {
      if (!isApiError(error, "not-found")) throw error;
      missing = error;
      return undefined;
    });
  const deployment = await poll(look, WAIT_LIMITS.lostResponse, { clock, signal: stopped });
  if (!deployment) {
    stopped?.throwIfAborted();
    throw missing;
  }
  onSeen(deployment);
  return { deployment, failures: [] };
}
