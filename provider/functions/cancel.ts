import type { CallOptions, Client } from "../api/client";
import { hasEnded } from "../deployment-phases";
import type { Deployment } from "../api/types";
import { systemClock } from "../clock";
import { AppPlatformError, isApiError } from "../errors";
import { writeOnce } from "../service/safe-writes";

/** An operation in progress that can be canceled: a deployment, an autoscaling, a run of a job. */
export interface Stoppable<T> {
  /** For example "deployment 3f2b…". */
  readonly name: string;
  cancel(): Promise<T>;
  look(): Promise<T>;
  phaseOf(seen: T): string | undefined;
}

/**
 * Cancels an operation. One that is already canceled counts as success, whether canceled by a call with a lost response, an
 * earlier run of the program, or someone else.
 * @param help appended to the error if there is nothing to cancel
 * @throws AppPlatformError `already-ended` if it finished in another way; ApiError
 */
export async function cancelOnce<T>({ name, cancel, look, phaseOf }: Stoppable<T>, help: string): Promise<T> {
  const ended = (seen: T): boolean => hasEnded(phaseOf(seen));
  const isCanceled = (seen: T): boolean => phaseOf(seen) === "CANCELED";
  const lookFor = async (wanted: (seen: T) => boolean): Promise<T | undefined> => {
    const seen = await look();
    return wanted(seen) ? seen : undefined;
  };
  const alreadyEnded = (seen: T, cause?: unknown): AppPlatformError => {
    const words = `The ${name} has already finished (${phaseOf(seen)}): nothing to cancel. ${help}`;
    return new AppPlatformError("already-ended", words.trim(), { cause });
  };
  let answer: T;
  try {
    answer = await writeOnce(cancel, () => lookFor(isCanceled), { clock: systemClock });
  } catch (error) {
    if (!isApiError(error, "bad-request", "not-found", "conflict", "invalid-spec")) throw error;
    // The service may reject the request because there is nothing to cancel. The status for that is not documented.
    const seen = await lookFor(ended).catch(() => undefined);
    if (seen === undefined) throw error;
    if (isCanceled(seen)) return seen;
    throw alreadyEnded(seen, error);
  }
  // The service may also accept the request and change nothing.
  if (ended(answer) && !isCanceled(answer)) throw alreadyEnded(answer);
  return answer;
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

/** Help for functions in programs, which run in every `up`. */
export const takeItOut = (name: string): string =>
  `Remove ${name} from the program; otherwise every pulumi up fails.`;
