import assert from "node:assert/strict";
import type { Fault } from "../../../emulator/index";
import {
  changed,
  eachInItsWorld,
  inputs,
  SECRET,
  SHOP,
  TOKEN,
  type Made,
} from "../../helpers/world/provider-world";

const APPS = /^\/v2\/apps$/;
const APP = /^\/v2\/apps\/[^/]+$/;
const DEPLOYMENTS = /\/deployments$/;
const greeting = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"));

/** Ways to lose the response to a write. In all cases except the first, the write is applied. */
const LOSSES: Fault[] = ["reset-before", "reset-after", "truncated"];

describe("AppProvider: lost responses", () => {
  const world = eachInItsWorld();

  for (const fault of LOSSES) {
    it(`creates exactly one app when the response to POST is lost (${fault as string})`, async () => {
      world.emulator.faults.add({ method: "POST", path: APPS, fault });
      const { id, outs } = await world.create();
      assert.deepEqual(
        world.emulator.apps().map((app) => app.id),
        [id],
      );
      assert.equal(world.emulator.apps()[0]?.deployments.length, 1);
      assert.equal(outs.__deployment?.id, world.emulator.apps()[0]?.deployments[0]?.id);
      assert.equal(outs.phase, "ACTIVE");
    });

    it(`updates once when the response to PUT is lost (${fault as string})`, async () => {
      const made = await world.create();
      world.emulator.faults.add({ method: "PUT", fault });
      const { outs } = await world.update(made, inputs(greeting));
      const [app] = world.emulator.apps();
      assert.equal(app?.spec.services?.[0]?.envs?.[0]?.value, "good evening");
      assert.equal(app?.deployments.length, 2);
      assert.deepEqual(outs.__deployment, { id: app?.deployments[1]?.id, phase: "ACTIVE" });
    });

    it(`starts exactly one deployment when the response to its POST is lost (${fault as string})`, async () => {
      const made = await world.create();
      world.emulator.faults.add({ method: "POST", path: DEPLOYMENTS, fault });
      const { outs } = await world.update(made, inputs(SHOP, { redeployOn: { commit: "2" } }));
      const [app] = world.emulator.apps();
      assert.equal(app?.deployments.length, 2);
      assert.deepEqual(outs.__deployment, { id: app?.deployments[1]?.id, phase: "ACTIVE" });
    });

    it(`deletes once when the response to DELETE is lost (${fault as string})`, async () => {
      const { id, outs } = await world.create(inputs(SHOP, { backup: false }));
      world.emulator.faults.add({ method: "DELETE", fault });
      await world.run().delete(id, outs);
      assert.deepEqual(world.emulator.apps(), []);
    });
  }

  it("creates exactly one app when every response to POST is lost, one after the other", async () => {
    world.emulator.faults.add({ method: "POST", path: APPS, fault: "reset-before", times: 2 });
    world.emulator.faults.add({ method: "POST", path: APPS, fault: "reset-after" });
    const { id } = await world.create();
    assert.deepEqual(
      world.emulator.apps().map((app) => app.id),
      [id],
    );
  });

  it("does not claim an app that another stack created in the meantime", async () => {
    await world.create();
    await world.clock.sleep(60_000);
    world.emulator.faults.add({ method: "POST", path: APPS, fault: "reset-before" });
    const error = await world.failure(world.create());
    assert.equal(error.errorCode, "app-exists");
    assert.equal(world.emulator.apps().length, 1);
  });
});

