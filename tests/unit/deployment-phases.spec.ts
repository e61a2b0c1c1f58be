import assert from "node:assert/strict";
import {
  hasEnded,
  isBuilt,
  PHASE_WORDS,
  phaseInWords,
  resultOf,
  standing,
} from "../../provider/deployment-phases";
import { plan } from "../../provider/appspec/plan";

/** Phases of something in progress: those the service documents, and those that no version knows. */
const OPEN = [
  "UNKNOWN",
  "PENDING_BUILD",
  "BUILDING",
  "PENDING_DEPLOY",
  "DEPLOYING",
  "PENDING",
  "RUNNING",
  "IN_PROGRESS",
  "QUEUED_FOR_REVIEW",
  "active",
  "toString",
  "",
  undefined,
];

describe("phases", () => {
  it("count as in progress where they are not known to be an end", () => {
    for (const phase of OPEN) {
      assert.equal(standing(phase), "running", phase);
      assert.equal(resultOf(phase), "open", phase);
      assert.equal(hasEnded(phase), false, phase);
    }
  });

  it("are an end by themselves, whatever the steps say", () => {
    const ends = { ACTIVE: "succeeded", ERROR: "failed", CANCELED: "replaced", SUPERSEDED: "replaced" };
    for (const [phase, expected] of Object.entries(ends)) {
      assert.equal(standing(phase), expected);
      assert.equal(hasEnded(phase), true);
    }
    for (const phase of ["SUCCEEDED", "FAILED", "SKIPPED"]) assert.equal(hasEnded(phase), true);
  });

  it("tell whether a deployment was ever live", () => {
    assert.deepEqual(["ACTIVE", "SUPERSEDED", "ERROR", "CANCELED"].map(resultOf), [
      "good",
      "good",
      "bad",
      "bad",
    ]);
  });

  it("tell when a build has finished while its deployment goes on", () => {
    assert.deepEqual(Object.keys(PHASE_WORDS).filter(isBuilt), ["PENDING_DEPLOY", "DEPLOYING"]);
    assert.equal(isBuilt(undefined), false);
  });

  it("read as words, also those that are not known", () => {
    assert.equal(phaseInWords("PENDING_BUILD"), "waiting to build");
    assert.equal(phaseInWords("QUEUED_FOR_REVIEW"), "queued for review");
    assert.equal(phaseInWords(), "unknown");
  });

  it("of the last deployment decide about the next update: wait for what may be in progress, replace what failed", () => {
    const spec = { name: "shop" };
    const action = (lastPhase: string | undefined): string => plan({ spec, lastPhase }, { spec }).action;
    for (const phase of OPEN) if (phase !== undefined) assert.equal(action(phase), "resume", phase);
    assert.deepEqual(["ACTIVE", "SUPERSEDED", undefined].map(action), ["none", "none", "none"]);
    assert.deepEqual(["ERROR", "CANCELED"].map(action), ["redeploy", "redeploy"]);
  });
});
