import { onAbort } from "../clock";
import type { LogType, LogUrls } from "../api/types";
import { isTransient } from "../errors";
import { redact } from "../secrets/redact";
import { archivedLines } from "../service/log-archives";
import { bounded, boundedLine } from "../text/bounded";
import type { FailedStep } from "./progress";

/** The requests for reading logs; implemented by the client. */
export interface LogSource {
  getLogUrls(
    appId: string,
    query: { deploymentId: string; component?: string; type: LogType; tailLines?: number },
    options?: { signal?: AbortSignal },
  ): Promise<LogUrls>;
  /**
   * The lines of a log URL from the response above.
   * @param options.mostOfLine maximum characters per line; the number of omitted ones is appended
   */
  openLog(url: string, options?: { signal?: AbortSignal; mostOfLine?: number }): AsyncIterable<string>;
}

/** Log lines shown to explain a failure. */
export const TAIL_LINES = 15;
/** Reads a few more lines, since some may be empty or redundant. */
const READ_LINES = TAIL_LINES + 5;
/** Characters read and shown per line. Secrets are masked in between. */
const READ_OF_LINE = 16_384;
const SHOWN_OF_LINE = 1_000;
/** Time limit for reading a log. After that, the failure is reported without it. */
const TAIL_WITHIN_MS = 20_000;

/** The end of a log. */
export interface LogTail {
  readonly type: LogType;
  /** At least one, at most {@link TAIL_LINES}. */
  readonly lines: readonly string[];
}

/**
 * The last lines of the log of a failed step, with secrets masked and without control characters. Undefined if there is no log
 * or it cannot be read. Never throws, since it only explains a failure that is reported anyway.
 * @param stopped aborts reading
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
        // Without this retry, one broken connection would hide why the deployment failed.
        const lines = await read().catch((error: unknown) => {
          if (!isTransient(error) || stop.signal.aborted) throw error;
          return read();
        });
        const shown = shownTail(lines, failed, secrets);
        if (shown.length > 0) return { type, lines: shown };
      } catch {
        // The next type may exist; for example, a failed deployment may have no RUN log.
      }
    }
  } finally {
    clearTimeout(timer);
    unlisten();
  }
  return undefined;
}

function shownTail(lines: readonly string[], { message }: FailedStep, secrets: readonly string[]): string[] {
  // Redact as one text, since a secret may span several lines. The result may have another number of lines.
  const masked = redact(lines.join("\n"), secrets).split("\n");
  const reason = message === undefined ? undefined : shortReason(message, secrets).trim();
  while (masked.length > 0 && isRepeated(masked.at(-1) ?? "", reason)) masked.pop();
  return masked.slice(-TAIL_LINES).map((line) => boundedLine(line, SHOWN_OF_LINE));
}

const READ_OF_REASON = 65_536;
const SHOWN_OF_REASON = 2_000;

/** The service's reason for a failure, shortened and redacted. */
export const shortReason = (text: string, secrets: readonly string[]): string =>
  bounded(redact(boundedLine(text, READ_OF_REASON), secrets), SHOWN_OF_REASON, SHOWN_OF_REASON);

/** True for empty lines and lines that only repeat the reason. */
function isRepeated(line: string, reason: string | undefined): boolean {
  const text = `${line} `.replace(LINE_START, "").trim();
  return text === "" || text === reason;
}

/** The start of a log line: component and time. */
const LINE_START = /^(?:(\S+) )?\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?Z(?= )/;

/** A line without the parts that repeat in every line: the component's name, the date, and fractions of a second. Pure. */
export function shortLine(line: string, component: string | undefined): string {
  return line.replace(LINE_START, (_, name: string | undefined, time: string) =>
    name === undefined || name === component ? time : `${name} ${time}`,
  );
}

/**
 * The container's log explains a failed deploy step, if the container was started. Once the deployment has finished, the service
 * has it only in the log of restarted containers.
 */
function logTypes({ stage }: FailedStep): LogType[] {
  return stage === "build" ? ["BUILD"] : ["RUN", "RUN_RESTARTED", "DEPLOY"];
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
  const open = (url: string) => source.openLog(url, { signal, mostOfLine: READ_OF_LINE });
  for await (const line of archivedLines({ open }, urls.historic_urls ?? [])) {
    kept.push(line);
    if (kept.length > READ_LINES) kept.shift();
  }
  return kept;
}