describe("AppProvider: service failures", () => {
  const world = eachInItsWorld();
  let made: Made;
  const body = { id: "refused", message: `the value "${SECRET}" is not allowed`, request_id: "r-1" };

  it("retries through service and network failures", async () => {
    const passing: Fault[] = [{ status: 500 }, "reset-before", "html-502", "wrong-types"];
    for (const fault of passing)
      world.emulator.faults.add({ method: "GET", path: /\/deployments\/[^/]+$/, fault });
    assert.equal((await world.create()).outs.phase, "ACTIVE");
  });

  it("creates nothing when the service rejects the spec, and reports its message without secrets", async () => {
    world.emulator.faults.add({ method: "POST", path: APPS, fault: { status: 422, body } });
    const error = await world.failure(world.create());
    assert.equal(error.errorCode, "invalid-spec");
    assert.match(error.message, /the value "\*\*\*" is not allowed/);
    assert.match(error.message, /r-1/);
    assert.deepEqual(world.emulator.apps(), []);
  });

  it("leaves the state unchanged when the service rejects an update", async () => {
    made = await world.create();
    world.emulator.faults.add({ method: "PUT", fault: { status: 422, body } });
    const error = await world.failure(world.update(made, inputs(greeting)));
    assert.equal(error.errorCode, "invalid-spec");
    assert.equal(error.name, "ApiError");
  });

  it("keeps the app in the state when the service fails after the deployment", async () => {
    const remove = world.emulator.faults.add({
      method: "GET",
      path: APP,
      times: 100,
      fault: { status: 403, body: { id: "forbidden", message: "scope taken away" } },
    });
    const error = await world.initFailure(world.create());
    remove();
    assert.equal(error.errorCode, "forbidden");
    assert.equal(error.made.id, world.emulator.apps()[0]?.id);
    assert.deepEqual(error.made.outs.__deployment, {
      id: world.emulator.apps()[0]?.deployments[0]?.id,
      phase: "ACTIVE",
    });
    const found = await world.run().read(error.made.id, error.made.outs);
    assert.equal(found.props?.phase, "ACTIVE");
  });

  it("does not delete an app that it cannot read for a backup", async () => {
    made = await world.create();
    world.emulator.faults.add({ method: "GET", path: APP, fault: { status: 403 } });
    assert.equal((await world.failure(world.run().delete(made.id, made.outs))).errorCode, "forbidden");
    assert.equal(world.emulator.apps()[0]?.goneAt, undefined);
  });

  it("reports a rejected token without printing it", async () => {
    made = await world.create();
    const wrong = `dop_v1_${"beef".repeat(16)}`;
    const env = { ...world.deps().env, DIGITALOCEAN_TOKEN: wrong };
    const error = await world.failure(world.run({ env }).read(made.id, made.outs));
    assert.equal(error.errorCode, "unauthorized");
    assert.ok(!world.shown.includes(wrong));
  });
});

describe("AppProvider: secrets", () => {
  const world = eachInItsWorld();
  const leaks = [
    `+ curl -H "Authorization: Bearer ${TOKEN}"`,
    `login with ${SECRET}`,
    JSON.stringify({ password: SECRET }),
    `https://example.com/?token=${encodeURIComponent(SECRET)}`,
    `token ${TOKEN} and value EV[1:abc:def=]`,
  ];

  // All output is searched for secrets after each test, see eachInItsWorld.
  it("are masked when the log and reason of a failed build contain them", async () => {
    const reason = { code: "BuildJobExitNonZero", message: `npm login --token ${SECRET} failed` };
    world.emulator.failNext({ component: "web", step: "build", log: leaks, reason });
    const error = await world.initFailure(world.create());
    const text = error.reasons.join("\n");
    assert.ok(text.includes("npm login --token *** failed"), text);
    assert.equal(text.match(/login with \*\*\*/g)?.length, 1);
    assert.ok(!text.includes(SECRET) && !text.includes(TOKEN) && !text.includes("EV["), text);
  });

  it("are masked in every operation of an app's life", async () => {
    let made = await world.create(inputs(SHOP, { backup: false }));
    for (const spec of [greeting, SHOP]) {
      const provider = world.run();
      const news = inputs(spec, { backup: false });
      await provider.check(made.outs, { ...news, __preview: true });
      await provider.diff(made.id, made.outs, news);
      made = await world.update(made, news);
    }
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.envs![1]!.value = `${SECRET}-by-hand`));
    await world.run().read(made.id, made.outs);
    made = await world.update(made, inputs(greeting, { backup: false }));
    await world.run().delete(made.id, made.outs);
    assert.ok(world.messages().length > 20);
  });

  it("are masked in errors of check", async () => {
    const wrong = changed((spec) => {
      spec.services![0]!.envs!.push({ key: "API_TOKEN", value: SECRET, type: "SECRET" });
      Object.assign(spec.services![0]!, { instace_count: 1, image: { registry_credentials: SECRET } });
    });
    const { failures, warnings } = await world.run().check({}, inputs(wrong));
    const text = [...failures.map(({ reason }) => reason), ...(warnings ?? [])].join("\n");
    assert.match(text, /did you mean instance_count/);
    assert.ok(!text.includes(SECRET), text);
  });
});
