import type { App } from "../../api/types";
import { matches } from "../../appspec/covers";
import { drift } from "../../appspec/drift";
import { isCiphertext } from "../../appspec/secrets";
import { AppPlatformError, isApiError } from "../../errors";
import { pollThroughFailures, WAIT_LIMITS } from "../../service/poll";
import type { OperationContext } from "../base-provider";

/**
 * Reads the app until it shows a write: the response to the write alone does not prove that it took effect.
 * @param isShown whether the app, as read, shows the write
 * @param notSeen the error if it does not
 * @throws AppPlatformError `app-gone`, or the result of `notSeen`
 */
export async function confirmWrite(
  { client, reads, options, clock, stopped }: OperationContext,
  id: string,
  isShown: (now: App) => boolean,
  notSeen: () => AppPlatformError,
): Promise<App> {
  const look = async (): Promise<App | undefined> => {
    const now = await reads.app(client, id, 0, options);
    return isShown(now) ? now : undefined;
  };
  const waits = { clock, signal: stopped };
  const { found, failure } = await pollThroughFailures(look, WAIT_LIMITS.lostResponse, waits);
  if (found) return found;
  stopped?.throwIfAborted();
  if (isApiError(failure, "not-found")) throw appNotSeen(id, failure);
  throw failure ?? notSeen();
}

/**
 * Whether the app contains what the response to a write contained.
 * @param written the spec in that response
 */
export const showsWrite = (now: unknown, written: unknown): boolean =>
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
