import type { App, Deployment } from "../api/types";
import { newDeployment, shownDeployments, type Known, type Started } from "./new-deployment";
import { isApiError, orUndefinedIfNotFound } from "../errors";
import { poll, WAIT_LIMITS, type PollOptions } from "./poll";
import { covers } from "../appspec/covers";
import { isVisible, provesUpdate, type SentUpdate } from "../appspec/evidence";
import { listsToMaps } from "../appspec/lists-by-name";
import type { AppSpec } from "../appspec/types";

/** A stop of the run ends waits, but no write that is on its way: what it makes has to be known to the state. */
interface Options {
  signal?: AbortSignal;
  letFinish?: boolean;
}

/** A safe write takes its time from the clock. */
type SafeOptions = PollOptions & Options;

const callOptions = ({ signal }: SafeOptions): Options => (signal ? { signal } : {});

/** The body of an update. */
export interface AppUpdate {
  readonly spec: AppSpec;
  readonly update_all_source_versions?: boolean;
}

/** What the writes below need of the service. The client has it. */
export interface AppService {
  getApp(id: string, options?: Options): Promise<App>;
  findAppByName(name: string, options?: Options): Promise<App | undefined>;
  createApp(request: { spec: AppSpec; project_id?: string }, options?: Options): Promise<App>;
  updateApp(id: string, request: AppUpdate, options?: Options): Promise<App>;
  deleteApp(id: string, options?: Options): Promise<void>;
  createDeployment(
    appId: string,
    request: { force_build?: boolean },
    options?: Options,
  ): Promise<Deployment | undefined>;
  /** Deployments, newest first. */
  listDeploymentPage(
    appId: string,
    page: { perPage?: number },
    options?: Options,
  ): Promise<{ items: readonly Deployment[] }>;
}

/** A write whose answer got lost is sent again at most this often, after a look has shown that it was not done. */
const MOST_TRIES = 3;

/**
 * Does `write`; where its response is lost, looks for its work for some seconds before it is sent again, so that nothing is done
 * twice. A refusal is thrown at once, unless an earlier try may have caused it («that name is taken»).
 * @param find what the write would have made, if it is there; looked for once even when the run is being stopped
 */
export async function writeOnce<T>(
  write: () => Promise<T>,
  find: () => Promise<T | undefined>,
  waits: PollOptions,
): Promise<T> {
  let uncertain = false;
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      const lost = isApiError(error) && error.ambiguous;
      uncertain ||= lost;
      const done = uncertain ? await poll(find, WAIT_LIMITS.lostResponse, waits) : undefined;
      if (done !== undefined) return done;
      if (!lost || tries >= MOST_TRIES) throw error;
    }
  }
}

/**
 * Creates the app, or finds the one that a lost answer of this very call has made: created since, with the same spec. The
 * caller has seen that the name was free.
 * @param startedAt when the name was free, in milliseconds since 1970 by the service's clock; an older app is someone else's
 */
export function createAppOnce(
  service: AppService,
  request: { spec: AppSpec; project_id?: string },
  startedAt: number,
  options: SafeOptions,
): Promise<App> {
  return writeOnce(
    () => service.createApp(request, { ...callOptions(options), letFinish: true }),
    async () => {
      const found = await service.findAppByName(request.spec.name ?? "");
      return found && isOurs(found, request.spec, startedAt) ? found : undefined;
    },
    options,
  );
}

/** Times in responses are rounded, and a listing that showed the name to be free may be some seconds old. */
const CLOCK_SKEW_MS = 5_000;

function isOurs(found: App, wanted: AppSpec, startedAt: number): boolean {
  const createdAt = Date.parse(found.created_at ?? "");
  return createdAt >= startedAt - CLOCK_SKEW_MS && covers(listsToMaps(found.spec), listsToMaps(wanted));
}

/**
 * Updates the app, or finds proof that an update whose response was lost has been made. Without proof it is sent again.
 * @param sent the update, for what a spec proves about it
 */
export function updateAppOnce(
  service: AppService,
  before: App,
  request: AppUpdate,
  sent: SentUpdate,
  options: SafeOptions,
): Promise<App> {
  const known = shownDeployments(before).map(({ id }) => id);
  const isDone = (now: App): boolean => {
    const spec = listsToMaps(now.spec);
    if (isVisible(sent)) return provesUpdate(sent, spec);
    // Where the spec cannot show the update, its time can, and the deployment that fetches the newest sources.
    const hasDeployed = shownDeployments(now).some(({ id }) => !known.includes(id));
    const isNewer = now.updated_at !== before.updated_at && covers(spec, sent.request);
    return isNewer && (hasDeployed || request.update_all_source_versions !== true);
  };
  return writeOnce(
    () => service.updateApp(before.id, request, { ...callOptions(options), letFinish: true }),
    async () => {
      const now = await service.getApp(before.id);
      return isDone(now) ? now : undefined;
    },
    options,
  );
}

/** Creates a deployment, or finds the one that a lost answer has made. */
export function createDeploymentOnce(
  service: AppService,
  appId: string,
  request: { force_build?: boolean },
  options: SafeOptions,
  known: readonly string[],
): Promise<Started> {
  const create = () => service.createDeployment(appId, request, { ...callOptions(options), letFinish: true });
  return deploymentOnce(service, appId, create, options, known);
}

/**
 * Does `make`, which makes a deployment, or finds the one that a lost response has made: it was not there before.
 * @param others ids of deployments that were there before, in case that the list lacks them
 */
export async function deploymentOnce(
  service: Pick<AppService, "listDeploymentPage">,
  appId: string,
  make: () => Promise<Deployment | undefined>,
  options: SafeOptions,
  others: readonly string[],
): Promise<Started> {
  const newest = async (look: Options) => (await service.listDeploymentPage(appId, {}, look)).items;
  const before = await newest(callOptions(options));
  const known: Known = { ids: [...new Set([...others, ...before.map(({ id }) => id)])], complete: true };
  const { deployment } = await writeOnce(
    async () => ({ deployment: await make() }),
    async () => {
      const found = newDeployment(await newest({}), known);
      return found && { deployment: found };
    },
    options,
  );
  const isNew = deployment !== undefined && !known.ids.includes(deployment.id);
  return { deployment: isNew ? deployment : undefined, known, must: true };
}

/**
 * Deletes the app. After a lost response it is sent again, since a 404 for a read proves little and a second deletion does no harm;
 * what reads show decides only when every response was lost.
 * @returns false where the service knew no such app when it was first asked to delete it
 * @throws ApiError also `not-found` where the service says so of an app that a read shows
 */
export async function deleteAppOnce(service: AppService, id: string, options: SafeOptions): Promise<boolean> {
  const isShown = async (): Promise<boolean> =>
    (await orUndefinedIfNotFound(service.getApp(id))) !== undefined;
  for (let tries = 1; ; tries++) {
    try {
      await service.deleteApp(id, { ...callOptions(options), letFinish: true });
      return true;
    } catch (error) {
      if (isApiError(error, "not-found")) {
        // After a lost response the app may be on its way out, and still be shown for a while.
        if (tries === 1 && (await isShown())) throw error;
        return tries > 1;
      }
      if (!isApiError(error) || !error.ambiguous || options.signal?.aborted) throw error;
      if (tries < MOST_TRIES) continue;
      const isGone = async (): Promise<true | undefined> => ((await isShown()) ? undefined : true);
      if (await poll(isGone, WAIT_LIMITS.lostResponse, options)) return true;
      throw error;
    }
  }
}
