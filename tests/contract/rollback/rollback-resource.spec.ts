import assert from "node:assert/strict";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import {
  RollbackProvider,
  type RollbackInputs,
  type RollbackOutputs,
  type RollbackState,
} from "../../../provider/resources/rollback/provider";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import {
  assertClean,
  changed,
  eachInItsWorld,
  inputs,
  SECRET,
  type Made,
} from "../../helpers/world/provider-world";

const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:Rollback::back";
const NEWER = changed((spec) => (spec.services![0]!.instance_count = 2));
const ROLLBACK = "POST /v2/apps/…/rollback";
const VALIDATE = "POST /v2/apps/…/rollback/validate";
const COMMIT = "POST /v2/apps/…/rollback/commit";
const REVERT = "POST /v2/apps/…/rollback/revert";

describe("RollbackProvider", () => {
  const world = eachInItsWorld();
  let first: Made;
  let second: Made;
  beforeEach(async () => {
    first = await world.create();
    second = await world.update(first, inputs(NEWER));
    forget();
  });
  const forget = () => {
    world.emulator.clearCalls();
    world.lines.splice(0);
  };

  const run = () => new DynamicProvider(new RollbackProvider(world.deps()));
  const wanted = (more: Partial<RollbackInputs> = {}): RollbackInputs & HiddenInputs => ({
    appId: first.id,
    __urn: URN,
    __provider: "the text",
    ...more,
  });
  const instances = () => world.app.spec.services?.[0]?.instance_count;
  const create = (more: Partial<RollbackInputs> = {}) => run().create(wanted(more));
  const to = ({ id, outs }: { id: string; outs: RollbackOutputs }, state: RollbackState) =>
    run()
      .update(id, outs, wanted({ state }))
      .then((updated) => ({ id, outs: updated.outs }));
  const failed = async (promise: Promise<unknown>) => {
    const error = await world.initFailure(promise);
    return { error, id: error.id, outs: error.properties as unknown as RollbackOutputs };
  };

  it("validates the rollback, rolls back to the last successful deployment and stays pinned", async () => {
    const { id, outs } = await create();
    assert.deepEqual(world.writes, [VALIDATE, ROLLBACK]);
    assert.equal(outs.deploymentId, first.outs.activeDeploymentId);
    assert.equal(world.app.pinned?.deployment.id, id);
    assert.deepEqual([outs.state, outs.pinned, outs.phase], ["pinned", true, "ACTIVE"]);
    assert.equal(instances(), 1);
    assertClean(outs);
    assert.match(world.messages("warning").join("\n"), /Static sites have to be built again.*\(site\)/);
    assert.deepEqual(await run().diff(id, outs, wanted()), { changes: false });
    const { props, inputs: read } = await run().read(id, outs);
    assert.deepEqual([props, read], [outs, wanted()]);
  });

  it("rolls back to the active deployment when the newest one failed", async () => {
    world.emulator.failNext({ component: "web" });
    const more = changed((spec) => (spec.services![0]!.instance_count = 3));
    await world.initFailure(world.update(second, inputs(more)));
    const { outs } = await create();
    assert.equal(outs.deploymentId, second.outs.activeDeploymentId);
    assert.equal(instances(), 2);
  });

  it("rolls back to the deployment set in the program", async () => {
    const third = await world.update(
      second,
      inputs(changed((spec) => (spec.services![0]!.instance_count = 3))),
    );
    const deploymentId = first.outs.activeDeploymentId;
    const { id, outs } = await create({ deploymentId });
    assert.equal(outs.deploymentId, deploymentId);
    assert.equal(instances(), 1);
    assert.deepEqual((await run().read(id, outs)).inputs, wanted({ deploymentId }));
    const other = wanted({ deploymentId: third.outs.activeDeploymentId });
    assert.deepEqual(await run().diff(id, outs, other), {
      replaces: ["deploymentId"],
      deleteBeforeReplace: true,
    });
  });

  it("blocks updates of the app while it is pinned, and reports what to do", async () => {
    await create();
    forget();
    const error = await world.failure(world.update(second, inputs(changed((spec) => (spec.region = "fra")))));
    assert.equal(error.errorCode, "app-pinned");
    assert.match(error.message, /state to "committed" or "reverted"/);
    assert.deepEqual(world.writes, []);
  });

  it("commits when the program sets state to committed, which unpins the app", async () => {
    const made = await create();
    forget();
    assert.deepEqual(await run().diff(made.id, made.outs, wanted({ state: "committed" })), {});
    const { outs } = await to(made, "committed");
    assert.deepEqual(world.writes, [COMMIT]);
    assert.deepEqual([outs.state, outs.pinned], ["committed", false]);
    assert.equal(instances(), 1);
    await world.update(second, inputs(changed((spec) => (spec.services![0]!.instance_count = 4))));
    assert.equal(instances(), 4);
  });

  it("commits right after a successful deployment when created as committed", async () => {
    const { outs } = await create({ state: "committed" });
    assert.deepEqual(world.writes, [VALIDATE, ROLLBACK, COMMIT]);
    assert.equal(outs.state, "committed");
    assert.equal(outs.phase, "ACTIVE");
  });

  it("deploys the previous spec when it is reverted", async () => {
    const made = await create();
    forget();
    const { id, outs } = await to(made, "reverted");
    assert.deepEqual(world.writes, [REVERT]);
    assert.deepEqual([outs.state, outs.pinned, outs.phase], ["reverted", false, "ACTIVE"]);
    assert.equal(instances(), 2);
    assert.deepEqual(await run().diff(id, outs, wanted({ state: "reverted" })), { changes: false });
  });

  for (const fault of ["discarded", { phase: "ACTIVE" }, { lateMs: 90_000 }] as const)
    it(`records a revert only once its deployment was seen, after a response with ${JSON.stringify(fault)}`, async () => {
      const made = await create();
      const isSeen = typeof fault === "object" && "phase" in fault;
      world.emulator.faults.add({ method: "POST", path: /revert$/, fault });
      if (typeof fault === "object" && "lateMs" in fault)
        world.emulator.faults.add({ method: "GET", fault, times: Infinity });
      const left = isSeen ? await to(made, "reverted") : await failed(to(made, "reverted"));
      world.emulator.faults.clear();
      const { outs } = isSeen ? left : await to(left, "reverted");
      assert.deepEqual([outs.state, outs.phase, outs.__awaited], ["reverted", "ACTIVE", undefined]);
      assert.equal(outs.__last, world.app.deployments.at(-1)?.id);
      assert.equal(world.app.deployments.length, 4);
      assert.equal(world.app.pinned, undefined);
      assert.deepEqual(await run().diff(made.id, outs, wanted({ state: "reverted" })), { changes: false });
    });

  it("reports in the preview that committed and reverted are final", async () => {
    const made = await to(await create(), "committed");
    const error = await world.failure(run().diff(made.id, made.outs, wanted({ state: "reverted" })));
    assert.match(error.message, /already committed.*reverted/);
    forget();
    await world.failure(to(made, "reverted"));
    assert.deepEqual(world.writes, []);
  });

  it("rejects state reverted for a new rollback", async () => {
    const { failures } = await run().check({}, wanted({ state: "reverted" }));
    assert.match(failures[0]?.reason ?? "", /nothing has been rolled back/);
    await world.failure(create({ state: "reverted" }));
    assert.deepEqual(world.writes, []);
  });

  describe("that is not possible", () => {
    const preview = (more: Partial<RollbackInputs> = {}) =>
      run().check({}, { ...wanted(more), __preview: true });

    it("fails the preview with the service's message", async () => {
      const database = changed((spec) => (spec.databases = [{ name: "db", engine: "PG" }]));
      await world.update(second, inputs(database));
      forget();
      const { failures, inputs: checked } = await preview();
      assert.match(failures[0]?.reason ?? "", /The service does not allow.*database configuration/);
      assert.ok(!("__preview" in checked));
      const error = await world.failure(create());
      assert.equal(error.message, failures[0]?.reason);
      assert.deepEqual(world.writes, [VALIDATE, VALIDATE]);
    });

    it("fails the preview when no earlier deployment succeeded", async () => {
      const { id } = await world.create(inputs(changed((spec) => (spec.name = "other"))));
      const { failures } = await preview({ appId: id });
      assert.match(failures[0]?.reason ?? "", /no deployment to roll back to/);
    });

    it("reports a deployment that does not exist", async () => {
      const { failures } = await preview({ deploymentId: "nonsense" });
      assert.match(failures[0]?.reason ?? "", /deployment nonsense .*shop/);
    });

    it("shows the target deployment in the preview and writes nothing", async () => {
      assert.deepEqual((await preview()).failures, []);
      assert.match(
        world.messages().join("\n"),
        new RegExp(`rolled back to .*${first.outs.activeDeploymentId}`),
      );
      assert.deepEqual(world.writes, [VALIDATE]);
    });

    it("does not hold up the preview when the service is overloaded", async () => {
      const busy = { status: 429, headers: { "retry-after": "600" } };
      world.emulator.faults.add({ path: /validate$/, times: 100, fault: busy });
      const before = world.clock.now();
      assert.deepEqual((await preview()).failures, []);
      assert.ok(world.clock.now() - before < 60_000);
      assert.match(world.messages("warning").join("\n"), /could not be validated: .*too many requests/);
    });

    it("makes no request when the app ID is still unknown or no token is set", async () => {
      assert.deepEqual((await preview({ appId: UNKNOWN })).failures, []);
      const provider = new DynamicProvider(new RollbackProvider(world.deps({ env: {} })));
      assert.deepEqual((await provider.check({}, { ...wanted(), __preview: true })).failures, []);
      assert.deepEqual(world.emulator.calls, []);
    });
  });

  it("is not committed when its deployment fails; reverting or removing it unpins the app", async () => {
    world.emulator.failNext({ component: "web", log: [`out of memory: ${SECRET}`] });
    const left = await failed(create({ state: "committed" }));
    assert.deepEqual(world.writes, [VALIDATE, ROLLBACK]);
    assert.match(
      left.error.reasons.join("\n"),
      /out of memory: \*\*\*[^]*stays pinned[^]*state to "reverted"/,
    );
    assert.deepEqual([left.outs.state, left.outs.phase], ["pinned", "ERROR"]);
    assertClean(left.outs);

    const again = await failed(run().update(left.id, left.outs, wanted({ state: "committed" })));
    assert.deepEqual(again.outs, left.outs);
    const { outs } = await to(left, "reverted");
    assert.deepEqual([outs.state, outs.phase], ["reverted", "ACTIVE"]);
    assert.equal(world.app.pinned, undefined);
  });

  it("retries a revert whose deployment failed", async () => {
    const made = await create();
    world.emulator.failNext({ component: "web" });
    const left = await failed(to(made, "reverted"));
    assert.deepEqual([left.outs.state, left.outs.phase], ["reverted", "ERROR"]);
    assert.deepEqual(await run().diff(left.id, left.outs, wanted({ state: "reverted" })), { changes: true });
    const { outs } = await to(left, "reverted");
    assert.equal(outs.phase, "ACTIVE");
  });

  it("resumes after Ctrl-C", async () => {
    const pressed = world.emulator.nextCall({ path: /rollback$/ }).then(async () => {
      await world.emulator.nextCall({ path: /deployments\/[^/]+$/ });
      world.stop.abort();
    });
    const left = await failed(create({ state: "committed" }));
    await pressed;
    world.stop = new AbortController();
    assert.equal(left.error.errorCode, "interrupted");
    assert.equal(left.outs.state, "pinned");
    forget();
    const { outs } = await to(left, "committed");
    assert.deepEqual(world.writes, [COMMIT]);
    assert.deepEqual([outs.state, outs.phase], ["committed", "ACTIVE"]);
  });

  for (const [path, state] of [
    [/rollback$/, "pinned"],
    [/rollback\/commit$/, "committed"],
    [/rollback\/revert$/, "reverted"],
  ] as const)
    it(`writes only once when the response to ${String(path)} is lost`, async () => {
      world.emulator.faults.add({ method: "POST", path, fault: "reset-after" });
      const made = await create();
      const { outs } = state === "pinned" ? made : await to(made, state);
      assert.equal(outs.state, state);
      assert.equal(outs.phase, "ACTIVE");
      assert.equal(world.app.deployments.length, state === "reverted" ? 4 : 3);
    });

  describe("finished by someone else", () => {
    const end = async (how: "commit" | "revert") => {
      const made = await create();
      const response = await fetch(`${world.emulator.url}/v2/apps/${first.id}/rollback/${how}`, {
        method: "POST",
        headers: { authorization: `Bearer ${world.deps().env["DIGITALOCEAN_TOKEN"]}` },
      });
      assert.equal(response.status, 200);
      forget();
      return made;
    };

    it("is reported by a refresh, which writes nothing", async () => {
      const { id, outs } = await end("commit");
      const { props } = await run().read(id, outs);
      assert.equal(props?.pinned, false);
      assert.match(world.messages().join("\n"), /was committed or reverted/);
      assert.deepEqual(await run().diff(id, props!, wanted()), { changes: false });
    });

    it("counts as committed when the program requests that, and cannot be reverted", async () => {
      const made = await end("commit");
      assert.equal((await to(made, "committed")).outs.state, "committed");
      // A response may omit the pin; then only the service's rejection shows that the app is not pinned.
      assert.deepEqual(world.writes, ["POST /v2/apps/…/rollback/commit"]);
      assert.match(world.messages().join("\n"), /there is nothing to commit/);
      forget();
      const error = await failed(to(made, "reverted"));
      assert.match(error.error.message, /no longer pinned to this rollback/);
      assert.deepEqual(world.writes, []);
    });
  });

  it("succeeds when someone commits it while waiting for its deployment", async () => {
    const other = world.emulator.nextCall({ path: /rollback$/ }).then(async () => {
      await world.emulator.nextCall({ path: /deployments\/[^/]+$/ });
      delete world.app.pinned;
    });
    const { outs } = await create({ state: "committed" });
    await other;
    assert.deepEqual([outs.state, outs.pinned], ["committed", false]);
  });

  it("does not count as committed while the app is pinned, and the next up commits it", async () => {
    const made = await create();
    world.emulator.faults.add({ path: /commit$/, fault: "wrong-types" });
    const left = await failed(to(made, "committed"));
    assert.match(left.error.message, /still pinned .*commit was accepted/);
    assert.deepEqual([left.outs.state, left.outs.pinned], ["pinned", true]);
    forget();
    const { outs } = await to(left, "committed");
    assert.deepEqual(world.writes, [COMMIT]);
    assert.deepEqual([outs.state, outs.pinned], ["committed", false]);
  });

  describe("when it is deleted", () => {
    it("commits a pinned rollback, so that the active deployment keeps running", async () => {
      const { id, outs } = await create();
      forget();
      await run().delete(id, outs);
      assert.deepEqual(world.writes, [COMMIT]);
      assert.equal(instances(), 1);
      assert.match(world.messages("warning").join("\n"), /committed now.*keeps running/);
    });

    it("does not take a response without deployments for a sign that the rollback is committed", async () => {
      const { id, outs } = await create();
      world.emulator.faults.add({ method: "POST", path: /commit$/, fault: { status: 500 } });
      world.emulator.faults.add({ method: "GET", fault: "without-deployment", times: 2 });
      await run().delete(id, outs);
      assert.equal(world.app.pinned, undefined);
    });

    it("writes nothing when the app is not pinned", async () => {
      const { id, outs } = await create({ state: "committed" });
      forget();
      await run().delete(id, outs);
      assert.deepEqual(world.writes, []);
      await world.run().delete(first.id, { ...first.outs, backup: false });
      await run().delete(id, outs);
      assert.deepEqual(await run().read(id, outs), {});
    });
  });
});
