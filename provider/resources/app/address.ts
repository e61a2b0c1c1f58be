import type { App } from "../../api/types";
import { isPublic } from "../../appspec/public";
import { ADDRESS_PAUSES, pollThroughFailures, WAIT_LIMITS } from "../../service/poll";
import type { OperationContext } from "../base-provider";

/**
 * The app with its address, which may appear some seconds after its deployment is active. Apps without public components never
 * get one. If it does not appear in time, the app as it is: a later refresh shows the address.
 */
export async function withAddress(
  { client, reads, reporter, options, clock, stopped }: OperationContext,
  app: App,
): Promise<App> {
  if (app.live_url || !isPublic(app.spec)) return app;
  reporter.status("waiting for the app's address");
  const look = async (): Promise<App | undefined> => {
    const now = await reads.app(client, app.id, 0, options);
    return now.live_url ? now : undefined;
  };
  const waits = { clock, signal: stopped, pauses: ADDRESS_PAUSES };
  const { found } = await pollThroughFailures(look, WAIT_LIMITS.address, waits).catch(() => ({
    found: undefined,
  }));
  if (found) return found;
  stopped?.throwIfAborted();
  reporter.info(
    `The app is active, but the service did not show its address within ${WAIT_LIMITS.address / 1000} s. ` +
      "Run pulumi refresh later to get it.",
  );
  return app;
}
