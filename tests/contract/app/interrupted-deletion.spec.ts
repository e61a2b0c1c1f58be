import assert from "node:assert/strict";
import { join } from "node:path";
import { eachInItsWorld, inputs, type Made } from "../../helpers/world/provider-world";
import { temporaryFolder } from "../../helpers/temporary-folder";

describe("the pulumi up after a deletion that failed", () => {
  const world = eachInItsWorld();
  const top = temporaryFolder();
  const news = () => inputs(undefined, { backup: { directory: join(top.path, "backups") } });
  let made: Made;

  beforeEach(async () => {
    made = await world.create(news());
  });

  /** Whether it updates the app, with the program unchanged. */
  const updates = async (isPreview = false): Promise<boolean | undefined> => {
    const run = world.run();
    const { inputs: wanted } = await run.check(made.outs, { ...news(), __preview: isPreview });
    return (await run.diff(made.id, made.outs, wanted)).changes;
  };

  it("checks the app, and reports that it is gone, if the service had accepted the deletion", async () => {
    world.emulator.faults.add({ method: "GET", fault: { status: 401 }, after: 1, times: Infinity });
    await world.failure(world.run().delete(made.id, made.outs));
    world.emulator.faults.clear();
    await world.clock.sleep(60_000);
    assert.equal(await updates(), true);
    assert.match(world.messages("warning").at(-1) ?? "", /no longer shows.*pulumi refresh/);
    const error = await world.failure(world.update(made, news()));
    assert.equal(error.errorCode, "app-gone");
  });

  it("checks a second time, because a lagging replica may still have the app", async () => {
    world.emulator.faults.add({ path: /^none$/, fault: { lagMs: 20_000 } });
    world.emulator.faults.add({ method: "GET", fault: { status: 401 }, after: 1, times: Infinity });
    await world.failure(world.run().delete(made.id, made.outs));
    world.emulator.faults.clear();
    world.emulator.faults.add({ method: "GET", fault: { lagMs: 20_000 } });
    assert.equal(await updates(), true);
  });

  it("changes nothing if the deletion had no effect", async () => {
    world.emulator.faults.add({ method: "DELETE", fault: { status: 401 }, times: Infinity });
    await world.failure(world.run().delete(made.id, made.outs));
    assert.equal(await updates(), false);
    assert.equal(world.emulator.apps().length, 1);
  });

  it("checks again with all retries if the first check fails, unless it is a preview", async () => {
    world.emulator.faults.add({ method: "DELETE", fault: { status: 401 }, times: Infinity });
    await world.failure(world.run().delete(made.id, made.outs));
    world.emulator.faults.add({ method: "GET", fault: { status: 500 }, times: Infinity });
    assert.equal(await updates(), true);
    assert.equal(await updates(true), false);
  });

  it("requests nothing for an app that no run has started to delete", async () => {
    world.emulator.clearCalls();
    assert.equal(await updates(), false);
    assert.deepEqual(world.emulator.calls, []);
  });
});
