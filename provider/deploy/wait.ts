import { standing } from "../deployment-phases";
import type { Deployment } from "../api/types";
import type { Clock } from "../clock";
import { AppPlatformError, isApiError, isTransient } from "../errors";
import { WAIT_LIMITS } from "../service/poll";
import { describeProgress } from "./progress";
import { isAutomaticRollback, isUnprompted } from "../service/new-deployment";

/** What a wait needs of the service: one deployment, and the newest ones. The client has both. */
export interface DeploymentSource {
  getDeployment(appId: string, id: string, options?: { signal?: AbortSignal }): Promise<Deployment>;
  /** Deployments, newest first. */
  listDeploymentPage(
    appId: string,
    page: { perPage?: number },
    options?: { signal?: AbortSignal },
  ): Promise<{ items: readonly Deployment[] }>;
  /** Milliseconds after which there may be news, where that is sooner than a wait would look again. */
  untilNews?(): number | undefined;
}

export interface WaitOptions {
  readonly clock: Clock;
  /** Milliseconds after which the wait gives up. The deployment goes on. */
  readonly timeoutMs: number;
  /** Aborted when the user stops the run. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a line whenever what it says changes. */
  readonly onProgress?: (line: string) => void;
  /** Called when another deployment took the place of the one waited for. */
  readonly onFollow?: (successor: Deployment) => void;
  /** Called with every deployment seen, so that an interrupted wait can tell which one it was. */
  readonly onSeen?: (deployment: Deployment) => void;
}

const QUICK_MS = 1_000;
const SLOW_MS = 10_000;
const QUICK_FOR_MS = 2 * 60_000;

/** Milliseconds until the next look: every second for two minutes, then ever slower, up to ten seconds. Pure. */
export function pollInterval(waitedMs: number): number {
  if (waitedMs < QUICK_FOR_MS) return QUICK_MS;
  return Math.min(SLOW_MS, QUICK_MS + (waitedMs - QUICK_FOR_MS) / 60);
}

/**
 * Waits until a deployment has ended: the one given, or the one that took its place. Returns it whether it went well or
 * not; {@link standing} tells. A deployment that was canceled without a successor is returned as it is. Errors of the way
 * (time-outs, 5xx, lost connections) never end the wait before its time is up.
 * @throws AppPlatformError `wait-timeout` when the time is up, `interrupted` when the signal is aborted
 */
export async function waitForDeployment(
  source: DeploymentSource,
  appId: string,
  deploymentId: string,
  options: WaitOptions,
): Promise<Deployment> {
  const { clock, signal } = options;
  const start = clock.now();
  let id = deploymentId;
  let lastLine = "";
  let seen: Deployment | undefined;
  let lastError: unknown;
  let missingSince: number | undefined;
  for (;;) {
    if (signal?.aborted) throw interrupted(id);
    try {
      const deployment = await source.getDeployment(appId, id, signal ? { signal } : {});
      lastError = undefined;
      missingSince = undefined;
      options.onSeen?.(deployment);
      // A listing gives the same object as long as nothing changes.
      const line = deployment === seen ? lastLine : describeProgress(deployment);
      seen = deployment;
      if (line !== lastLine) options.onProgress?.((lastLine = line));
      const stands = standing(deployment.phase);
      if (stands === "succeeded" || stands === "failed") return deployment;
      if (stands === "replaced") {
        const successor = await findSuccessor(source, appId, deployment, signal);
        if (!successor) return deployment;
        options.onFollow?.(successor);
        id = successor.id;
        continue;
      }
    } catch (error) {
      if (signal?.aborted) throw interrupted(id);
      if (isApiError(error, "not-found")) {
        // A deployment that was made a moment ago, or is asked for at a replica that lags, may not be known yet.
        missingSince ??= clock.now();
        if (clock.now() - missingSince >= WAIT_LIMITS.unknownDeployment) throw error;
      } else if (!isTransient(error)) throw error;
      lastError = error;
    }
    const waited = clock.now() - start;
    if (waited >= options.timeoutMs) throw timedOut(id, waited, lastError);
    const next = Math.min(pollInterval(waited), source.untilNews?.() ?? Infinity);
    const pause = Math.min(next, Math.max(0, options.timeoutMs - waited));
    await clock.sleep(pause, signal).catch(() => undefined);
  }
}

/**
 * The deployment that took the place of `replaced`: the newest younger one that was not canceled itself. What the service
 * makes by itself is one only where there is no other, and its rollback of a deployment that failed never is.
 */
export async function findSuccessor(
  source: DeploymentSource,
  appId: string,
  replaced: Deployment,
  signal: AbortSignal | undefined,
): Promise<Deployment | undefined> {
  const { items: newest } = await source.listDeploymentPage(appId, {}, signal ? { signal } : {});
  const own = newest.findIndex(({ id }) => id === replaced.id);
  const younger = own < 0 ? newest.filter((one) => isYounger(one, replaced)) : newest.slice(0, own);
  const candidates = younger.filter((one) => one.phase !== "CANCELED" && !isAutomaticRollback(one));
  return candidates.find((one) => !isUnprompted(one)) ?? candidates[0];
}

const isYounger = (one: Deployment, other: Deployment): boolean =>
  Date.parse(one.created_at ?? "") > Date.parse(other.created_at ?? "");

function interrupted(id: string): AppPlatformError {
  return new AppPlatformError(
    "interrupted",
    `The run was stopped while deployment ${id} was going on. It goes on at the service; the next pulumi up waits for it.`,
  );
}

function timedOut(id: string, waitedMs: number, lastError: unknown): AppPlatformError {
  const because = lastError instanceof Error ? ` The last look failed: ${lastError.message}` : "";
  return new AppPlatformError(
    "wait-timeout",
    `Deployment ${id} did not end within ${Math.round(waitedMs / 1000)} s. It goes on at the service; the next pulumi up waits for it. ` +
      `A longer time can be given in timeouts.${because}`,
  );
}
