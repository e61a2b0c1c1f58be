import assert from "node:assert/strict";
import { SharedReads } from "../../../provider/service/shared-reads";
import { changed, eachInItsWorld, inputs, SECRET, SHOP, type Made } from "../../helpers/world/provider-world";

const NEWS = inputs(SHOP, { wait: false });

describe("an App with wait: false", () => {
  const world = eachInItsWorld();

  /** `pulumi up`: the resulting app, and whether there was anything to update. */
  async function up(made: Made, news = NEWS): Promise<{ made: Made; updated: boolean }> {
    const provider = world.run({ reads: new SharedReads(world.clock) });
    const { inputs: checked } = await provider.check(made.outs, structuredClone(news));
    if ((await provider.diff(made.id, made.outs, checked)).changes === false) return { made, updated: false };
    const { outs } = await provider.update(made.id, made.outs, checked);
    return { made: { id: made.id, outs }, updated: true };
  }
  const pass = (ms: number): Promise<void> => world.clock.sleep(ms);

  it("gets its phase and address from a later up, which deploys nothing and reports why it updates", async () => {
    const made = await world.create(NEWS);
    assert.deepEqual([made.outs.liveUrl, made.outs.phase], ["", "PENDING_BUILD"]);
    assert.equal((await up(made)).updated, false, "nothing is new yet");

    await pass(60_000);
    world.emulator.clearCalls();
    const later = await up(made);
    assert.equal(later.made.outs.phase, "ACTIVE");
    assert.match(later.made.outs.liveUrl, /^https:/);
    assert.deepEqual(world.writes, []);
    assert.ok(world.messages("info").some((line) => /now ACTIVE.*this update/.test(line)));
    assert.equal((await up(later.made)).updated, false, "and once only");
  });

  it("starts a new deployment when the previous run's deployment has failed", async () => {
    const broken = changed((spec) => (spec.services![0]!.build_command = "exit 1"));
    const news = inputs(broken, { wait: false });
    const made = await world.create(news);
    await pass(60_000);
    world.emulator.clearCalls();
    await up(made, news);
    assert.deepEqual(world.writes, ["POST /v2/apps/…/deployments"]);
  });

  it("is left unchanged when the service cannot be reached", async () => {
    const made = await world.create(NEWS);
    await pass(60_000);
    world.emulator.faults.add({ method: "GET", fault: { status: 503 }, times: 50 });
    assert.equal((await up(made)).updated, false);
  });

  it("fails to be created when the service discards the creation", async () => {
    world.emulator.faults.add({ method: "POST", path: /^\/v2\/apps$/, fault: "discarded" });
    const failed = await world.initFailure(world.create(NEWS));
    assert.equal(failed.errorCode, "app-gone");
    assert.match(failed.message + failed.reasons.join(), /does not show it/);
    assert.deepEqual(world.emulator.apps(), []);
  });

  const WITH_COMMAND = changed((spec) => (spec.services![0]!.run_command = "node server.js"));
  const CHANGES = {
    "a removed command": SHOP,
    "a changed variable": changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening")),
    "a removed component": changed((spec) => delete spec.static_sites),
    "a changed secret": changed((spec) => (spec.services![0]!.envs![1]!.value = `${SECRET}-rotated`)),
  };
  for (const [name, spec] of Object.entries(CHANGES))
    it(`fails when the service discards an update with ${name}, and the next up sends it again`, async () => {
      const made = await world.create(inputs(spec === SHOP ? WITH_COMMAND : SHOP, { wait: false }));
      await pass(60_000);
      const news = inputs(spec, { wait: false });
      world.emulator.faults.add({ method: "PUT", fault: "discarded" });
      const failed = await world.initFailure(world.update(made, news));
      assert.equal(failed.errorCode, "update-not-seen");
      world.emulator.clearCalls();
      await world.update(failed.made, news);
      assert.deepEqual(world.writes, ["PUT /v2/apps/…"]);
    });
});
