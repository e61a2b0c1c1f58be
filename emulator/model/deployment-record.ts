import { isoTime } from "../clock";
import { failingLeaf, planEnd, PREBUILT, type Leaf, type Plan } from "./deployment-timeline";
import type { DeployedKind, Spec } from "./spec";

/** Types of deployments, as in `cause_details` and the query `deployment_types`. */
export const DEPLOYMENT_TYPES = [
  "MANUAL",
  "DEPLOY_ON_PUSH",
  "MAINTENANCE",
  "MANUAL_ROLLBACK",
  "AUTO_ROLLBACK",
  "UPDATE_DATABASE_TRUSTED_SOURCES",
  "AUTOSCALED",
] as const;
export type DeploymentType = (typeof DEPLOYMENT_TYPES)[number];

/** The stored data of a deployment; phase and steps follow from it and the time. */
export interface DeploymentRecord {
  readonly id: string;
  /** Absent for those that a client requested. */
  readonly type?: DeploymentType;
  readonly cause: string;
  readonly spec: Spec;
  readonly plan: Plan;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly previousId?: string;
  readonly clonedFrom?: string;
  /** Commit or image digest of each component. */
  readonly sources: Readonly<Record<string, string>>;
  /** Set if it was canceled, by a call or by a newer deployment. */
  canceledAt?: number;
}

export type Phase =
  | "PENDING_BUILD"
  | "BUILDING"
  | "PENDING_DEPLOY"
  | "DEPLOYING"
  | "ACTIVE"
  | "SUPERSEDED"
  | "ERROR"
  | "CANCELED";

export type StepStatus = "PENDING" | "RUNNING" | "SUCCESS" | "ERROR";

export interface Step {
  name: string;
  status: StepStatus;
  component_name?: string;
  message_base?: string;
  started_at?: string;
  ended_at?: string;
  reason?: { code: string; message: string };
  steps?: Step[];
}

/** When it finishes unless it is canceled. */
export const naturalEnd = (record: DeploymentRecord): number =>
  record.startedAt + planEnd(record.plan) * record.durationMs;

const canceledBy = (record: DeploymentRecord, now: number): number | undefined =>
  record.canceledAt !== undefined && record.canceledAt <= now && record.canceledAt < naturalEnd(record)
    ? record.canceledAt
    : undefined;

/** When the deployment became active, or undefined if it has not. */
export function activatedAt(record: DeploymentRecord, now: number): number | undefined {
  if (record.plan.failure !== undefined || canceledBy(record, now) !== undefined) return undefined;
  const end = naturalEnd(record);
  return end <= now ? end : undefined;
}

export const isCanceled = (record: DeploymentRecord, now: number): boolean =>
  canceledBy(record, now) !== undefined;

export const isRunning = (record: DeploymentRecord, now: number): boolean =>
  canceledBy(record, now) === undefined && now < naturalEnd(record);

/** The newest deployment that became active. @param records oldest first */
export const activeAmong = (
  records: readonly DeploymentRecord[],
  now: number,
): DeploymentRecord | undefined => records.findLast((record) => activatedAt(record, now) !== undefined);

/** The next moment at which its phase or one of its steps changes; Infinity once it has finished. */
export function nextChange(record: DeploymentRecord, now: number): number {
  if (!isRunning(record, now)) return Infinity;
  const { plan, startedAt, durationMs } = record;
  const parts = [
    ...plan.phases.map(({ at }) => at),
    ...plan.leaves.flatMap(({ start, end }) => [start, end]),
  ];
  const moments = parts.map((part) => startedAt + part * durationMs);
  return Math.min(naturalEnd(record), record.canceledAt ?? Infinity, ...moments.filter((at) => at > now));
}

