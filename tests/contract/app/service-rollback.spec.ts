import assert from "node:assert/strict";
import type { Otherwise } from "../../../emulator/index";
import type { AppInputs } from "../../../provider/resources/app/state";
import { changed, eachInItsWorld, inputs, OPEN, type Made } from "../../helpers/world/provider-world";

/** Fails once, on demand. */
const BROKEN = changed((spec) => (spec.services![0]!.run_command = "node broken.js"), OPEN);
const BROKEN_BUILD = changed((spec) => (spec.services![0]!.build_command = "exit 1"), OPEN);
const FIXED = changed((spec) => (spec.services![0]!.run_command = "node ."), OPEN);
const REASON = {
  code: "DeployContainerExitNonZero",
  message: "Your deploy failed because your container exited with a non-zero exit code.",
};
const PUT = "PUT /v2/apps/…";
const DEPLOY = "POST /v2/apps/…/deployments";

const wanted = (spec = OPEN, more: Partial<AppInputs> = {}) => inputs(spec, more);

describe("AppProvider: the service's own rollback of a failed deployment", () => {
  const world = eachInItsWorld();
  let made: Made;

  const start = async (...otherwise: Otherwise[]): Promise<void> => {
    await world.restart({ otherwise, deploySeconds: 20 });
    made = await world.create(wanted());
    world.emulator.clearCalls();
  };
  beforeEach(() => start());

  const ids = (): string[] => world.app.deployments.map(({ id }) => id);
  const fail = (more: Partial<AppInputs> = {}) => {
    world.emulator.failNext({ component: "web", step: "wait", reason: REASON });
    return world.initFailure(world.update(made, wanted(BROKEN, more)));
  };

  const stopDuringRollback = (): void => {
    world.clock.onSleep = () => {
      if (world.messages().at(-1)?.startsWith("rollback by the service")) world.stop.abort();
    };
  };

  it("fails the update with the failed deployment's reason and log, and reports what the service went back to", async () => {
    const error = await fail();
    const [good, failed, back] = ids();
    const text = error.reasons.join("\n");
    assert.equal(error.errorCode, "deployment-failed");
    assert.match(text, /^web: deploy failed at step wait: DeployContainerExitNonZero/);
    assert.match(text, /Last \d+ log lines:/);
    assert.match(text, new RegExp(`went back to .*${good} by itself.*${back}`));
    assert.match(text, /spec of the app.*Pulumi state.*failed/);
    const { outs } = error.made;
    assert.deepEqual(outs.__deployment, { id: failed, phase: "ERROR", rolledBack: { by: back, to: good } });
    assert.deepEqual([outs.phase, outs.activeDeploymentId], ["ERROR", back]);
    assert.deepEqual(outs.spec, wanted(BROKEN).spec);
    assert.deepEqual(world.writes, [PUT]);
  });

  it("is followed by exactly one new deployment with an unchanged program, with the reason, and then by silence", async () => {
    const { made: after } = await fail();
    world.lines.length = 0;
    world.emulator.clearCalls();
    const run = world.run();
    const { inputs: checked } = await run.check(after.outs, wanted(BROKEN));
    assert.deepEqual(await run.diff(after.id, after.outs, checked), { changes: true });
    assert.match(world.messages("info").join("\n"), /failed.*service went back to .*starts a new one/);
    const { outs } = await world.update(after, wanted(BROKEN));
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.equal(outs.phase, "ACTIVE");
    assert.deepEqual(await world.run().diff(after.id, outs, wanted(BROKEN)), { changes: false });
    assert.equal(ids().length, 4);
  });

  it("is known after a refresh, which does not take it for a success", async () => {
    const { made: after } = await fail();
    const { rolledBack: _, ...last } = after.outs.__deployment!;
    const { props } = await world.run().read(after.id, { ...after.outs, __deployment: last });
    assert.deepEqual(props?.__deployment, after.outs.__deployment);
    assert.equal(props?.phase, "ERROR");
    assert.deepEqual(props?.spec, after.outs.spec);
    assert.deepEqual(await world.run().diff(after.id, props!, wanted(BROKEN)), { changes: true });
  });

  it("needs one update for a fixed program", async () => {
    const { made: after } = await fail();
    world.emulator.clearCalls();
    const { outs } = await world.update(after, wanted(FIXED));
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(outs.phase, "ACTIVE");
    assert.equal(outs.__deployment?.rolledBack, undefined);
  });

  it('is the only rollback with onFailedDeployment: "rollback", and leaves the failed spec in the state', async () => {
    const error = await fail({ onFailedDeployment: "rollback" });
    assert.deepEqual(world.writes, [PUT]);
    assert.match(
      error.reasons.join("\n"),
      /went back to[^]*does not start another one[^]*still the one that failed/,
    );
    assert.deepEqual(error.made.outs.spec, wanted(BROKEN).spec);
    assert.equal(world.app.pinned, undefined);
    assert.equal(ids().length, 3);
  });

  it("does not happen after a failed build, and is not waited for then", async () => {
    const error = await world.initFailure(world.update(made, wanted(BROKEN_BUILD)));
    assert.doesNotMatch(error.reasons.join("\n"), /by itself/);
    assert.match(error.reasons.join("\n"), /previous deployment .* keeps running/);
    assert.equal(ids().length, 2);
  });

  it("does not happen for a first deployment, and is not waited for then", async () => {
    const other = changed((spec) => {
      spec.name = "other";
      spec.services![0]!.run_command = "exit 1";
    }, OPEN);
    const error = await world.initFailure(world.create(wanted(other)));
    assert.match(error.reasons.join("\n"), /nothing is running yet/);
  });

  it("is noticed when it appears some seconds after the failure", async () => {
    await start("own-rollback-soon=12");
    assert.match((await fail()).reasons.join("\n"), /went back to deployment/);
  });

  it("is picked up by a refresh or the next up when it appears minutes later", async () => {
    await start("own-rollback-soon");
    const { made: after, reasons } = await fail();
    assert.match(reasons.join("\n"), /previous deployment .* keeps running/);
    await world.clock.sleep(180_000);
    const { props } = await world.run().read(after.id, after.outs);
    assert.deepEqual([props?.phase, props?.__deployment?.rolledBack?.by], ["ERROR", ids()[2]]);
    world.lines.length = 0;
    await world.update(after, wanted(BROKEN));
    assert.match(world.messages("info").join("\n"), /the service went back to deployment/);
    assert.equal(ids().length, 4);
  });

  it("keeps the previous deployment running when it fails as well", async () => {
    await start("own-rollback-succeeds");
    const error = await fail();
    const [good, , back] = ids();
    assert.match(
      error.reasons.join("\n"),
      new RegExp(`tried to go back to .*${good}.*${back}.*failed.*${good}\\) keeps running`),
    );
    assert.equal(error.made.outs.__deployment?.id, ids()[1]);
  });

  it("is reported as canceled when someone deploys meanwhile, and the newer deployment is not taken for ours", async () => {
    let done = false;
    world.clock.onSleep = () => {
      if (done || world.emulator.apps()[0]?.deployments.length !== 3) return;
      done = true;
      world.emulator.deployUnprompted("shop", "MAINTENANCE");
    };
    const error = await fail();
    assert.match(error.reasons.join("\n"), /started to go back to deployment .* was canceled/);
    assert.deepEqual([error.made.outs.phase, error.made.outs.__deployment?.id], ["ERROR", ids()[1]]);
  });

  it("is reported as in progress when the run is stopped while it is waited for", async () => {
    stopDuringRollback();
    const error = await fail();
    assert.equal(error.errorCode, "deployment-failed");
    assert.match(error.reasons.join("\n"), /DeployContainerExitNonZero[^]*is going back to deployment/);
  });

  for (const [verb, otherwise] of [
    ["accept", []],
    ["reject", ["own-rollback-blocks-nothing"]],
  ] as const)
    for (const change of ["an unchanged program", "a fixed program"] as const)
      it(`is waited for by the next up with ${change} when the service would ${verb} its requests`, async () => {
        await start(...otherwise);
        stopDuringRollback();
        const { made: after } = await fail();
        world.clock.onSleep = () => {};
        world.stop = new AbortController();
        world.emulator.clearCalls();
        const isSame = change === "an unchanged program";
        const { outs } = await world.update(after, wanted(isSame ? BROKEN : FIXED));
        assert.deepEqual(world.writes, [isSame ? DEPLOY : PUT]);
        assert.equal(outs.phase, "ACTIVE");
        const rollback = world.app.deployments[2];
        assert.deepEqual([rollback?.type, rollback?.canceledAt], ["AUTO_ROLLBACK", undefined]);
      });

  it("is waited for when the service rejects an update because of a rollback that was not visible before", async () => {
    await start("own-rollback-blocks-nothing", "own-rollback-soon");
    const { made: after } = await fail();
    await world.clock.sleep(119_000);
    let isHidden = true;
    world.emulator.faults.add({
      method: "GET",
      times: 2,
      fault: { lateMs: 60_000 },
    });
    world.clock.onSleep = () => (isHidden = false);
    const { outs } = await world.update(after, wanted(FIXED));
    assert.equal(outs.phase, "ACTIVE");
    assert.equal(isHidden, false);
  });

  it('is reported instead of the rejection when onFailedDeployment: "rollback" meets it', async () => {
    await start("own-rollback-blocks-nothing");
    // Not visible until the service rejects the rollback.
    world.emulator.faults.add({
      method: "GET",
      path: /deployments$/,
      times: Infinity,
      fault: { lateMs: 40_000 },
    });
    void world.emulator.nextCall({ path: /validate$/ }).then(() => world.emulator.faults.clear());
    const error = await fail({ onFailedDeployment: "rollback" });
    assert.match(error.reasons.join("\n"), /by itself/);
    assert.equal(ids().length, 3);
    assert.equal(world.app.pinned, undefined);
  });

  it("leads to one new deployment when the app is adopted, with the reason", async () => {
    await fail();
    world.lines.length = 0;
    world.emulator.clearCalls();
    const { outs } = await world.run().create(wanted(BROKEN, { adopt: made.id }));
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.match(
      world.messages("info").join("\n"),
      /is ERROR, and the service went back to deployment .* starting a new one/,
    );
    assert.equal(outs.phase, "ACTIVE");
  });

  it("is followed by one new deployment when a killed run did not record the failure", async () => {
    await fail();
    world.emulator.clearCalls();
    const { outs } = await world.update(made, wanted(BROKEN));
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.equal(outs.phase, "ACTIVE");
  });

  it("does not happen where the service does not do it, and the update fails as before", async () => {
    await start("own-rollback");
    const error = await fail();
    assert.match(error.reasons.join("\n"), /previous deployment .* keeps running/);
    assert.deepEqual(error.made.outs.__deployment, { id: ids()[1], phase: "ERROR" });
  });
});
