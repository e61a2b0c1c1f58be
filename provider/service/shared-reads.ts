import type { App, Deployment } from "../api/types";
import { onAbort, type Clock } from "../clock";
import { contradicted, isApiError, orUndefinedIfNotFound } from "../errors";
import { endsBegan, inListing, slim, type Listing } from "./listing";
import { WAIT_LIMITS } from "./poll";

interface Options {
  signal?: AbortSignal;
}

/** What the reads need of the service. The client has it. */
export interface AppSource {
  getApp(id: string, options?: Options): Promise<App>;
  getDeployment(appId: string, id: string, options?: Options): Promise<Deployment>;
  listApps(options?: { perPage?: number; timeoutMs?: number; repeatable?: boolean }): AsyncIterable<App>;
  findAppByName(name: string, options?: Options): Promise<App | undefined>;
}

/** Up to this many apps are asked for one by one. */
const FEW = 3;
/** Apps that were asked for in this time count as asked for at once. */
const AT_ONCE_MS = 3_000;
/** A single read waits this long for others that come with it. */
const GATHER_MS = 15;
/** A page that takes longer is given up: the service has been seen to choke on heavy ones. */
const PAGE_WITHIN_MS = 15_000;
/** After so many listings in a row failed, apps are asked for one by one. */
const FAILURES_IN_A_ROW = 2;
/** For this long. */
const AFTER_FAILURE_MS = 60_000;
/** How long a listing tells how deployments stand, for every page of it. */
const TICK_MS = 1_000;
/**
 * Deployments that began together end together. Where some have ended, the others are looked at sooner, so that the engine
 * need not record them all at once; only while one page shows all, and so often a minute, since every look is a request.
 */
const SOON_MS = 250;
const SOON_A_MINUTE = 6;
/** Half of what the service allows: it is asked for one page a second either way, and each is lighter for both sides. */
const PAGE = 100;

/**
 * Reads of apps and deployments that all resources of a process share: where many are asked for at once, one listing
 * serves them all, so that a hundred apps cost hardly more calls than one.
 */
