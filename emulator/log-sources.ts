import { isScaling, scalingLines, scalingsOf, type Scaling } from "./autoscaling";
import type { DeploymentRecord } from "./deployments";
import { badRequest } from "./errors";
import { endOf, invocationsOf, phaseOf, type Invocation } from "./invocations";
import { logLines, logWindow, runLines, type LogLine, type LogType } from "./logtext";
import type { StoredApp } from "./store";
import { components } from "./types";

/** One component's log. */
export interface LogSource {
  readonly name: string;
  /** When its first line is written, milliseconds since the epoch. */
  readonly start: number;
  /** When its last line is written; Infinity while containers run. */
  readonly end: number;
  /** Lines that are written at `now`, and maybe some that come later. */
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

/** @throws {@link ApiError} 400 when it is left out or none of the documented ones */
export function logTypeOf(text: string | undefined): string {
  if (text === undefined) throw badRequest(`type is required: one of ${LOG_TYPES.join(", ")}`);
  const type = text === "" ? "UNSPECIFIED" : text;
  if (!LOG_TYPES.includes(type))
    throw badRequest(`invalid log type "${type}": none of ${LOG_TYPES.join(", ")}`);
  return type === "UNSPECIFIED" ? "RUN" : type === "JOB_INVOCATION" ? "JOB" : type;
}

/** Logs of one type of a deployment's components that there are, or will be. */
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
      .map((it) => scalingSource(it, now));
  const jobs = new Set((record.spec.jobs ?? []).map(({ name }) => name));
  return names.flatMap((name) => {
    if (!jobs.has(name)) return type === "JOB" ? [] : containerSource(record, name, type as LogType);
    const runs = type === "RUN" || type === "JOB" ? runsOf(app, record, name, now) : [];
    return runs.length > 0 ? runs : containerSource(record, name, type === "JOB" ? "RUN" : (type as LogType));
  });
}

/** Runs that are no part of the deployment's own steps, oldest first. */
function runsOf(app: StoredApp, record: DeploymentRecord, name: string, now: number): LogSource[] {
  const kind = (record.spec.jobs ?? []).find((job) => job.name === name)?.kind;
  if (kind !== "SCHEDULED" && kind !== "FAILED_DEPLOY") return [];
  return invocationsOf(app, now)
    .filter((run) => run.record === record && run.component.name === name)
    .reverse()
    .map(invocationSource);
}

function containerSource(record: DeploymentRecord, name: string, type: LogType): LogSource[] {
  const window = logWindow(record, name, type);
  const component = components(record.spec).find((entry) => entry.component.name === name)?.component;
  if (window === undefined || component?.kind === "SCHEDULED") return [];
  const goesOn =
    type === "RUN" &&
    component?.kind === undefined &&
    record.plan.failure === undefined &&
    record.canceledAt === undefined;
  return [
    {
      name,
      start: window.start,
      end: goesOn ? Infinity : window.end,
      lines: (now) => logLines(record, name, type, now),
    },
  ];
}

/** The log of one run of a job. */
export const invocationSource = (run: Invocation): LogSource => ({
  name: run.component.name,
  start: run.startedAt,
  end: endOf(run),
  lines: (now) =>
    runLines(
      run.component,
      run.startedAt,
      run.endsAt,
      run.fails,
      phaseOf(run, now) === "CANCELED" ? endOf(run) : undefined,
    ),
});

/** The log of one change of the number of instances. */
export const scalingSource = (it: Scaling, now: number): LogSource => ({
  name: it.component,
  start: it.startedAt,
  end: isScaling(it, now) ? it.endsAt : (it.canceledAt ?? it.endsAt),
  lines: () => scalingLines(it),
});
