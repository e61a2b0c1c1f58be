import type { CallOptions, Client } from "../api/client";
import { hasEnded } from "../deployment-phases";
import type { Deployment } from "../api/types";
import { systemClock } from "../clock";
import { AppPlatformError, isApiError } from "../errors";
import { writeOnce } from "../service/safe-writes";

/** What goes on at the service for a while, and can be stopped: a deployment, a scaling, a run of a job. */
export interface Stoppable<T> {
  /** Such as «deployment 3f2b…». */
  readonly name: string;
  cancel(): Promise<T>;
  look(): Promise<T>;
  phaseOf(seen: T): string | undefined;
}

/**
 * Cancels what goes on. What is canceled already counts as done, whether by a call whose answer was lost, an earlier run of
 * the program, or anybody else.
 * @param help follows the error where there is nothing to cancel any more
 * @throws AppPlatformError `already-ended` where it has ended in another way; ApiError
 */
export async function cancelOnce<T>({ name, cancel, look, phaseOf }: Stoppable<T>, help: string): Promise<T> {
  const ended = (seen: T): boolean => hasEnded(phaseOf(seen));
  const isCanceled = (seen: T): boolean => phaseOf(seen) === "CANCELED";
  const lookFor = async (wanted: (seen: T) => boolean): Promise<T | undefined> => {
    const seen = await look();
    return wanted(seen) ? seen : undefined;
  };
  try {
    return await writeOnce(cancel, () => lookFor(isCanceled), { clock: systemClock });
  } catch (error) {
    if (!isApiError(error, "bad-request", "not-found", "conflict", "invalid-spec")) throw error;
    // The service may refuse because there is nothing left to cancel: which of them it says for that is not described.
    const seen = await lookFor(ended).catch(() => undefined);
    if (seen === undefined) throw error;
    if (isCanceled(seen)) return seen;
    const words = `The ${name} has ended already (${phaseOf(seen)}): nothing to cancel. ${help}`;
    throw new AppPlatformError("already-ended", words.trim(), { cause: error });
  }
}

export const theDeployment = (
  client: Client,
  appId: string,
  id: string,
  options: CallOptions = {},
): Stoppable<Deployment> => ({
  name: `deployment ${id}`,
  cancel: () => client.cancelDeployment(appId, id, options),
  look: () => client.getDeployment(appId, id, options),
  phaseOf: ({ phase }) => phase,
});

/** For functions of programs, which run again in every `up`. */
export const takeItOut = (name: string): string =>
  `Take ${name} out of the program, as it would fail in every pulumi up.`;
