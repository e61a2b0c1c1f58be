import type { Clock } from "../clock";
import { isApiError } from "../errors";
import type { LogClient } from "./target";

/** A silent connection may be one whose end was lost. */
export const SILENT_MS = 30_000;

interface LiveOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** How long a connection may be silent after its first line before `goesOn` is asked. @default SILENT_MS */
  readonly silentMs?: number | undefined;
}

/** One connection to a live log. */
export class LiveConnection {
  /** Set once the service, for all that can be known, has told all that there was. */
  toldAll = false;
  /** When it was made, on the clock; undefined when it was not. */
  openedAt: number | undefined;

  /**
   * @param goesOn whether more may come
   */
  constructor(
    private readonly client: Pick<LogClient, "openLive">,
    private readonly url: string,
    private readonly goesOn: () => Promise<boolean>,
    private readonly options: LiveOptions,
  ) {}

  /**
   * The lines, until the service closes the connection, or it was silent for a while and nothing more may come.
   * @throws ApiError as `openLive`; `aborted` for the caller's signal
   */
  async *lines(): AsyncGenerator<string> {
    const { signal } = this.options;
    const end = new AbortController();
    const stop = (): void => end.abort();
    signal?.addEventListener("abort", stop, { once: true });
    let heard = false;
    const watch = async (): Promise<void> => {
      const { clock, silentMs = SILENT_MS } = this.options;
      this.openedAt = clock.now();
      // The first line may take longer: a container has to be found.
      for (let ms = SILENT_MS; ; ms = silentMs) {
        await clock.sleep(ms, end.signal);
        if (!heard && !(await this.goesOn().catch(() => true))) return end.abort();
        heard = false;
      }
    };
    // Until it is made, it has a time limit of its own.
    const onOpen = (): void => void watch().catch(() => {});
    try {
      for await (const line of this.client.openLive(this.url, { signal: end.signal, onOpen })) {
        heard = true;
        yield line;
      }
      this.toldAll = true;
    } catch (error) {
      if (!isApiError(error, "aborted") || signal?.aborted) throw error;
      // A WebSocket that answered no ping would have been ended as broken; plain HTTP may be silent as its end was lost.
      this.toldAll = /^ws/i.test(this.url);
    } finally {
      signal?.removeEventListener("abort", stop);
      end.abort();
    }
  }
}
