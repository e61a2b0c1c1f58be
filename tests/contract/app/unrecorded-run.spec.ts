import assert from "node:assert/strict";
import type { AppSpec } from "../../../provider/appspec/types";
import { changed, eachInItsWorld, inputs, OPEN, SHOP, type Made } from "../../helpers/world/provider-world";

const edited = (change: (spec: AppSpec) => void): AppSpec => changed(change, OPEN);

describe("an app that a killed run created", () => {
  const world = eachInItsWorld();
  /** The app exists, but its creation was not recorded. */
  const killed = async (): Promise<void> => {
    world.clock.onSleep = () => {
      if (world.emulator.apps().length > 0) world.stop.abort();
    };
    await world.failure(world.create(inputs(OPEN)));
    world.clock.onSleep = () => {};
    world.stop = new AbortController();
    world.emulator.clearCalls();
  };

  it("is reported with its ID and the line that adopts it, whatever its spec and age, and nothing is sent", async () => {
    await killed();
    // Even if it was created a moment ago: no timestamp distinguishes it from an app of this run.
    world.emulator.faults.add({ method: "POST", fault: "reset-before" });
    const error = await world.failure(world.create(inputs(OPEN)));
    assert.equal(error.errorCode, "app-exists");
    assert.match(
      error.message,
      new RegExp(`id ${world.app.id}.*a run .*was killed.*adopt: "${world.app.id}"`, "s"),
    );
    assert.deepEqual(world.writes, []);
  });

  it("is adopted by that line with its running deployment, and no second one is started", async () => {
    await killed();
    const { id, outs } = await world.create(inputs(OPEN, { adopt: world.app.id }));
    assert.equal(id, world.app.id);
    assert.deepEqual(world.writes, []);
    assert.deepEqual(outs.__deployment, { id: world.app.deployments[0]?.id, phase: "ACTIVE" });
    assert.deepEqual(await world.run().diff(id, outs, inputs(OPEN, { adopt: id })), { changes: false });
  });

  it("is deployed again by that line when its only deployment has failed", async () => {
    world.emulator.failNext({ component: "web" });
    await killed();
    await world.clock.sleep(60_000);
    const { outs } = await world.create(inputs(OPEN, { adopt: true }));
    assert.deepEqual(world.writes, ["POST /v2/apps/…/deployments"]);
    assert.deepEqual(outs.__deployment, { id: world.app.deployments[1]?.id, phase: "ACTIVE" });
  });

  it("is not claimed when it appeared between the check and a lost response with a different spec", async () => {
    world.emulator.faults.add({ method: "POST", fault: "reset-before" });
    const looked = world.emulator.nextCall({ method: "POST", path: /\/v2\/apps$/ });
    const creating = world.failure(world.create(inputs(edited((spec) => (spec.region = "fra")))));
    await looked;
    await world.run().create(inputs(OPEN));
    assert.equal((await creating).errorCode, "app-exists");
    assert.equal(world.app.spec.region, "ams");
  });

  it("is recorded when the user stops the run while the request is in flight", async () => {
    world.emulator.faults.add({ method: "POST", fault: "reset-after" });
    const sent = world.emulator.nextCall({ method: "POST" }).then(() => world.stop.abort());
    const error = await world.initFailure(world.create(inputs(OPEN)));
    await sent;
    assert.equal(error.errorCode, "interrupted");
    assert.equal(error.id, world.app.id);
    assert.equal(error.made.outs.__deployment?.id, world.app.deployments[0]?.id);
  });
});

