import type { App } from "../../api/types";
import { matches } from "../../appspec/covers";
import { drift } from "../../appspec/drift";
import { listsToMaps } from "../../appspec/lists-by-name";
import { isCiphertext } from "../../appspec/secrets";
import { AppPlatformError, isApiError, isTransient } from "../../errors";
import { poll, WAIT_LIMITS } from "../../service/poll";
import type { OperationContext } from "../base-provider";

/**
 * Checks that a write took effect: its response alone does not show that.
 * @param app the app in the response
 * @param isFromBefore whether the app is the one from before the write
 * @throws AppPlatformError `app-gone`, `update-not-seen`
 */
export async function confirmWrite(
  { client, reads, options, clock, stopped }: OperationContext,
  app: App,
  isFromBefore: (now: App) => boolean,
  notSeen: () => AppPlatformError,
): Promise<void> {
  let failed: unknown;
  const look = async (): Promise<App | undefined> => {
    try {
      failed = undefined;
      const now = await reads.app(client, app.id, 0, options);
      return showsWrite(listsToMaps(now.spec), listsToMaps(app.spec)) && !isFromBefore(now) ? now : undefined;
    } catch (error) {
      if (!isTransient(error, "not-found")) throw error;
      failed = error;
      return undefined;
    }
  };
  if (await poll(look, WAIT_LIMITS.lostResponse, { clock, signal: stopped })) return;
  stopped?.throwIfAborted();
  if (isApiError(failed, "not-found")) throw appNotSeen(app.id, failed);
  throw failed ?? notSeen();
}

/** @param written the spec in the response to the write */
const showsWrite = (now: unknown, written: unknown): boolean =>
  matches(now, written) &&
  !drift(written, now).some(({ before, after }) => isCiphertext(before) && isCiphertext(after));

/** The error for a new app that the service does not show. */
const appNotSeen = (id: string, cause: unknown): AppPlatformError =>
  new AppPlatformError(
    "app-gone",
    `The service accepted the creation of the app ${id}, but does not show it. ` +
      "Run pulumi up again. If it reports that the app no longer exists, run pulumi refresh, and then pulumi up.",
    { cause },
  );
