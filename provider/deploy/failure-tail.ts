import { onAbort } from "../clock";
import type { LogType, LogUrls } from "../api/types";
import { isTransient } from "../errors";
import { redact } from "../secrets/redact";
import { bounded, boundedLine } from "../text/bounded";
import type { FailedStep } from "./progress";

/** What reading logs needs of the service. The client has it. */
export interface LogSource {
  getLogUrls(
    appId: string,
    query: { deploymentId: string; component?: string; type: LogType; tailLines?: number },
    options?: { signal?: AbortSignal },
  ): Promise<LogUrls>;
  /**
   * The lines behind an address of the answer above.
   * @param options.mostOfLine so many characters of each line; what is left out is counted at its end
   */
  openLog(url: string, options?: { signal?: AbortSignal; mostOfLine?: number }): AsyncIterable<string>;
}

/** Lines kept of a log that explains a failure. */
export const TAIL_LINES = 15;
/** So many are read, as some may say nothing. */
const READ_LINES = TAIL_LINES + 5;
/** So many characters of a line are read, and so many shown. Secrets are masked in between. */
const READ_OF_LINE = 16_384;
const SHOWN_OF_LINE = 1_000;
/** A log that cannot be read in this time is left out: the failure is reported, with or without it. */
const TAIL_WITHIN_MS = 20_000;

/** The end of a log. */
export interface LogTail {
  readonly type: LogType;
  /** At least one, at most {@link TAIL_LINES}. */
  readonly lines: readonly string[];
}

/**
 * The last lines of the log that belongs to a failed step, secrets masked, without what a terminal would act upon. Undefined
 * when there is no log or it cannot be read: never throws, since it only explains a failure that is reported anyway.
 * @param stopped ends the reading
 */
export async function failureLog(
  source: LogSource,
  appId: string,
  deploymentId: string,
  failed: FailedStep,
  secrets: readonly string[],
  stopped?: AbortSignal,
): Promise<LogTail | undefined> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TAIL_WITHIN_MS);
  const unlisten = onAbort(stopped, () => stop.abort());
  if (stopped?.aborted) stop.abort();
  try {
    for (const type of logTypes(failed)) {
      if (stop.signal.aborted) break;
      try {
        const query = { deploymentId, type, ...component(failed) };
        const read = (): Promise<string[]> => tail(source, appId, query, stop.signal);
        // Without it, one connection that breaks would hide why the deployment failed.
        const lines = await read().catch((error: unknown) => {
          if (!isTransient(error) || stop.signal.aborted) throw error;
          return read();
        });
        const shown = shownTail(lines, failed, secrets);
        if (shown.length > 0) return { type, lines: shown };
      } catch {
        // The next type may exist; a failed deployment has no running log, for one.
      }
    }
  } finally {
    clearTimeout(timer);
    unlisten();
  }
  return undefined;
}

function shownTail(lines: readonly string[], { message }: FailedStep, secrets: readonly string[]): string[] {
  // As one text: a secret may go over several lines. One line may turn out to be several.
  const masked = redact(lines.join("\n"), secrets).split("\n");
  const reason = message === undefined ? undefined : shortReason(message, secrets).trim();
  while (masked.length > 0 && isRepeated(masked.at(-1) ?? "", reason)) masked.pop();
  return masked.slice(-TAIL_LINES).map((line) => boundedLine(line, SHOWN_OF_LINE));
}

const READ_OF_REASON = 65_536;
const SHOWN_OF_REASON = 2_000;

/** What the service says of a failure, as it is shown. */
export const shortReason = (text: string, secrets: readonly string[]): string =>
  bounded(redact(boundedLine(text, READ_OF_REASON), secrets), SHOWN_OF_REASON, SHOWN_OF_REASON);

/** Lines at the end that say nothing, or only what the reason says. */
function isRepeated(line: string, reason: string | undefined): boolean {
  const text = `${line} `.replace(LINE_START, "").trim();
  return text === "" || text === reason;
}

/** How lines of a log begin: component, and time. */
const LINE_START = /^(?:(\S+) )?\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?Z(?= )/;

/** A line without what all lines of a component's log repeat: its name, the day, and fractions of a second. Pure. */
export function shortLine(line: string, component: string | undefined): string {
  return line.replace(LINE_START, (_, name: string | undefined, time: string) =>
    name === undefined || name === component ? time : `${name} ${time}`,
  );
}

/** A failed deploy step is explained by the log of the container, if that came so far as to start. */
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
  const urls = await source.getLogUrls(appId, { ...query, tailLines: READ_LINES }, { signal });
  const kept: string[] = [];
  for (const url of urls.historic_urls ?? []) {
    for await (const line of source.openLog(url, { signal, mostOfLine: READ_OF_LINE })) {
      kept.push(line);
      if (kept.length > READ_LINES) kept.shift();
    }
  }
  return kept;
}
