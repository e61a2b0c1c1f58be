import { instanceCount, scalingsOf, scalingView } from "../model/autoscaling";
import { isoTime } from "../clock";
import { activeAmong, type DeploymentRecord } from "../model/deployment-record";
import { badRequest, notFound } from "../errors";
import { fingerprint, isUuid, uuidFrom } from "../model/ids";
import { invocationsOf, phaseOf } from "../model/job-invocations";
import type { StoredApp } from "../model/stored-app";
import { components, type Component } from "../model/spec";
import { deploymentView } from "./app";

/** The current instances of an app, and its events. Both follow from its deployments and the time. */

/** Kinds whose containers run all the time. */
const CONTAINER_TYPES = { services: "SERVICE", workers: "WORKER" } as const;

interface Running {
  readonly type: string;
  readonly component: Component;
  readonly count: number;
}

/** Components with containers in the active deployment; none before the first deployment becomes active. */
function running(app: StoredApp, now: number): Running[] {
  const active = activeAmong(app.deployments, now);
  if (active === undefined) return [];
  return Object.entries(CONTAINER_TYPES).flatMap(([kind, type]) =>
    (active.spec[kind as keyof typeof CONTAINER_TYPES] ?? []).map((component) => ({
      type,
      component,
      count: instanceCount(app, active, component, now),
    })),
  );
}

/** Containers of services and workers, and of jobs while they run. */
export function instancesView(app: StoredApp, now: number): Record<string, unknown>[] {
  const instance = (name: string, type: string, index: number): Record<string, unknown> => ({
    component_name: name,
    component_type: type,
    instance_name: `${name}-${fingerprint(app.id, name, index).slice(0, 10)}`,
    instance_alias: `${name}-${index}`,
  });
  const jobs = invocationsOf(app, now).filter((run) => phaseOf(run, now) === "RUNNING");
  return [
    ...running(app, now).flatMap(({ type, component, count }) =>
      Array.from({ length: count }, (_, index) => instance(component.name, type, index)),
    ),
    ...jobs.map((run, index) => instance(run.component.name, "JOB", index)),
  ];
}

/**
 * The name of an instance of a component to open a console in.
 * @param asked a name among the instances; the first one when omitted
 * @throws {@link ApiError} 400 while nothing runs or for a component without a console, 404 for an unknown name
 */
export function consoleInstance(
  app: StoredApp,
  record: DeploymentRecord | undefined,
  component: string,
  asked: string | undefined,
  now: number,
): string {
  if (record === undefined) throw badRequest("the app has no active deployment");
  const found = components(record.spec).find((entry) => entry.component.name === component);
  if (found === undefined) throw notFound();
  const instances = record === activeAmong(app.deployments, now) ? instancesView(app, now) : [];
  const names = instances
    .filter((instance) => instance.component_name === component)
    .map((instance) => String(instance.instance_name));
  if (names[0] === undefined) throw badRequest(`${component}: no instance with a console is running`);
  if (asked !== undefined && !names.includes(asked)) throw notFound();
  return asked ?? names[0];
}

export function healthView(app: StoredApp, now: number): Record<string, unknown> {
  const functions = activeAmong(app.deployments, now)?.spec.functions ?? [];
  const metric = { metric_label: "activations_count", metric_value: 12, time_window: "1h" };
  return {
    components: running(app, now).map(({ component, count }) => ({
      name: component.name,
      cpu_usage_percent: 4.2,
      memory_usage_percent: 31.5,
      replicas_desired: count,
      replicas_ready: count,
      state: "HEALTHY",
    })),
    ...(functions.length === 0
      ? {}
      : {
          functions_components: functions.map(({ name }) => ({
            name,
            functions_component_health_metrics: [metric],
          })),
        }),
  };
}

const deploymentEventId = (record: DeploymentRecord): string => uuidFrom("event", record.id);

/** The deployment that an event belongs to. @throws {@link ApiError} 400, 404 */
export function deploymentEventOf(app: StoredApp, id: string): DeploymentRecord {
  if (!isUuid(id)) throw badRequest("invalid event id: it must be a UUID");
  const record = app.deployments.find((candidate) => deploymentEventId(candidate) === id.toLowerCase());
  if (record === undefined) throw notFound();
  return record;
}

/** A deployment or a scaling; its view is built on request. */
export interface AppEvent {
  id: string;
  type: "DEPLOYMENT" | "AUTOSCALING";
  at: number;
  view(): Record<string, unknown>;
}

/** The newest first. */
export function eventsOf(app: StoredApp, now: number): AppEvent[] {
  const deployments = app.deployments.map((record): AppEvent => {
    const id = deploymentEventId(record);
    const view = (): Record<string, unknown> => ({
      id,
      type: "DEPLOYMENT",
      created_at: isoTime(record.startedAt),
      deployment_id: record.id,
      deployment: deploymentView(app, record, now),
    });
    return { id, type: "DEPLOYMENT", at: record.startedAt, view };
  });
  const scalings = scalingsOf(app, now).map((it): AppEvent => ({
    id: it.id,
    type: "AUTOSCALING",
    at: it.startedAt,
    view: () => scalingView(it, now),
  }));
  return [...deployments.reverse(), ...scalings].sort((a, b) => b.at - a.at);
}
