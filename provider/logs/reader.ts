import type { LogUrls } from "../api/types";
import { systemClock, type Clock } from "../clock";
import { ApiError, AppPlatformError, isApiError, isTransient } from "../errors";
import { parseDuration } from "../durations";
import { archivedLines, stampOf } from "../service/log-archives";
import { LineMemory } from "./replay-filter";
import { LiveConnection, SILENT_MS } from "./live-connection";
import { findTarget, type LogClient, type LogQuery, type LogTarget } from "./target";

export interface ReadOptions {
  /** Continue with new lines until their source has finished. @default false */
  readonly follow?: boolean | undefined;
  /** Start with this number of last lines. @default all */
  readonly tailLines?: number | undefined;
  /** How long to wait for a log or container that does not exist yet, such as `90s`. @default "3m" */
  readonly podConnectionTimeout?: string | undefined;
  /** Stops reading, without an error. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** Called when the lines come from another log than the requested one. */
  readonly onOtherLog?: ((note: string) => void) | undefined;
  /** Called before reconnecting. */
  readonly onReconnect?: ((why: string) => void) | undefined;
}

const DEFAULT_WAIT = "3m";
/** Response time in addition to the time that the service may wait for a container. */
const ANSWER_MS = 30_000;
const ASK_AGAIN_MS = 2_000;
const ARCHIVE_TRIES = 3;
const LONGEST_PAUSE_MS = 15_000;
/** Following stops with an error after failing for this long. */
const GIVE_UP_MS = 10 * 60_000;
/** A connection that lasted this long counts as successful, even without lines. */
const STOOD_MS = SILENT_MS;
/** Without `follow`, a live log that is silent for this long counts as complete. */
const TOLD_MS = 5_000;

/**
 * The lines of a log, one by one, in constant memory: first all archives in order, then, with `follow`, new lines. The URLs are
 * requested when needed and never stored.
 * @throws AppPlatformError `not-found`, `invalid-input`; ApiError
 */
export async function* readLog(
  client: LogClient,
  query: LogQuery,
  options: ReadOptions = {},
): AsyncGenerator<string> {
  try {
    yield* new Reading(client, query, options).lines();
  } catch (error) {
    // An aborted signal is not an error.
    if (!options.signal?.aborted) throw error;
  }
}

class Reading {
  private readonly clock: Clock;
  private readonly waitMs: number;
  private readonly memory = new LineMemory();
  /** When reading started, in the format of the log's timestamps. */
  private readonly began: string;
  private readonly signal: AbortSignal | undefined;
  /** The error of the last repeated request, if there was no log. */
  private missing: ApiError | undefined;

  constructor(
    private readonly client: LogClient,
    private readonly query: LogQuery,
    private readonly options: ReadOptions,
  ) {
    const { tailLines, podConnectionTimeout = DEFAULT_WAIT } = options;
    this.clock = options.clock ?? systemClock;
    this.began = stampOf(new Date(this.clock.now()).toISOString()) ?? "";
    this.signal = options.signal;
    const waitMs = parseDuration(podConnectionTimeout);
    if (waitMs === undefined)
      throw invalid('podConnectionTimeout must be a duration with its unit, such as "90s" or "3m"');
    if (tailLines !== undefined && (!Number.isInteger(tailLines) || tailLines < 0))
      throw invalid("tailLines must be a whole number from 0");
    this.waitMs = waitMs;
  }

  async *lines(): AsyncGenerator<string> {
    const { follow = false, tailLines } = this.options;
    const { target, urls } = await this.first(await findTarget(this.client, this.query, this.signal));
    const archived = this.archived(target, urls);
    const past = tailLines === undefined ? archived : lastOf(archived, tailLines);
    for await (const line of past) {
      // Lines can repeat only when following.
      if (follow) this.memory.isNew(line);
      yield line;
    }
    if (follow) yield* this.live(target, urls);
    else if (urls.live_url !== undefined && (urls.historic_urls ?? []).length === 0) {
      const told = this.toldSoFar(target, urls);
      yield* tailLines === undefined ? told : lastOf(told, tailLines);
    }
  }

  private urls(target: LogTarget, again = false, follow = this.options.follow): Promise<LogUrls> {
    const { tailLines, podConnectionTimeout } = this.options;
    const request = {
      ...target.request,
      follow,
      podConnectionTimeout,
      // A new connection needs more than the last lines, to leave no gap.
      tailLines: again ? undefined : tailLines,
      timeoutMs: this.waitMs + ANSWER_MS,
    };
    return this.client.getLogUrls(this.query.appId, request, { signal: this.signal });
  }

