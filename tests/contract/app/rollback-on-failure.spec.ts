import assert from "node:assert/strict";
import type { AppSpec } from "../../../provider/index";
import type { AppInputs } from "../../../provider/resources/app/state";
import {
  assertClean,
  changed,
  eachInItsWorld,
  inputs,
  SECRET,
  SHOP,
  type Made,
} from "../../helpers/world/provider-world";

const BROKEN = changed((spec) => (spec.services![0]!.build_command = "exit 1"));
const FIXED = changed((spec) => (spec.services![0]!.build_command = "make"));
const wanted = (spec: AppSpec = SHOP, more: Partial<AppInputs> = {}): AppInputs =>
  inputs(spec, { onFailedDeployment: "rollback", ...more });

const PUT = "PUT /v2/apps/…";
const VALIDATE = "POST /v2/apps/…/rollback/validate";
const ROLLBACK = "POST /v2/apps/…/rollback";
const COMMIT = "POST /v2/apps/…/rollback/commit";

describe("AppProvider: rollback of a failed update", () => {
  const world = eachInItsWorld();
  let made: Made;
  beforeEach(async () => {
    made = await world.create(wanted());
    world.emulator.clearCalls();
  });

  const fail = () => world.initFailure(world.update(made, wanted(BROKEN)));
  const web = (outs: Made["outs"]) =>
    (outs.spec as { services: { web: Record<string, unknown> } }).services.web;
  const newRun = () => (world.stop = new AbortController());

  it("restores the last working deployment and fails the update with a report", async () => {
    const error = await fail();
    assert.deepEqual(world.writes, [PUT, VALIDATE, ROLLBACK, COMMIT]);
    assert.equal(error.errorCode, "deployment-failed");
    assert.match(error.reasons[0] ?? "", /web.*build[^]*Last \d+ log lines:/);
    const [first, , rolledBack] = world.app.deployments;
    assert.match(
      error.reasons[1] ?? "",
      new RegExp(`^Rolled back to .*${first?.id} .*previous spec.*${rolledBack?.id}.*active.*next preview`),
    );
    assert.equal(world.app.spec.services?.[0]?.build_command, undefined);
    assert.equal(world.app.pinned, undefined);
  });

  it("leaves a state that matches the service", async () => {
    const { made: after } = await fail();
    const rolledBack = world.app.deployments.at(-1);
    assert.deepEqual(after.outs.spec, made.outs.spec);
    assert.deepEqual(after.outs.__liveSpec, made.outs.__liveSpec);
    assert.deepEqual(after.outs.__deployment, { id: rolledBack?.id, phase: "ACTIVE" });
    assert.equal(after.outs.activeDeploymentId, rolledBack?.id);
    assert.equal(after.outs.phase, "ACTIVE");
    assert.equal(after.outs.__pinned, undefined);
    assertClean(after.outs);
    const { props, inputs: seen } = await world.run().read(after.id, after.outs);
    assert.deepEqual(seen?.spec, made.outs.spec, "a refresh finds no drift");
    assert.deepEqual(await world.run().diff(after.id, props!, wanted()), { changes: false });
    assert.deepEqual(await world.run().diff(after.id, props!, wanted(BROKEN)), {});
  });

  it("applies a corrected spec in one update, without new ciphertext for unchanged secrets", async () => {
    const { made: after } = await fail();
    world.emulator.clearCalls();
    const { outs } = await world.update(after, wanted(FIXED));
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(outs.phase, "ACTIVE");
    assert.equal(web(outs)["build_command"], "make");
    const put = world.emulator.calls.find(({ method }) => method === "PUT");
    assert.ok(!JSON.stringify(put?.body).includes(SECRET));
  });

  it("retries the same spec in one update", async () => {
    const { made: after } = await fail();
    world.emulator.clearCalls();
    const again = await world.initFailure(world.update(after, wanted(BROKEN)));
    assert.deepEqual(world.writes, [PUT, VALIDATE, ROLLBACK, COMMIT]);
    assert.deepEqual(again.made.outs.spec, made.outs.spec);
  });

  for (const more of [{ onFailedDeployment: "keep" }, {}] as const)
    it(`is not done when the program ${"onFailedDeployment" in more ? "says keep" : "says nothing"}`, async () => {
      const error = await world.initFailure(world.update(made, inputs(BROKEN, more)));
      assert.deepEqual(world.writes, [PUT]);
      assert.equal(error.reasons.length, 1);
      assert.equal(error.made.outs.phase, "ERROR");
      assert.equal(web(error.made.outs)["build_command"], "exit 1");
    });

  it("keeps a failed first deployment and reports why", async () => {
    const spec = changed((copy) => (copy.name = "other"), BROKEN);
    const error = await world.initFailure(world.create(wanted(spec)));
    assert.match(error.reasons[1] ?? "", /^Not rolled back: no deployment .*succeeded/);
    assert.equal(error.made.outs.phase, "ERROR");
    const again = changed((copy) => (copy.services![0]!.build_command = "exit 2"), spec);
    const second = await world.initFailure(world.update(error.made, wanted(again)));
    assert.match(second.reasons[1] ?? "", /^Not rolled back: no deployment/);
    assert.ok(!world.writes.some((write) => write.includes("rollback")));
  });

  it("keeps the new spec when the service does not allow a rollback, and reports why", async () => {
    const withDatabase = changed((spec) => (spec.databases = [{ name: "db", engine: "PG" }]), BROKEN);
    const error = await world.initFailure(world.update(made, wanted(withDatabase)));
    assert.deepEqual(world.writes, [PUT, VALIDATE]);
    assert.match(error.reasons[1] ?? "", /^Not rolled back: .*not allow.*database/);
    assert.equal(error.made.outs.phase, "ERROR");
    assert.ok("databases" in (error.made.outs.spec as object));
  });

  it("passes on the service's warnings", async () => {
    await fail();
    assert.match(
      world.messages("warning").join("\n"),
      /Rolling back to deployment .*: Static sites .*\(site\)/,
    );
  });

  it("also rolls back a redeployment, and the next up starts it again", async () => {
    const before = await world.update(made, wanted(SHOP, { redeployOn: { commit: "a" } }));
    world.emulator.failNext({ component: "web" });
    const news = wanted(SHOP, { redeployOn: { commit: "b" } });
    const { made: after, reasons } = await world.initFailure(world.update(before, news));
    assert.match(reasons[1] ?? "", /^Rolled back to deployment/);
    assert.deepEqual(after.outs.redeployOn, { commit: "a" });
    world.emulator.clearCalls();
    const { outs } = await world.update(after, news);
    assert.deepEqual(world.writes, ["POST /v2/apps/…/deployments"]);
    assert.deepEqual(outs.redeployOn, { commit: "b" });
  });

  it("restores the last working deployment, skipping a failed update that was kept", async () => {
    const kept = await world.initFailure(
      world.update(made, inputs(changed((spec) => (spec.services![0]!.instance_count = 3), BROKEN))),
    );
    const { made: after } = await world.initFailure(world.update(kept.made, wanted(BROKEN)));
    assert.deepEqual(after.outs.spec, made.outs.spec);
    assert.deepEqual(after.outs.__liveSpec, made.outs.__liveSpec);
  });

  it("rolls back even if another run started the deployment", async () => {
    const { made: pending } = await interrupted(
      () => world.update(made, wanted(BROKEN)),
      /deployments\/[^/]+$/,
    );
    newRun();
    const error = await world.initFailure(world.update(pending, wanted(BROKEN)));
    assert.match(error.reasons.at(-1) ?? "", /^Rolled back to deployment/);
    assert.deepEqual(error.made.outs.spec, made.outs.spec);
  });

  it("unpins the app even if the rollback fails, and reports both failures", async () => {
    world.emulator.failNext({ component: "web", log: ["first"] });
    world.emulator.failNext({ component: "web", log: ["second"] });
    const error = await world.initFailure(world.update(made, wanted(FIXED)));
    assert.equal(world.app.pinned, undefined);
    const text = error.reasons.join("\n");
    assert.match(text, /first[^]*The rollback to deployment .* failed as well[^]*second/);
    assert.equal(error.made.outs.phase, "ERROR");
    assert.deepEqual(error.made.outs.spec, made.outs.spec);
    world.emulator.clearCalls();
    assert.equal((await world.update(error.made, wanted(FIXED))).outs.phase, "ACTIVE");
    assert.deepEqual(world.writes, [PUT]);
  });

  it("writes only once when responses are lost", async () => {
    for (const path of [/rollback$/, /rollback\/commit$/])
      world.emulator.faults.add({ method: "POST", path, fault: "reset-after" });
    const error = await fail();
    assert.deepEqual(world.writes, [PUT, VALIDATE, ROLLBACK, COMMIT]);
    assert.match(error.reasons[1] ?? "", /^Rolled back/);
    assert.equal(world.app.deployments.length, 3);
  });

  it("keeps the failed update when the service does not respond", async () => {
    world.emulator.faults.add({
      path: /validate$/,
      times: 100,
      fault: { status: 403, body: { id: "no", message: "no" } },
    });
    const error = await fail();
    assert.match(error.reasons[1] ?? "", /^Not rolled back: /);
    assert.equal(error.made.outs.phase, "ERROR");
  });

  /** The user presses Ctrl-C right after the response to a request for `path`, once the rollback has started. */
  async function interrupted(work: () => Promise<unknown>, path: RegExp, after?: RegExp) {
    const pressed = (async () => {
      if (after) await world.emulator.nextCall({ path: after });
      await world.emulator.nextCall({ path });
      world.stop.abort();
    })();
    const error = await world.initFailure(work());
    await pressed;
    return error;
  }

  describe("that is interrupted", () => {
    const begun = /rollback$/;
    const stop = () => interrupted(() => world.update(made, wanted(BROKEN)), /deployments\/[^/]+$/, begun);

    it("is recorded, and the next up finishes it before it updates", async () => {
      const error = await stop();
      const pinned = world.app.pinned?.deployment.id;
      assert.equal(error.errorCode, "interrupted");
      assert.match(error.reasons.at(-1) ?? "", /not completed.*pinned.*next pulumi up/);
      assert.equal(error.made.outs.__pinned, pinned);
      assert.deepEqual(error.made.outs.spec, made.outs.spec);
      assertClean(error.properties);

      newRun();
      world.emulator.clearCalls();
      const { outs } = await world.update(error.made, wanted(FIXED));
      assert.deepEqual(world.writes, [COMMIT, PUT]);
      assert.equal(outs.phase, "ACTIVE");
      assert.equal(outs.__pinned, undefined);
      assert.equal(world.app.pinned, undefined);
    });

    it("is finished by an up without other changes, also after a refresh", async () => {
      const error = await stop();
      newRun();
      const { props } = await world.run().read(error.id, error.made.outs);
      assert.equal(props?.__pinned, world.app.pinned?.deployment.id);
      assert.deepEqual(await world.run().diff(error.id, props!, wanted()), { changes: true });
      world.emulator.clearCalls();
      const { outs } = await world.update({ id: error.id, outs: props! }, wanted());
      assert.deepEqual(world.writes, [COMMIT]);
      assert.deepEqual(await world.run().diff(error.id, outs, wanted()), { changes: false });
    });

    it("is forgotten when someone else has finished it", async () => {
      const error = await stop();
      newRun();
      delete world.app.pinned;
      const { props } = await world.run().read(error.id, error.made.outs);
      assert.equal(props?.__pinned, undefined);
    });

    it("is recorded when only its commit fails", async () => {
      world.emulator.faults.add({
        path: /commit$/,
        times: 1,
        fault: { status: 403, body: { id: "forbidden", message: "not now" } },
      });
      const error = await fail();
      assert.match(error.reasons.at(-1) ?? "", /not now.*stays pinned/);
      assert.equal(error.made.outs.__pinned, world.app.pinned?.deployment.id);
      assert.equal(error.made.outs.phase, "ACTIVE");
      world.emulator.clearCalls();
      await world.update(error.made, wanted(FIXED));
      assert.deepEqual(world.writes, [COMMIT, PUT]);
    });
  });

  describe("started by someone else", () => {
    async function pinByOther(): Promise<void> {
      await fetch(`${world.emulator.url}/v2/apps/${made.id}/rollback`, {
        method: "POST",
        headers: { authorization: `Bearer ${world.deps().env["DIGITALOCEAN_TOKEN"]}` },
        body: JSON.stringify({ deployment_id: world.app.deployments[0]?.id }),
      });
      world.emulator.clearCalls();
    }

    it("stops the adoption of a different app, and reports how to commit or revert it", async () => {
      await pinByOther();
      const error = await world.failure(world.create({ ...wanted(FIXED), adopt: made.id }));
      assert.equal(error.errorCode, "app-pinned");
      assert.match(error.message, /app-platform rollback shop --commit/);
      assert.deepEqual(world.writes, []);
    });

    it("stops an update and reports how to commit or revert it", async () => {
      await pinByOther();
      const error = await world.failure(world.update(made, wanted(FIXED)));
      assert.equal(error.errorCode, "app-pinned");
      assert.match(error.message, new RegExp(`pinned to .*${world.app.pinned?.deployment.id}`));
      assert.match(error.message, /--commit.*--revert/);
      assert.deepEqual(world.writes, []);
    });

    it("does not stop updates that deploy nothing", async () => {
      await pinByOther();
      await world.update(made, wanted(SHOP, { timeouts: { update: "5m" } }));
      assert.deepEqual(world.writes, []);
    });
  });
});
