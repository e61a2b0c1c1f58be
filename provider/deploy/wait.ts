import { resultOf, standing } from "../deployment-phases";
import type { Deployment } from "../api/types";
import type { Clock } from "../clock";
import { AppPlatformError, isApiError, isTransient } from "../errors";
import { WAIT_LIMITS } from "../service/poll";
import { describeProgress } from "./progress";
import { isAutomaticRollback, isUnprompted } from "../service/new-deployment";

/** The requests for waiting: one deployment, and the newest ones. Implemented by the client. */
export interface DeploymentSource {
  getDeployment(appId: string, id: string, options?: { signal?: AbortSignal }): Promise<Deployment>;
  /** Deployments, newest first. */
  listDeploymentPage(
    appId: string,
    page: { perPage?: number },
    options?: { signal?: AbortSignal },
  ): Promise<{ items: readonly Deployment[] }>;
  /** Milliseconds until new data is expected, if that is sooner than the next poll. */
  untilNews?(): number | undefined;
}

export interface WaitOptions {
  readonly clock: Clock;
  /** Time limit of the wait, in milliseconds. The deployment continues after it. */
  readonly timeoutMs: number;
  /** Aborted when the user stops the run. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the progress line whenever it changes. */
  readonly onProgress?: (line: string) => void;
  /** Whether to wait for the deployment that replaces a canceled one. @default true */
  readonly follows?: boolean;
  /** Called when another deployment replaces the one waited for. */
  readonly onFollow?: (successor: Deployment) => void;
  /**
   * Called when a deployment that nobody requested has canceled the one waited for, and has finished. It never counts in its
   * place: the canceled one is returned.
   */
  readonly onDisplaced?: (by: Deployment) => void;
  /** Called with every deployment received, so that an interrupted wait can report the last one. */
  readonly onSeen?: (deployment: Deployment) => void;
}

const QUICK_MS = 1_000;
const SLOW_MS = 10_000;
const QUICK_FOR_MS = 2 * 60_000;

/** Milliseconds until the next request: one second for two minutes, then increasing up to ten seconds. Pure. */
export function pollInterval(waitedMs: number): number {
  if (waitedMs < QUICK_FOR_MS) return QUICK_MS;
  return Math.min(SLOW_MS, QUICK_MS + (waitedMs - QUICK_FOR_MS) / 60);
}

/**
 * Waits until a deployment has finished: the given one, or its successor. Returns it whether it succeeded or failed; see
 * {@link standing}. A canceled deployment without a successor is returned unchanged, and so is one whose only successor nobody
 * requested, after waiting for that as well. Temporary errors (timeouts, 5xx, lost connections) never end the wait early.
 * @throws AppPlatformError `wait-timeout` after the time limit, `interrupted` if the signal is aborted
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
  // The deployment that was canceled by one that nobody requested.
  let displaced: Deployment | undefined;
  for (;;) {
    if (signal?.aborted) throw interrupted(id);
    try {
      const deployment = await source.getDeployment(appId, id, signal ? { signal } : {});
      lastError = undefined;
      missingSince = undefined;
      if (!displaced) options.onSeen?.(deployment);
      // A listing returns the same object as long as nothing changes.
      const line = deployment === seen ? lastLine : describeProgress(deployment);
      seen = deployment;
      if (line !== lastLine) options.onProgress?.((lastLine = line));
      const stands = standing(deployment.phase);
      if (stands === "succeeded" || stands === "failed") {
        if (displaced) options.onDisplaced?.(deployment);
        return displaced ?? deployment;
      }
      if (stands === "replaced") {
        const successor =
          options.follows === false ? undefined : await findSuccessor(source, appId, deployment, signal);
        const isOwn = successor && !isUnprompted(successor);
        if (!successor || (!isOwn && resultOf(deployment.phase) === "good")) return displaced ?? deployment;
        if (isOwn) displaced = undefined;
        else displaced ??= deployment;
        options.onFollow?.(successor);
        id = successor.id;
        continue;
      }
    } catch (error) {
      if (signal?.aborted) throw interrupted(id);
      if (isApiError(error, "not-found")) {
        // A new deployment may not be known yet, for example on a replica that lags.
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
 * The successor of `replaced`: the newest later deployment that was not canceled itself. Prefers deployments that the service
 * did not start by itself, and never returns its automatic rollback of a failed deployment.
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
    `The run was stopped while deployment ${id} was in progress. It continues at the service; the next pulumi up waits for it.`,
  );
}

function timedOut(id: string, waitedMs: number, lastError: unknown): AppPlatformError {
  const because = lastError instanceof Error ? ` The last request failed: ${lastError.message}` : "";
  return new AppPlatformError(
    "wait-timeout",
    `Deployment ${id} did not finish within ${Math.round(waitedMs / 1000)} s. It continues at the service; the next pulumi up waits for it. ` +
      `To wait longer, increase timeouts.${because}`,
  );
}
