import { activatedAt, isCanceled, isRunning, type DeploymentRecord } from "./deployment-record";
import type { StoredApp } from "./stored-app";
import { canonical, components } from "./spec";

/** How many of the deployments that became active can be rolled back to. */
const REVISION_LIMIT = 10;

export interface Condition {
  code: string;
  message: string;
  components?: string[];
}

export interface Validation {
  valid: boolean;
  error?: Condition;
  warnings: Condition[];
}

/** Whether an app can roll back to one of its deployments, and what prevents it or makes it risky. */
export function validateRollback(app: StoredApp, target: DeploymentRecord, now: number): Validation {
  const error = failingCondition(app, target, now);
  return { valid: error === undefined, ...(error && { error }), warnings: warnings(target) };
}

function failingCondition(app: StoredApp, target: DeploymentRecord, now: number): Condition | undefined {
  if (app.pinned !== undefined)
    return { code: "app_pinned", message: "A rollback is in progress and the app is pinned to it." };
  if (isRunning(target, now))
    return { code: "incompatible_phase", message: "The deployment is still in progress." };
  if (isCanceled(target, now) || activatedAt(target, now) === undefined)
    return { code: "incompatible_result", message: "The deployment never became active." };
  const active = app.deployments.filter((record) => activatedAt(record, now) !== undefined);
  if (active.length - active.indexOf(target) > REVISION_LIMIT)
    return {
      code: "exceeded_revision_limit",
      message: `Only the last ${REVISION_LIMIT} deployments that became active can be rolled back to.`,
    };
  if (canonical(target.spec.databases ?? []) !== canonical(app.spec.databases ?? []))
    return {
      code: "database_config_conflict",
      message: "The deployment's database configuration differs from the app's current one.",
    };
  if (target.spec.region !== app.spec.region)
    return { code: "region_conflict", message: "The deployment ran in another region than the app." };
  return undefined;
}

function warnings(target: DeploymentRecord): Condition[] {
  const sites = staticSites(target);
  const floating = components(target.spec)
    .filter(({ component: { image } }) => image !== undefined && image.digest === undefined)
    .map(({ component }) => component.name);
  return [
    ...(sites.length === 0
      ? []
      : [
          {
            code: "static_site_requires_rebuild",
            message: "Static sites have to be built again, which takes longer.",
            components: sites,
          },
        ]),
    ...(floating.length === 0
      ? []
      : [
          {
            code: "image_source_missing_digest",
            message: "Images without a digest may have changed since the earlier deployment.",
            components: floating,
          },
        ]),
  ];
}

/** What a rollback must build again: the rest is kept from the earlier deployment. */
export const staticSites = (target: DeploymentRecord): string[] =>
  (target.spec.static_sites ?? []).map(({ name }) => name);
