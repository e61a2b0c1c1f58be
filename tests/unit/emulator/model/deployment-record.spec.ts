import assert from "node:assert/strict";
import fc from "fast-check";
import {
  deploymentAt,
  supersededAt,
  naturalEnd,
  type DeploymentRecord,
  type Step,
} from "../../../../emulator/model/deployment-record";
import { logLines, logWindow, type LogLine } from "../../../../emulator/model/log-text";
import {
  componentsToBuild,
  failureInSpec,
  planDeployment,
  type StepName,
} from "../../../../emulator/model/deployment-timeline";
import { components, type Spec } from "../../../../emulator/model/spec";

const source = { github: { repo: "acme/web", branch: "main" } };
const kinds = ["services", "workers", "jobs", "static_sites", "functions"] as const;

const specs: fc.Arbitrary<Spec> = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      image: fc.boolean(),
      job: fc.constantFrom("PRE_DEPLOY", "POST_DEPLOY", "FAILED_DEPLOY", "SCHEDULED"),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => {
    const spec: Spec = { name: "demo" };
    parts.forEach(({ kind, image, job }, index) => {
      const prebuilt = image && kind !== "static_sites" && kind !== "functions";
      const list = (spec[kind] ??= []);
      list.push({
        name: `part-${index}`,
        ...(prebuilt ? { image: { repository: "r" } } : source),
        ...(kind === "jobs" ? { kind: job } : {}),
      });
    });
    return spec;
  });

const steps = fc.constantFrom<StepName>("initialize", "build", "deploy", "wait", "finalize");

const records: fc.Arbitrary<DeploymentRecord> = fc
  .record({
    spec: specs,
    failing: fc.option(steps, { nil: undefined }),
    durationMs: fc.integer({ min: 1, max: 1e6 }),
    canceled: fc.option(fc.double({ min: 0, max: 1.5, noNaN: true }), { nil: undefined }),
  })
  .map(({ spec, failing, durationMs, canceled }) => {
    const built = componentsToBuild(spec, undefined, true);
    const reason = { code: "Code", message: "why" };
    const failure = failing === undefined ? undefined : { step: failing, component: "part-0", reason };
    return {
      id: "id",
      cause: "manual",
      spec,
      plan: planDeployment(spec, built, failure),
      startedAt: 1000,
      durationMs,
      sources: {},
      ...(canceled === undefined ? {} : { canceledAt: 1000 + canceled * durationMs }),
    };
  });

const times = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 2, maxLength: 12 });
const at = (record: DeploymentRecord, part: number): number => record.startedAt + part * record.durationMs;

interface Progress {
  pending_steps: number;
  running_steps: number;
  success_steps: number;
  error_steps: number;
  total_steps: number;
  steps: Step[];
  summary_steps: Step[];
}
const progress = (record: DeploymentRecord, now: number): Progress =>
  deploymentAt(record, now).progress as unknown as Progress;
const leaves = (list: Step[]): Step[] =>
  list.flatMap((step) => (step.steps === undefined ? [step] : leaves(step.steps)));

const ORDER = ["PENDING_BUILD", "BUILDING", "PENDING_DEPLOY", "DEPLOYING", "ACTIVE", "ERROR", "CANCELED"];

