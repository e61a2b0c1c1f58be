import assert from "node:assert/strict";
import { succeeded } from "../helpers/e2e";
import { app, killingInTurn } from "../helpers/processes/killing";

describe("kill -9 of the Pulumi CLI at every call of", function () {
  this.timeout(600_000);
  const killing = killingInTurn();

  /** As docs/recovery.md says, command by command. The provider that was left behind writes nothing meanwhile. */
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

  it("create: after Pulumi's recovery the next up makes the app, or says how to adopt it, and with that converges", async () => {
    const steps = await killing.stepsOf(app(1));
    await killing.everywhere("create", steps, "CLI", async (names) => {
      await recoverPulumi();
      await killing.adoptWhatIsThere(names);
      killing.assertConverged(names, 1);
    });
  });

  it("update: after Pulumi's recovery the next up waits for what was made, or makes it, and makes nothing twice", async () => {
    await killing.stepsOf(app(1));
    const steps = await killing.stepsOf(app(2));
    await killing.everywhere("update", steps, "CLI", async (names) => {
      await recoverPulumi();
      const { output } = succeeded(await killing.up());
      assert.doesNotMatch(output, /pending operations/);
      killing.assertConverged(names, 2);
    });
  });

  it("delete: after Pulumi's recovery the next up ends it", async () => {
    await killing.stepsOf(app(1));
    const steps = await killing.stepsOf(undefined);
    await killing.everywhere("delete", steps, "CLI", async (names) => {
      await recoverPulumi();
      succeeded(await killing.up());
      for (const name of names) assert.deepEqual(killing.deployments(name), [], name);
      for (const name of names) assert.equal(killing.stack.resources()[name], undefined, name);
    });
  });

  it("any of them: the provider that is left behind ends by itself", async () => {
    await killing.orphansEnd();
  });
});
