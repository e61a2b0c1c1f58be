import assert from "node:assert/strict";
import type { AppSpec } from "../../../provider/appspec/types";
import { WAIT_LIMITS } from "../../../provider/service/poll";
import { changed, eachInItsWorld, inputs, OPEN } from "../../helpers/world/provider-world";

const WORKER: AppSpec = changed((spec) => {
  const { http_port: _, ...worker } = spec.services![0]!;
  delete spec.services;
  delete spec.static_sites;
  spec.workers = [worker];
}, OPEN);

const INTERNAL: AppSpec = changed((spec) => {
  delete spec.static_sites;
  delete spec.services![0]!.http_port;
  spec.services![0]!.internal_ports = [9000];
}, OPEN);

describe("the address of an app", () => {
  const world = eachInItsWorld();
  const reads = (id: string): number =>
    world.emulator.calls.filter(({ method, path }) => method === "GET" && path === `/v2/apps/${id}`).length;

  it("is waited for when it appears some seconds after the deployment is active", async () => {
    await world.restart({ otherwise: ["live-url-when-active"] });
    const { id, outs } = await world.create(inputs(OPEN));
    assert.match(outs.liveUrl, /^https:\/\/shop-\w+\.ondigitalocean\.app$/);
    assert.equal(outs.liveUrl, outs.defaultIngress);
    assert.equal(outs.phase, "ACTIVE");
    assert.deepEqual((await world.run().read(id, outs)).props?.liveUrl, outs.liveUrl);
  });

  it("is not waited for forever: the app is recorded without it, and a refresh gets it", async () => {
    const seconds = WAIT_LIMITS.address / 1000 + 5;
    await world.restart({ otherwise: [`live-url-when-active=${seconds}`] });
    const began = world.clock.now();
    const { id, outs } = await world.create(inputs(OPEN));
    assert.equal(outs.liveUrl, "");
    assert.equal(outs.phase, "ACTIVE");
    assert.ok(world.clock.now() - began < WAIT_LIMITS.address + 20_000);
    assert.match(world.messages("info").join("\n"), /address.*pulumi refresh/);
    await world.clock.sleep(6_000);
    assert.match((await world.run().read(id, outs)).props?.liveUrl ?? "", /^https:/);
  });

  it("is not waited for when it was there before an update", async () => {
    await world.restart({ otherwise: ["live-url-when-active"] });
    const made = await world.create(inputs(OPEN));
    world.emulator.clearCalls();
    const updated = await world.update(
      made,
      inputs(changed((spec) => (spec.services![0]!.instance_count = 2), OPEN)),
    );
    assert.equal(updated.outs.liveUrl, made.outs.liveUrl);
    assert.ok(reads(made.id) <= 2, `${reads(made.id)} reads`);
  });

  it("does not fail the app when the service fails while it is waited for", async () => {
    await world.restart({ otherwise: ["live-url-when-active"] });
    world.emulator.faults.add({
      method: "GET",
      path: /^\/v2\/apps\/[^/]+$/,
      after: 1,
      times: 2,
      fault: { status: 404, body: { id: "not_found", message: "not here" } },
    });
    assert.match((await world.create(inputs(OPEN))).outs.liveUrl, /^https:/);
  });

  for (const [title, spec] of [
    ["workers only", WORKER],
    ["internal services only", INTERNAL],
  ] as const)
    it(`is not expected of an app with ${title}`, async () => {
      const { id, outs } = await world.create(inputs(spec));
      assert.deepEqual([outs.liveUrl, outs.defaultIngress, outs.phase], ["", "", "ACTIVE"]);
      assert.doesNotMatch(world.shown, /address/);
      assert.ok(reads(id) <= 1, `${reads(id)} reads`);
    });
});
