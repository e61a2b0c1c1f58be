import { isoTime } from "../clock";
import { activatedAt, supersededAt, type DeploymentRecord } from "./deployment-record";
import type { LogLine } from "./log-text";
import type { StoredApp } from "./stored-app";
import type { Component } from "./spec";
import { uuidFrom } from "./ids";

/**
 * One change of a component's instance count. Everything except its cancellation follows from the deployment and the
 * time.
 */
export interface Scaling {
  readonly id: string;
  readonly component: string;
  readonly record: DeploymentRecord;
  readonly from: number;
  readonly to: number;
  readonly metric: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When it finishes unless it is canceled. */
  readonly endsAt: number;
  readonly canceledAt?: number;
}

/**
 * Fractions of a deployment's time: how long after activation the load arrives, how long scaling takes, how much of
 * that is waiting.
 */
const [REST, LASTS, PENDING] = [1, 0.5, 0.1];

const scaled = (record: DeploymentRecord): Component[] =>
  [...(record.spec.services ?? []), ...(record.spec.workers ?? [])].filter(
    ({ autoscaling }) => autoscaling !== undefined,
  );

/**
 * Scalings that have started, the newest first. Each component with room to grow gets one more instance, once, some
 * time after a deployment with it becomes active.
 */
export function scalingsOf(app: StoredApp, now: number): Scaling[] {
  return app.deployments
    .flatMap((record, index) => {
      const active = activatedAt(record, now);
      if (active === undefined) return [];
      const startedAt = active + REST * record.durationMs;
      const until = supersededAt(app.deployments, index, now) ?? Infinity;
      if (startedAt > now || startedAt >= until) return [];
      return scaled(record).flatMap((component) => scaling(app, record, component, startedAt));
    })
    .sort((a, b) => b.startedAt - a.startedAt);
}

function scaling(
  app: StoredApp,
  record: DeploymentRecord,
  component: Component,
  startedAt: number,
): Scaling[] {
  const { min_instance_count: from = 1, max_instance_count: most = from } = component.autoscaling ?? {};
  if (most <= from) return [];
  const metrics = component.autoscaling?.metrics as Record<string, unknown> | undefined;
  const id = uuidFrom("scaling", record.id, component.name);
  const canceledAt = app.stopped.get(id);
  return [
    {
      id,
      component: component.name,
      record,
      from,
      to: from + 1,
      metric: Object.keys(metrics ?? {})[0] ?? "cpu",
      startedAt,
      endsAt: startedAt + LASTS * record.durationMs,
      ...(canceledAt === undefined ? {} : { canceledAt }),
    },
  ];
}

export const isScaling = (it: Scaling, now: number): boolean =>
  it.canceledAt === undefined && now < it.endsAt;

function phaseOf(it: Scaling, now: number): string {
  if (it.canceledAt !== undefined) return "CANCELED";
  if (now >= it.endsAt) return "SUCCEEDED";
  return now < it.startedAt + PENDING * (it.endsAt - it.startedAt) ? "PENDING" : "IN_PROGRESS";
}

/** Current instances of a component: the requested number, and the effect of scaling. */
export function instanceCount(
  app: StoredApp,
  record: DeploymentRecord,
  component: Component,
  now: number,
): number {
  const done = scalingsOf(app, now).find(
    (it) => it.record === record && it.component === component.name && phaseOf(it, now) === "SUCCEEDED",
  );
  return done?.to ?? component.instance_count ?? component.autoscaling?.min_instance_count ?? 1;
}

export const scalingView = (it: Scaling, now: number): Record<string, unknown> => ({
  id: it.id,
  type: "AUTOSCALING",
  created_at: isoTime(it.startedAt),
  deployment_id: it.record.id,
  autoscaling: {
    phase: phaseOf(it, now),
    components: { [it.component]: { from: it.from, to: it.to, triggering_metric: it.metric } },
  },
});

/** Every line of its log, including those still to come. @param canceledAt only the cancellation is logged after this */
export function scalingLines(it: Scaling, canceledAt: number | undefined): LogLine[] {
  const lines = [
    {
      at: it.startedAt,
      text: `${it.metric} is above its target: scaling from ${it.from} to ${it.to} instances`,
    },
    { at: (it.startedAt + it.endsAt) / 2, text: "starting 1 instance(s)" },
    { at: it.endsAt, text: `scaled to ${it.to} instances` },
  ];
  if (canceledAt === undefined) return lines;
  return [...lines.filter(({ at }) => at <= canceledAt), { at: canceledAt, text: "scaling was canceled" }];
}
