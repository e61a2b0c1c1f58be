import type { Behavior } from "./behavior";
import {
  activatedAt,
  activeAmong,
  isCanceled,
  isRunning,
  naturalEnd,
  type DeploymentRecord,
  type DeploymentType,
} from "./deployment-record";
import { componentsToBuild, failingLeaf, planDeployment, REASONS } from "./deployment-timeline";
import { uuidFrom } from "./ids";
import { staticSites } from "./rollback";
import { components, type Spec } from "./spec";

/** Types of deployments that the service starts by itself, or after a push. */
export const UNPROMPTED_TYPES = [
  "MAINTENANCE",
  "UPDATE_DATABASE_TRUSTED_SOURCES",
  "AUTOSCALED",
  "DEPLOY_ON_PUSH",
] as const satisfies readonly DeploymentType[];
export type UnpromptedType = (typeof UNPROMPTED_TYPES)[number];

/** The texts that the service gives as their cause; that of a push is followed by the branch. */
export const CAUSES: Readonly<Record<UnpromptedType, string>> = {
  MAINTENANCE: "maintenance",
  UPDATE_DATABASE_TRUSTED_SOURCES: "update database trusted sources",
  AUTOSCALED: "app autoscaled",
  DEPLOY_ON_PUSH: "commit 0000000 pushed to github.com/acme/shop/tree/main",
};

/** The app as far as it decides what the service starts by itself. */
interface Subject {
  readonly deployments: readonly DeploymentRecord[];
  readonly pinned?: unknown;
  readonly goneAt?: number;
}

/** The service's own rollback that is in progress. */
export const rollbackInProgress = ({ deployments }: Subject, now: number): DeploymentRecord | undefined =>
  deployments.findLast((record) => record.type === "AUTO_ROLLBACK" && isRunning(record, now));

/** The deployment that the service has started by itself by now, and that is not recorded yet. Pure. */
export function dueDeployment(
  app: Subject,
  now: number,
  behavior: Behavior,
  deployMs: number,
): DeploymentRecord | undefined {
  if (app.goneAt !== undefined || app.pinned !== undefined) return undefined;
  const due =
    rollbackAfter(app.deployments, behavior, deployMs) ?? domainReady(app.deployments, behavior, deployMs);
  return due !== undefined && due.startedAt <= now ? due : undefined;
}

/**
 * After a failed deploy stage, the service deploys the last good spec and sources again, with the cause `automated rollback
 * after failed deployment of "<id>"`, `previous_deployment_id` of the failed deployment and `cloned_from` of the good one; the
 * app's spec stays that of the failed one. A failed build is followed by nothing. Sources: the type AUTO_ROLLBACK in the API
 * description ("automatic revert to a previous deployment"), and a deployment and a history that a user published
 * (tests/fixtures/bodies).
 */
function rollbackAfter(
  records: readonly DeploymentRecord[],
  behavior: Behavior,
  deployMs: number,
): DeploymentRecord | undefined {
  const failed = records.at(-1);
  if (!behavior.autoRollback || failed === undefined || failed.type === "AUTO_ROLLBACK") return undefined;
  if (failingLeaf(failed.plan)?.stage !== "deploy" || isCanceled(failed, Infinity)) return undefined;
  const seconds = behavior.autoRollbackSeconds ?? Math.min(deployMs / 20_000, 2);
  const at = naturalEnd(failed) + seconds * 1000;
  const good = activeAmong(records, at);
  if (good === undefined) return undefined;
  const failure = behavior.autoRollbackFails
    ? { step: "wait" as const, reason: REASONS.deploy, ...firstComponent(good.spec) }
    : undefined;
  return {
    id: uuidFrom("rollback", failed.id),
    type: "AUTO_ROLLBACK",
    cause: `automated rollback after failed deployment of "${failed.id}"`,
    spec: good.spec,
    plan: planDeployment(good.spec, staticSites(good), failure),
    startedAt: at,
    durationMs: deployMs,
    sources: good.sources,
    previousId: failed.id,
    clonedFrom: good.id,
  };
}

const firstComponent = (spec: Spec): { component?: string } => {
  const name = components(spec)[0]?.component.name;
  return name === undefined ? {} : { component: name };
};

/** A domain takes its time: ownership is checked, and a certificate issued. */
const DOMAIN_PART = 0.5;

/**
 * A deployment of type MAINTENANCE with the cause `domain example.com ready`, some time after the first deployment with that
 * domain. Source: the list of apps of 2022 in tests/fixtures/bodies.
 */
function domainReady(
  records: readonly DeploymentRecord[],
  behavior: Behavior,
  deployMs: number,
): DeploymentRecord | undefined {
  const newest = records.at(-1);
  const activeAt = newest && activatedAt(newest, Infinity);
  if (!behavior.domainReady || newest === undefined || activeAt === undefined) return undefined;
  if (isUnprompted(newest)) return undefined;
  const before = domainsOf(activeAmong(records.slice(0, -1), activeAt)?.spec);
  const added = domainsOf(newest.spec).find((domain) => !before.includes(domain));
  if (added === undefined) return undefined;
  return unpromptedDeployment(newest, newest.spec, "MAINTENANCE", {
    cause: `domain ${added} ready`,
    at: activeAt + deployMs * DOMAIN_PART,
    deployMs,
  });
}

const isUnprompted = ({ type }: DeploymentRecord): boolean =>
  type !== undefined && type !== "MANUAL" && type !== "MANUAL_ROLLBACK";

const domainsOf = (spec: Spec | undefined): string[] => (spec?.domains ?? []).map(({ domain }) => domain);

/** A deployment that nobody requested, with the sources of the one before. */
export function unpromptedDeployment(
  before: DeploymentRecord,
  spec: Spec,
  type: UnpromptedType,
  { cause, at, deployMs }: { cause: string; at: number; deployMs: number },
): DeploymentRecord {
  const built = type === "DEPLOY_ON_PUSH" ? componentsToBuild(spec, undefined, true) : [];
  return {
    id: uuidFrom(type, before.id, at),
    type,
    cause,
    spec: structuredClone(spec),
    plan: planDeployment(spec, built),
    startedAt: at,
    durationMs: deployMs,
    sources: before.sources,
    previousId: before.id,
  };
}