function phaseAt(
  record: DeploymentRecord,
  now: number,
  supersededAt?: number,
): { phase: Phase; since: number } {
  const canceled = canceledBy(record, now);
  if (canceled !== undefined) return { phase: "CANCELED", since: canceled };
  const end = naturalEnd(record);
  if (now >= end) {
    if (record.plan.failure !== undefined) return { phase: "ERROR", since: end };
    if (supersededAt !== undefined && supersededAt <= now)
      return { phase: "SUPERSEDED", since: supersededAt };
    return { phase: "ACTIVE", since: end };
  }
  const begun = record.plan.phases.filter(({ at }) => record.startedAt + at * record.durationMs <= now);
  const current = begun[begun.length - 1] ?? { phase: "PENDING_BUILD", at: 0 };
  return { phase: current.phase as Phase, since: record.startedAt + current.at * record.durationMs };
}

export const typeOf = ({ type, clonedFrom }: DeploymentRecord): DeploymentType =>
  type ?? (clonedFrom === undefined ? "MANUAL" : "MANUAL_ROLLBACK");

/** As in bodies that users published; those of pushes and scalings are as the official Go client describes them. */
function causeDetails(record: DeploymentRecord): Record<string, unknown> {
  const type = typeOf(record);
  switch (type) {
    case "MANUAL":
    case "MANUAL_ROLLBACK":
      return { type };
    case "DEPLOY_ON_PUSH":
      return { type, git_push: { commit_sha: Object.values(record.sources)[0] ?? "" } };
    case "AUTOSCALED":
      return { type, internal: true, autoscaler_action: { autoscaled: true } };
    default:
      return { type, internal: true };
  }
}

const CANCEL_REASON = { code: "DeploymentCanceled", message: "The deployment was canceled." };

const LABELS: Record<DeployedKind, string> = {
  services: "service",
  static_sites: "static site",
  workers: "worker",
  jobs: "job",
  functions: "functions",
};

function message(leaf: Leaf): string | undefined {
  if (leaf.kind === undefined) return undefined;
  const verb = leaf.step === "build" ? "Building" : leaf.step === "deploy" ? "Deploying" : "Waiting for";
  return `${verb} ${LABELS[leaf.kind]}`;
}

function leafAt(record: DeploymentRecord, leaf: Leaf, now: number): Step {
  const canceled = canceledBy(record, now);
  const stop = canceled ?? Math.min(now, naturalEnd(record));
  const start = record.startedAt + leaf.start * record.durationMs;
  const end = record.startedAt + leaf.end * record.durationMs;
  const text = message(leaf);
  const step: Step = {
    name: leaf.step === "build" ? (leaf.component ?? "build") : leaf.step,
    status: "PENDING",
    ...(leaf.component === undefined ? {} : { component_name: leaf.component }),
    ...(text === undefined ? {} : { message_base: text }),
  };
  const over = now >= naturalEnd(record);
  // Computed as fractions of the whole, because a deployment may take no time at all.
  const begun =
    canceled !== undefined ? start < canceled : over ? leaf.start < planEnd(record.plan) : start <= now;
  if (leaf.never === true || !begun) return step;
  step.started_at = isoTime(start);
  if (stop >= end) {
    const failed = failingLeaf(record.plan) === leaf;
    step.status = failed ? "ERROR" : "SUCCESS";
    step.ended_at = isoTime(end);
    if (leaf.prebuilt === true) step.reason = PREBUILT;
    if (failed && record.plan.failure !== undefined) step.reason = record.plan.failure.reason;
  } else if (canceled !== undefined) {
    step.status = "ERROR";
    step.ended_at = isoTime(canceled);
    step.reason = CANCEL_REASON;
  } else {
    step.status = "RUNNING";
  }
  return step;
}

/** A step whose state follows from its children's. @param counted those it waits for */
function parent(name: string, steps: Step[], component?: string, counted = steps): Step {
  const states = counted.map((step) => step.status);
  const begun = steps.flatMap((step) => step.started_at ?? []).sort();
  const ended = steps.flatMap((step) => step.ended_at ?? []).sort();
  const status: StepStatus = states.includes("ERROR")
    ? "ERROR"
    : states.every((state) => state === "SUCCESS")
      ? "SUCCESS"
      : begun.length > 0
        ? "RUNNING"
        : "PENDING";
  const over = status === "SUCCESS" || status === "ERROR";
  return {
    name,
    status,
    ...(component === undefined ? {} : { component_name: component }),
    ...(begun[0] === undefined ? {} : { started_at: begun[0] }),
    ...(over && ended.length > 0 ? { ended_at: ended[ended.length - 1] as string } : {}),
    steps,
  };
}

