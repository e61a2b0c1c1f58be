import assert from "node:assert/strict";
import fc from "fast-check";
import type { Deployment, DeploymentStep } from "../../../provider/api/types";
import { describeFailure, describeProgress, failedSteps } from "../../../provider/deploy/progress";

const deployment = (phase: string | undefined, steps?: DeploymentStep[], more: object = {}): Deployment => ({
  id: "d",
  ...(phase !== undefined && { phase }),
  ...(steps && { progress: { total_steps: 8, success_steps: 3, steps, ...more } }),
});

describe("describeProgress", () => {
  it("reports the phase, the number of finished steps and the running components, each once", () => {
    const steps: DeploymentStep[] = [
      {
        name: "build",
        status: "RUNNING",
        steps: [
          { name: "initialize", status: "SUCCESS" },
          {
            name: "components",
            status: "RUNNING",
            steps: [
              { name: "web", status: "RUNNING", component_name: "web" },
              { name: "site", status: "RUNNING", component_name: "site" },
              { name: "done", status: "SUCCESS", component_name: "done" },
              {
                name: "worker",
                component_name: "worker",
                status: "RUNNING",
                steps: [
                  { name: "deploy", status: "RUNNING" },
                  { name: "wait", status: "RUNNING" },
                ],
              },
            ],
          },
        ],
      },
    ];
    assert.equal(describeProgress(deployment("BUILDING", steps)), "building 3/8: web, site, worker");
  });

  it("reports as much as possible for a deployment without progress", () => {
    assert.equal(describeProgress({ id: "d" }), "unknown");
    assert.equal(describeProgress({ id: "d", phase: "PENDING_DEPLOY" }), "waiting to deploy");
    for (const progress of [null, {}, { steps: null }, { total_steps: 0, steps: [] }]) {
      const odd = { id: "d", phase: "DEPLOYING", progress } as unknown as Deployment;
      assert.equal(describeProgress(odd), "deploying");
      assert.deepEqual(failedSteps(odd), []);
    }
  });

  it("counts from zero when no step has finished, and spells out unknown phases", () => {
    assert.equal(
      describeProgress({ id: "d", phase: "BUILDING", progress: { total_steps: 5 } }),
      "building 0/5",
    );
    assert.equal(describeProgress({ id: "d", phase: "ROLLING_BACK_NOW" }), "rolling back now");
  });

  it("stays on one line and never throws, whatever the names of the steps", () => {
    const step = fc.letrec<{ step: DeploymentStep }>((tie) => ({
      step: fc.record(
        {
          name: fc.constantFrom("build", "deploy", "components", "web"),
          component_name: fc.constantFrom("web", "site"),
          status: fc.constantFrom("RUNNING", "ERROR", "SUCCESS", "PENDING", "STRANGE"),
          steps: fc.array(tie("step"), { maxLength: 3, depthIdentifier: "steps" }),
        },
        { requiredKeys: [] },
      ),
    })).step;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 3 }), (steps) => {
        const one = deployment("ERROR", steps);
        assert.ok(!describeProgress(one).includes("\n"));
        for (const failed of failedSteps(one)) assert.match(describeFailure(failed), / failed/);
      }),
    );
  });
});

describe("failedSteps", () => {
  it("returns component, stage, step and reason of the innermost failed step", () => {
    const reason = { code: "BuildJobExitNonZero", message: "The build command failed." };
    const steps: DeploymentStep[] = [
      {
        name: "build",
        status: "ERROR",
        steps: [
          { name: "initialize", status: "SUCCESS" },
          {
            name: "components",
            status: "ERROR",
            steps: [
              { name: "web", component_name: "web", status: "ERROR", reason },
              { name: "site", component_name: "site", status: "SUCCESS" },
            ],
          },
        ],
      },
      { name: "deploy", status: "PENDING", steps: [{ name: "finalize", status: "PENDING" }] },
    ];
    assert.deepEqual(failedSteps(deployment("ERROR", steps)), [
      { component: "web", stage: "build", step: "web", code: reason.code, message: reason.message },
    ]);
  });

  it("assigns a step to the component of its parent step", () => {
    const steps: DeploymentStep[] = [
      {
        name: "deploy",
        status: "ERROR",
        steps: [
          {
            name: "web",
            component_name: "web",
            status: "ERROR",
            steps: [
              { name: "deploy", status: "SUCCESS" },
              { name: "wait", status: "ERROR", reason: { code: "DeployContainerExitNonZero" } },
            ],
          },
        ],
      },
    ];
    assert.deepEqual(failedSteps(deployment("ERROR", steps)), [
      { component: "web", stage: "deploy", step: "wait", code: "DeployContainerExitNonZero" },
    ]);
  });

  it("reports a failed step whose own steps all succeeded", () => {
    const steps: DeploymentStep[] = [
      {
        name: "deploy",
        status: "ERROR",
        reason: { message: "The load balancer did not come up." },
        steps: [{ name: "finalize", status: "SUCCESS" }],
      },
    ];
    assert.deepEqual(failedSteps(deployment("ERROR", steps)), [
      { stage: "deploy", step: "deploy", message: "The load balancer did not come up." },
    ]);
  });

  it("finds every failed step, and handles steps without a name", () => {
    const steps: DeploymentStep[] = [
      { status: "ERROR" },
      { name: "build", status: "ERROR", component_name: "api", reason: {} },
    ];
    assert.deepEqual(failedSteps(deployment("ERROR", steps)), [
      { stage: "deployment", step: "step" },
      { component: "api", stage: "build", step: "build" },
    ]);
  });
});

describe("describeFailure", () => {
  it("reports where, at which step and why", () => {
    assert.equal(
      describeFailure({
        component: "web",
        stage: "deploy",
        step: "wait",
        code: "Unhealthy",
        message: "No answer.",
      }),
      "web: deploy failed at step wait: Unhealthy – No answer.",
    );
  });

  it("repeats nothing and omits unknown parts", () => {
    assert.equal(describeFailure({ component: "web", stage: "build", step: "web" }), "web: build failed");
    assert.equal(describeFailure({ stage: "build", step: "build", code: "Why" }), "build failed: Why");
    assert.equal(describeFailure({ stage: "deploy", step: "finalize" }), "deploy failed at step finalize");
  });
});
