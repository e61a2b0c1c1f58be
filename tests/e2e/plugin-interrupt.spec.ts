import assert from "node:assert/strict";
import { succeeded, writes } from "../helpers/e2e";
import { app, killingInTurn } from "../helpers/processes/killing";
import { descendants, isAlive } from "../helpers/processes/processes";
import { CREATE, LongDeployment, UPDATE } from "../helpers/world/long-deployment";

const isPlugin = ({ command }: { command: string }): boolean => /plugin\/server\.js/.test(command);

/** Resolves when none of the processes is running. */
async function exited(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise((wait) => setTimeout(wait, 100));
}

describe("the plugin during a long deployment of a program in YAML", function () {
  this.timeout(300_000);
  let long: LongDeployment;

  before(async () => {
    long = await LongDeployment.start({ language: "yaml" });
    long.declare(1);
  });

  after(() => long?.close());

  const plugins = (): number[] =>
    descendants(process.pid)
      .filter(isPlugin)
      .map(({ pid }) => pid);

  it("stops at Ctrl-C, records the app with its deployment, and exits", async () => {
    const { running, press } = await long.begin(CREATE);
    const started = plugins();
    assert.ok(started.length > 0);
    press();
    const { code, output } = await running;
    assert.notEqual(code, 0);
    assert.match(output, /run was stopped .*deployment \S+ .*in progress/);
    assert.deepEqual(writes(long.emulator), ["POST /v2/apps"]);
    assert.equal(long.stack.resource("shop").id, long.emulator.apps()[0]?.id);
    assert.equal(long.recorded().id, long.deployments()[0]?.id);
    await exited(started);
  });

  it("waits for the same deployment in the next up, without a write", async () => {
    succeeded(await long.resumedUp());
    assert.deepEqual(writes(long.emulator), []);
    assert.deepEqual(long.recorded(), { id: long.deployments()[0]?.id, phase: "ACTIVE" });
    assert.equal(long.deployments().length, 1);
  });

  it("records the deployment of an update when every process gets SIGTERM, and exits", async () => {
    long.declare(2);
    const { running, terminate } = await long.begin(UPDATE);
    const started = plugins();
    terminate();
    assert.notEqual((await running).code, 0);
    assert.equal(long.recorded().id, long.deployments()[1]?.id);
    await exited(started);

    succeeded(await long.resumedUp());
    assert.deepEqual(writes(long.emulator), []);
    assert.equal(long.deployments().length, 2);
  });
});

describe("kill -9 during a run of a program in YAML, while a write is on its way to the service or back,", function () {
  this.timeout(300_000);
  const killing = killingInTurn({ language: "yaml" });
  const isWrite = (what: string): boolean => !what.startsWith("GET");

  it("of the plugin in a create: the next up creates the app, or reports the id and the line that adopts it", async () => {
    const steps = await killing.stepsOf(app(1));
    const recover = async (names: readonly string[]): Promise<void> => {
      await killing.adoptWhatIsThere(names);
      killing.assertConverged(names, 1);
    };
    await killing.everywhere("create", steps, "provider", recover, isWrite);
  });

  it("of the CLI in an update: after Pulumi's recovery the next up duplicates nothing", async () => {
    await killing.stepsOf(app(1));
    const steps = await killing.stepsOf(app(2));
    const recover = async (names: readonly string[]): Promise<void> => {
      succeeded(await killing.stack.run(["cancel", "--yes"]));
      succeeded(await killing.stack.run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]));
      succeeded(await killing.up());
      killing.assertConverged(names, 2);
    };
    await killing.everywhere("update", steps, "CLI", recover, isWrite);
  });

  it("the plugin exits by itself when its CLI was killed", async () => {
    await killing.orphansEnd();
  });
});
