import assert from "node:assert/strict";
import type { Fault } from "../../../emulator/index";
import type { AppInputs } from "../../../provider/resources/app/state";
import { changed, eachInItsWorld, inputs, OPEN, SHOP, type Made } from "../../helpers/world/provider-world";

const APP = /^\/v2\/apps\/[^/]+$/;
const APPS = /^\/v2\/apps$/;
const greeting = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"));
const redeploy = inputs(SHOP, { redeployOn: { commit: "2" } });

/** Places and times at which the deployment of a write appears, other than in the response to the write. */
const ELSEWHERE: [string, { method?: string; path?: RegExp; fault: Fault }[]][] = [
  [
    "outside the response",
    [
      { method: "POST", fault: "without-deployment" },
      { method: "PUT", fault: "without-deployment" },
    ],
  ],
  [
    "only in the list",
    [
      { path: APP, fault: "without-deployment" },
      { path: APPS, fault: "without-deployment" },
      { method: "POST", fault: "without-deployment" },
    ],
  ],
  [
    "only in the app itself",
    [
      { path: /\/deployments$/, fault: "without-deployment" },
      { method: "POST", fault: "without-deployment" },
      { method: "PUT", fault: "without-deployment" },
    ],
  ],
  ["some seconds later", [{ fault: { lateMs: 3_000 } }]],
  ["as 404 for some seconds", [{ path: /\/deployments\/[^/]+$/, fault: { lateMs: 4_500 } }]],
];

