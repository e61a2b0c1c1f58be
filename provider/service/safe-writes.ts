import type { App, Deployment } from "../api/types";
import { newDeployment, shownDeployments, type Known, type Started } from "./new-deployment";
import { isApiError, orUndefinedIfNotFound } from "../errors";
import { poll, WAIT_LIMITS, type PollOptions } from "./poll";
import { covers } from "../appspec/covers";
import { isVisible, provesUpdate, type SentUpdate } from "../appspec/evidence";
import { listsToMaps } from "../appspec/lists-by-name";
import type { AppSpec } from "../appspec/types";

/** Stopping the run ends waits, but not a write in flight: its result must be recorded in the state. */
interface Options {
  signal?: AbortSignal;
  letFinish?: boolean;
}

/** Options of a safe write, which waits by the clock. */
type SafeOptions = PollOptions & Options;

const callOptions = ({ signal }: SafeOptions): Options => (signal ? { signal } : {});

/** The body of an update. */
export interface AppUpdate {
  readonly spec: AppSpec;
  readonly update_all_source_versions?: boolean;
}

/** The requests for the writes below; implemented by the client. */
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

/** Maximum number of attempts for a write whose response is lost. Before each retry, a check must show that it had no effect. */
const MOST_TRIES = 3;

/**
 * Runs `write`. If its response is lost, checks for its result for some seconds before sending it again, so that nothing is
 * done twice. A rejection is thrown at once, unless an earlier attempt may have caused it ("that name is taken").
 * @param find the result of the write, if it exists; called once even while the run is being stopped
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
 * Creates the app, or after a lost response finds the one that this call has created: created since, with the same spec. The
 * caller has checked that the name was free.
 * @param options.onFailed called with the error of each attempt
 * @param startedAt when the name was free, in milliseconds since 1970 by the service's clock; an older app is not ours
 */
export function createAppOnce(
  service: AppService,
  request: { spec: AppSpec; project_id?: string },
  startedAt: number,
  options: SafeOptions & { onFailed?: (error: unknown) => void },
): Promise<App> {
  const create = () => service.createApp(request, { ...callOptions(options), letFinish: true });
  return writeOnce(
    () =>
      create().catch((error: unknown) => {
        options.onFailed?.(error);
        throw error;
      }),
    async () => {
      const found = await service.findAppByName(request.spec.name ?? "");
      return found && isOurs(found, request.spec, startedAt) ? found : undefined;
    },
    options,
  );
}

/** Times in responses are rounded, and the listing in which the name was free may be some seconds old. */
const CLOCK_SKEW_MS = 5_000;

function isOurs(found: App, wanted: AppSpec, startedAt: number): boolean {
  const createdAt = Date.parse(found.created_at ?? "");
  return createdAt >= startedAt - CLOCK_SKEW_MS && covers(listsToMaps(found.spec), listsToMaps(wanted));
}

/**
 * Updates the app, or after a lost response finds proof that the update was applied. Without proof, sends it again.
 * @param sent the update, to check what a spec proves about it
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
    // If the spec cannot prove the update, its time can, together with the deployment that fetches the newest sources.
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

/** Creates a deployment, or after a lost response finds the one that was created. */
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
 * Runs `make`, which creates a deployment, or after a lost response finds the one that did not exist before.
 * @param others ids of deployments that existed before, in case the list lacks them
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
 * Deletes the app. After a lost response, sends the deletion again, since a 404 for a read proves little and a second deletion is
 * harmless. For the same reason a 404 for the deletion counts only if another one, some seconds later, gets it too. Reads decide
 * only if every response was lost.
 * @returns false if the app did not exist at the first attempt
 * @throws ApiError also `not-found` if the deletion returns it for an app that a read still returns
 */
export async function deleteAppOnce(service: AppService, id: string, options: SafeOptions): Promise<boolean> {
  const isShown = async (): Promise<boolean> =>
    (await orUndefinedIfNotFound(service.getApp(id))) !== undefined;
  for (let lost = 0, missing = 0; ;) {
    try {
      await service.deleteApp(id, { ...callOptions(options), letFinish: true });
      return true;
    } catch (error) {
      if (isApiError(error, "not-found")) {
        missing += 1;
        // After a lost response, the app may be in deletion and still be returned for a while.
        if (lost === 0 && (await isShown())) throw error;
        if (missing > 1) return lost > 0;
        await options.clock.sleep(WAIT_LIMITS.goneAgain, options.signal);
        continue;
      }
      if (!isApiError(error) || !error.ambiguous || options.signal?.aborted) throw error;
      lost += 1;
      if (lost < MOST_TRIES) continue;
      const isGone = async (): Promise<true | undefined> => ((await isShown()) ? undefined : true);
      if (await poll(isGone, WAIT_LIMITS.lostResponse, options)) return true;
      throw error;
    }
  }
}
