import type { Clock } from "../clock";

/** How long the service is given to show what it has done or accepted, in milliseconds. */
export const WAIT_LIMITS = {
  /** The deployment of a write that has to deploy: a new app, a new deployment, a rollback. */
  deployment: 60_000,
  /** The deployment of an update, which may need none. */
  updateDeployment: 30_000,
  /** A deployment, asked for once more by a later run. */
  laterRun: 5_000,
  /** A deployment that the service has named, and does not know yet (404). */
  unknownDeployment: 30_000,
  /** The work of a write whose response was lost, before it is sent again. */
  lostResponse: 10_000,
  /** Between two checks that have to agree that an app is gone: a replica may lag. */
  goneAgain: 3_000,
} as const;

/** Pauses between looks, in milliseconds; the last one repeats. */
const PAUSES = [1_000, 2_000, 3_000, 4_000, 5_000];

export interface PollOptions {
  readonly clock: Clock;
  /** Ends the wait, and not the look. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks until there is something to see, or the time is up: the first time at once, then ever less often, and for the last time
 * when the time is up. A stop of the run ends it after a look.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  withinMs: number,
  { clock, signal }: PollOptions,
): Promise<T | undefined> {
  const giveUpAt = clock.now() + withinMs;
  for (let looks = 0; ; looks++) {
    const found = await look();
    const left = giveUpAt - clock.now();
    if (found !== undefined || left <= 0 || signal?.aborted) return found;
    const pause = PAUSES[looks] ?? PAUSES.at(-1) ?? left;
    await clock.sleep(Math.min(pause, left), signal).catch(() => undefined);
  }
}
