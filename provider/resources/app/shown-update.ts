import type { App } from "../../api/types";
import { AppPlatformError } from "../../errors";
import { pollThroughFailures, WAIT_LIMITS } from "../../service/poll";
import { slim } from "../../service/listing";
import type { OperationContext } from "../base-provider";
import { isFromBefore, staleParts, type SentUpdate } from "../../appspec/evidence";
import { formatPath, listsToMaps } from "../../appspec/lists-by-name";

/**
 * The app after the update. The response, and reads for some seconds after it, may still contain the previous spec.
 * @throws AppPlatformError `update-not-seen` if a changed secret keeps its ciphertext, or a removed item still exists
 */
export async function shownUpdate(
  { client, clock, stopped, reporter }: OperationContext,
  sent: SentUpdate,
  answered: App,
): Promise<App> {
  let last = listsToMaps(answered.spec);
  if (!isFromBefore(sent, last)) return answered;
  reporter.status("waiting until the service shows the update");
  const look = async (): Promise<App | undefined> => {
    const now = slim(await client.getApp(answered.id));
    last = listsToMaps(now.spec);
    return isFromBefore(sent, last) ? undefined : now;
  };
  const waits = { clock, signal: stopped };
  const { found } = await pollThroughFailures(look, WAIT_LIMITS.lostResponse, waits);
  if (found) return found;
  stopped?.throwIfAborted();
  const { secrets, items, values } = staleParts(sent, last);
  const missing = [
    ...secrets.map((path) => `${formatPath(path)} still has its stored value`),
    ...items.map((path) => `${formatPath(path)} still exists`),
  ];
  const kept = values.map((path) => `${formatPath(path)} has its previous value`);
  const details = [...missing, ...kept].join("; ");
  const text = `The service accepted the update, but still shows the spec from before${details && `: ${details}`}.`;
  if (missing.length > 0)
    throw new AppPlatformError(
      "update-not-seen",
      `${text} Run pulumi up again to send the update once more.`,
    );
  reporter.warn(`${text} Run pulumi refresh later to check whether the update has arrived.`);
  return answered;
}
