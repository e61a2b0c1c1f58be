import assert from "node:assert/strict";
import type { AppSpec } from "../../../provider/appspec/types";
import { changed, eachInItsWorld, inputs, OPEN, type Made } from "../../helpers/world/provider-world";

const greeting = (value: string): AppSpec =>
  changed((spec) => (spec.services![0]!.envs![0]!.value = value), OPEN);

describe("two pipelines running on one app at the same time", () => {
  const world = eachInItsWorld();
  let made: Made;
  const PUT = "PUT /v2/apps/…";

  beforeEach(async () => {
    made = await world.create(inputs(OPEN));
    world.emulator.clearCalls();
    world.lines.length = 0;
  });

  /** Starts the second update as soon as the first one waits for its deployment. */
  async function both(first: AppSpec, second: AppSpec) {
    const waits = world.emulator.nextCall({ method: "GET", path: /\/deployments\/[^/]+$/ });
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const earlier = world.update(made, inputs(first));
    world.clock.onSleep = () => begin();
    await waits;
    await begun;
    world.clock.onSleep = () => {};
    return Promise.allSettled([earlier, world.update(made, inputs(second))]);
  }

  it("make one update for the same change, and both wait for its deployment", async () => {
    const [one, other] = await both(greeting("good evening"), greeting("good evening"));
    assert.deepEqual([one?.status, other?.status], ["fulfilled", "fulfilled"]);
    assert.equal(world.app.deployments.length, 2);
    assert.deepEqual(world.writes, [PUT]);
    for (const run of [one, other])
      assert.deepEqual((run as PromiseFulfilledResult<Made>).value.outs.__deployment, {
        id: world.app.deployments[1]?.id,
        phase: "ACTIVE",
      });
  });

  it("make one update each for different changes; the earlier one follows the later and reports it", async () => {
    const [one, other] = await both(greeting("good evening"), greeting("good night"));
    assert.deepEqual([one?.status, other?.status], ["fulfilled", "fulfilled"]);
    assert.deepEqual(world.writes, [PUT, PUT]);
    assert.equal(world.app.deployments.length, 3);
    const last = { id: world.app.deployments[2]?.id, phase: "ACTIVE" };
    for (const run of [one, other])
      assert.deepEqual((run as PromiseFulfilledResult<Made>).value.outs.__deployment, last);
    assert.ok(world.messages("info").some((line) => line.includes(`Superseded by deployment ${last.id}`)));
    assert.ok(world.messages("warning").some((line) => /Changed at the service/.test(line)));
  });

  it("both fail with a clear error when the later deployment fails, and start none themselves", async () => {
    const waits = world.emulator.nextCall({ method: "GET", path: /\/deployments\/[^/]+$/ });
    const earlier = world.update(made, inputs(greeting("good evening")));
    await waits;
    world.emulator.failNext({ component: "web" });
    const results = await Promise.allSettled([earlier, world.update(made, inputs(greeting("good night")))]);
    for (const result of results) {
      assert.equal(result.status, "rejected");
      assert.match(((result as PromiseRejectedResult).reason as Error).message, /web: build failed/);
    }
    assert.equal(world.app.deployments.length, 3);
  });

  it("terminate when every deployment is canceled, without a loop or another deployment", async () => {
    let edits = 0;
    world.clock.onSleep = () => {
      if (edits < 5)
        world.emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = ++edits + 1));
      else world.app.deployments.at(-1)!.canceledAt ??= world.clock.now();
    };
    const error = await world.initFailure(world.update(made, inputs(greeting("good evening"))));
    assert.match(error.reasons.join(), /was canceled at the service/);
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(world.app.deployments.length, 2 + edits);
  });

  it("report success for a deployment that was active and has been superseded", async () => {
    const { outs } = await world.update(made, inputs(greeting("good evening")));
    const mine = outs.__deployment?.id;
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 2));
    await world.clock.sleep(60_000);
    assert.notEqual(world.app.deployments.at(-1)?.id, mine);
    world.emulator.clearCalls();
    const again = await world.update(
      { id: made.id, outs },
      inputs(greeting("good evening"), { timeouts: {} }),
    );
    assert.deepEqual(world.writes, []);
    assert.equal(again.outs.phase, "ACTIVE");
  });
});
