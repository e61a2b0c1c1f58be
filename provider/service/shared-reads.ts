import type { App, Deployment } from "../api/types";
import { onAbort, type Clock } from "../clock";
import { contradicted, isApiError, orUndefinedIfNotFound, unconfirmed } from "../errors";
import { endsBegan, inListing, slim, type Listing } from "./listing";
import { WAIT_LIMITS } from "./poll";

interface Options {
  signal?: AbortSignal;
}

/** The requests for shared reads; implemented by the client. */
export interface AppSource {
  getApp(id: string, options?: Options): Promise<App>;
  getDeployment(appId: string, id: string, options?: Options): Promise<Deployment>;
  listApps(options?: {
    perPage?: number;
    timeoutMs?: number;
    repeatable?: boolean;
    withProjects?: boolean;
    signal?: AbortSignal;
  }): AsyncIterable<App>;
  findAppByName(name: string, options?: Options): Promise<App | undefined>;
}

/** Up to this number, fetch apps individually. */
const FEW = 3;
/** Apps requested within this time count as requested together. */
const AT_ONCE_MS = 3_000;
/** A single read waits this long for others to join. */
const GATHER_MS = 15;
/** Timeout of one page: the service is known to have problems with large pages. */
const PAGE_WITHIN_MS = 15_000;
/** After this many failed listings in a row, fetch apps individually. */
const FAILURES_IN_A_ROW = 2;
/** Listing is disabled for this long after repeated failures. */
const AFTER_FAILURE_MS = 60_000;
/** How long a listing is current for deployments, per page. */
const TICK_MS = 1_000;
/**
 * Deployments that started together finish together. Once some have finished, list the others sooner, so that the engine does
 * not have to record them all at once. Only if one page contains all apps, and limited per minute, since each is a request.
 */
const SOON_MS = 250;
const SOON_A_MINUTE = 6;
/** Half of the service's maximum: the rate is one page per second either way, and smaller pages are cheaper for both sides. */
const PAGE = 100;

/**
 * Reads of apps and deployments, shared by all resources of a process: if many are requested together, one listing serves them
 * all, so that a hundred apps need hardly more requests than one.
 */
export class SharedReads {
  /** When each app was last requested, by id, the oldest first. */
  private readonly asked = new Map<string, number>();
  /** The same by name, for apps that do not exist yet. */
  private readonly askedNames = new Map<string, number>();
  /** When this process last wrote to an app: earlier listings are outdated for it. */
  private readonly written = new Map<string, number>();
  /** Since when responses lack an app that is being deleted. */
  private readonly missing = new Map<string, number>();
  /** The last known project of each app, by id. */
  private readonly projects = new Map<string, string>();
  /** True once the service has hidden a project: the token lacks the scope `project:read`. */
  private hidesProjects = false;
  private listing: Listing | undefined;
  private loading: { at: number; done: Promise<void> } | undefined;
  /** Earliest time of the next listing, no matter how many reads wait for it. */
  private nextAt = -Infinity;
  /** Times of listings after which the next one was requested sooner, the oldest first. */
  private hurried: number[] = [];
  private failures = 0;
  private failedAt = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** True for an app that this process has written to: it belongs to one of its resources. */
  hasWritten(appId: string): boolean {
    return this.written.has(appId);
  }

  /** Call this after the response to a write. */
  noteWrite(appId: string): void {
    this.written.set(appId, this.clock.now());
  }

  /** Call this after moving an app, and with the project in the state, which counts until a response contains one. */
  noteProject(appId: string, project: string | undefined, isNews = true): void {
    if (project && (isNews || !this.projects.has(appId))) this.projects.set(appId, project);
  }

  /**
   * The app's project as far as known. Lists contain it only on request, and responses to a token without `project:read` never
   * do, so its absence means nothing.
   */
  projectOf(app: App): string | undefined {
    this.noteProject(app.id, app.project_id);
    return this.projects.get(app.id);
  }

  /** The app's project as the service shows it now; undefined if it hides it. */
  async shownProject(source: AppSource, app: App, options: Options = {}): Promise<string | undefined> {
    if (app.project_id !== undefined || this.hidesProjects) return app.project_id;
    const { project_id: project } = await source.getApp(app.id, options);
    if (project === undefined) this.hidesProjects = true;
    this.noteProject(app.id, project);
    return project;
  }

  /**
   * An app, at most `maxAgeMs` old and read after our own last write to it. If the listing lacks the app, requests it
   * individually before it counts as gone.
   * @throws ApiError `not-found`
   */
  async app(source: AppSource, id: string, maxAgeMs: number, options: Options = {}): Promise<App> {
    const notBefore = Math.max(this.asksFor(id) - maxAgeMs, this.writtenAt(id) + 1);
    const found = (await this.listingSince(notBefore, source, options, true))?.apps.get(id);
    return found ?? source.getApp(id, options);
  }

