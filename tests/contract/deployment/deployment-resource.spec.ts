import assert from "node:assert/strict";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import { DeploymentProvider } from "../../../provider/resources/deployment/provider";
import type { DeploymentInputs, DeploymentOutputs } from "../../../provider/resources/deployment/state";
import { KnownSecrets } from "../../../provider/secrets/known-secrets";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { assertClean, eachInItsWorld, inputs, SECRET, type Made } from "../../helpers/world/provider-world";

const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:Deployment::release";
const CREATE = "POST /v2/apps/…/deployments";
const CANCEL = "POST /v2/apps/…/deployments/…/cancel";

describe("DeploymentProvider", () => {
  const world = eachInItsWorld();
  let app: Made;
  beforeEach(async () => {
    app = await world.create();
    world.emulator.clearCalls();
    world.lines.splice(0);
  });

  const run = () => new DynamicProvider(new DeploymentProvider(world.deps()));
  const wanted = (more: Partial<DeploymentInputs> = {}): DeploymentInputs & HiddenInputs => ({
    appId: app.id,
    triggers: { commit: "a" },
    __urn: URN,
    __provider: "the text",
    ...more,
  });
  const stored = () => world.emulator.apps()[0]?.deployments ?? [];
  const newest = () => stored().at(-1) ?? assert.fail("there is no deployment");
  const failed = async (promise: Promise<unknown>) => {
    const error = await world.initFailure(promise);
    return { error, id: error.id, outs: error.properties as unknown as DeploymentOutputs };
  };
  /** Presses Ctrl-C as soon as the deployment is requested. */
  const interrupted = async (work: () => Promise<unknown>) => {
    const pressed = world.emulator
      .nextCall({ path: /deployments\/[^/]+$/, method: "GET" })
      .then(() => world.stop.abort());
    const left = await failed(work());
    await pressed;
    world.stop = new AbortController();
    world.emulator.clearCalls();
    return left;
  };

  it("masks secrets in its own arguments and keeps their paths out of the state", async () => {
    const provider = run();
    const news = wanted({ triggers: { password: "S3cr3t-trigger" } });
    const { inputs: checked } = await provider.check({}, { ...news, __secrets: [["triggers", "password"]] });
    assert.deepEqual(checked, news);
    world.emulator.failNext({
      component: "web",
      step: "build",
      log: ["got S3cr3t-trigger", `and ${SECRET}`],
    });
    const { error } = await failed(provider.create(checked));
    assert.match(error.reasons.join("\n"), /got \*\*\*[^]*and \*\*\*/);
    const gone = { ...checked, appId: "S3cr3t-id-of-no-app" };
    await provider.check({}, { ...gone, __secrets: [["appId"]] });
    assert.doesNotMatch((await world.failure(provider.create(gone))).message, /S3cr3t/);
  });

  it("repairs damaged outputs in the state without starting another deployment", async () => {
    const { id, outs } = await run().create(wanted());
    for (const damage of [undefined, null, 1, {}, ""]) {
      const state = { ...outs, deploymentId: damage, phase: damage, __made: damage } as never;
      const diff = await run().diff(id, state, wanted());
      const repaired = diff.changes === false ? state : (await run().update(id, state, wanted())).outs;
      assert.deepEqual(await run().diff(id, repaired, wanted()), { changes: false }, JSON.stringify(damage));
      assert.equal((await run().read(id, state)).props?.phase, "ACTIVE");
      await run().delete(id, state);
    }
    assert.deepEqual(world.writes, [CREATE]);
  });

  it("deploys the newest sources, waits, and reports progress on its own row", async () => {
    const { id, outs } = await run().create(wanted());
    assert.deepEqual(world.writes, [CREATE]);
    assert.equal(id, newest().id);
    assert.equal(outs.deploymentId, id);
    assert.equal(outs.phase, "ACTIVE");
    assert.notEqual(outs.cause, "");
    assert.ok(Date.parse(outs.createdAt) > 0);
    assertClean(outs);
    assert.ok(world.lines.some(({ message, urn }) => urn === URN && /^building \d+\/\d+: web/.test(message)));
    assert.deepEqual(await run().diff(id, outs, wanted()), { changes: false });
  });

  it("passes on forceBuild", async () => {
    await run().create(wanted({ forceBuild: true }));
    assert.deepEqual(world.emulator.calls.find(({ method }) => method === "POST")?.body, {
      force_build: true,
    });
  });

  it("starts a new deployment in place when a trigger changes, and none when other arguments change", async () => {
    const { id, outs } = await run().create(wanted());
    world.emulator.clearCalls();
    const settings = wanted({ forceBuild: true, timeouts: { update: "30m" } });
    assert.deepEqual(await run().diff(id, outs, settings), {});
    const { outs: same } = await run().update(id, outs, settings);
    assert.deepEqual(world.writes, []);
    assert.equal(same.deploymentId, id);

    const news = wanted({ triggers: { commit: "b" } });
    assert.deepEqual(await run().diff(id, same, news), {}, "Pulumi shows which trigger changed");
    const { outs: after } = await run().update(id, same, news);
    assert.deepEqual(world.writes, [CREATE]);
    assert.equal(after.deploymentId, newest().id);
    assert.notEqual(after.deploymentId, id);
    assert.deepEqual(after.triggers, { commit: "b" });
  });

  it("is replaced when appId changes, unless the new ID is still unknown", async () => {
    const { id, outs } = await run().create(wanted());
    assert.deepEqual(await run().diff(id, outs, wanted({ appId: "another" })), { replaces: ["appId"] });
    assert.deepEqual(await run().diff(id, outs, wanted({ appId: UNKNOWN })), {});
  });

  it("fails with the reason and the log tail when the build fails, and the next up retries", async () => {
    world.emulator.failNext({ component: "web", log: ["error: no such module left-pad"] });
    const { error, id, outs } = await failed(run().create(wanted()));
    assert.match(error.reasons[0] ?? "", /^web: build failed[^]*\| .*no such module left-pad/);
    assert.equal(outs.phase, "ERROR");
    assertClean(outs);
    assert.equal((outs as HiddenInputs).__provider, "the text");

    const { props, inputs } = await run().read(id, outs);
    assert.deepEqual(inputs, wanted());
    assert.deepEqual(await run().diff(id, props!, wanted()), { changes: true });
    assert.match(world.messages().join("\n"), /failed; this update starts a new one/);
    world.emulator.clearCalls();
    const { outs: after } = await run().update(id, props!, wanted());
    assert.deepEqual(world.writes, [CREATE]);
    assert.equal(after.phase, "ACTIVE");
    assert.deepEqual(await run().diff(id, after, wanted()), { changes: false });
  });

  it("masks its app's secrets in logs and reasons, whether this run created the app or left it unchanged", async () => {
    const leaks = {
      log: [`login with ${SECRET}`],
      reason: { code: "x", message: `--token ${SECRET} failed` },
    };
    const shown = async (): Promise<string> => {
      world.emulator.failNext({ component: "web", ...leaks });
      return (await failed(run().create(wanted()))).error.reasons.join("\n");
    };
    const made = await shown();
    world.knownSecrets = new KnownSecrets();
    await world.run().diff(app.id, app.outs, inputs());
    for (const text of [made, await shown()]) {
      assert.match(text, /--token \*\*\* failed[^]*login with \*\*\*/);
      assert.ok(!text.includes(SECRET), text);
    }
  });

  it("resumes waiting after Ctrl-C without a second deployment", async () => {
    const { error, id, outs } = await interrupted(() => run().create(wanted()));
    assert.equal(error.errorCode, "interrupted");
    assert.deepEqual(await run().diff(id, outs, wanted()), { changes: true });
    const { outs: after } = await run().update(id, outs, wanted());
    assert.deepEqual(world.writes, []);
    assert.deepEqual([after.deploymentId, after.phase], [id, "ACTIVE"]);
  });

  it("starts only one deployment when the response is lost", async () => {
    world.emulator.faults.add({ method: "POST", path: /deployments$/, fault: "reset-after" });
    const before = stored().length;
    const { id } = await run().create(wanted());
    assert.equal(stored().length, before + 1);
    assert.equal(id, newest().id);
  });

  it("waits for the actual deployment in the next up when the response was mixed up and the wait failed at once", async () => {
    world.emulator.faults.add({ method: "POST", path: /deployments$/, fault: "other-object" });
    world.emulator.faults.add({ method: "GET", path: /deployments\/[^/]+$/, fault: { status: 409 } });
    const { id, outs } = await failed(run().create(wanted()));
    world.emulator.clearCalls();
    const { outs: after } = await run().update(id, outs, wanted());
    assert.deepEqual(world.writes, []);
    assert.deepEqual([after.deploymentId, after.phase], [newest().id, "ACTIVE"]);
    assert.deepEqual(await run().diff(id, after, wanted()), { changes: false });
  });

  it("starts another deployment when the service does not know the one that was in progress", async () => {
    const { id, outs } = await run().create(wanted());
    world.emulator.clearCalls();
    const unknown = { ...outs, deploymentId: app.id, __made: app.id, phase: "BUILDING" };
    const { outs: after } = await run().update(id, unknown, wanted());
    assert.deepEqual(world.writes, [CREATE]);
    assert.deepEqual([after.deploymentId, after.__made, after.phase], [newest().id, newest().id, "ACTIVE"]);
  });

  it("fails with wait: false when the service discards the deployment, and the next up starts it", async () => {
    const news = wanted({ wait: false });
    world.emulator.faults.add({ method: "POST", path: /deployments$/, fault: "discarded" });
    const { error, id, outs } = await failed(run().create(news));
    assert.equal(error.errorCode, "no-deployment");
    world.emulator.clearCalls();
    const { outs: after } = await run().update(id, outs, news);
    assert.deepEqual(world.writes, [CREATE]);
    assert.equal(after.deploymentId, newest().id);
  });

  it("does not wait with wait: false, in this run or later ones", async () => {
    const news = wanted({ wait: false });
    const { id, outs } = await run().create(news);
    assert.equal(outs.phase, "PENDING_BUILD");
    assert.deepEqual(await run().diff(id, outs, news), { changes: false });
  });

  it("refreshes its phase, and is removed from the state once its app is deleted", async () => {
    const { id, outs } = await run().create(wanted({ wait: false }));
    await world.clock.sleep(60_000);
    assert.equal((await run().read(id, outs)).props?.phase, "ACTIVE");
    await world.run().delete(app.id, { ...app.outs, backup: false });
    assert.deepEqual(await run().read(id, outs), {});
  });

  it("follows the deployment that superseded a canceled one", async () => {
    const { id, outs } = await run().create(wanted({ wait: false }));
    const { outs: second } = await run().create(wanted({ wait: false, triggers: { commit: "b" } }));
    assert.equal((await run().read(id, outs)).props?.deploymentId, second.deploymentId);
    const { outs: after } = await run().update(id, outs, wanted());
    assert.deepEqual([after.deploymentId, after.phase], [second.deploymentId, "ACTIVE"]);
    assert.equal(stored().length, 3);
  });

  describe("when it is deleted", () => {
    it("cancels a deployment that is in progress", async () => {
      const { id, outs } = await run().create(wanted({ wait: false }));
      world.emulator.clearCalls();
      await run().delete(id, outs);
      assert.deepEqual(world.writes, [CANCEL]);
      assert.notEqual(newest().canceledAt, undefined);
    });

    it("writes nothing when the deployment has finished or the app is gone", async () => {
      const { id, outs } = await run().create(wanted());
      world.emulator.clearCalls();
      await run().delete(id, outs);
      assert.deepEqual(world.writes, []);
      await world.run().delete(app.id, { ...app.outs, backup: false });
      await run().delete(id, outs);
    });

    it("does not cancel a deployment that someone else started and that superseded its own", async () => {
      const { id, outs } = await run().create(wanted({ wait: false }));
      await run().create(wanted({ wait: false }));
      const { props } = await run().read(id, outs);
      assert.equal(props?.deploymentId, newest().id);
      world.emulator.clearCalls();
      await run().delete(id, props!);
      assert.deepEqual(world.writes, []);
    });
  });

  it("reports an app that does not exist", async () => {
    const appId = "00000000-0000-4000-8000-000000000000";
    const error = await world.failure(run().create(wanted({ appId })));
    assert.match(error.message, new RegExp(`no app .*${appId}.*shop`));
    assert.deepEqual(world.writes, []);
  });

  it("reports every invalid argument", async () => {
    const wrong = { appId: "", triggers: "a", forceBuild: 1, wait: "no", timeouts: { delete: "1m" } };
    const { failures } = await run().check({}, wrong as unknown as DeploymentInputs);
    assert.deepEqual(
      failures.map(({ reason }) => reason.split(":")[0]),
      ["appId", "triggers", "forceBuild", "wait", "timeouts"],
    );
    const unknown = {
      appId: UNKNOWN,
      triggers: UNKNOWN,
      forceBuild: UNKNOWN,
      wait: UNKNOWN,
      timeouts: UNKNOWN,
    };
    assert.deepEqual((await run().check({}, unknown as unknown as DeploymentInputs)).failures, []);
    const misspelt = { appId: "an-id", trigger: {}, note: "" };
    const found = await run().check({}, misspelt as unknown as DeploymentInputs);
    assert.deepEqual(
      found.failures.map(({ property }) => property),
      [""],
    );
    assert.match(found.failures[0]?.reason ?? "", /^trigger: .*mean triggers\?$/);
  });
});