describe("emulator: a deployment derived from its record and the time", () => {
  it("never returns to an earlier phase and never leaves a final one", () => {
    fc.assert(
      fc.property(records, times, (record, parts) => {
        const phases = parts
          .sort((a, b) => a - b)
          .map((part) => String(deploymentAt(record, at(record, part)).phase));
        phases.reduce((before, phase) => {
          assert.ok(ORDER.indexOf(phase) >= ORDER.indexOf(before), `${before} then ${phase}`);
          if (ORDER.indexOf(before) >= 4) assert.equal(phase, before);
          return phase;
        });
      }),
    );
  });

  it("has counters that add up and match its steps", () => {
    fc.assert(
      fc.property(records, fc.double({ min: 0, max: 2, noNaN: true }), (record, part) => {
        const told = progress(record, at(record, part));
        const all = leaves(told.steps);
        const count = (status: string): number => all.filter((step) => step.status === status).length;
        assert.equal(all.length, told.total_steps);
        assert.equal(told.summary_steps.length, told.total_steps);
        assert.deepEqual(
          [told.pending_steps, told.running_steps, told.success_steps, told.error_steps],
          // Counters that are zero are omitted.
          ["PENDING", "RUNNING", "SUCCESS", "ERROR"].map((status) => count(status) || undefined),
        );
      }),
    );
  });

  it("has no running step once it has finished, and dates every finished step", () => {
    fc.assert(
      fc.property(records, (record) => {
        const all = leaves(progress(record, at(record, 3)).steps);
        for (const step of all) {
          assert.notEqual(step.status, "RUNNING");
          const done = step.status !== "PENDING";
          assert.deepEqual([step.started_at !== undefined, step.ended_at !== undefined], [done, done]);
        }
      }),
    );
  });

  it("fails with exactly one failed step and its reason", () => {
    fc.assert(
      fc.property(records, (record) => {
        fc.pre(record.plan.failure !== undefined && record.canceledAt === undefined);
        const told = deploymentAt(record, naturalEnd(record));
        assert.equal(told.phase, "ERROR");
        const failed = leaves((told.progress as Progress).steps).filter((step) => step.status === "ERROR");
        assert.deepEqual(
          failed.map((step) => step.reason?.code),
          ["Code"],
        );
      }),
    );
  });

  it("leaves the step of a failure job pending when everything succeeds", () => {
    const spec: Spec = {
      name: "demo",
      services: [{ name: "web", ...source }],
      jobs: [{ name: "sos", kind: "FAILED_DEPLOY", ...source }],
    };
    const record: DeploymentRecord = {
      id: "id",
      cause: "manual",
      spec,
      plan: planDeployment(spec, []),
      startedAt: 0,
      durationMs: 10,
      sources: {},
    };
    assert.equal(deploymentAt(record, 10).phase, "ACTIVE");
    assert.equal(progress(record, 10).pending_steps, 1);
  });

  it("has at most one active deployment, which supersedes the earlier ones", () => {
    fc.assert(
      fc.property(
        fc.array(records, { maxLength: 5 }),
        fc.double({ min: 0, max: 8, noNaN: true }),
        (list, part) => {
          const chain = list.map((record, index) => ({ ...record, startedAt: 1000 + index * 1e6 }));
          const now = 1000 + part * 1e6;
          const phases = chain.map((record, index) =>
            String(deploymentAt(record, now, supersededAt(chain, index, now)).phase),
          );
          const active = phases.indexOf("ACTIVE");
          assert.equal(phases.filter((phase) => phase === "ACTIVE").length, active < 0 ? 0 : 1);
          assert.ok(!phases.slice(Math.max(active, 0)).includes("SUPERSEDED"));
        },
      ),
    );
  });

  it("writes log lines in order, within the time of their stage", () => {
    fc.assert(
      fc.property(records, fc.constantFrom("BUILD" as const, "DEPLOY" as const), (record, type) => {
        for (const { component } of components(record.spec)) {
          const window = logWindow(record, component.name, type);
          const lines = logLines(record, component.name, type, at(record, 2));
          if (window === undefined) assert.deepEqual(lines, []);
          let last = window?.start ?? 0;
          for (const line of lines) {
            assert.ok(line.at >= last);
            last = line.at;
          }
        }
      }),
    );
  });

  it("keeps all written log lines when it is canceled, and adds none", () => {
    fc.assert(
      fc.property(records, fc.constantFrom("BUILD" as const, "DEPLOY" as const), (record, type) => {
        const { canceledAt, ...whole } = record;
        fc.pre(canceledAt !== undefined && canceledAt < naturalEnd(record));
        for (const { component } of components(record.spec)) {
          const told = logLines(record, component.name, type, canceledAt);
          const earlier: LogLine[] = logLines(whole, component.name, type, canceledAt).filter(
            (line) => line.at < canceledAt,
          );
          assert.deepEqual(
            told.filter((line) => line.at < canceledAt),
            earlier,
          );
          assert.ok(told.every((line) => line.at <= canceledAt));
        }
      }),
    );
  });

  it("has completed all its steps when it takes no time", () => {
    const spec: Spec = { name: "demo", services: [{ name: "web", ...source }] };
    const plan = planDeployment(spec, ["web"]);
    const record = { id: "id", cause: "manual", spec, plan, startedAt: 1000, durationMs: 0, sources: {} };
    const { success_steps: done, total_steps: total } = progress(record, 1000);
    assert.equal(done, total);
  });
});

describe("emulator: builds, and failures caused by the spec", () => {
  const web = (more: Record<string, unknown>): Spec => ({
    name: "demo",
    services: [{ name: "web", ...source, ...more }],
  });

  it("rebuilds nothing for the same spec unless new sources are requested", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        assert.deepEqual(componentsToBuild(spec, structuredClone(spec), false), []);
        const fromSource = components(spec).filter(({ component }) => component.image === undefined);
        assert.equal(componentsToBuild(spec, spec, true).length, fromSource.length);
      }),
    );
  });

  it("rebuilds for a build-time variable but not for a run-time one", () => {
    const env = (scope: string): Spec => web({ envs: [{ key: "A", value: "1", scope }] });
    assert.deepEqual(componentsToBuild(env("RUN_AND_BUILD_TIME"), web({}), false), ["web"]);
    assert.deepEqual(componentsToBuild(env("RUN_TIME"), web({}), false), []);
  });

  it("fails for commands that exit with an error, and for no others", () => {
    const code = (more: Record<string, unknown>): string | undefined =>
      failureInSpec(web(more), ["web"])?.reason.code;
    assert.equal(code({ build_command: "make; exit 1" }), "BuildJobExitNonZero");
    assert.equal(code({ build_command: "false" }), "BuildJobExitNonZero");
    assert.equal(code({ build_command: "make || exit 0" }), undefined);
    assert.equal(code({ build_command: "node --strict=false build.js" }), undefined);
    assert.equal(failureInSpec(web({ build_command: "exit 1" }), []), undefined);
    assert.equal(code({ run_command: "exit 9" }), "DeployContainerExitNonZero");
    assert.equal(code({ health_check: { http_path: "/failing" } }), "DeployContainerHealthChecksFailed");
    assert.equal(code({ health_check: { http_path: "/ok" } }), undefined);
  });
});
