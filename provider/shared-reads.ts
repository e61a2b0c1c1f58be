import type { Client } from "./api/client";
import type { App, Deployment } from "./api/types";
import type { Clock } from "./clock";
import type { LogSource } from "./deploy/logs";
import type { DeploymentSource } from "./deploy/wait";
import { isApiError } from "./errors";

interface Options {
  signal?: AbortSignal;
}

/** What the reads need of the service. The client has it. */
export interface AppSource {
  getApp(id: string, options?: Options): Promise<App>;
  getDeployment(appId: string, id: string, options?: Options): Promise<Deployment>;
  listApps(options?: Options): AsyncIterable<App>;
}

/** Up to this many apps are asked for one by one. */
const FEW = 3;
/** Apps that were asked for in this time count as asked for at once. */
const AT_ONCE_MS = 3_000;
/** A single read waits this long for others that come with it. */
const GATHER_MS = 15;
/** A listing that takes longer is given up: the service has been seen to choke on heavy ones. */
const LISTING_WITHIN_MS = 15_000;
/** After a listing failed, apps are asked for one by one for this long. */
const AFTER_FAILURE_MS = 60_000;
/** How long a listing tells how deployments stand, for every page of it. */
const TICK_MS = 1_000;
const PAGE = 200;

interface Listing {
  /** When it was asked for, in milliseconds since the epoch. */
  readonly at: number;
  readonly apps: ReadonlyMap<string, App>;
}

/**
 * Reads of apps and deployments that all resources of a process share: where many are asked for at once, one listing
 * serves them all, so that a hundred apps cost hardly more calls than one.
 */
export class SharedReads {
  private readonly asked = new Map<string, number>();
  /** When this process last wrote to an app: no listing from before speaks of it. */
  private readonly written = new Map<string, number>();
  /** When a listing lacked an app that is being deleted. */
  private readonly missedAt = new Map<string, number>();
  private listing: Listing | undefined;
  private loading: { at: number; done: Promise<Listing | undefined> } | undefined;
  private failedAt = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** To be called when a write has been answered. */
  noteWrite(appId: string): void {
    this.written.set(appId, this.clock.now());
  }

  /**
   * An app, as it was at most `maxAgeMs` ago and after our own last write to it. An app that a listing lacks is asked for
   * before it counts as gone.
   * @throws ApiError `not-found`
   */
  async app(source: AppSource, id: string, maxAgeMs: number, options: Options = {}): Promise<App> {
    const found = (await this.fromListing(source, id, maxAgeMs, options))?.apps.get(id);
    return found ?? source.getApp(id, options);
  }

  /**
   * True when an app that was deleted is there no longer: the service answers 404, or two listings in a row lack it. One
   * could miss it, where pages shift while they are read.
   */
  async isGone(source: AppSource, id: string, options: Options = {}): Promise<boolean> {
    const listing = await this.fromListing(source, id, TICK_MS, options);
    if (!listing)
      return source.getApp(id, options).then(
        () => false,
        (error: unknown) => (isApiError(error, "not-found") ? true : Promise.reject(error as Error)),
      );
    if (listing.apps.has(id)) return false;
    const before = this.missedAt.get(id);
    this.missedAt.set(id, listing.at);
    return before !== undefined && before !== listing.at;
  }

  /** A deployment as it is now, give or take a second. */
  async deployment(source: AppSource, appId: string, id: string, options: Options = {}): Promise<Deployment> {
    this.asked.set(appId, this.clock.now());
    if (!(await this.isBusy(options))) return source.getDeployment(appId, id, options);
    // Not before the next tick: however many wait, and whatever they have just written, one listing a tick serves all.
    while (this.isCurrent() && !this.speaksOf(appId, id))
      await this.clock.sleep(this.tickEnds() - this.clock.now(), options.signal);
    const listing = this.isCurrent() ? this.listing : await this.load(source);
    return inListing(listing, appId, id) ?? source.getDeployment(appId, id, options);
  }

  /** True when the listing shows the deployment, or is young enough to show that it is none of the app's latest. */
  private speaksOf(appId: string, id: string): boolean {
    const { listing } = this;
    if (!listing) return false;
    return listing.at > (this.written.get(appId) ?? -Infinity) || inListing(listing, appId, id) !== undefined;
  }

  private tickEnds(): number {
    const pages = Math.ceil((this.listing?.apps.size ?? 0) / PAGE);
    return (this.listing?.at ?? -Infinity) + TICK_MS * Math.max(1, pages);
  }

  private isCurrent(): boolean {
    return this.clock.now() < this.tickEnds();
  }

  /** A listing that may speak of the app; undefined where it is better asked for alone. */
  private async fromListing(
    source: AppSource,
    id: string,
    maxAgeMs: number,
    options: Options,
  ): Promise<Listing | undefined> {
    const now = this.clock.now();
    this.asked.set(id, now);
    const notBefore = Math.max(now - maxAgeMs, (this.written.get(id) ?? -Infinity) + 1);
    const serves = (at: number | undefined): boolean => at !== undefined && at >= notBefore;
    if (serves(this.listing?.at)) return this.listing;
    if (!(await this.isBusy(options))) return undefined;
    // One that began before our own last write says nothing, but two at once would be one too many.
    while (this.loading && !serves(this.loading.at)) await this.loading.done;
    return serves(this.listing?.at) ? this.listing : this.load(source);
  }

  /** True when so many apps are asked for at once that a listing is the cheaper way. */
  private async isBusy(options: Options): Promise<boolean> {
    if (!this.manyAsked()) await this.clock.sleep(GATHER_MS, options.signal);
    return this.manyAsked() && this.clock.now() - this.failedAt >= AFTER_FAILURE_MS;
  }

  private manyAsked(): boolean {
    const since = this.clock.now() - AT_ONCE_MS;
    for (const [id, at] of this.asked) if (at < since) this.asked.delete(id);
    return this.asked.size > FEW;
  }

  /** The listing under way, or a new one where there is none. */
  private load(source: AppSource): Promise<Listing | undefined> {
    if (!this.loading) {
      const done = this.list(source).finally(() => (this.loading = undefined));
      this.loading = { at: this.clock.now(), done };
    }
    return this.loading.done;
  }

  /** Not stopped by one caller's signal: others wait for it too. */
  private async list(source: AppSource): Promise<Listing | undefined> {
    const at = this.clock.now();
    try {
      const apps = new Map<string, App>();
      for await (const app of source.listApps({ signal: AbortSignal.timeout(LISTING_WITHIN_MS) }))
        apps.set(app.id, app);
      return (this.listing = { at, apps });
    } catch (error) {
      if (isApiError(error, "unauthorized")) throw error;
      this.failedAt = this.clock.now();
      return undefined;
    }
  }
}

/** The client, for waits that share their looks with those of other resources. */
export function sharedDeployments(client: Client, reads: SharedReads): DeploymentSource & LogSource {
  return {
    getDeployment: (appId, id, options) => reads.deployment(client, appId, id, options),
    listDeploymentPage: (appId, page, options) => client.listDeploymentPage(appId, page, options),
    getLogUrls: (appId, query, options) => client.getLogUrls(appId, query, options),
    openLog: (url, options) => client.openLog(url, options),
  };
}

function inListing(listing: Listing | undefined, appId: string, id: string): Deployment | undefined {
  const app = listing?.apps.get(appId);
  return (
    [app?.pending_deployment, app?.in_progress_deployment, app?.active_deployment].find(
      (one) => one?.id === id,
    ) ?? undefined
  );
}
