import type { Deployment } from "../../api/types";
import type { Outcome } from "../../deploy/outcome";
import { pollThroughFailures, WAIT_LIMITS } from "../../service/poll";
import type { OperationContext } from "../base-provider";

/** Without a wait, the deployment must at least exist: the response alone does not show that. */
export async function confirm(
  { client, clock, stopped, options }: OperationContext,
  appId: string,
  id: string,
  onSeen: (seen: Deployment) => void,
): Promise<Outcome> {
  const look = (): Promise<Deployment> => client.getDeployment(appId, id, options);
  const waits = { clock, signal: stopped };
  const { found, failure } = await pollThroughFailures(look, WAIT_LIMITS.lostResponse, waits);
  if (!found) {
    stopped?.throwIfAborted();
    throw failure;
  }
  onSeen(found);
  return { deployment: found, failures: [] };
}
