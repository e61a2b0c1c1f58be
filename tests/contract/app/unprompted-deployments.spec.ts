import assert from "node:assert/strict";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import { DeploymentProvider } from "../../../provider/resources/deployment/provider";
import type { DeploymentOutputs } from "../../../provider/resources/deployment/state";
import { changed, eachInItsWorld, inputs, OPEN, type Made } from "../../helpers/world/provider-world";

const CHANGED = changed((spec) => (spec.services![0]!.run_command = "node other.js"), OPEN);
const REASON = { code: "DeployContainerExitNonZero", message: "Your container exited." };
const DEPLOY = "POST /v2/apps/…/deployments";
const PUT = "PUT /v2/apps/…";

/** Deployments that the service starts by itself, or after a push. */
describe("A deployment that nobody requested", () => {
  const world = eachInItsWorld();
  let made: Made;
  beforeEach(async () => {
    made = await world.create(inputs(OPEN));
    world.emulator.clearCalls();
  });
  const ids = (): string[] => world.app.deployments.map(({ id }) => id);
  const phaseOf = (index: number): boolean => world.app.deployments[index]?.canceledAt !== undefined;
  /** The service deploys by itself as soon as there are this many deployments. */
  const meanwhile = (count: number, type: Parameters<typeof world.emulator.deployUnprompted>[1]): void => {
    let done = false;
    world.clock.onSleep = () => {
      if (done || world.emulator.apps()[0]?.deployments.length !== count) return;
      done = true;
      world.emulator.deployUnprompted("shop", type);
    };
  };

  for (const type of [
    "MAINTENANCE",
    "UPDATE_DATABASE_TRUSTED_SOURCES",
    "AUTOSCALED",
    "DEPLOY_ON_PUSH",
  ] as const) {
    it(`of type ${type} is waited for when it cancels an update's deployment, which is then started once more`, async () => {
      meanwhile(2, type);
      const { outs } = await world.update(made, inputs(CHANGED));
      assert.deepEqual(world.writes, [PUT, DEPLOY]);
      assert.ok(phaseOf(1) && !phaseOf(2), "the update's deployment was canceled, and the service's was not");
      assert.deepEqual(outs.__deployment, { id: ids()[3], phase: "ACTIVE" });
      assert.match(
        world.messages("info").join("\n"),
        /which the service started by itself .*waiting for that one/,
      );
      assert.deepEqual(await world.run().diff(made.id, outs, inputs(CHANGED)), { changes: false });
    });

    it(`of type ${type} does not turn a failed update into a successful one`, async () => {
      world.emulator.failNext({ component: "web", step: "build" });
      const { made: after } = await world.initFailure(world.update(made, inputs(CHANGED)));
      world.emulator.deployUnprompted("shop", type);
      await world.clock.sleep(60_000);
      const { props } = await world.run().read(after.id, after.outs);
      assert.deepEqual([props?.phase, props?.__deployment?.id], ["ERROR", ids()[1]]);
      world.emulator.clearCalls();
      const { outs } = await world.update({ id: after.id, outs: props! }, inputs(CHANGED));
      assert.deepEqual(world.writes, [DEPLOY]);
      assert.deepEqual(outs.__deployment, { id: ids()[3], phase: "ACTIVE" });
    });
  }

  it("repeats an update's deployment once only, and then fails with the reason", async () => {
    let count = 2;
    world.clock.onSleep = () => {
      if (world.emulator.apps()[0]?.deployments.length !== count) return;
      count += 2;
      world.emulator.deployUnprompted("shop", "MAINTENANCE", "platform upgrade");
    };
    const error = await world.initFailure(world.update(made, inputs(CHANGED)));
    assert.equal(error.errorCode, "deployment-failed");
    assert.match(error.reasons.join("\n"), /canceled.*\(platform upgrade\).*ACTIVE/);
    world.clock.onSleep = () => {};
    const { outs } = await world.update(error.made, inputs(CHANGED));
    assert.equal(outs.phase, "ACTIVE");
  });

  it("follows the deployment of a new domain and changes nothing for the next up", async () => {
    const withDomain = changed((spec) => (spec.domains = [{ domain: "example.com", type: "PRIMARY" }]), OPEN);
    const { outs } = await world.update(made, inputs(withDomain));
    await world.clock.sleep(120_000);
    const [, , ready] = world.emulator.apps()[0]!.deployments;
    assert.deepEqual([ready?.cause, ready?.type], ["domain example.com ready", "MAINTENANCE"]);
    const { props } = await world.run().read(made.id, outs);
    assert.deepEqual(props?.__deployment, outs.__deployment);
    assert.equal(props?.activeDeploymentId, ready?.id);
    assert.deepEqual(await world.run().diff(made.id, props!, inputs(withDomain)), { changes: false });
    assert.equal(ids().length, 3);
  });

  it("does not count for an adopted app whose last own deployment failed", async () => {
    world.emulator.failNext({ component: "web", step: "build" });
    await world.initFailure(world.update(made, inputs(CHANGED)));
    world.emulator.deployUnprompted("shop", "MAINTENANCE");
    await world.clock.sleep(60_000);
    world.emulator.clearCalls();
    const { outs } = await world.run().create(inputs(CHANGED, { adopt: made.id }));
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.equal(outs.phase, "ACTIVE");
  });

  describe("beside a Deployment", () => {
    const run = () => new DynamicProvider(new DeploymentProvider(world.deps()));
    const wanted = () => ({ appId: made.id, triggers: { a: 1 }, __urn: "urn:release", __provider: "text" });

    it("cancels the Deployment's own, which is started once more", async () => {
      meanwhile(2, "MAINTENANCE");
      const { outs } = await run().create(wanted());
      assert.deepEqual([outs.deploymentId, outs.phase], [ids()[3], "ACTIVE"]);
      assert.equal(outs.__made, ids()[3]);
    });

    it("is the service's rollback when the Deployment fails, and the error and the next up report it", async () => {
      world.emulator.failNext({ component: "web", step: "wait", reason: REASON });
      const error = await world.initFailure(run().create(wanted()));
      const outs = error.properties as unknown as DeploymentOutputs;
      const [good, failed, back] = ids();
      assert.match(
        error.reasons.join("\n"),
        new RegExp(`DeployContainerExitNonZero[^]*went back to .*${good} by itself.*${back}`),
      );
      assert.deepEqual([outs.deploymentId, outs.phase], [failed, "ERROR"]);
      const { props } = await run().read(error.id, outs);
      assert.deepEqual([props?.deploymentId, props?.phase], [failed, "ERROR"]);
      world.lines.length = 0;
      const next = await run().update(error.id, props!, wanted());
      assert.deepEqual([next.outs.deploymentId, next.outs.phase], [ids()[3], "ACTIVE"]);
      assert.match(world.messages("info").join("\n"), new RegExp(`went back to deployment ${good}`));
      assert.deepEqual(await run().diff(error.id, next.outs, wanted()), { changes: false });
    });
  });
});
