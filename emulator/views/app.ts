import { region } from "../model/catalogue";
import { isoTime } from "../clock";
import {
  activeAmong,
  deploymentAt,
  isCanceled,
  isRunning,
  naturalEnd,
  supersededAt,
  type DeploymentRecord,
} from "../model/deployment-record";
import { uuidFrom } from "../model/ids";
import type { Store } from "../model/store";
import type { StoredApp } from "../model/stored-app";

/** One deployment in its current state. */
export function deploymentView(
  app: StoredApp,
  record: DeploymentRecord,
  now: number,
): Record<string, unknown> {
  return deploymentAt(record, now, supersededAt(app.deployments, app.deployments.indexOf(record), now));
}

/** An app's deployments that its view contains in full. */
type Shown = Partial<
  Record<`${"active" | "in_progress" | "pending" | "pinned"}_deployment`, DeploymentRecord>
>;

/**
 * The app in its current state. @param answering in responses to create and update: the deployment that the call
 * created, or null if it created none; omitted elsewhere, where `pending_deployment` is the newest deployment that is
 * not canceled
 */
export function appView(
  store: Store,
  app: StoredApp,
  answering?: DeploymentRecord | null,
): Record<string, unknown> {
  const shown = Object.entries(shownOf(app, store.now, store.behavior.pendingWhenIdle, answering));
  const views = shown.map(([name, record]) => [name, deploymentView(app, record, store.now)]);
  return { ...apartFromDeployments(store, app), project_id: app.projectId, ...Object.fromEntries(views) };
}

/** @param pendingWhenIdle whether the newest deployment of an idle app counts as pending, as the API description says */
export function shownOf(
  app: StoredApp,
  now: number,
  pendingWhenIdle: boolean,
  answering?: DeploymentRecord | null,
): Shown {
  const active = activeAmong(app.deployments, now);
  const running = app.deployments.findLast((record) => isRunning(record, now));
  const pending =
    answering === undefined
      ? (running ??
        (pendingWhenIdle ? app.deployments.findLast((record) => !isCanceled(record, now)) : undefined))
      : (answering ?? undefined);
  return {
    ...(active && { active_deployment: active }),
    ...(running && { in_progress_deployment: running }),
    ...(pending && { pending_deployment: pending }),
    ...(app.pinned && { pinned_deployment: app.pinned.deployment }),
  };
}

/** Whether it routes any request: apps of workers, jobs and internal services have no address. */
const isPublic = ({ spec }: DeploymentRecord): boolean => (spec.ingress?.rules ?? []).length > 0;

/** Whether it is live, and has been public for long enough. */
export function hasAddress({ behavior, now }: Store, { deployments }: StoredApp): boolean {
  const active = activeAmong(deployments, now);
  const before = activeAmong(deployments, now - behavior.addressSeconds * 1000);
  return active !== undefined && before !== undefined && isPublic(active) && isPublic(before);
}

const UPDATED_AT_MOVES_MS = 600_000;

/** The service touches apps without any request. */
export function updatedAt({ behavior, now }: Store, app: StoredApp): number {
  if (!behavior.updatedAtMoves) return app.updatedAt;
  return now - ((now - app.updatedAt) % UPDATED_AT_MOVES_MS);
}

/** Everything in an app's view except its deployments and its project. */
export function apartFromDeployments(store: Store, app: StoredApp): Record<string, unknown> {
  const now = store.now;
  const active = activeAmong(app.deployments, now);
  const newest = app.deployments[app.deployments.length - 1];
  const live = active !== undefined;
  const host = `${app.spec.name}-${app.suffix}.ondigitalocean.app`;
  const primary = app.spec.domains?.find((domain) => domain.type === "PRIMARY")?.domain ?? host;
  const egress = app.spec.egress as { type?: string } | undefined;
  return {
    id: app.id,
    owner_uuid: store.owner,
    spec: app.spec,
    ...(hasAddress(store, app)
      ? {
          default_ingress: `https://${host}`,
          live_url: `https://${primary}`,
          live_url_base: `https://${primary}`,
          live_domain: primary,
        }
      : {}),
    created_at: isoTime(app.createdAt),
    updated_at: isoTime(updatedAt(store, app)),
    ...(newest === undefined ? {} : { last_deployment_created_at: isoTime(newest.startedAt) }),
    ...(active === undefined ? {} : { last_deployment_active_at: isoTime(naturalEnd(active)) }),
    region: regionView(app.spec.region),
    tier_slug: "basic",
    ...(app.spec.domains === undefined
      ? {}
      : {
          domains: app.spec.domains.map((spec) => ({
            id: uuidFrom(app.id, spec.domain),
            spec,
            phase: live ? "ACTIVE" : "PENDING",
          })),
        }),
    ...(egress?.type === "DEDICATED_IP"
      ? {
          dedicated_ips: [
            { id: uuidFrom(app.id, "egress"), ip: "192.0.2.10", status: live ? "ASSIGNED" : "ASSIGNING" },
          ],
        }
      : {}),
  };
}

/**
 * Without its data centers, which `GET /v2/apps/regions` returns: the service's TypeScript client, with the newest
 * versions of its dependencies, cannot parse any list of plain strings, and so no app that contains one.
 */
function regionView(slug: string | undefined): Record<string, unknown> | undefined {
  const found = region(slug);
  if (found === undefined) return undefined;
  const { data_centers: _, ...rest } = found;
  return rest;
}
