import assert from "node:assert/strict";
import type { Fault } from "../../../emulator/index";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import { DeploymentProvider } from "../../../provider/resources/deployment/provider";
import type { DeploymentInputs, DeploymentOutputs } from "../../../provider/resources/deployment/state";
import {
  RollbackProvider,
  type RollbackInputs,
  type RollbackOutputs,
} from "../../../provider/resources/rollback/provider";
import { changed, eachInItsWorld, inputs, type Made } from "../../helpers/world/provider-world";

const ROLLBACK = /\/rollback$/;
const REVERT = /\/revert$/;
const DEPLOYMENTS = /\/deployments$/;

/** Deployments started by Deployment and Rollback resources that appear late, or not in the response. */
describe("The deployment that a Deployment starts", () => {
  const world = eachInItsWorld();
  let app: Made;
  beforeEach(async () => {
    app = await world.create();
    world.emulator.clearCalls();
  });
  const run = () => new DynamicProvider(new DeploymentProvider(world.deps()));
  const wanted = (more: Partial<DeploymentInputs> = {}): DeploymentInputs & HiddenInputs => ({
    appId: app.id,
    triggers: { commit: "a" },
    __urn: "urn:release",
    __provider: "the text",
    ...more,
  });
  const meet = (fault: Fault, more: object = {}): void =>
    void world.emulator.faults.add({ times: Infinity, fault, ...more });
  const ids = (): string[] => world.app.deployments.map(({ id }) => id);
  const failed = async (promise: Promise<unknown>) => {
    const { errorCode, id, properties } = await world.initFailure(promise);
    return { errorCode, id, outs: properties as unknown as DeploymentOutputs };
  };

  it("is found when the response does not contain it, and is not started twice", async () => {
    meet("without-deployment", { method: "POST" });
    const { id, outs } = await run().create(wanted());
    assert.equal(id, ids()[1]);
    assert.deepEqual([outs.deploymentId, outs.phase], [id, "ACTIVE"]);
    assert.equal(ids().length, 2);
  });

  it("is waited for when it appears some seconds later, and its failure fails the resource", async () => {
    meet({ lateMs: 4_000 });
    world.emulator.failNext({ component: "web" });
    const { errorCode, outs } = await failed(run().create(wanted()));
    assert.equal(errorCode, "deployment-failed");
    assert.deepEqual([outs.deploymentId, outs.phase], [ids()[1], "ERROR"]);
  });

  it("is searched for by the next run when it does not appear, and started if there is still none", async () => {
    meet("discarded", { method: "POST" });
    const first = await failed(run().create(wanted()));
    assert.equal(first.errorCode, "no-deployment");
    world.emulator.faults.clear();
    assert.deepEqual(await run().diff(first.id, first.outs, wanted()), { changes: true });
    const read = await run().read(first.id, first.outs);
    assert.ok(read.props?.__awaited);
    const { outs } = await run().update(first.id, first.outs, wanted());
    assert.deepEqual([outs.deploymentId, outs.phase], [ids()[1], "ACTIVE"]);
    assert.deepEqual(await run().diff(first.id, outs, wanted()), { changes: false });
  });

  it("is found by the next run or a refresh when it appears after a minute, and no second one is started", async () => {
    await world.clock.sleep(100_000);
    meet({ lateMs: 90_000 });
    const first = await failed(run().create(wanted()));
    assert.equal(first.errorCode, "no-deployment");
    assert.equal(first.outs.deploymentId, "");
    await world.clock.sleep(60_000);
    const { props } = await run().read(first.id, first.outs);
    assert.deepEqual([props?.deploymentId, props?.__awaited], [ids()[1], undefined]);
    const { outs } = await run().update(first.id, first.outs, wanted());
    assert.deepEqual([outs.deploymentId, outs.phase], [ids()[1], "ACTIVE"]);
    assert.equal(ids().length, 2);
  });

  it("is canceled by a deletion even though no run has seen it", async () => {
    await world.clock.sleep(100_000);
    meet({ lateMs: 90_000 });
    const first = await failed(run().create(wanted()));
    world.emulator.faults.clear();
    world.app.deployments.splice(1, 1, { ...world.app.deployments[1]!, startedAt: world.clock.now() });
    await run().delete(first.id, first.outs);
    assert.notEqual(world.app.deployments[1]?.canceledAt, undefined);
  });

  it("is not one that existed before, even if the earlier list was empty", async () => {
    meet("without-deployment", { path: DEPLOYMENTS });
    world.emulator.failNext({ component: "web" });
    const { outs } = await failed(run().create(wanted()));
    assert.deepEqual([outs.deploymentId, outs.phase], [ids()[1], "ERROR"]);
  });
});

