import { isTransient } from "../errors";
import { poll, type PollOptions } from "./poll";
import type { App, Deployment } from "../api/types";
import { isPlainObject } from "../appspec/lists-by-name";

/**
 * Finds the deployment that belongs to a write. The service returns it in the response as `pending_deployment` or `deployment`,
 * in another slot, later, or not at all. The only reliable sign is that it did not exist before the write.
 */

/** The deployments of an app before a write. */
export interface Known {
  readonly ids: readonly string[];
  /** False if there may also be canceled ones, which an app does not contain. */
  readonly complete: boolean;
}

/** For an app that did not exist. */
export const NONE_KNOWN: Known = { ids: [], complete: true };

/** The known deployments recorded in the state. Pure. */
export const knownTo = ({ known }: Awaited): Known => ({ ids: known, complete: false });

/** The deployment started by a write. */
export interface Started {
  /** Absent if the response contains no new one. */
  readonly deployment?: Deployment | undefined;
  readonly known: Known;
  /** Whether the write must deploy; an update may need no deployment. */
  readonly must: boolean;
  /**
   * The error of a creation that the service reported as failed, or did not respond to, although the app exists. The app had no
   * deployment when it was read, so one has to be started. Source: digitalocean/app_action#130.
   */
  readonly lost?: string | undefined;
  /** Whether a spec of the app, in the form by name, is from before the write. Absent if the write sent no spec. */
  readonly isFromBefore?: (spec: unknown) => boolean;
}

/** Causes of deployments that the service starts by itself or after a push. */
const UNPROMPTED = new Set([
  "AUTO_ROLLBACK",
  "AUTOSCALED",
  "DEPLOY_ON_PUSH",
  "MAINTENANCE",
  "UPDATE_DATABASE_TRUSTED_SOURCES",
]);

/** True for a deployment started by the service itself or by a push: it never results from a write. Pure. */
export const isUnprompted = (deployment: Partial<Deployment>): boolean =>
  UNPROMPTED.has(typeOf(deployment) ?? "");

/** True for the service's own rollback after a failed deployment, which does not count as success. Pure. */
export const isAutomaticRollback = (deployment: Partial<Deployment>): boolean =>
  typeOf(deployment) === "AUTO_ROLLBACK";

/**
 * True for a deployment that the service started by itself, unlike one after a push: it does not show whether the spec that
 * was last sent works. Pure.
 */
export const isOfService = (deployment: Partial<Deployment>): boolean =>
  isUnprompted(deployment) && typeOf(deployment) !== "DEPLOY_ON_PUSH";

/** What triggered a deployment, if the response contains it. */
function typeOf({ cause, cause_details: details }: Partial<Deployment>): string | undefined {
  if (cause?.startsWith("automated rollback") === true) return "AUTO_ROLLBACK";
  const type = isPlainObject(details) ? details["type"] : undefined;
  return typeof type === "string" ? type : undefined;
}

/** The distinct deployments in an app's slots, unordered. Pure. */
export function shownDeployments(app: App): Deployment[] {
  const slots = [
    app.pending_deployment,
    app.in_progress_deployment,
    app.active_deployment,
    app.pinned_deployment,
  ];
  const byId = new Map(slots.flatMap((one) => (one ? [[one.id, one] as const] : [])));
  return [...byId.values()];
}

/**
 * The first deployment created since a write; undefined if none is new. One that is older than a known one is not new, although it
 * may be unknown. Pure.
 * @param now the current deployments, in any order
 */
export function newDeployment(now: readonly Deployment[], { ids, complete }: Known): Deployment | undefined {
  const known = now.filter(({ id }) => ids.includes(id)).map(({ created_at: at }) => Date.parse(at ?? ""));
  const found = now.filter(({ id, ...one }) => {
    if (ids.includes(id) || known.some((at) => Date.parse(one.created_at ?? "") < at)) return false;
    // The first deployment of a new app is its own, whatever its cause.
    if (ids.length > 0 && isUnprompted(one)) return false;
    return complete || one.phase !== "CANCELED";
  });
  return found.sort((a, b) => createdAt(a) - createdAt(b))[0];
}

/** Deployments without a creation time come last. */
const createdAt = ({ created_at: at }: Deployment): number => {
  const time = Date.parse(at ?? "");
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time;
};

/** Where to search for deployments. */
export interface StartedSource {
  /** The current app. */
  app(): Promise<App>;
  /** Its newest deployments. */
  deployments(): Promise<readonly Deployment[]>;
}

/**
 * Waits for the deployment that a write has started to appear, in any slot of the app or in the list. Temporary failures do not
 * end the wait early.
 * @throws ApiError if the last request failed
 */
export async function lookForStarted(
  source: StartedSource,
  known: Known,
  withinMs: number,
  waits: PollOptions,
): Promise<Deployment | undefined> {
  let failed: unknown;
  const within = async <T>(look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (!isTransient(error, "not-found")) throw error;
      failed = error;
      return undefined;
    }
  };
  const found = await poll(
    async () => {
      failed = undefined;
      const app = await within(() => source.app());
      const shown = app && newDeployment(shownDeployments(app), known);
      if (shown) return shown;
      const list = await within(() => source.deployments());
      return list && newDeployment(list, known);
    },
    withinMs,
    waits,
  );
  if (found === undefined && failed !== undefined) throw failed;
  return found;
}

/** The deployment of a write that no run has seen yet. */
export interface Awaited {
  /** Ids of the deployments before the write. */
  known: string[];
  /** Whether the write had to deploy; an update may not have needed a deployment. */
  must: boolean;
  /** Set if it could not be started: see `Started.lost`. */
  lost?: boolean;
  /** Set if the service showed a spec from before the write. */
  unseen?: boolean;
}
