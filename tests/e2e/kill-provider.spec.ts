import assert from "node:assert/strict";
import { succeeded } from "../helpers/e2e";
import { app, killingInTurn } from "../helpers/processes/killing";

describe("kill -9 of the provider's process at every call of", function () {
  this.timeout(600_000);
  const killing = killingInTurn();

  it("create: the next up creates the app, or reports the id and the line that adopts it, and converges", async () => {
    const steps = await killing.stepsOf(app(1));
    assert.equal(steps.length, 4, steps.join());
    await killing.everywhere("create", steps, "provider", async (names) => {
      await killing.adoptWhatIsThere(names);
      killing.assertConverged(names, 1);
    });
  });

  it("update: the next up waits for the deployment or starts it, and duplicates nothing", async () => {
    await killing.stepsOf(app(1));
    const steps = await killing.stepsOf(app(2));
    assert.equal(steps.length, 5, steps.join());
    await killing.everywhere("update", steps, "provider", async (names) => {
      succeeded(await killing.up());
      killing.assertConverged(names, 2);
    });
  });

  it("delete: the next up completes the deletion", async () => {
    await killing.stepsOf(app(1));
    const steps = await killing.stepsOf(undefined);
    assert.equal(steps.length, 3, steps.join());
    await killing.everywhere("delete", steps, "provider", async (names) => {
      succeeded(await killing.up());
      for (const name of names) assert.deepEqual(killing.deployments(name), [], name);
      for (const name of names) assert.equal(killing.stack.resources()[name], undefined, name);
    });
  });
});
