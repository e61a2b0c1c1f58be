/**
 * The meaning of phases, for the whole package. An unknown phase counts as in progress: the service may add phases, and nothing
 * counts as finished without proof.
 */

/** Status of a deployment. */
export type Standing = "running" | "succeeded" | "failed" | "replaced";

const STANDINGS: Readonly<Record<string, Standing>> = {
  ACTIVE: "succeeded",
  ERROR: "failed",
  CANCELED: "replaced",
  SUPERSEDED: "replaced",
};

/** The phase decides, not the step counters: a job of kind FAILED_DEPLOY leaves a step that never succeeds. */
export const standing = (phase: string | undefined): Standing => known(STANDINGS, phase) ?? "running";

/** Result of a deployment, regardless of a successor: `good` if it was ever live. */
export type Result = "open" | "good" | "bad";

/** A superseded deployment was live before. A canceled one never was. */
const RESULTS: Readonly<Record<string, Result>> = {
  ACTIVE: "good",
  SUPERSEDED: "good",
  ERROR: "bad",
  CANCELED: "bad",
};

export const resultOf = (phase: string | undefined): Result => known(RESULTS, phase) ?? "open";

/** Phases in which the build of a deployment has finished, and the deployment has not. */
const BUILT: ReadonlySet<string | undefined> = new Set(["PENDING_DEPLOY", "DEPLOYING"]);

export const isBuilt = (phase: string | undefined): boolean => BUILT.has(phase);

/** Final phases of deployments, autoscalings, and runs of jobs. */
const ENDED: ReadonlySet<string | undefined> = new Set([
  ...Object.keys(STANDINGS),
  "SUCCEEDED",
  "FAILED",
  "SKIPPED",
]);

/** True for a deployment, an autoscaling, or a run of a job that has finished, successfully or not. */
export const hasEnded = (phase: string | undefined): boolean => ENDED.has(phase);

/** The documented phases of deployments in chronological order, with their display text. */
export const PHASE_WORDS: Readonly<Record<string, string>> = {
  PENDING_BUILD: "waiting to build",
  BUILDING: "building",
  PENDING_DEPLOY: "waiting to deploy",
  DEPLOYING: "deploying",
  ACTIVE: "active",
  SUPERSEDED: "superseded",
  ERROR: "failed",
  CANCELED: "canceled",
};

/** Display text of a phase, including unknown ones. */
export const phaseInWords = (phase = "UNKNOWN"): string =>
  known(PHASE_WORDS, phase) ?? phase.toLowerCase().replaceAll("_", " ");

const known = <T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
