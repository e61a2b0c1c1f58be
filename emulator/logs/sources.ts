import { scalingLines, scalingsOf, type Scaling } from "../model/autoscaling";
import { supersededAt, type DeploymentRecord } from "../model/deployment-record";
import { badRequest } from "../errors";
import { endOf, invocationsOf, stoppedAt, type Invocation } from "../model/job-invocations";
import { logLines, logWindow, runLines, type LogLine, type LogType } from "../model/log-text";
import type { StoredApp } from "../model/stored-app";
import { components } from "../model/spec";

/** One component's log. */
export interface LogSource {
  readonly name: string;
  /** When its first line is written, milliseconds since the epoch. */
  readonly start: number;
  /** When its last line is written, as far as that is known at `now`; Infinity while containers run. */
  end(now: number): number;
  /** Lines that are written at `now`, possibly with some that come later. */
  lines(now: number): LogLine[];
}

export const LOG_TYPES = [
  "UNSPECIFIED",
  "BUILD",
  "DEPLOY",
  "RUN",
  "RUN_RESTARTED",
  "AUTOSCALE_EVENT",
  "JOB",
  "JOB_INVOCATION",
];

/** @throws {@link ApiError} 400 when it is missing or not one of the documented ones */
export function logTypeOf(text: string | undefined): string {
  if (text === undefined) throw badRequest(`type is required: one of ${LOG_TYPES.join(", ")}`);
  const type = text === "" ? "UNSPECIFIED" : text;
  if (!LOG_TYPES.includes(type))
    throw badRequest(`invalid log type "${type}": must be one of ${LOG_TYPES.join(", ")}`);
  return type === "UNSPECIFIED" ? "RUN" : type === "JOB_INVOCATION" ? "JOB" : type;
}

/** Existing and future logs of one type, for a deployment's components. */
export function deploymentSources(
  app: StoredApp,
  record: DeploymentRecord,
  names: readonly string[],
  type: string,
  now: number,
): LogSource[] {
  if (type === "AUTOSCALE_EVENT")
    return scalingsOf(app, now)
      .filter((it) => it.record === record && names.includes(it.component))
      .map((it) => scalingSource(app, it));
  const jobs = new Set((record.spec.jobs ?? []).map(({ name }) => name));
  return names.flatMap((name) => {
    if (!jobs.has(name)) return type === "JOB" ? [] : containerSource(app, record, name, type as LogType);
    const runs = type === "RUN" || type === "JOB" ? runsOf(app, record, name, now) : [];
    return runs.length > 0
      ? runs
      : containerSource(app, record, name, type === "JOB" ? "RUN" : (type as LogType));
  });
}

/** Runs that are not part of the deployment's own steps, oldest first. */
function runsOf(app: StoredApp, record: DeploymentRecord, name: string, now: number): LogSource[] {
  const kind = (record.spec.jobs ?? []).find((job) => job.name === name)?.kind;
  if (kind !== "SCHEDULED" && kind !== "FAILED_DEPLOY") return [];
  return invocationsOf(app, now)
    .filter((run) => run.record === record && run.component.name === name)
    .reverse()
    .map((run) => invocationSource(app, run));
}

function containerSource(app: StoredApp, record: DeploymentRecord, name: string, type: LogType): LogSource[] {
  // Only containers that crash are restarted.
  const { failure } = record.plan;
  if (type === "RUN_RESTARTED" && (failure?.component !== name || failure.step === "build")) return [];
  const window = logWindow(record, name, type);
  const component = components(record.spec).find((entry) => entry.component.name === name)?.component;
  if (window === undefined || component?.kind === "SCHEDULED") return [];
  const goesOn = type === "RUN" && component?.kind === undefined && failure === undefined;
  /** Containers run until those of a newer deployment are active, or the app is gone. */
  const stop = (now: number): number =>
    Math.min(
      supersededAt(app.deployments, app.deployments.indexOf(record), now) ?? Infinity,
      app.goneAt ?? Infinity,
    );
  return [
    {
      name,
      start: window.start,
      end: (now) =>
        record.canceledAt === undefined
          ? goesOn
            ? stop(now)
            : window.end
          : Math.min(window.end, record.canceledAt),
      lines: (now) => logLines(record, name, type, Math.min(now, stop(now))),
    },
  ];
}

/** The log of one job run. The run may be stopped while the log is read. */
export const invocationSource = (app: StoredApp, run: Invocation): LogSource => ({
  name: run.component.name,
  start: run.startedAt,
  end: () => endOf({ endsAt: run.endsAt, canceledAt: stoppedAt(app, run) }),
  lines: () => runLines(run.component, run.startedAt, run.endsAt, run.fails, stoppedAt(app, run)),
});

/** The log of one change of the instance count. It may be stopped while the log is read. */
export const scalingSource = (app: StoredApp, it: Scaling): LogSource => ({
  name: it.component,
  start: it.startedAt,
  end: () => app.stopped.get(it.id) ?? it.endsAt,
  lines: () => scalingLines(it, app.stopped.get(it.id)),
});

/** The first or second half of a log. */
export const halfOf = (source: LogSource, half: number): LogSource => ({
  ...source,
  lines: (now) => {
    const lines = source.lines(now);
    const middle = Math.ceil(lines.length / 2);
    return half === 0 ? lines.slice(0, middle) : lines.slice(middle);
  },
});
