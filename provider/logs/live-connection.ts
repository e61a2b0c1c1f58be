import type { Clock } from "../clock";
import { isApiError } from "../errors";
import type { Carrier } from "../net/live-log";
import type { LogClient } from "./target";

/** After this time without data, the end of a connection may have been lost. */
export const SILENT_MS = 30_000;
/** Over HTTP, the service may hold back new lines until the connection closes; a new connection begins with them. */
const SILENT_HTTP_MS = 10_000;

interface LiveOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** How long a connection may be silent after its first line before `goesOn` is checked. @default 30 s, over HTTP 10 s */
  readonly silentMs?: number | undefined;
}

/** One connection to a live log. */
export class LiveConnection {
  /** Set once the service has presumably sent the complete log. */
  toldAll = false;
  /** When it was opened, by the clock; undefined if it was not. */
  openedAt: number | undefined;

  /**
   * @param goesOn whether more lines may follow
   */
  constructor(
    private readonly client: Pick<LogClient, "openLive">,
    private readonly url: string,
    private readonly goesOn: () => Promise<boolean>,
    private readonly options: LiveOptions,
  ) {}

  /**
   * The lines, until the service closes the connection, or the connection is silent and no more lines may follow on it.
   * @throws ApiError like `openLive`; `aborted` for the caller's signal
   */
  async *lines(): AsyncGenerator<string> {
    const { signal } = this.options;
    const end = new AbortController();
    const stop = (): void => end.abort();
    signal?.addEventListener("abort", stop, { once: true });
    let heard = false;
    const watch = async (): Promise<void> => {
      const overHttp = carrier === "http";
      const { clock, silentMs = overHttp ? SILENT_HTTP_MS : SILENT_MS } = this.options;
      this.openedAt = clock.now();
      // The first line may take longer, since the service has to find a container.
      let limit = SILENT_MS;
      for (let silent = 0; ;) {
        await clock.sleep(silentMs, end.signal);
        silent = heard ? 0 : silent + silentMs;
        if (heard) limit = silentMs;
        heard = false;
        if (silent < limit) continue;
        if (overHttp || !(await this.goesOn().catch(() => true))) return end.abort();
      }
    };
    // Opening the connection has its own time limit.
    let carrier: Carrier | undefined;
    const onOpen = (by: Carrier): void => {
      const isFirst = carrier === undefined;
      carrier = by;
      if (isFirst) void watch().catch(() => {});
    };
    try {
      for await (const line of this.client.openLive(this.url, { signal: end.signal, onOpen })) {
        heard = true;
        yield line;
      }
      this.toldAll = true;
    } catch (error) {
      if (!isApiError(error, "aborted") || signal?.aborted) throw error;
      // Pings would have detected a broken WebSocket; plain HTTP may be silent because its end was lost.
      this.toldAll = carrier === "websocket";
    } finally {
      signal?.removeEventListener("abort", stop);
      end.abort();
    }
  }
}
