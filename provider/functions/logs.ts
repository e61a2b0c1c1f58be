import { collect } from "../api/pages";
import type { LogUrls } from "../api/types";
import type { ReadOptions } from "../logs/reader";
import { findTarget, type LogQuery } from "../logs/target";
import { arrivingAtOnce, asked, explained, lifted, liftedSecret, serviceClient } from "./run";
import { explainedLog } from "./log-lines";

/** Which log of which app, and how much of it. */
export interface LogsQuery extends LogQuery, Omit<ReadOptions, "clock" | "onReconnect"> {}

/**
 * A log: iterate over it line by line, in constant memory, or await it, for a list of all its lines. Each iteration asks the
 * service anew; nothing is asked before.
 */
export class LogLines extends Promise<string[]> implements AsyncIterable<string> {
  private all: Promise<string[]> | undefined;

  constructor(private readonly read: () => AsyncGenerator<string>) {
    super((resolve) => resolve([]));
  }

  /** What follows from it are plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  [Symbol.asyncIterator](): AsyncGenerator<string> {
    const lines = this.read();
    const next = lines.next.bind(lines);
    lines.next = () => arrivingAtOnce(next());
    return lines;
  }

  override then<Read = string[], Failed = never>(
    onRead?: ((lines: string[]) => Read | PromiseLike<Read>) | null,
    onFailed?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Read | Failed> {
    return (this.all ??= arrivingAtOnce(collect(this.read()))).then(onRead, onFailed);
  }
}

/**
 * A log, line by line as it is read, in constant memory; awaited, a list of all lines. `type` is one of BUILD, DEPLOY, RUN
 * (default), RUN_RESTARTED, JOB, AUTOSCALE_EVENT; without `component`, that of all components. All archives are read in
 * order; with `follow`, the lines to come as well, over lost connections, until the deployment has ended, or `signal` is
 * aborted.
 *
 * @example
 * for await (const line of getLogs({ appId, type: "BUILD" })) console.log(line);
 * const last = await getLogs({ appId, tailLines: 10 });
 * @throws AppPlatformError `not-found`, `invalid-input`, `missing-token`; ApiError
 */
export function getLogs(query: LogsQuery): LogLines {
  return new LogLines(() => explainedLog("getLogs", serviceClient(), query));
}

/** {@link LogsQuery} of a log that is read to its end. */
export type LogsTextQuery = Omit<LogsQuery, "follow" | "signal">;

/** {@link getLogs} with inputs: all lines; give `tailLines`, as a whole log may be larger than the memory. */
export const getLogsOutput = lifted(async (query: LogsTextQuery): Promise<string[]> => getLogs(query));

/**
 * As {@link getLogs}, as one text; give `tailLines`, as a whole log may be larger than the memory. A `signal` ends the reading
 * with the text so far.
 */
export async function getLogsText(query: LogsTextQuery & Pick<LogsQuery, "signal">): Promise<string> {
  return asked(async (client) => {
    let text = "";
    for await (const line of explainedLog("getLogsText", client, query)) text += `${line}\n`;
    return text;
  });
}
/** {@link getLogsText} with inputs. */
export const getLogsTextOutput = lifted(async (query: LogsTextQuery): Promise<string> => getLogsText(query));

/**
 * The addresses of a log, as the service gives them: `historic_urls` and, while it is written, `live_url`. Whoever has them
 * can read the log: open them at once, never print or store them.
 * @throws AppPlatformError `not-found`, `missing-token`; ApiError
 */
export async function getLogUrls(query: Omit<LogsQuery, "signal">): Promise<LogUrls> {
  const { follow, tailLines, podConnectionTimeout, ...log } = query;
  const { appId, deploymentId, eventId, invocationId } = query;
  return explained("getLogUrls", { appId, deploymentId, eventId, invocationId }, async (client) => {
    const { request, isActive } = await findTarget(client, log);
    const asked = isActive ? { ...request, deploymentId: undefined } : request;
    return client.getLogUrls(appId, { ...asked, follow, tailLines, podConnectionTimeout });
  });
}
/** {@link getLogUrls} with inputs, as a secret. */
export const getLogUrlsOutput = liftedSecret(getLogUrls);
