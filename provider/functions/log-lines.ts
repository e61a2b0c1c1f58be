import type { Client } from "../api/client";
import { readLog, type ReadOptions } from "../logs/reader";
import type { LogQuery } from "../logs/target";
import { explainedBy } from "./explain-not-found";

/**
 * The lines of a log, see `readLog`. Where the service does not know what was asked for, the error says which part of it,
 * and what is near.
 * @param name of the function or command that asks
 */
export async function* explainedLog(
  name: string,
  client: Client,
  { follow, tailLines, podConnectionTimeout, signal, ...query }: LogQuery & ReadOptions,
): AsyncGenerator<string> {
  const lines = readLog(client, query, { follow, tailLines, podConnectionTimeout, signal });
  const { appId, deploymentId, eventId, invocationId, component } = query;
  const subject = { appId, deploymentId, eventId, invocationId, component };
  // The first line shows that all of these are right.
  const first = await explainedBy(client, name, subject, () => lines.next());
  try {
    for (let next = first; next.done !== true; next = await lines.next()) yield next.value;
  } finally {
    await lines.return(undefined);
  }
}
