import { region } from "./catalogue";
import { isoTime } from "./clock";
import { activatedAt, deploymentAt, deploymentsAt, type DeploymentRecord } from "./deployments";
import { fingerprint } from "./ids";
import type { Store, StoredApp } from "./store";

/** One deployment, as it stands now. */
export function deploymentView(
  app: StoredApp,
  record: DeploymentRecord,
  now: number,
): Record<string, unknown> {
  return deploymentsAt(app.deployments, now)[app.deployments.indexOf(record)] ?? deploymentAt(record, now);
}

const TERMINAL = new Set(["ACTIVE", "SUPERSEDED", "ERROR", "CANCELED"]);

/**
 * The app as it stands now. @param answering in answers to create and update: the deployment that the call made, or
 * null when it made none; left out elsewhere, where `pending_deployment` is the newest not cancelled one
 */
export function appView(
  store: Store,
  app: StoredApp,
  answering?: DeploymentRecord | null,
): Record<string, unknown> {
  const now = store.now;
  const deployments = deploymentsAt(app.deployments, now);
  const views = app.deployments.map((record, index) => ({ record, view: deployments[index] ?? {} }));
  const active = views.findLast(({ view }) => view.phase === "ACTIVE");
  const running = views.findLast(({ view }) => !TERMINAL.has(String(view.phase)));
  const pending =
    answering === undefined
      ? views.findLast(({ view }) => view.phase !== "CANCELED")
      : views.find(({ record }) => record === answering);
  const newest = app.deployments[app.deployments.length - 1];
  const live = app.deployments.some((record) => activatedAt(record, now) !== undefined);
  const host = `${app.spec.name}-${app.suffix}.ondigitalocean.app`;
  const primary = app.spec.domains?.find((domain) => domain.type === "PRIMARY")?.domain ?? host;
  const egress = app.spec.egress as { type?: string } | undefined;
  return {
    id: app.id,
    owner_uuid: store.owner,
    spec: app.spec,
    ...(live
      ? {
          default_ingress: `https://${host}`,
          live_url: `https://${primary}`,
          live_url_base: `https://${primary}`,
          live_domain: primary,
        }
      : {}),
    created_at: isoTime(app.createdAt),
    updated_at: isoTime(app.updatedAt),
    ...(newest === undefined ? {} : { last_deployment_created_at: isoTime(newest.startedAt) }),
    ...(active === undefined ? {} : { active_deployment: active.view }),
    ...(running === undefined ? {} : { in_progress_deployment: running.view }),
    ...(pending === undefined ? {} : { pending_deployment: pending.view }),
    ...(active === undefined ? {} : { last_deployment_active_at: active.view.phase_last_updated_at }),
    region: region(app.spec.region),
    tier_slug: "basic",
    project_id: app.projectId,
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

/** A UUID that is the same for the same parts. */
export function uuidFrom(...parts: unknown[]): string {
  const hex = fingerprint(...parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
