import type { LogType, LogUrls } from "../api/types";
import { redact } from "../secrecy/redact";
import type { FailedStep } from "./progress";

/** What reading logs needs of the service. The client has it. */
export interface LogSource {
  getLogUrls(
    appId: string,
    query: { deploymentId: string; component?: string; type: LogType; tailLines?: number },
    options?: { signal?: AbortSignal },
  ): Promise<LogUrls>;
  /** The lines behind an address of the answer above. */
  openLog(url: string, options?: { signal?: AbortSignal }): AsyncIterable<string>;
}

/** Lines kept of a log that explains a failure. */
export const TAIL_LINES = 15;
/** A log that cannot be had in this time is left out: the failure is to be told, with or without it. */
const TAIL_WITHIN_MS = 20_000;

/** The end of a log. */
export interface LogTail {
  readonly type: LogType;
  /** At least one, at most {@link TAIL_LINES}. */
  readonly lines: readonly string[];
}

/**
 * The last lines of the log that belongs to a failed step, secrets masked. Undefined when there is no log or it cannot be
 * read: never throws, since it only explains a failure that is told anyway.
 */
export async function failureLog(
  source: LogSource,
  appId: string,
  deploymentId: string,
  failed: FailedStep,
  secrets: readonly string[],
): Promise<LogTail | undefined> {
  const signal = AbortSignal.timeout(TAIL_WITHIN_MS);
  for (const type of logTypes(failed)) {
    try {
      const lines = await tail(source, appId, { deploymentId, type, ...component(failed) }, signal);
      // As one text: a secret may go over several lines.
      if (lines.length > 0) return { type, lines: redact(lines.join("\n"), secrets).split("\n") };
    } catch {
      // The next type may be there; a failed deployment has no running log, for one.
    }
  }
  return undefined;
}

/** How lines of a log begin: component, and time. */
const LINE_START = /^(?:(\S+) )?\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?Z(?= )/;

/** A line without what all lines of a component's log repeat: its name, the day, and fractions of a second. Pure. */
export function shortLine(line: string, component: string | undefined): string {
  return line.replace(LINE_START, (_, name: string | undefined, time: string) =>
    name === undefined || name === component ? time : `${name} ${time}`,
  );
}

/** A failed deploy step says why in the log of the container, if that came so far as to start. */
function logTypes({ stage }: FailedStep): LogType[] {
  return stage === "build" ? ["BUILD"] : ["RUN", "DEPLOY"];
}

const component = ({ component: name }: FailedStep): { component?: string } =>
  name === undefined ? {} : { component: name };

async function tail(
  source: LogSource,
  appId: string,
  query: { deploymentId: string; component?: string; type: LogType },
  signal: AbortSignal,
): Promise<string[]> {
  const urls = await source.getLogUrls(appId, { ...query, tailLines: TAIL_LINES }, { signal });
  const kept: string[] = [];
  for (const url of urls.historic_urls ?? []) {
    for await (const line of source.openLog(url, { signal })) {
      kept.push(line);
      if (kept.length > TAIL_LINES) kept.shift();
    }
  }
  return kept;
}