  /** Waits for a log that does not exist yet, as long as it may still appear. */
  private async first(target: LogTarget): Promise<{ target: LogTarget; urls: LogUrls }> {
    const deadline = this.clock.now() + this.waitMs;
    for (;;) {
      let missing: ApiError | undefined;
      try {
        const urls = await this.urls(target);
        if (isLog(urls)) return { target, urls };
      } catch (error) {
        if (!isApiError(error, "not-found", "bad-request")) throw error;
        missing = error;
      }
      if (this.clock.now() >= deadline || !(await target.mayCome())) {
        const isStopped = target.isOfContainers && !(await target.goesOn());
        const restarted = isStopped && (await this.restarted(target));
        if (restarted) return restarted;
        if (missing) throw noLog(missing, target, isStopped);
        return { target, urls: {} };
      }
      await this.clock.sleep(ASK_AGAIN_MS, this.signal);
    }
  }

  /** The log of containers that restarted, which the service keeps longer than that of running ones. */
  private async restarted(of: LogTarget): Promise<{ target: LogTarget; urls: LogUrls } | undefined> {
    const target = { ...of, request: { ...of.request, type: "RUN_RESTARTED" } };
    const urls = await this.urlsAgain(target, false);
    if (!isLog(urls)) return undefined;
    this.options.onOtherLog?.(
      `Deployment ${of.request.deploymentId} has finished, and its containers no longer run: ` +
        "this is the log of those that restarted (type RUN_RESTARTED).",
    );
    return { target, urls };
  }

  /** All archives, completely. After a broken connection, continues with newly requested URLs. */
  private archived(target: LogTarget, { historic_urls: addresses }: LogUrls): AsyncGenerator<string> {
    const reader = {
      open: (address: string) => this.client.openLog(address, { signal: this.signal }),
      again: async (failure: unknown, failures: number) => {
        if (!isPassing(failure) || failures > ARCHIVE_TRIES) throw failure;
        await this.clock.sleep(pause(failures), this.signal);
        return (await this.urls(target)).historic_urls ?? [];
      },
    };
    return archivedLines(reader, addresses ?? []);
  }

  /** Like `urls`, to continue reading; empty if there is currently no log. */
  private async urlsAgain(target: LogTarget, follow: boolean): Promise<LogUrls> {
    this.missing = undefined;
    try {
      return await this.urls(target, true, follow);
    } catch (error) {
      if (!isApiError(error, "bad-request", "not-found")) throw error;
      this.missing = error;
      return {};
    }
  }

  /** New lines as they arrive, over as many connections as necessary. */
  private async *live(target: LogTarget, first: LogUrls): AsyncGenerator<string> {
    let urls: LogUrls | undefined = first;
    let last: LiveConnection | undefined;
    let failingSince: number | undefined;
    let missingSince: number | undefined;
    for (let idle = 1; ; idle++) {
      const began = this.clock.now();
      let why = "it ended";
      let connecting = false;
      try {
        urls ??= await this.urlsAgain(target, true);
        if (urls.live_url !== undefined) {
          connecting = true;
          this.memory.reconnected();
          last = this.connection(urls.live_url, () => target.goesOn());
          for await (const line of last.lines()) {
            failingSince = undefined;
            if (!this.memory.isNew(line)) continue;
            idle = 0;
            yield line;
          }
          connecting = false;
        }
        if (!(await target.goesOn())) {
          if ((yield* this.rest(target)) || last?.toldAll !== false) return;
          missingSince ??= this.clock.now();
          if (this.clock.now() - missingSince >= this.waitMs) throw endMissing(target, this.missing);
          why = "it broke, and the rest is not archived yet";
        }
        failingSince = undefined;
      } catch (error) {
        if (!isPassing(error) && !(connecting && isApiError(error, "not-found"))) throw error;
        why = error instanceof Error ? error.message : String(error);
        const now = this.clock.now();
        if (connecting && now - (last?.openedAt ?? now) >= STOOD_MS) failingSince = undefined;
        failingSince ??= began;
        if (now - failingSince >= GIVE_UP_MS) throw error;
      }
      urls = undefined;
      this.options.onReconnect?.(why);
      await this.clock.sleep(pause(idle), this.signal);
    }
  }