/** Counters, steps and their summary at a moment. The counters count the steps without children. */
export function progressAt(record: DeploymentRecord, now: number): Record<string, unknown> {
  const leaves = record.plan.leaves.map((leaf) => ({ leaf, step: leafAt(record, leaf, now) }));
  const pick = (stage: string, step: string): Step[] =>
    leaves.filter(({ leaf }) => leaf.stage === stage && leaf.step === step).map((entry) => entry.step);
  const names = [
    ...new Set(leaves.flatMap(({ leaf }) => (leaf.stage === "deploy" ? (leaf.component ?? []) : []))),
  ];
  const deployed = names.map((name) => {
    const own = leaves.filter(({ leaf }) => leaf.stage === "deploy" && leaf.component === name);
    return {
      never: own.every(({ leaf }) => leaf.never === true),
      step: parent(
        name,
        own.map(({ step }) => step),
        name,
      ),
    };
  });
  const built = pick("build", "build");
  const steps: Step[] = [];
  if (built.length > 0) {
    steps.push(parent("build", [...pick("build", "initialize"), parent("components", built)]));
  }
  steps.push(
    parent("deploy", [
      ...pick("deploy", "initialize"),
      parent(
        "components",
        deployed.map(({ step }) => step),
        undefined,
        deployed.filter(({ never }) => !never).map(({ step }) => step),
      ),
      ...pick("deploy", "finalize"),
    ]),
  );
  const count = (status: StepStatus): number => leaves.filter(({ step }) => step.status === status).length;
  const counters = Object.entries({
    pending_steps: count("PENDING"),
    running_steps: count("RUNNING"),
    success_steps: count("SUCCESS"),
    error_steps: count("ERROR"),
    total_steps: leaves.length,
  }).filter(([, number]) => number > 0 || record.plan.zeroCounters === true);
  return {
    ...Object.fromEntries(counters),
    steps,
    summary_steps: leaves.map(({ leaf, step }) => ({
      ...step,
      name: leaf.component === undefined ? `${leaf.stage}-${leaf.step}` : `${leaf.step}-${leaf.component}`,
    })),
  };
}

/** The service's view of the deployment at a moment. @param supersededAt when a successor became active */
export function deploymentAt(
  record: DeploymentRecord,
  now: number,
  supersededAt?: number,
): Record<string, unknown> {
  const { phase, since } = phaseAt(record, now, supersededAt);
  const listed = (kind: DeployedKind): { name: string }[] | undefined =>
    record.spec[kind]?.map(({ name, image }) => {
      const source = record.sources[name];
      if (source === undefined) return { name };
      return { name, [image === undefined ? "source_commit_hash" : "source_image_digest"]: source };
    });
  const lists = (["services", "static_sites", "workers", "jobs", "functions"] as const).flatMap((kind) => {
    const list = listed(kind);
    return list === undefined ? [] : [[kind, list]];
  });
  return {
    id: record.id,
    spec: record.spec,
    ...(Object.fromEntries(lists) as Record<string, unknown>),
    phase,
    phase_last_updated_at: isoTime(since),
    created_at: isoTime(record.startedAt),
    updated_at: isoTime(since),
    cause: record.cause,
    cause_details: causeDetails(record),
    ...(record.previousId === undefined ? {} : { previous_deployment_id: record.previousId }),
    ...(record.clonedFrom === undefined ? {} : { cloned_from: record.clonedFrom }),
    progress: progressAt(record, now),
    tier_slug: "basic",
  };
}

/** When the next deployment that became active did so. @param records oldest first */
export function supersededAt(
  records: readonly DeploymentRecord[],
  index: number,
  now: number,
): number | undefined {
  const successor = records.slice(index + 1).find((later) => activatedAt(later, now) !== undefined);
  return successor === undefined ? undefined : activatedAt(successor, now);
}
