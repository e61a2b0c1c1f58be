import * as pulumi from "@pulumi/pulumi";
import type { LogUrls } from "./api/types";
import { readLog, type ReadOptions } from "./deploy/log-reader";
import { findTarget, type LogQuery } from "./deploy/log-target";
import { explained, lifted, serviceClient } from "./lookup-calls";

/** Which log of which app, and how much of it. */
export interface LogsQuery extends LogQuery, Omit<ReadOptions, "clock" | "onReconnect"> {}

/**
 * A log, line by line as it is read, in constant memory. `type` is one of BUILD, DEPLOY, RUN (default), RUN_RESTARTED, JOB,
 * AUTOSCALE_EVENT; without `component`, that of all components. All archives are read in order; with `follow`, the lines
 * to come as well, over lost connections, until the deployment has ended, or `signal` is aborted.
 *
 * @example
 * for await (const line of getLogs({ appId, type: "BUILD" })) console.log(line);
 * @throws AppPlatformError `not-found`, `invalid-input`, `missing-token`; ApiError
 */
export function getLogs(query: LogsQuery): AsyncIterable<string> {
  const { follow, tailLines, podConnectionTimeout, signal, ...log } = query;
  return readLog(serviceClient(), log, { follow, tailLines, podConnectionTimeout, signal });
}

/** {@link LogsQuery} of a log that is read to its end. */
export type LogsTextQuery = Omit<LogsQuery, "follow" | "signal">;

/** As {@link getLogs}, as one text; give `tailLines`, as a whole log may be larger than the memory. */
export async function getLogsText(query: LogsTextQuery): Promise<string> {
  const { appId, deploymentId, eventId, invocationId } = query;
  return explained("getLogsText", { appId, deploymentId, eventId, invocationId }, async () => {
    let text = "";
    for await (const line of getLogs(query)) text += `${line}\n`;
    return text;
  });
}
/** {@link getLogsText} with inputs. */
export const getLogsTextOutput = lifted(getLogsText);

/**
 * The addresses of a log, as the service gives them: `historic_urls` and, while it is written, `live_url`. Whoever has them
 * can read the log: open them at once, never print or store them.
 * @throws AppPlatformError `not-found`, `missing-token`; ApiError
 */
export async function getLogUrls(query: Omit<LogsQuery, "signal">): Promise<LogUrls> {
  const { follow, tailLines, podConnectionTimeout, ...log } = query;
  const { appId, deploymentId, eventId, invocationId } = query;
  return explained("getLogUrls", { appId, deploymentId, eventId, invocationId }, async (client) => {
    const { request } = await findTarget(client, log);
    return client.getLogUrls(appId, { ...request, follow, tailLines, podConnectionTimeout });
  });
}
const logUrls = lifted(getLogUrls);
/** {@link getLogUrls} with inputs, as a secret. */
export const getLogUrlsOutput: typeof logUrls = (...args) => pulumi.secret(logUrls(...args));