  /** Lines after the last connection, from the archives, which are now complete. Returns whether there are archives. */
  private async *rest(target: LogTarget): AsyncGenerator<string, boolean> {
    this.memory.reconnected();
    const urls = await this.urlsAgain(target, false);
    const { tailLines } = this.options;
    const archived = this.archived(target, urls);
    // Without earlier lines, the start of the requested last lines is unknown.
    const all = tailLines === undefined || !this.memory.isEmpty;
    const lines = all ? archived : lastOf(archived, tailLines, (line) => this.isSinceBegan(line));
    for await (const line of lines) if (this.memory.isNew(line)) yield line;
    return (urls.historic_urls ?? []).length > 0;
  }

  /** A live log without `follow`: the lines written before the request. */
  private async *toldSoFar(target: LogTarget, first: LogUrls): AsyncGenerator<string> {
    let urls = first;
    for (let tries = 0; ;) {
      this.memory.reconnected();
      const url = urls.live_url;
      try {
        const lines =
          url === undefined
            ? this.archived(target, urls)
            : this.connection(url, async () => false, TOLD_MS).lines();
        for await (const line of lines) {
          if (this.isSinceBegan(line)) return;
          if (!this.memory.isNew(line)) continue;
          tries = 0;
          yield line;
        }
        return;
      } catch (error) {
        const passes = isPassing(error) || isApiError(error, "not-found");
        if (url === undefined || !passes || ++tries > ARCHIVE_TRIES) throw error;
        await this.clock.sleep(pause(tries), this.signal);
        urls = await this.urls(target, true);
      }
    }
  }

  private isSinceBegan(line: string): boolean {
    return (stampOf(line) ?? "") > this.began;
  }

  private connection(url: string, goesOn: () => Promise<boolean>, silentMs?: number): LiveConnection {
    const { clock, signal } = this;
    return new LiveConnection(this.client, url, goesOn, { clock, signal, silentMs });
  }
}

/** Without this error, the output would look complete. */
const endMissing = ({ request }: LogTarget, cause: ApiError | undefined): AppPlatformError =>
  new AppPlatformError(
    "not-found",
    `The end of the ${request.type} log may be missing: its connection broke, and the service has no archive of the rest. ` +
      `Request the log again later.${cause === undefined ? "" : ` ${cause.message}`}`,
    { cause },
  );

const isLog = ({ live_url: live, historic_urls: archives }: LogUrls): boolean =>
  live !== undefined || (archives ?? []).length > 0;

/**
 * The service rejects logs of a skipped stage with a message that does not contain which one, and those of containers that no
 * longer run with a phase that is not documented.
 */
function noLog(refused: ApiError, { request }: LogTarget, isStopped: boolean): AppPlatformError {
  if (!isApiError(refused, "bad-request")) return refused;
  const { type, component, deploymentId, invocationId, eventId } = request;
  const of =
    invocationId !== undefined
      ? `the job invocation ${invocationId}`
      : eventId !== undefined
        ? `the event ${eventId}`
        : `${component === undefined ? "" : `the component ${component} in `}the deployment ${deploymentId}`;
  return new AppPlatformError(
    "bad-request",
    `There is no ${type} log of ${of}: ${isStopped ? STOPPED : "that stage was skipped or has not started."} ` +
      `Message from the service: ${refused.serviceMessage ?? refused.message}`,
    { cause: refused },
  );
}

const STOPPED =
  "it has finished, and its containers no longer run. Read its DEPLOY log, or leave out the deployment to read the active one.";

/** Network failures and expired URLs: a retry may succeed. */
const isPassing = (error: unknown): boolean => isTransient(error, "forbidden");

const pause = (tries: number): number => Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(tries, 10));

const invalid = (what: string): AppPlatformError => new AppPlatformError("invalid-input", `${what}.`);

/** The last `count` lines; with `isNews`, the last ones before the first new line, and all lines from there on. */
async function* lastOf(
  lines: AsyncIterable<string>,
  count: number,
  isNews: (line: string) => boolean = () => false,
): AsyncGenerator<string> {
  let kept: string[] | undefined = [];
  const last = (of: string[]): string[] => of.slice(Math.max(0, of.length - count));
  for await (const line of lines) {
    if (kept && isNews(line)) {
      yield* last(kept);
      kept = undefined;
    }
    if (!kept) yield line;
    else if (kept.push(line) > 2 * count + 1000) kept = last(kept);
  }
  if (kept) yield* last(kept);
}