export class SharedReads {
  /** When each app was asked for last, by id, the oldest first. */
  private readonly asked = new Map<string, number>();
  /** The same by name, for apps that are not there yet. */
  private readonly askedNames = new Map<string, number>();
  /** When this process last wrote to an app: no listing from before speaks of it. */
  private readonly written = new Map<string, number>();
  /** When a listing lacked an app that is being deleted. */
  private readonly missedAt = new Map<string, number>();
  private listing: Listing | undefined;
  private loading: { at: number; done: Promise<void> } | undefined;
  /** Before then no other listing is asked for, however many wait for news. */
  private nextAt = -Infinity;
  /** When it was decided to look sooner, the oldest first. */
  private hurried: number[] = [];
  private failures = 0;
  private failedAt = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** True for an app that this process has written to: it belongs to one of its resources. */
  hasWritten(appId: string): boolean {
    return this.written.has(appId);
  }

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
    const notBefore = Math.max(this.asksFor(id) - maxAgeMs, this.writtenAt(id) + 1);
    const found = (await this.listingSince(notBefore, source, options))?.apps.get(id);
    return found ?? source.getApp(id, options);
  }

  /**
   * The same, and undefined where there is none. One 404 is not enough to let go of an app that may run on: a listing has
   * to lack it as well or, where none can be had, a second question.
   * @throws ApiError also where the answers contradict each other
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
      const serves = (): boolean => (this.listing?.at ?? -Infinity) >= notBefore;
      if (!serves() && !this.failedJustNow()) await this.loadSince(notBefore, source, options);
      if (!serves()) return orUndefinedIfNotFound(source.getApp(id, options));
      if (this.listing?.apps.has(id)) throw contradicted(error);
      return undefined;
    });
  }

  /**
   * The app, or undefined where it is gone: where two checks, some seconds apart, agree that there is none.
   * @throws ApiError also where the responses contradict each other
   */
  async findOrGone(
    source: AppSource,
    id: string,
    maxAgeMs: number,
    options: Options = {},
  ): Promise<App | undefined> {
    const found = await this.find(source, id, maxAgeMs, options);
    if (found) return found;
    await this.clock.sleep(WAIT_LIMITS.goneAgain, options.signal);
    return this.find(source, id, 0, options);
  }

  /** The app, as an answer that knows how a deployment of it ended. */
  async appAfter(source: AppSource, id: string, ended: Deployment, options: Options = {}): Promise<App> {
    const knows = inListing(this.listing, id, ended.id)?.phase === ended.phase;
    return (knows ? this.listing?.apps.get(id) : undefined) ?? source.getApp(id, options);
  }

  /** The app of this name, if there is one: of its absence the answer may be `maxAgeMs` old, an app is there at this moment. */
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

  /** A listing that was asked for at `notBefore` or later; undefined where things are better asked for one by one. */
  private async listingSince(
    notBefore: number,
    source: AppSource,
    options: Options,
  ): Promise<Listing | undefined> {
    const serves = (listing: { at: number } | undefined): boolean => (listing?.at ?? -Infinity) >= notBefore;
    if (!serves(this.listing) && (await this.isBusy(options))) {
      await this.loadSince(notBefore, source, options);
    }
    return serves(this.listing) ? this.listing : undefined;
  }

  /** Loads a listing that begins at `notBefore` or later. One that is under way is waited for first: two at once are one too many. */
  private async loadSince(notBefore: number, source: AppSource, options: Options): Promise<void> {
    const serves = (listing: { at: number } | undefined): boolean => (listing?.at ?? -Infinity) >= notBefore;
    while (this.loading && !serves(this.loading)) await this.load(source, options);
    if (!serves(this.listing) && !this.failedJustNow()) await this.load(source, options);
  }

  /**
   * True when an app that was deleted is there no longer: the service answers 404, or two listings in a row lack it. One
   * could miss it, where pages shift while they are read.
   */
  async isGone(source: AppSource, id: string, options: Options = {}): Promise<boolean> {
    this.asksFor(id);
    if (!(await this.isBusy(options)))
      return (await orUndefinedIfNotFound(source.getApp(id, options))) === undefined;
    if (!this.isCurrent()) await this.load(source, options);
    const { listing } = this;
    if (!listing || listing.at <= this.writtenAt(id) || listing.apps.has(id)) return false;
    const before = this.missedAt.get(id);
    this.missedAt.set(id, listing.at);
    return before !== undefined && before !== listing.at;
  }

  /** A deployment as it is now, give or take a second for every page of apps. */
  async deployment(source: AppSource, appId: string, id: string, options: Options = {}): Promise<Deployment> {
    for (this.asksFor(appId); await this.isBusy(options); this.asksFor(appId)) {
      // Not before the next tick: however many wait, and whatever they have just written, one listing a tick serves all.
      if (!this.isCurrent()) await this.load(source, options);
      else if (!this.speaksOf(appId, id))
        await this.clock.sleep(this.nextAt - this.clock.now(), options.signal);
      else break;
    }
    const shown = this.isCurrent() ? inListing(this.listing, appId, id) : undefined;
    return shown ?? source.getDeployment(appId, id, options);
  }

  /** Milliseconds until the next listing, where that comes sooner than usual. */
  untilNews(): number | undefined {
    const hurries = this.isCurrent() && this.hurried.at(-1) === this.listing?.at;
    return hurries ? this.nextAt - this.clock.now() : undefined;
  }

  /** True when the listing shows the deployment, or is young enough to show that it is none of the app's latest. */
  private speaksOf(appId: string, id: string): boolean {
    const { listing } = this;
    if (!listing) return false;
    return listing.at > this.writtenAt(appId) || inListing(listing, appId, id) !== undefined;
  }

  /** Notes that an app is asked for now, and tells when that is. */
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

  /** True when so many apps are asked for at once that a listing is the cheaper way. */
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

  /** Waits for the listing under way, or a new one where there is none. Others wait for it too: only the wait can be stopped. */
  private async load(source: AppSource, { signal }: Options): Promise<void> {
    if (!this.loading) {
      const done = this.list(source).finally(() => (this.loading = undefined));
      this.loading = { at: this.clock.now(), done };
    }
    await unlessStopped(this.loading.done, signal);
  }

  private async list(source: AppSource): Promise<void> {
    const at = this.clock.now();
    try {
      const apps = new Map<string, App>();
      // A second try is made by whoever asks next, so that nobody waits long for what does not work.
      const listed = source.listApps({ perPage: PAGE, timeoutMs: PAGE_WITHIN_MS, repeatable: false });
      for await (const app of listed) apps.set(app.id, slim(app, this.listing?.apps.get(app.id)));
      const before = this.listing;
      this.listing = { at, apps };
      this.failures = 0;
      const now = this.clock.now();
      const pages = Math.max(1, Math.ceil(apps.size / PAGE));
      const tick = pages === 1 && this.mayHurry(before, this.listing) ? SOON_MS : TICK_MS * pages;
      // A service that is slow to answer is given as much time without a question.
      this.nextAt = Math.max(at + tick, now + (now - at));
    } catch (error) {
      if (isApiError(error, "unauthorized")) throw error;
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

/** Ends with the work, or with the signal's reason if that is aborted first; the work goes on then. */
function unlessStopped(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(onAbort(signal, stop));
  });
}