  /**
   * The same, but undefined if the app does not exist. A 404 is not enough, since the app may still be running: a listing must
   * confirm it. A service that finds nothing at all, such as one at a wrong address, does not find its apps either.
   * @throws ApiError also if the responses contradict each other, or if the apps cannot be listed
   */
  async find(
    source: AppSource,
    id: string,
    maxAgeMs: number,
    options: Options = {},
  ): Promise<App | undefined> {
    const notBefore = this.clock.now() - maxAgeMs;
    return this.app(source, id, maxAgeMs, options).catch(async (error: unknown) => {
      if (!isApiError(error, "not-found")) throw error;
      if (!isSince(this.listing, notBefore)) await this.loadSince(notBefore, source, options);
      const isThere = isSince(this.listing, notBefore)
        ? this.listing.apps.has(id)
        : await isListed(source, id, options).catch((cause: unknown) => {
            throw unconfirmed(error, cause);
          });
      if (isThere) throw contradicted(error);
      return undefined;
    });
  }

  /**
   * The app, or undefined if it is gone: two checks, some seconds apart, must agree.
   * @param pauseMs between the checks
   * @throws ApiError also if the responses contradict each other
   */
  async findOrGone(
    source: AppSource,
    id: string,
    maxAgeMs: number,
    options: Options = {},
    pauseMs = (): number => WAIT_LIMITS.goneAgain,
  ): Promise<App | undefined> {
    const found = await this.find(source, id, maxAgeMs, options);
    if (found) return found;
    await this.clock.sleep(pauseMs(), options.signal);
    return this.find(source, id, 0, options);
  }

  /** The app, from a response that includes the final phase of its deployment. */
  async appAfter(source: AppSource, id: string, ended: Deployment, options: Options = {}): Promise<App> {
    const knows = inListing(this.listing, id, ended.id)?.phase === ended.phase;
    return (knows ? this.listing?.apps.get(id) : undefined) ?? source.getApp(id, options);
  }

  /** The app of this name, if it exists. Its absence may be `maxAgeMs` old; an existing app is always read now. */
  async appNamed(
    source: AppSource,
    name: string,
    maxAgeMs: number,
    options: Options = {},
  ): Promise<App | undefined> {
    const listing = await this.listingSince(this.asksFor(name, this.askedNames) - maxAgeMs, source, options);
    const apps = [...(listing?.apps.values() ?? [])];
    const isFree = listing !== undefined && !apps.some(({ spec }) => spec.name === name);
    return isFree ? undefined : source.findAppByName(name, options);
  }

  /** A listing requested at `notBefore` or later; undefined if individual requests are better. */
  private async listingSince(
    notBefore: number,
    source: AppSource,
    options: Options,
    withProjects = false,
  ): Promise<Listing | undefined> {
    if (!isSince(this.listing, notBefore) && (await this.isBusy(options)))
      await this.loadSince(notBefore, source, options, withProjects);
    return isSince(this.listing, notBefore) ? this.listing : undefined;
  }

  /** Loads a listing that starts at `notBefore` or later. Waits for an older one in progress first, to avoid two at once. */
  private async loadSince(
    notBefore: number,
    source: AppSource,
    options: Options,
    withProjects = false,
  ): Promise<void> {
    while (this.loading && !isSince(this.loading, notBefore)) await this.load(source, options);
    if (!isSince(this.listing, notBefore) && !this.failedJustNow())
      await this.load(source, options, withProjects);
  }

  /**
   * True if a deleted app is gone: the service returns 404 and a listing lacks it, or two listings in a row do. A single witness
   * proves nothing: a replica may answer 404 although the deletion never happened, and pages may shift while they are read. If
   * the apps cannot be listed for a while, 404 alone counts.
   */
  async isGone(source: AppSource, id: string, options: Options = {}): Promise<boolean> {
    const now = this.asksFor(id);
    if (await this.isBusy(options)) {
      if (!this.isCurrent()) await this.load(source, options);
      const { listing } = this;
      if (!listing || listing.at <= this.writtenAt(id)) return false;
      const before = this.missingSince(id, !listing.apps.has(id), listing.at);
      return before !== undefined && before < listing.at;
    }
    const isShown = (await orUndefinedIfNotFound(source.getApp(id, options))) !== undefined;
    const since = this.missingSince(id, !isShown, now);
    if (since === undefined) return false;
    await this.loadSince(now, source, options);
    if (isSince(this.listing, now)) return !this.listing.apps.has(id);
    return now - since >= WAIT_LIMITS.goneUnlisted;
  }

  /** When a response lacked the app for the first time in a row; undefined if this one contains it. */
  private missingSince(id: string, isMissing: boolean, at: number): number | undefined {
    if (!isMissing) this.missing.delete(id);
    else if (!this.missing.has(id)) this.missing.set(id, at);
    return this.missing.get(id);
  }

