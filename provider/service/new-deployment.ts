import { isTransient } from "../errors";
import { poll, type PollOptions } from "./poll";
import type { App, Deployment } from "../api/types";
import { isPlainObject } from "../appspec/lists-by-name";

/**
 * Which deployment belongs to a write. The service names it in the response, as `pending_deployment` or `deployment`, in another
 * slot, later, or not at all; what tells it from others is that it did not exist before the write.
 */

/** The deployments of an app before a write. */
export interface Known {
  readonly ids: readonly string[];
  /** False where there may be more that were canceled: an app shows none of those. */
  readonly complete: boolean;
}

/** Of an app that did not exist. */
export const NONE_KNOWN: Known = { ids: [], complete: true };

/** What a state says of them. Pure. */
export const knownTo = ({ known }: Awaited): Known => ({ ids: known, complete: false });

/** What a write has started. */
export interface Started {
  /** Absent where the response names none that is new. */
  readonly deployment?: Deployment | undefined;
  readonly known: Known;
  /** Whether the write has to deploy; an update may need no deployment. */
  readonly must: boolean;
}

/** Causes of deployments that nobody asked for, and of those that a push asked for. */
const UNPROMPTED = new Set([
  "AUTO_ROLLBACK",
  "AUTOSCALED",
  "DEPLOY_ON_PUSH",
  "MAINTENANCE",
  "UPDATE_DATABASE_TRUSTED_SOURCES",
]);

/** True for a deployment that the service, or a push, has made: never the result of a write. Pure. */
export const isUnprompted = (deployment: Partial<Deployment>): boolean =>
  UNPROMPTED.has(typeOf(deployment) ?? "");

/** True for the service's own rollback after a deployment that failed: it makes nothing good. Pure. */
export const isAutomaticRollback = (deployment: Partial<Deployment>): boolean =>
  typeOf(deployment) === "AUTO_ROLLBACK";

/** In which way a deployment came about, as far as it says so. */
function typeOf({ cause, cause_details: details }: Partial<Deployment>): string | undefined {
  const type = isPlainObject(details) ? details["type"] : undefined;
  if (typeof type === "string") return type;
  return cause?.startsWith("automated rollback") === true ? "AUTO_ROLLBACK" : undefined;
}

/** The deployments that an app shows, each once, in no order. Pure. */
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
 * The first deployment made since a write among those there are now; undefined where none is new. Pure.
 * @param now in no order
 */
export function newDeployment(now: readonly Deployment[], { ids, complete }: Known): Deployment | undefined {
  const found = now.filter(({ id, ...one }) => {
    if (ids.includes(id)) return false;
    // The first deployment of a new app is its own, whatever its cause.
    if (ids.length > 0 && isUnprompted(one)) return false;
    return complete || one.phase !== "CANCELED";
  });
  return found.sort((a, b) => createdAt(a) - createdAt(b))[0];
}

/** One that does not say when it was made comes last. */
const createdAt = ({ created_at: at }: Deployment): number => {
  const time = Date.parse(at ?? "");
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time;
};

/** Where deployments are looked for. */
export interface StartedSource {
  /** The app as it is now. */
  app(): Promise<App>;
  /** Its newest deployments. */
  deployments(): Promise<readonly Deployment[]>;
}

/**
 * The deployment that a write has started, wherever and whenever it shows up within the time: in any slot of the app, or in the
 * list. Failures that pass do not end it before the time is up.
 * @throws ApiError where the last look failed
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
  /** Whether the write had to deploy; an update may have needed no deployment. */
  must: boolean;
}
