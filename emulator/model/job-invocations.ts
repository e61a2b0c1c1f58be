import { isoTime } from "../clock";
import { scheduledTimes, type Schedule } from "./cron";
import { activatedAt, naturalEnd, supersededAt, type DeploymentRecord } from "./deployment-record";
import { failingLeaf, runFails } from "./deployment-timeline";
import type { StoredApp } from "./stored-app";
import type { Component } from "./spec";
import { uuidFrom } from "./ids";

/** One job run. Everything except its cancellation follows from the deployment and the time. */
export interface Invocation {
  readonly id: string;
  readonly component: Component;
  readonly record: DeploymentRecord;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly startedAt: number;
  /** When it finishes unless it is canceled. */
  readonly endsAt: number;
  readonly fails: boolean;
  /** Only for scheduled runs. */
  readonly schedule?: Schedule;
  readonly canceledAt?: number;
}

/** Number of newest runs reported per scheduled job of a deployment. */
const KEPT = 100;
/** A run takes this fraction of a deployment's time, and at least a second. */
const RUN_PART = 0.25;
/** How long it is pending, as a fraction of the run. */
const PENDING_PART = 0.1;

/** Every run that has started, the newest first. */
export function invocationsOf(app: StoredApp, now: number): Invocation[] {
  return app.deployments
    .flatMap((record, index) =>
      (record.spec.jobs ?? []).flatMap((job) =>
        job.kind === "SCHEDULED"
          ? scheduledRuns(app, record, index, job, now)
          : job.kind === "FAILED_DEPLOY"
            ? runAfterFailure(app, record, job, now)
            : runInDeployment(app, record, job, now),
      ),
    )
    .sort((a, b) => b.createdAt - a.createdAt);
}

export function phaseOf(run: Invocation, now: number): string {
  if (run.canceledAt !== undefined && run.canceledAt <= now) return "CANCELED";
  if (now >= run.endsAt) return run.fails ? "FAILED" : "SUCCEEDED";
  return now < run.startedAt ? "PENDING" : "RUNNING";
}

/** When the run has finished or will finish. */
export const endOf = ({ canceledAt, endsAt }: { canceledAt?: number | undefined; endsAt: number }): number =>
  Math.min(canceledAt ?? Infinity, endsAt);

/** Whether a job runs outside the steps of deployments, so that it can be stopped separately. */
export const isApart = ({ kind }: Component): boolean => kind === "SCHEDULED" || kind === "FAILED_DEPLOY";

/** When the run was stopped, separately or with its deployment; undefined if it was not. */
export function stoppedAt(app: StoredApp, run: Omit<Invocation, "canceledAt">): number | undefined {
  const at = isApart(run.component) ? app.stopped.get(run.id) : run.record.canceledAt;
  return at !== undefined && at < run.endsAt ? at : undefined;
}

function build(
  app: StoredApp,
  record: DeploymentRecord,
  component: Component,
  [start, end]: [number, number],
  more: { fails: boolean; schedule?: Schedule },
): Invocation {
  const startedAt = start + (end - start) * PENDING_PART;
  const id = uuidFrom("run", record.id, component.name, start);
  const run = { id, component, record, createdAt: start, startedAt, endsAt: end, ...more };
  const canceledAt = stoppedAt(app, run);
  return canceledAt === undefined ? run : { ...run, canceledAt };
}

const runMs = (record: DeploymentRecord): number => Math.max(1000, record.durationMs * RUN_PART);

function runInDeployment(
  app: StoredApp,
  record: DeploymentRecord,
  job: Component,
  now: number,
): Invocation[] {
  const leaf = record.plan.leaves.find(({ component, step }) => component === job.name && step === "wait");
  if (leaf === undefined) return [];
  const moment = (part: number): number => record.startedAt + part * record.durationMs;
  const [start, end] = [moment(leaf.start), moment(leaf.end)];
  const over = Math.min(record.canceledAt ?? Infinity, naturalEnd(record));
  if (start > now || start >= over) return [];
  return [build(app, record, job, [start, end], { fails: failingLeaf(record.plan) === leaf })];
}

/** A run that is not a step of a deployment. */
const runApart = (
  app: StoredApp,
  record: DeploymentRecord,
  job: Component,
  start: number,
  schedule?: Schedule,
): Invocation =>
  build(app, record, job, [start, start + runMs(record)], {
    fails: runFails(job),
    ...(schedule === undefined ? {} : { schedule }),
  });

function runAfterFailure(
  app: StoredApp,
  record: DeploymentRecord,
  job: Component,
  now: number,
): Invocation[] {
  const end = naturalEnd(record);
  const failed = record.plan.failure !== undefined && !((record.canceledAt ?? Infinity) < end);
  return failed && end <= now ? [runApart(app, record, job, end)] : [];
}

function scheduledRuns(
  app: StoredApp,
  record: DeploymentRecord,
  index: number,
  job: Component,
  now: number,
): Invocation[] {
  const schedule = job.schedule as Schedule | undefined;
  const since = activatedAt(record, now);
  if (since === undefined || typeof schedule?.cron !== "string") return [];
  const until = Math.min(supersededAt(app.deployments, index, now) ?? Infinity, now);
  return scheduledTimes(schedule, since, until, KEPT).map((at) => runApart(app, record, job, at, schedule));
}

/** @param user who creates deployments */
export function invocationView(
  run: Invocation,
  now: number,
  user: { uuid: string; email: string; full_name: string },
): Record<string, unknown> {
  const over = endOf(run);
  const began = run.startedAt <= Math.min(now, over);
  return {
    id: run.id,
    job_name: run.component.name,
    deployment_id: run.record.id,
    phase: phaseOf(run, now),
    trigger:
      run.schedule === undefined
        ? { type: "MANUAL", manual: { user } }
        : { type: "SCHEDULE", scheduled: { schedule: { time_zone: "UTC", ...run.schedule } } },
    created_at: isoTime(run.createdAt),
    ...(began ? { started_at: isoTime(run.startedAt) } : {}),
    ...(over <= now ? { completed_at: isoTime(over) } : {}),
  };
}