  /** The current deployment, up to a second old for every page of apps. */
  async deployment(source: AppSource, appId: string, id: string, options: Options = {}): Promise<Deployment> {
    for (this.asksFor(appId); await this.isBusy(options); this.asksFor(appId)) {
      // Wait for the next tick: one listing per tick serves all reads, no matter how many wait or what they have just written.
      if (!this.isCurrent()) await this.load(source, options);
      else if (!this.speaksOf(appId, id))
        await this.clock.sleep(this.nextAt - this.clock.now(), options.signal);
      else break;
    }
    const shown = this.isCurrent() ? inListing(this.listing, appId, id) : undefined;
    return shown ?? source.getDeployment(appId, id, options);
  }

  /** Milliseconds until the next listing, if it comes sooner than usual. */
  untilNews(): number | undefined {
    const hurries = this.isCurrent() && this.hurried.at(-1) === this.listing?.at;
    return hurries ? this.nextAt - this.clock.now() : undefined;
  }

  /** True if the listing contains the deployment, or is recent enough to prove that it is not among the app's latest. */
  private speaksOf(appId: string, id: string): boolean {
    const { listing } = this;
    if (!listing) return false;
    return listing.at > this.writtenAt(appId) || inListing(listing, appId, id) !== undefined;
  }

  /** Records that an app is requested now, and returns the time. */
  private asksFor(key: string, asked = this.asked): number {
    const now = this.clock.now();
    asked.delete(key);
    asked.set(key, now);
    return now;
  }

  private writtenAt(id: string): number {
    return this.written.get(id) ?? -Infinity;
  }

  private isCurrent(): boolean {
    return this.clock.now() < this.nextAt;
  }

  private failedJustNow(): boolean {
    return this.failures > 0 && this.isCurrent();
  }

  /** True if so many apps are requested together that a listing is cheaper. */
  private async isBusy(options: Options): Promise<boolean> {
    if (!this.manyAsked()) await this.clock.sleep(GATHER_MS, options.signal);
    const works = this.failures < FAILURES_IN_A_ROW || this.clock.now() - this.failedAt >= AFTER_FAILURE_MS;
    return this.manyAsked() && works;
  }

  private manyAsked(): boolean {
    const since = this.clock.now() - AT_ONCE_MS;
    return [this.asked, this.askedNames].some((asked) => {
      for (const [key, at] of asked) {
        if (at >= since) break;
        asked.delete(key);
      }
      return asked.size > FEW;
    });
  }

  /** Waits for the listing in progress, or starts one. Stopping ends only this wait, since others wait for the listing too. */
  private async load(source: AppSource, { signal }: Options, withProjects = false): Promise<void> {
    if (!this.loading) {
      const done = this.list(source, withProjects && !this.hidesProjects).finally(
        () => (this.loading = undefined),
      );
      this.loading = { at: this.clock.now(), done };
    }
    await unlessStopped(this.loading.done, signal);
  }

  /** @param withProjects takes the service longer, and is not needed while waiting for deployments */
  private async list(source: AppSource, withProjects: boolean): Promise<void> {
    const at = this.clock.now();
    try {
      const apps = new Map<string, App>();
      // No retries: the next read tries again, so that no read waits long for a failing listing.
      const listed = source.listApps({
        perPage: PAGE,
        timeoutMs: PAGE_WITHIN_MS,
        repeatable: false,
        ...(withProjects && { withProjects }),
      });
      for await (const app of listed) apps.set(app.id, slim(app, this.listing?.apps.get(app.id)));
      const before = this.listing;
      this.listing = { at, apps };
      this.failures = 0;
      const now = this.clock.now();
      const pages = Math.max(1, Math.ceil(apps.size / PAGE));
      const tick = pages === 1 && this.mayHurry(before, this.listing) ? SOON_MS : TICK_MS * pages;
      // After a slow response, pause for the same time.
      this.nextAt = Math.max(at + tick, now + (now - at));
    } catch (error) {
      if (isApiError(error, "unauthorized")) throw error;
      if (withProjects && isApiError(error, "forbidden")) {
        this.hidesProjects = true;
        return this.list(source, false);
      }
      this.failures += 1;
      this.failedAt = this.clock.now();
      this.nextAt = this.failedAt + TICK_MS;
    }
  }

  private mayHurry(before: Listing | undefined, now: Listing): boolean {
    if (!before || !endsBegan(before, now)) return false;
    this.hurried = this.hurried.filter((at) => at > now.at - 60_000);
    if (this.hurried.length >= SOON_A_MINUTE) return false;
    this.hurried.push(now.at);
    return true;
  }
}

/** Whether the list of all apps, read now and with retries, contains the app. @throws ApiError if they cannot be listed */
export async function isListed(
  source: Pick<AppSource, "listApps">,
  id: string,
  options: Options = {},
): Promise<boolean> {
  for await (const app of source.listApps({ perPage: PAGE, ...options })) if (app.id === id) return true;
  return false;
}

/** True for a listing that started at `notBefore` or later. */
const isSince = <T extends { at: number }>(listing: T | undefined, notBefore: number): listing is T =>
  listing !== undefined && listing.at >= notBefore;

/** Settles with the work, or rejects with the signal's reason if it is aborted first; the work then continues. */
function unlessStopped(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(onAbort(signal, stop));
  });
}
