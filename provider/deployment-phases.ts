/**
 * What phases mean, for every part of the product. A phase that is not known belongs to something in progress: the service may
 * add phases, and nothing counts as finished that was not seen to be.
 */

/** Where a deployment stands. */
export type Standing = "running" | "succeeded" | "failed" | "replaced";

const STANDINGS: Readonly<Record<string, Standing>> = {
  ACTIVE: "succeeded",
  ERROR: "failed",
  CANCELED: "replaced",
  SUPERSEDED: "replaced",
};

/** The phase decides, not the step counters: a job of kind FAILED_DEPLOY leaves a step that never succeeds. */
export const standing = (phase: string | undefined): Standing => known(STANDINGS, phase) ?? "running";

/** What a deployment came to by itself, without a successor: `good` where it was live at some time. */
export type Result = "open" | "good" | "bad";

/** Superseded is what was live before. Canceled never was. */
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

/** Of deployments, scalings, and runs of jobs. */
const ENDED: ReadonlySet<string | undefined> = new Set([
  ...Object.keys(STANDINGS),
  "SUCCEEDED",
  "FAILED",
  "SKIPPED",
]);

/** True for a deployment, a scaling, or a run of a job that has finished, in whatever way. */
export const hasEnded = (phase: string | undefined): boolean => ENDED.has(phase);

/** Phases of deployments that the service documents, in the order in which they come, and in words. */
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

/** The phase in words, also one that is not known. */
export const phaseInWords = (phase = "UNKNOWN"): string =>
  known(PHASE_WORDS, phase) ?? phase.toLowerCase().replaceAll("_", " ");

const known = <T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