describe("The deployment of a write", () => {
  const world = eachInItsWorld();
  const meet = (...faults: { method?: string; path?: RegExp; fault: Fault }[]): void => {
    for (const one of faults) world.emulator.faults.add({ times: Infinity, ...one });
  };
  const ids = (): string[] => world.app.deployments.map(({ id }) => id);
  const warnings = (): string[] => world.messages("warning");
  const wantsUpdate = async (made: Made, news: AppInputs): Promise<boolean | undefined> =>
    (await world.run().diff(made.id, made.outs, news)).changes;

  for (const [where, faults] of ELSEWHERE) {
    it(`is waited for after a create when it appears ${where}`, async () => {
      meet(...faults);
      const { outs } = await world.create();
      assert.deepEqual(outs.__deployment, { id: ids()[0], phase: "ACTIVE" });
      assert.equal(outs.__awaited, undefined);
    });

    it(`fails the create when it fails and appears ${where}`, async () => {
      meet(...faults);
      world.emulator.failNext({ component: "web" });
      const error = await world.initFailure(world.create());
      assert.equal(error.errorCode, "deployment-failed");
      assert.deepEqual(error.made.outs.__deployment, { id: ids()[0], phase: "ERROR" });
    });

    it(`is waited for after an update when it appears ${where}`, async () => {
      const made = await world.create();
      meet(...faults);
      world.emulator.failNext({ component: "web" });
      const error = await world.initFailure(world.update(made, inputs(greeting)));
      assert.deepEqual(error.made.outs.__deployment, { id: ids()[1], phase: "ERROR" });
      assert.equal(ids().length, 2);
    });

    it(`is waited for after a redeploy, without starting a second one, when it appears ${where}`, async () => {
      const made = await world.create();
      meet(...faults);
      const { outs } = await world.update(made, redeploy);
      assert.deepEqual(outs.__deployment, { id: ids()[1], phase: "ACTIVE" });
      assert.equal(ids().length, 2);
    });
  }

  describe("that never appears", () => {
    it("fails a create; the next run finds it and waits for it", async () => {
      meet({ fault: { lateMs: 90_000 } });
      world.emulator.failNext({ component: "web" });
      const { made, errorCode } = await world.initFailure(world.create());
      assert.equal(errorCode, "no-deployment");
      assert.equal(made.id, world.app.id);
      assert.equal(made.outs.__deployment, undefined);
      await world.clock.sleep(60_000);
      const next = await world.initFailure(world.update(made, inputs()));
      assert.equal(next.errorCode, "deployment-failed");
      assert.equal(ids().length, 1);
      world.emulator.faults.clear();
      const last = await world.update(next.made, inputs());
      assert.deepEqual(last.outs.__deployment, { id: ids()[1], phase: "ACTIVE" });
    });

    it("fails a create; the next run starts one if there is still none", async () => {
      meet({ fault: "without-deployment" });
      const { made } = await world.initFailure(world.create());
      world.emulator.faults.clear();
      world.app.deployments.splice(0);
      const { outs } = await world.update(made, inputs());
      assert.deepEqual(outs.__deployment, { id: ids()[0], phase: "ACTIVE" });
      assert.equal(outs.__awaited, undefined);
      assert.equal(world.writes.filter((call) => call.startsWith("POST")).length, 2);
    });

    it("is still expected after a refresh", async () => {
      meet({ fault: "without-deployment" });
      const { made } = await world.initFailure(world.create());
      const refreshed = await world.run().read(made.id, made.outs);
      assert.ok(refreshed.props?.__awaited);
      world.emulator.faults.clear();
      const again = await world.run().read(made.id, refreshed.props);
      assert.equal(again.props?.__awaited, undefined);
      assert.equal(again.props?.__deployment?.id, ids()[0]);
    });

    it("fails a redeploy; the next run starts a new one", async () => {
      const made = await world.create();
      const [first] = ids();
      meet({ method: "POST", fault: "discarded" });
      const error = await world.initFailure(world.update(made, redeploy));
      assert.equal(error.errorCode, "no-deployment");
      assert.deepEqual(ids(), [first]);
      world.emulator.faults.clear();
      assert.equal(await wantsUpdate(error.made, redeploy), true);
      const { outs } = await world.update(error.made, redeploy);
      assert.deepEqual(outs.__deployment, { id: ids()[1], phase: "ACTIVE" });
    });

    it("is a warning after an update; the next run checks once more, then stops", async () => {
      const made = await world.create();
      meet({ method: "PUT", fault: "without-deployment" });
      const { app } = world;
      meet(
        { path: APP, fault: "without-deployment" },
        { path: /\/deployments$/, fault: "without-deployment" },
      );
      const second = await world.update(made, inputs(greeting));
      const [warning, ...more] = warnings();
      assert.match(warning ?? "", /no new deployment appeared within 30 s/);
      assert.deepEqual(more, []);
      assert.notEqual(second.outs.__deployment?.id, app.deployments[1]?.id);
      world.emulator.faults.clear();
      app.deployments.pop();
      assert.equal(await wantsUpdate(second, inputs(greeting)), true);
      world.lines.splice(0);
      const third = await world.update(second, inputs(greeting));
      assert.deepEqual(warnings(), []);
      assert.equal(third.outs.__awaited, undefined);
      assert.equal(await wantsUpdate(third, inputs(greeting)), false);
      assert.deepEqual(
        world.writes.filter((call) => call.startsWith("PUT")),
        ["PUT /v2/apps/…"],
      );
    });

    it("is found with its failure by the next run's check after an update", async () => {
      const made = await world.create();
      meet({ fault: { lateMs: 60_000 } });
      world.emulator.failNext({ component: "web" });
      const second = await world.update(made, inputs(greeting));
      assert.equal(warnings().length, 1);
      await world.clock.sleep(60_000);
      const error = await world.initFailure(world.update(second, inputs(greeting)));
      assert.equal(error.errorCode, "deployment-failed");
      assert.deepEqual(error.made.outs.__deployment, { id: ids()[1], phase: "ERROR" });
    });

    it("is not waited for with wait: false, and is searched for once waiting is enabled", async () => {
      meet({ fault: { lateMs: 30_000 } });
      const made = await world.create(inputs(SHOP, { wait: false }));
      assert.equal(await wantsUpdate(made, inputs(SHOP, { wait: false })), false);
      assert.equal(await wantsUpdate(made, inputs()), undefined);
      await world.clock.sleep(60_000);
      const { outs } = await world.update(made, inputs());
      assert.deepEqual(outs.__deployment, { id: ids()[0], phase: "ACTIVE" });
    });
  });

  it("is never one that existed before, whatever the response to an update contains", async () => {
    const made = await world.create();
    const [first] = ids();
    // The response and all reads predate the update, for longer than the search lasts.
    meet({ fault: { lagMs: 300_000 } });
    world.emulator.failNext({ component: "web" });
    const { outs } = await world.update(made, inputs(greeting));
    assert.equal(outs.__awaited?.known.includes(first ?? ""), true);
    assert.match(warnings().join("\n"), /spec from before[^]*no new deployment/);
    world.emulator.faults.clear();
    await world.clock.sleep(300_000);
    const error = await world.initFailure(world.update({ id: made.id, outs }, inputs(greeting)));
    assert.equal(error.errorCode, "deployment-failed");
  });

  it("is not the service's own rollback of a failed deployment", async () => {
    const made = await world.create();
    const [first] = world.app.deployments;
    world.emulator.failNext({ component: "web" });
    const failed = await world.initFailure(world.update(made, inputs(greeting)));
    // Active since then, with the previous spec.
    world.app.deployments.push({
      ...first!,
      id: "3b2e0f50-0000-4000-8000-000000000001",
      cause: 'automated rollback after failed deployment of "x"',
      startedAt: world.clock.now(),
    });
    await world.clock.sleep(60_000);
    const { outs } = await world.update(failed.made, inputs(greeting));
    assert.deepEqual(outs.__deployment, { id: ids()[3], phase: "ACTIVE" });
  });

  it("is started when an update triggers none and the last one failed", async () => {
    world.emulator.failNext({ component: "web" });
    const { made } = await world.initFailure(world.create());
    // The service ignores changes in a field that it does not know.
    const news = inputs(SHOP);
    const olds = {
      ...made,
      outs: { ...made.outs, spec: inputs(changed((spec) => void (spec.features = ["x"]))).spec },
    };
    world.app.spec = structuredClone(world.app.spec);
    const { outs } = await world.update(olds, { ...news, spec: olds.outs.spec });
    assert.equal(outs.phase, "ACTIVE");
  });

  it("is waited for in an unknown phase, by the next run too", async () => {
    meet({ fault: { phase: "QUEUED_FOR_REVIEW" } });
    const error = await world.initFailure(world.create(inputs(SHOP, { timeouts: { create: "3s" } })));
    assert.equal(error.errorCode, "wait-timeout");
    assert.equal(error.made.outs.phase, "QUEUED_FOR_REVIEW");
    const { outs } = await world.update(error.made, inputs());
    assert.deepEqual(outs.__deployment, { id: ids()[0], phase: "ACTIVE" });
    assert.equal(ids().length, 1);
  });

  it("costs one more request when the response contains it: for the deployments before the update", async () => {
    const made = await world.create();
    world.emulator.clearCalls();
    await world.update(made, inputs(greeting));
    const lists = world.emulator.calls.filter(({ path }) => path.endsWith("/deployments"));
    assert.equal(lists.length, 1);
    const [list, put] = [lists[0], world.emulator.calls.find(({ method }) => method === "PUT")];
    assert.ok(world.emulator.calls.indexOf(list!) < world.emulator.calls.indexOf(put!));
  });
});

describe("An app that is adopted", () => {
  const world = eachInItsWorld();
  const adopted = (): AppInputs => inputs(OPEN, { adopt: true });

  it("is deployed again when its newest deployment failed, even if an earlier one is active", async () => {
    const made = await world.create(inputs(OPEN));
    world.emulator.failNext({ component: "web" });
    await world.initFailure(world.update(made, inputs(OPEN, { redeployOn: { a: "1" } })));
    const { outs } = await world.create(adopted());
    assert.deepEqual(outs.__deployment, { id: world.app.deployments[2]?.id, phase: "ACTIVE" });
  });

  it("is waited for when its only deployment appears some seconds later", async () => {
    const stopped = world.create(inputs(OPEN, { wait: false }));
    await stopped;
    world.emulator.faults.add({ fault: { lateMs: 3_000 }, times: Infinity });
    const { outs } = await world.create(adopted());
    assert.deepEqual(outs.__deployment, { id: world.app.deployments[0]?.id, phase: "ACTIVE" });
    assert.equal(world.app.deployments.length, 1);
  });
});
