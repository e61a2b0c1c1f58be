import assert from "node:assert/strict";
import { succeeded } from "../helpers/e2e";
import { app, killingInTurn } from "../helpers/processes/killing";

describe("kill -9 of the Pulumi CLI at every call of", function () {
  this.timeout(600_000);
  const killing = killingInTurn();

  /** Follows docs/recovery.md command by command. The orphaned provider writes nothing in the meantime. */
  async function recoverPulumi(): Promise<void> {
    const { gate, stack } = killing;
    const sent = (): string[] => gate.passed.map(({ what }) => what).filter((what) => !/^GET/.test(what));
    const before = sent();
    if (killing.cases === 0) {
      const locked = await stack.up();
      assert.notEqual(locked.code, 0);
      assert.match(locked.output, /the stack is currently locked.*`pulumi cancel`/s);
    }
    succeeded(await stack.run(["cancel", "--yes"]));
    succeeded(await stack.run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]));
    assert.deepEqual(sent(), before);
  }

  it("create: after Pulumi's recovery the next up creates the app, or explains how to adopt it, and converges", async () => {
    const steps = await killing.stepsOf(app(1));
    await killing.everywhere("create", steps, "CLI", async (names) => {
      await recoverPulumi();
      await killing.adoptWhatIsThere(names);
      killing.assertConverged(names, 1);
    });
  });

  it("update: after Pulumi's recovery the next up waits for the deployment or starts it, and duplicates nothing", async () => {
    await killing.stepsOf(app(1));
    const steps = await killing.stepsOf(app(2));
    await killing.everywhere("update", steps, "CLI", async (names) => {
      await recoverPulumi();
      const { output } = succeeded(await killing.up());
      assert.doesNotMatch(output, /pending operations/);
      killing.assertConverged(names, 2);
    });
  });

  it("delete: after Pulumi's recovery the next up completes the deletion", async () => {
    await killing.stepsOf(app(1));
    const steps = await killing.stepsOf(undefined);
    await killing.everywhere("delete", steps, "CLI", async (names) => {
      await recoverPulumi();
      succeeded(await killing.up());
      for (const name of names) assert.deepEqual(killing.deployments(name), [], name);
      for (const name of names) assert.equal(killing.stack.resources()[name], undefined, name);
    });
  });

  it("create, update or delete: the orphaned provider exits by itself", async () => {
    await killing.orphansEnd();
  });
});
