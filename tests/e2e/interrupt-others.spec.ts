import assert from "node:assert/strict";
import { join } from "node:path";
import { Client } from "../../provider/api/client";
import { TOP } from "../../tools/pulumi-project";
import { succeeded, TOKEN, writes, type StateResource } from "../helpers/e2e";
import { CREATE, LongDeployment } from "../helpers/world/long-deployment";

const GOES_ON = /run was stopped .*deployment \S+ .*continues at the service/;

describe("Ctrl-C twice during a long deployment", function () {
  this.timeout(300_000);
  let long: LongDeployment;

  before(async () => {
    // If the SDK does not forward the first Ctrl-C, the second one arrives while the wait is still running.
    long = await LongDeployment.startUnheard();
    long.declare(1);
  });

  after(() => long?.close());

  it("stops the run but not the deployment; after Pulumi's recovery there is one app with one deployment", async () => {
    const { running, press } = await long.beginUnheard(CREATE);
    press();
    assert.notEqual((await running).code, 0);
    assert.deepEqual(long.stack.resources(), {});

    // As documented in docs/recovery.md.
    await long.stack.run(["cancel", "--yes"]);
    const clear = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"];
    succeeded(await long.stack.run(clear));
    const { code, output } = await long.stack.up();
    assert.notEqual(code, 0);
    const id = long.emulator.apps()[0]?.id ?? "";
    assert.match(output, new RegExp(`An app named shop already exists \\(id ${id},.*adopt: "${id}"`, "s"));

    long.declare(1, long.stack, { adopt: id });
    succeeded(await long.resumedUp());
    assert.deepEqual(writes(long.emulator), []);
    assert.equal(long.emulator.apps().length, 1);
    assert.deepEqual(long.recorded(), { id: long.deployments()[0]?.id, phase: "ACTIVE" });
    assert.equal(long.deployments().length, 1);
  });
});

describe("Ctrl-C during a deletion", function () {
  this.timeout(300_000);
  let long: LongDeployment;

  before(async () => {
    long = await LongDeployment.start();
    long.declare(1);
    succeeded(await long.resumedUp());
  });

  after(() => long?.close());

  it("stops the run but not the deletion, and the next up detects the result", async () => {
    long.stack.declare({});
    const asked = () => long.emulator.nextCall({ method: "GET", path: /^\/v2\/apps/ });
    const { running, press } = await long.begin(
      { method: "DELETE", path: /\/v2\/apps\// },
      undefined,
      [],
      asked,
    );
    press();
    const { code, output } = await running;
    assert.notEqual(code, 0);
    assert.match(output, /run was stopped.*continue at the service/);
    assert.equal(long.stack.resource("shop").id, long.emulator.apps()[0]?.id);

    long.end();
    succeeded(await long.stack.up());
    assert.deepEqual(long.stack.resources(), {});
    assert.deepEqual(long.emulator.apps(), []);
  });
});

describe("Ctrl-C in a program with a release and a rollback (examples/deployments)", function () {
  this.timeout(300_000);
  let long: LongDeployment;
  let config: string[];

  before(async () => {
    long = await LongDeployment.start({ program: join(TOP, "examples", "deployments") });
    const client = new Client({ token: TOKEN, baseUrl: long.emulator.url });
    const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
    const { id } = await client.createApp({ spec: { name: "shop", services: [{ name: "web", image }] } });
    long.end();
    config = ["--config", `appId=${id}`, "--config", "commit=a"];
  });

  after(() => long?.close());

  const inState = (name: string): StateResource => {
    const { checkpoint } = JSON.parse(long.stack.project.stateText()) as {
      checkpoint: { latest: { resources: StateResource[] } };
    };
    const found = checkpoint.latest.resources.find(({ urn }) => urn.endsWith(`::${name}`));
    return found ?? assert.fail(`${name} is not in the state`);
  };

  /** Interrupts a run during its wait and lets the next run resume it. */
  async function stopAndResume(name: string, path: RegExp): Promise<void> {
    const { running, press } = await long.begin({ method: "POST", path }, undefined, config);
    press();
    const { code, output } = await running;
    assert.notEqual(code, 0);
    assert.match(output, GOES_ON);
    const count = long.deployments().length;
    const newest = long.deployments().at(-1)?.id;
    assert.equal(inState(name).id, newest);

    const begun = long.waiting();
    const resumed = long.stack.up(config);
    await Promise.race([begun, resumed]);
    long.end();
    succeeded(await resumed);
    assert.deepEqual(writes(long.emulator), []);
    assert.equal(long.deployments().length, count);
    assert.equal(inState(name).id, newest);
    assert.equal(inState(name).outputs["phase"], "ACTIVE");
  }

  it("keeps a Deployment in the state, and the next up waits for it", () =>
    stopAndResume("release", /\/deployments$/));

  it("keeps a Rollback in the state, and the next up waits for it", async () => {
    config.push("--config", "rollback=pinned");
    await stopAndResume("back", /\/rollback$/);
  });

  it("completes a commit of a Rollback that is in flight, and the next up has no changes", async () => {
    const id = inState("back").id;
    config.splice(-1, 1, "rollback=committed");
    // The service responds slowly, so that Ctrl-C arrives before the response.
    const commit = { method: "POST", path: /\/rollback\/commit$/ };
    long.emulator.faults.add({ ...commit, fault: { delayMs: 10_000 } });
    const { running, press } = await long.begin(commit, undefined, config, () => Promise.resolve());
    press();
    long.end();
    await running;
    assert.equal(long.emulator.apps()[0]?.pinned, undefined);

    const count = long.deployments().length;
    succeeded(await long.stack.up(config));
    assert.deepEqual(writes(long.emulator), []);
    assert.equal(long.deployments().length, count);
    const { id: now, outputs } = inState("back");
    assert.deepEqual([now, outputs["state"], outputs["pinned"]], [id, "committed", false]);
  });
});
