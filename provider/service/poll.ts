import type { Clock } from "../clock";
import { isTransient } from "../errors";

/** Time limits for the results of accepted requests to become visible, in milliseconds. */
export const WAIT_LIMITS = {
  /** The deployment of a write that must deploy: a new app, a new deployment, a rollback. */
  deployment: 60_000,
  /** The deployment of an update, which may need none. */
  updateDeployment: 30_000,
  /** A missing deployment, searched again by a later run. */
  laterRun: 5_000,
  /** A deployment that the service has returned, but does not know yet (404). */
  unknownDeployment: 30_000,
  /** The service's own rollback of a deployment that has failed. */
  serviceRollback: 20_000,
  /** The address of an app whose deployment is active. */
  address: 15_000,
  /** The effect of a write whose response was lost, before the write is sent again. */
  lostResponse: 10_000,
  /** Pause between two checks that must agree that an app is gone: a replica may lag. */
  goneAgain: 3_000,
  /** How long a deleted app must be missing to count as gone if the apps cannot be listed. */
  goneUnlisted: 30_000,
  /** Age of an app from which on every replica has it. Inferred. */
  newApp: 30_000,
} as const;

/** Pauses between checks, in milliseconds; the last one repeats. */
const PAUSES = [1_000, 2_000, 3_000, 4_000, 5_000];

/** Pauses between checks for the address of an app, which usually appears at once. */
export const ADDRESS_PAUSES = [250, 750, 1_000, 2_000];

export interface PollOptions {
  readonly clock: Clock;
  /** Between checks, in milliseconds; the last one repeats. @default 1 to 5 seconds */
  readonly pauses?: readonly number[];
  /** Ends the wait, but not a check in progress. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks until there is a result or the time is up: first at once, then at increasing intervals, and finally at the end of the
 * time. Stopping the run ends it after the current check.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  withinMs: number,
  { clock, signal, pauses = PAUSES }: PollOptions,
): Promise<T | undefined> {
  const giveUpAt = clock.now() + withinMs;
  for (let looks = 0; ; looks++) {
    const found = await look();
    const left = giveUpAt - clock.now();
    if (found !== undefined || left <= 0 || signal?.aborted) return found;
    const pause = pauses[looks] ?? pauses.at(-1) ?? left;
    await clock.sleep(Math.min(pause, left), signal).catch(() => undefined);
  }
}

/**
 * Like {@link poll}, but transient failures and 404s of a check do not end it: a replica may lag.
 * @returns what was found, or the failure of the last check if it failed
 */
export async function pollThroughFailures<T>(
  look: () => Promise<T | undefined>,
  withinMs: number,
  options: PollOptions,
): Promise<{ readonly found?: T | undefined; readonly failure?: unknown }> {
  let failure: unknown;
  const tolerant = async (): Promise<T | undefined> => {
    failure = undefined;
    try {
      return await look();
    } catch (error) {
      if (!isTransient(error, "not-found")) throw error;
      failure = error;
      return undefined;
    }
  };
  return { found: await poll(tolerant, withinMs, options), failure };
}