describe("The deployment that a Rollback starts", () => {
  const world = eachInItsWorld();
  let first: Made;
  beforeEach(async () => {
    first = await world.create();
    await world.update(first, inputs(changed((spec) => (spec.services![0]!.instance_count = 2))));
    world.emulator.clearCalls();
  });
  const run = () => new DynamicProvider(new RollbackProvider(world.deps()));
  const wanted = (more: Partial<RollbackInputs> = {}): RollbackInputs & HiddenInputs => ({
    appId: first.id,
    __urn: "urn:back",
    __provider: "the text",
    ...more,
  });
  const meet = (fault: Fault, more: object = {}): void =>
    void world.emulator.faults.add({ times: Infinity, fault, ...more });
  const ids = (): string[] => world.app.deployments.map(({ id }) => id);
  const failed = async (promise: Promise<unknown>) => {
    const { errorCode, id, properties } = await world.initFailure(promise);
    return { errorCode, id, outs: properties as unknown as RollbackOutputs };
  };

  it("is found when the response does not contain it or it appears some seconds later", async () => {
    for (const fault of ["without-deployment", { lateMs: 4_000 }] as const) {
      world.emulator.faults.clear();
      meet(fault, { method: "POST", path: ROLLBACK });
      const { id, outs } = await run().create(wanted({ state: "committed" }));
      assert.equal(id, ids().at(-1));
      assert.deepEqual([outs.state, outs.phase, outs.pinned], ["committed", "ACTIVE", false]);
    }
    assert.equal(ids().length, 4);
  });

  it("fails the rollback when it does not appear, and no earlier one is mistaken for it", async () => {
    meet("discarded", { method: "POST", path: ROLLBACK });
    const error = await world.failure(run().create(wanted()));
    assert.match(error.message, /not-found|no new deployment|does not know/);
    assert.equal(ids().length, 2);
  });

  it("is found after a revert when the response does not contain it", async () => {
    const made = await run().create(wanted());
    meet("without-deployment", { method: "POST", path: REVERT });
    const { outs } = await run().update(made.id, made.outs, wanted({ state: "reverted" }));
    assert.deepEqual([outs.state, outs.phase, outs.__last], ["reverted", "ACTIVE", ids()[3]]);
    assert.equal(world.app.spec.services?.[0]?.instance_count, 2);
  });

  it("is searched for by the next run after a revert, and started if there is still none", async () => {
    const made = await run().create(wanted());
    await world.clock.sleep(100_000);
    meet({ lateMs: 90_000 });
    const left = await failed(run().update(made.id, made.outs, wanted({ state: "reverted" })));
    assert.equal(left.errorCode, "no-deployment");
    assert.equal(left.outs.state, "reverted");
    world.emulator.faults.clear();
    world.app.deployments.pop();
    assert.deepEqual(await run().diff(left.id, left.outs, wanted({ state: "reverted" })), { changes: true });
    const { outs } = await run().update(left.id, left.outs, wanted({ state: "reverted" }));
    assert.deepEqual([outs.phase, outs.__last, outs.__awaited], ["ACTIVE", ids()[3], undefined]);
  });

  it("is found after a failed update when the response does not contain it", async () => {
    const { outs } = await world.update(first, inputs());
    meet("without-deployment", { method: "POST", path: ROLLBACK });
    world.emulator.failNext({ component: "web" });
    const news = inputs(
      changed((spec) => (spec.services![0]!.instance_count = 3)),
      {
        onFailedDeployment: "rollback",
      },
    );
    const error = await world.initFailure(world.update({ id: first.id, outs }, news));
    assert.match(error.reasons.join("\n"), /Rolled back to deployment/i);
    assert.equal(world.app.pinned, undefined);
  });
});
