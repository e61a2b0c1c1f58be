import { isoTime } from "./clock";
import { activeAmong, type DeploymentRecord } from "./deployments";
import { fingerprint } from "./ids";
import type { StoredApp } from "./store";
import type { Component } from "./types";
import { deploymentView, uuidFrom } from "./view";

/** What runs of an app right now, and what happened to it. All of it follows from its deployments and the time. */

/** Kinds whose containers run all the time. */
const CONTAINER_TYPES = { services: "SERVICE", workers: "WORKER" } as const;

interface Running {
  readonly type: string;
  readonly component: Component;
  readonly count: number;
}

/** Components with containers in the deployment that serves now; none before the first one does. */
function running(app: StoredApp, now: number): Running[] {
  const spec = activeAmong(app.deployments, now)?.spec;
  if (spec === undefined) return [];
  return Object.entries(CONTAINER_TYPES).flatMap(([kind, type]) =>
    (spec[kind as keyof typeof CONTAINER_TYPES] ?? []).map((component) => ({
      type,
      component,
      count: component.instance_count ?? component.autoscaling?.min_instance_count ?? 1,
    })),
  );
}

export function instancesView(app: StoredApp, now: number): Record<string, unknown>[] {
  return running(app, now).flatMap(({ type, component, count }) =>
    Array.from({ length: count }, (_, index) => ({
      component_name: component.name,
      component_type: type,
      instance_name: `${component.name}-${fingerprint(app.id, component.name, index).slice(0, 10)}`,
      instance_alias: `${component.name}-${index}`,
    })),
  );
}

export function healthView(app: StoredApp, now: number): Record<string, unknown> {
  return {
    components: running(app, now).map(({ component, count }) => ({
      name: component.name,
      cpu_usage_percent: 4.2,
      memory_usage_percent: 31.5,
      replicas_desired: count,
      replicas_ready: count,
      state: "HEALTHY",
    })),
  };
}

/** The newest first. Autoscaling never happens here: there is no load. */
export function eventsOf(app: StoredApp): { id: string; record: DeploymentRecord }[] {
  return app.deployments.toReversed().map((record) => ({ id: uuidFrom("event", record.id), record }));
}

export function eventView(
  app: StoredApp,
  { id, record }: { id: string; record: DeploymentRecord },
  now: number,
): Record<string, unknown> {
  return {
    id,
    type: "DEPLOYMENT",
    created_at: isoTime(record.startedAt),
    deployment_id: record.id,
    deployment: deploymentView(app, record, now),
  };
}