describe("an update that a killed run made", () => {
  const world = eachInItsWorld();
  let made: Made;
  const PUT = "PUT /v2/apps/…";

  beforeEach(async () => {
    made = await world.create(inputs(OPEN));
  });

  /** The update reached the service but is missing from the state. */
  async function killed(news: AppSpec): Promise<void> {
    const stop = world.emulator.nextCall({ method: "PUT" }).then(() => world.stop.abort());
    await world.failure(world.update(made, inputs(news)));
    await stop;
    world.stop = new AbortController();
    world.emulator.clearCalls();
  }

  const cases: Record<string, AppSpec> = {
    "a value changed": edited((spec) => (spec.services![0]!.envs![0]!.value = "good evening")),
    "a field added": edited((spec) => (spec.services![0]!.instance_size_slug = "apps-s-1vcpu-1gb")),
    "a variable added": edited((spec) => spec.services![0]!.envs!.push({ key: "NEW", value: "1" })),
    "a variable removed": edited((spec) => (spec.services![0]!.envs = [])),
    "a component added": edited((spec) => (spec.workers = [{ ...SHOP.static_sites![0]!, name: "bee" }])),
    "a component removed": edited((spec) => delete spec.static_sites),
  };
  for (const [what, news] of Object.entries(cases))
    it(`is waited for and not made again (${what})`, async () => {
      await killed(news);
      const { outs } = await world.update(made, inputs(news));
      assert.equal(world.app.deployments.length, 2);
      assert.deepEqual(outs.__deployment, { id: world.app.deployments[1]?.id, phase: "ACTIVE" });
      assert.deepEqual(await world.run().diff(made.id, outs, inputs(news)), { changes: false });
    });

  const evening = cases["a value changed"] as AppSpec;

  it("costs no write, and the row shows why", async () => {
    await killed(evening);
    await world.update(made, inputs(evening));
    assert.deepEqual(world.writes, []);
    assert.ok(world.messages("info").some((line) => /already has the program's spec/.test(line)));
  });

  it("is followed by a new deployment when its own has failed", async () => {
    world.emulator.failNext({ component: "web" });
    await killed(evening);
    await world.clock.sleep(60_000);
    const { outs } = await world.update(made, inputs(evening));
    assert.deepEqual(world.writes, ["POST /v2/apps/…/deployments"]);
    assert.deepEqual(outs.__deployment, { id: world.app.deployments[2]?.id, phase: "ACTIVE" });
  });

  it("is found by a refresh with its deployment, which the next up waits for", async () => {
    await killed(evening);
    const { props, inputs: news } = await world.run().read(made.id, made.outs);
    assert.equal(props?.__deployment?.id, world.app.deployments[1]?.id);
    assert.notEqual(props?.__deployment?.phase, "ACTIVE");
    assert.deepEqual(news?.spec, inputs(evening).spec);
    assert.deepEqual(await world.run().diff(made.id, props!, inputs(evening)), { changes: true });
    const { outs } = await world.update({ id: made.id, outs: props! }, inputs(evening));
    assert.deepEqual(world.writes, []);
    assert.equal(outs.phase, "ACTIVE");
  });

  it("is made again when someone has changed something else as well", async () => {
    await killed(evening);
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 3));
    await world.update(made, inputs(evening));
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(world.app.spec.services?.[0]?.instance_count, 1);
  });

  it("is made again when nothing proves that a field was removed", async () => {
    const bare = edited((spec) => {
      delete spec.services![0]!.http_port;
      spec.services![0]!.envs![0]!.value = "good evening";
    });
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.envs![0]!.value = "good evening"));
    world.emulator.clearCalls();
    await world.update(made, inputs(bare));
    assert.deepEqual(world.writes, [PUT]);
  });

  it("is made again when a secret changed, which cannot be compared", async () => {
    const withSecret = await world.update(made, inputs(SHOP));
    const other = changed((spec) => (spec.services![0]!.envs![1]!.value = "another value"));
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.envs![1]!.value = "another value"));
    world.emulator.clearCalls();
    await world.update(withSecret, inputs(other));
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(world.app.plain(world.app.spec.services![0]!.envs![1]!.value as string), "another value");
  });

  it("is made again when the newest sources are requested, which no spec shows", async () => {
    await killed(evening);
    await world.update(made, inputs(evening, { redeployOn: { commit: "2" } }));
    assert.deepEqual(world.writes, [PUT]);
  });
});
