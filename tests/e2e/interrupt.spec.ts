import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { shown, succeeded, writes } from "../helpers/e2e";
import { CREATE, LongDeployment, UPDATE } from "../helpers/world/long-deployment";
import { OtherSdk } from "../helpers/other-sdk";

/** The oldest version that the package supports; this repository uses the newest that declares support for Node 20. */
const OLDEST = "3.216.0";
/** Declares that it requires Node 22 but also runs on Node 20. */
const NEWEST = "3.270.0";

for (const sdk of [undefined, OLDEST, NEWEST])
  describe(`Ctrl-C during a long deployment, with SDK ${sdk ?? installedSdk()}`, function () {
    this.timeout(300_000);
    let other: OtherSdk | undefined;
    let long: LongDeployment;

    before(async () => {
      if (sdk !== undefined) other = await OtherSdk.install(sdk);
      long = await LongDeployment.start(other ? { packages: other.packages } : {});
      long.declare(1);
    });

    after(async () => {
      await long?.close();
      other?.remove();
    });

    // Deployments finish only when the test ends them, and Pulumi would wait for them: a run that exits has
    // noticed Ctrl-C. `npm run bench` measures how fast.
    it("stops the creation during its deployment and records the app with its deployment", async () => {
      const result = await long.interruptedUp(CREATE);
      assert.notEqual(result.code, 0);
      assert.match(result.output, /run was stopped .*deployment \S+ .*in progress/);
      assert.match(result.output, /continues at the service.*next pulumi up/);
      assert.deepEqual(writes(long.emulator), ["POST /v2/apps"]);
      assert.equal(long.stack.resource("shop").id, long.emulator.apps()[0]?.id);
      assert.equal(long.recorded().id, long.deployments()[0]?.id);
      assert.notEqual(long.recorded().phase, "ACTIVE");
    });

    it("the next up waits for the same deployment without any write", async () => {
      const result = await long.resumedUp();
      assert.equal(result.code, 0, result.output);
      assert.deepEqual(writes(long.emulator), []);
      assert.equal(long.deployments().length, 1);
      assert.deepEqual(long.recorded(), { id: long.deployments()[0]?.id, phase: "ACTIVE" });
      assert.equal(long.stack.resource("shop").initErrors, undefined);
    });

    it("stops an update during its deployment, and the next up waits for that deployment", async () => {
      long.declare(2);
      const result = await long.interruptedUp(UPDATE);
      assert.notEqual(result.code, 0);
      assert.deepEqual(writes(long.emulator), ["PUT /v2/apps/shop"]);

      const resumed = await long.resumedUp();
      assert.equal(resumed.code, 0, resumed.output);
      assert.deepEqual(writes(long.emulator), []);
      assert.equal(long.deployments().length, 2);
      assert.deepEqual(long.recorded(), { id: long.deployments()[1]?.id, phase: "ACTIVE" });
    });

    it("prints on the resource's own row after the stack was renamed", async () => {
      const { stack } = long;
      succeeded(await stack.run(["stack", "rename", "prod"]));
      long.emulator.editApp("shop", (spec) => void (spec.envs = [{ key: "MODE", value: "edited" }]));
      const { resources, lines } = shown(await stack.run(["refresh", "--yes", "--skip-preview", "--json"]));
      const line = lines.find(({ message }) => message.includes("changed at the service"));
      assert.match(line?.urn ?? "", /^urn:pulumi:prod::.*::shop$/);
      assert.ok(lines.every(({ urn }) => urn === undefined || resources.has(urn)));
    });
  });

describe("SIGTERM to every process of a run, as CI sends it for a canceled job", function () {
  this.timeout(300_000);
  let long: LongDeployment;

  before(async () => {
    long = await LongDeployment.start();
    long.declare(1);
  });

  after(() => long?.close());

  it("records the app with its deployment, and the next up waits for that deployment", async () => {
    const { running, terminate } = await long.begin(CREATE);
    terminate();
    const result = await running;
    assert.notEqual(result.code, 0);
    assert.deepEqual(writes(long.emulator), ["POST /v2/apps"]);
    assert.equal(long.stack.resource("shop").id, long.emulator.apps()[0]?.id);
    assert.equal(long.recorded().id, long.deployments()[0]?.id);

    const resumed = await long.resumedUp();
    assert.equal(resumed.code, 0, resumed.output);
    assert.deepEqual(writes(long.emulator), []);
  });

  it("records the deployment of an update", async () => {
    long.declare(2);
    const { running, terminate } = await long.begin(UPDATE);
    terminate();
    assert.notEqual((await running).code, 0);
    assert.equal(long.recorded().id, long.deployments()[1]?.id);

    const resumed = await long.resumedUp();
    assert.equal(resumed.code, 0, resumed.output);
    assert.deepEqual(writes(long.emulator), []);
  });
});

describe("Ctrl-C with an SDK that does not forward it to providers", function () {
  this.timeout(300_000);
  let long: LongDeployment;

  before(async () => {
    long = await LongDeployment.startUnheard();
    long.declare(1);
  });

  after(() => long?.close());

  it("is announced as ineffective when the wait begins; the run ends with the deployment and records the app", async () => {
    const { running } = await long.beginUnheard(CREATE);
    long.end();
    const { output } = await running;
    assert.match(output, /Ctrl-C.*after the deployment/);
    assert.deepEqual(long.recorded(), { id: long.deployments()[0]?.id, phase: "ACTIVE" });
    assert.equal(long.deployments().length, 1);
  });
});

function installedSdk(): string {
  const { version } = createRequire(__filename)("@pulumi/pulumi/package.json") as { version: string };
  return version;
}
