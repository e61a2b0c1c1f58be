import { isoTime } from "../clock";
import {
  deploymentAt,
  isRunning,
  naturalEnd,
  supersededAt,
  type DeploymentRecord,
} from "../model/deployment-record";
import type { Store } from "../model/store";
import type { StoredApp } from "../model/stored-app";
import { components } from "../model/spec";

/** Number of newest deployments that are listed; older ones are only counted. */
const MAX_DEPLOYMENTS = 50;

export interface DeploymentStatus {
  id: string;
  app: string;
  phase: string;
  cause: string;
  /** ISO 8601. */
  started: string;
  /** Until now while it is in progress, otherwise until its end. */
  seconds: number;
  running: boolean;
  done: number;
  total: number;
  /** Why it failed. */
  reason?: string;
}

export interface AppStatus {
  id: string;
  name: string;
  region: string;
  /** For example "web (service)". */
  components: string[];
  /** Phase of the newest deployment; DELETING while the app is being deleted. */
  phase: string;
  /** Pinned by a rollback that is neither committed nor reverted. */
  pinned: boolean;
  deployments: number;
}

export interface Status {
  /** The emulator's clock, ISO 8601. */
  now: string;
  /** Newest first. */
  apps: AppStatus[];
  /** Newest first, of all apps. */
  deployments: DeploymentStatus[];
}

const KINDS = {
  services: "service",
  static_sites: "static site",
  workers: "worker",
  jobs: "job",
  functions: "functions",
} as const;

function deploymentStatus(app: StoredApp, record: DeploymentRecord, now: number): DeploymentStatus {
  const seen = deploymentAt(record, now, supersededAt(app.deployments, app.deployments.indexOf(record), now));
  const { success_steps: done, total_steps: total } = seen.progress as Record<string, number>;
  const running = isRunning(record, now);
  const end = running ? now : Math.min(record.canceledAt ?? Infinity, naturalEnd(record));
  const { failure } = record.plan;
  const { reason, component } = failure ?? {};
  const failed = seen.phase === "ERROR" && reason !== undefined;
  return {
    id: record.id,
    app: app.spec.name,
    phase: seen.phase as string,
    cause: record.cause,
    started: isoTime(record.startedAt),
    seconds: Math.round((end - record.startedAt) / 1000),
    running,
    done: done ?? 0,
    total: total ?? 0,
    ...(failed
      ? { reason: `${component === undefined ? "" : `${component}: `}${reason.code}: ${reason.message}` }
      : {}),
  };
}

/** What the status page shows: no variables, no logs, no addresses of logs. */
export function statusOf(store: Store): Status {
  const { now } = store;
  const apps = store.list().toReversed();
  const all = apps.flatMap((app) => app.deployments.map((record) => ({ app, record })));
  const newest = all.sort((a, b) => b.record.startedAt - a.record.startedAt).slice(0, MAX_DEPLOYMENTS);
  return {
    now: isoTime(now),
    apps: apps.map((app) => {
      const last = app.deployments.at(-1);
      return {
        id: app.id,
        name: app.spec.name,
        region: app.spec.region ?? "",
        components: [
          ...components(app.spec).map(({ kind, component }) => `${component.name} (${KINDS[kind]})`),
          ...(app.spec.databases ?? []).map(({ name }) => `${name} (database)`),
        ],
        phase:
          app.goneAt !== undefined
            ? "DELETING"
            : last === undefined
              ? "NONE"
              : deploymentStatus(app, last, now).phase,
        pinned: app.pinned !== undefined,
        deployments: app.deployments.length,
      };
    }),
    deployments: newest.map(({ app, record }) => deploymentStatus(app, record, now)),
  };
}
