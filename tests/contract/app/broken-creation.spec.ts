import assert from "node:assert/strict";
import { eachInItsWorld, inputs, OPEN } from "../../helpers/world/provider-world";

const CREATE = "POST /v2/apps";
const DEPLOY = "POST /v2/apps/…/deployments";

/** The service answers 500 to a creation although the app exists, without a deployment. */
describe("AppProvider: a creation that fails at the service although the app exists", () => {
  const world = eachInItsWorld();
  const ids = (): string[] => world.app.deployments.map(({ id }) => id);

  for (const wait of [true, false])
    it(`is recorded, reported, and deployed once with wait: ${wait}`, async () => {
      world.emulator.breakNextCreate();
      const { id, outs } = await world.create(inputs(OPEN, { wait }));
      assert.deepEqual(world.writes, [CREATE, DEPLOY]);
      assert.equal(id, world.app.id);
      assert.equal(outs.__deployment?.id, ids()[0]);
      assert.equal(outs.__awaited, undefined);
      assert.match(
        world.messages("warning").join("\n"),
        /Server Error.*the app exists .*without a deployment/,
      );
      assert.deepEqual(await world.run().diff(id, outs, inputs(OPEN, { wait })), { changes: false });
    });

  for (const wait of [true, false])
    it(`is recorded and fails with the service's message when no deployment can be started; later runs converge, with wait: ${wait}`, async () => {
      const wanted = inputs(OPEN, { wait });
      world.emulator.breakNextCreate(true);
      const error = await world.initFailure(world.create(wanted));
      assert.equal(error.errorCode, "service-error");
      assert.equal(error.id, world.app.id);
      const text = error.reasons.join("\n");
      assert.match(
        text,
        /creation failed.*the app exists.*Server Error[^]*Starting a deployment failed.*Server Error/,
      );
      assert.match(text, /recorded in the Pulumi state.*nothing is running.*pulumi up/);
      const { made } = error;
      assert.match((await world.failure(world.update(made, wanted))).message, /Server Error/);
      const { props } = await world.run().read(made.id, made.outs);
      assert.ok(props?.__awaited, "still due after a refresh");
      assert.deepEqual(await world.run().diff(made.id, props, wanted), { changes: true });

      world.emulator.repairApp("shop");
      world.emulator.clearCalls();
      const { outs } = await world.update({ id: made.id, outs: props }, wanted);
      assert.deepEqual(world.writes, [DEPLOY]);
      assert.deepEqual([outs.__deployment?.id, outs.phase === "ACTIVE"], [ids()[0], wait]);
      assert.equal(ids().length, 1);
      assert.deepEqual(await world.run().diff(made.id, outs, wanted), { changes: false });
    });

  it("takes the deployment that appears late, and starts no other", async () => {
    world.emulator.faults.add({ method: "POST", fault: "reset-after" });
    world.emulator.faults.add({ method: "GET", times: 3, fault: "without-deployment" });
    const { outs } = await world.create(inputs(OPEN));
    assert.deepEqual(world.writes, [CREATE]);
    assert.deepEqual(outs.__deployment, { id: ids()[0], phase: "ACTIVE" });
  });

  it("is deployed when it is adopted later", async () => {
    world.emulator.breakNextCreate();
    const body = JSON.stringify({ spec: OPEN });
    const token = world.deps().env["DIGITALOCEAN_TOKEN"];
    const headers = { authorization: `Bearer ${token}` };
    const post = () => fetch(`${world.emulator.url}/v2/apps`, { method: "POST", headers, body });
    assert.equal((await post()).status, 500);
    const again = await post();
    assert.equal(again.status, 409);
    assert.match(await again.text(), /App name already exists/);
    world.emulator.clearCalls();
    const { outs } = await world.run().create(inputs(OPEN, { adopt: true }));
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.equal(outs.phase, "ACTIVE");
  });
});
