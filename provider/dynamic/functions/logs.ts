import { collect } from "../../api/pages";
import * as logs from "../../functions/log-lines";
import type { LogsQuery } from "../../functions/log-lines";
import { forPrograms, lifted, liftedSecret, programClient, rejectingAtOnce } from "./program-client";

export type { LogsQuery };

/**
 * A log: iterate over it line by line in constant memory, or await it for a list of all lines. Each iteration sends its own
 * requests; nothing is requested before.
 */
export class LogLines extends Promise<string[]> implements AsyncIterable<string> {
  private all: Promise<string[]> | undefined;

  constructor(private readonly read: () => AsyncGenerator<string>) {
    super((resolve) => resolve([]));
  }

  /** `then` and the like return plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  [Symbol.asyncIterator](): AsyncGenerator<string> {
    const lines = this.read();
    const next = lines.next.bind(lines);
    lines.next = () => rejectingAtOnce(next());
    return lines;
  }

  override then<Read = string[], Failed = never>(
    onRead?: ((lines: string[]) => Read | PromiseLike<Read>) | null,
    onFailed?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Read | Failed> {
    return (this.all ??= rejectingAtOnce(collect(this.read()))).then(onRead, onFailed);
  }
}

/**
 * A log, line by line in constant memory; await it for a list of all lines. `type` is one of BUILD, DEPLOY, RUN (default),
 * RUN_RESTARTED, JOB, AUTOSCALE_EVENT; without `component`, the log contains all components. All archives are read in the
 * order of time. RUN of a finished deployment is the log of its restarted containers, if any.
 * With `follow`, new lines follow, across lost connections, until the deployment finishes or `signal` is aborted.
 *
 * @example
 * for await (const line of getLogs({ appId, type: "BUILD" })) console.log(line);
 * const last = await getLogs({ appId, tailLines: 10 });
 * @throws AppPlatformError `not-found`, `invalid-input`, `missing-token`; ApiError
 */
export function getLogs(query: LogsQuery): LogLines {
  return new LogLines(() => logs.explainedLog("getLogs", programClient(), query));
}

/** {@link LogsQuery} for a log that is read to its end. */
export type LogsTextQuery = Omit<LogsQuery, "follow" | "signal">;

/** {@link getLogs} with inputs: all lines. Set `tailLines`, since a whole log may not fit in memory. */
export const getLogsOutput = lifted(async (query: LogsTextQuery): Promise<string[]> => getLogs(query));

/**
 * As {@link getLogs}, as one text. Set `tailLines`, since a whole log may not fit in memory. When `signal` is aborted, returns the
 * text so far.
 */
export const getLogsText = forPrograms(
  async (client, query: LogsTextQuery & Pick<LogsQuery, "signal">): Promise<string> => {
    let text = "";
    for await (const line of logs.explainedLog("getLogsText", client, query)) text += `${line}\n`;
    return text;
  },
);
/** {@link getLogsText} with inputs. */
export const getLogsTextOutput = lifted(async (query: LogsTextQuery): Promise<string> => getLogsText(query));

/**
 * The URLs of a log: `historic_urls` and, while it is being written, `live_url`. Anyone with these URLs can read the log: open
 * them at once, never print or store them.
 * @throws AppPlatformError `not-found`, `missing-token`; ApiError
 */
export const getLogUrls = forPrograms(logs.getLogUrls);
/** {@link getLogUrls} with inputs, as a secret. */
export const getLogUrlsOutput = liftedSecret(getLogUrls);
