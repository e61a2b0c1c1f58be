import type { Client } from "../api/client";
import { readLog, type ReadOptions } from "../logs/reader";
import { findTarget, type LogQuery } from "../logs/target";
import type { LogUrls } from "../api/types";
import { explainedBy } from "./explain-not-found";

/** Selects a log of an app, and how much of it to read. */
export interface LogsQuery extends LogQuery, Omit<ReadOptions, "clock" | "onOtherLog" | "onReconnect"> {}

/**
 * The lines of a log, see `readLog`. If something in the query does not exist, the error explains what, and suggests similar
 * names or ids.
 * @param name name of the calling function or command
 */
export async function* explainedLog(
  name: string,
  client: Client,
  { follow, tailLines, podConnectionTimeout, signal, onOtherLog, ...query }: LogQuery & ReadOptions,
): AsyncGenerator<string> {
  const lines = readLog(client, query, { follow, tailLines, podConnectionTimeout, signal, onOtherLog });
  const { appId, deploymentId, eventId, invocationId, component } = query;
  const subject = { appId, deploymentId, eventId, invocationId, component };
  // Once there is a first line, all of these exist.
  const first = await explainedBy(client, name, subject, () => lines.next());
  try {
    for (let next = first; next.done !== true; next = await lines.next()) yield next.value;
  } finally {
    await lines.return(undefined);
  }
}

/** @throws AppPlatformError `not-found`; ApiError */
export async function getLogUrls(client: Client, query: Omit<LogsQuery, "signal">): Promise<LogUrls> {
  const { follow, tailLines, podConnectionTimeout, ...log } = query;
  const { appId, deploymentId, eventId, invocationId } = query;
  return explainedBy(client, "getLogUrls", { appId, deploymentId, eventId, invocationId }, async () => {
    const { request, isActive } = await findTarget(client, log);
    const requested = isActive ? { ...request, deploymentId: undefined } : request;
    return client.getLogUrls(appId, { ...requested, follow, tailLines, podConnectionTimeout });
  });
}
