import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import type { AppInputs, AppOutputs } from "../../../provider/resources/app/state";
import {
  assertClean,
  changed,
  eachInItsWorld,
  inputs,
  SECRET,
  SHOP,
  type Made,
} from "../../helpers/world/provider-world";

const PUT = "PUT /v2/apps/…";
const DEPLOY = "POST /v2/apps/…/deployments";
const greeting = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"));
const broken = changed((spec) => (spec.services![0]!.build_command = "exit 1"));

describe("AppProvider: update", () => {
  const world = eachInItsWorld();
  let made: Made;
  const deployments = (): number => world.emulator.apps()[0]?.deployments.length ?? 0;

  beforeEach(async () => {
    made = await world.create();
    world.emulator.clearCalls();
    world.clock.sleeps.splice(0);
  });

  it("sends a changed spec once, in one deployment, and returns its outputs", async () => {
    const { outs } = await world.update(made, inputs(greeting));
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(deployments(), 2);
    assert.deepEqual(outs.spec, listsToMaps(greeting));
    assert.equal(outs.__deployment?.id, world.emulator.apps()[0]?.deployments[1]?.id);
    assert.equal(outs.activeDeploymentId, outs.__deployment?.id);
    assert.deepEqual(outs.__liveSpec, listsToMaps(world.emulator.apps()[0]?.spec));
    assertClean(outs);
  });

  it("sends an unchanged secret back as ciphertext and a new value in clear text", async () => {
    const stored = (): string => world.emulator.apps()[0]?.spec.services?.[0]?.envs?.[1]?.value ?? "";
    const before = stored();
    const second = await world.update(made, inputs(greeting));
    assert.equal(stored(), before);
    assert.ok(
      !JSON.stringify(world.emulator.calls.find(({ method }) => method === "PUT")?.body).includes(SECRET),
    );
    const rotated = changed((spec) => (spec.services![0]!.envs![1]!.value = `${SECRET}-2`));
    await world.update(second, inputs(rotated));
    assert.notEqual(stored(), before);
    assert.equal(world.emulator.apps()[0]?.plain(stored()), `${SECRET}-2`);
  });

  it("starts one deployment and sends no spec when only redeployOn changed", async () => {
    const { outs } = await world.update(
      made,
      inputs(SHOP, { redeployOn: { commit: "2" }, forceBuild: true }),
    );
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.equal(deployments(), 2);
    assert.deepEqual(world.emulator.calls.find(({ method }) => method === "POST")?.body, {
      force_build: true,
    });
    assert.equal(outs.__deployment?.id, world.emulator.apps()[0]?.deployments[1]?.id);
    assert.equal(outs.phase, "ACTIVE");
  });

  it("reports changes made at the service that a new deployment contains", async () => {
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 3));
    await world.update(made, inputs(SHOP, { redeployOn: { commit: "2" } }));
    const [warning, ...more] = world.messages("warning");
    assert.match(warning ?? "", /Changed at the service .*instance_count.*pulumi up --refresh/);
    assert.deepEqual(more, []);
  });

  it("starts one deployment with the newest sources when spec and redeployOn changed", async () => {
    await world.update(made, inputs(greeting, { redeployOn: { commit: "2" } }));
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(deployments(), 2);
    const body = world.emulator.calls.find(({ method }) => method === "PUT")?.body as Record<string, unknown>;
    assert.equal(body["update_all_source_versions"], true);
  });

  it("fetches the newest sources with every update when updateSources is true", async () => {
    for (const updateSources of [true, false]) {
      world.emulator.clearCalls();
      const next = changed((spec) => (spec.services![0]!.instance_count = updateSources ? 2 : 3));
      made = await world.update(made, inputs(next, { updateSources }));
      const body = world.emulator.calls.find(({ method }) => method === "PUT")?.body as Record<
        string,
        unknown
      >;
      assert.equal(body["update_all_source_versions"] === true, updateSources);
    }
  });

  it("moves the app to another project without a deployment", async () => {
    const home = world.emulator.apps()[0]!.projectId;
    world.emulator.apps()[0]!.projectId = randomUUID();
    const { outs } = await world.update(made, inputs(SHOP, { projectId: home }));
    assert.deepEqual(world.writes, ["POST /v2/projects/…/resources"]);
    assert.equal(outs.project, home);
    assert.equal(deployments(), 1);
  });

  it("writes nothing when only settings changed, and records them", async () => {
    const { outs } = await world.update(made, inputs(SHOP, { backup: false, timeouts: { create: "1h" } }));
    assert.deepEqual(world.writes, []);
    assert.deepEqual([outs.backup, outs.timeouts], [false, { create: "1h" }]);
    assert.deepEqual(outs.__deployment, made.outs.__deployment);
  });

  it("warns before it reverts someone else's change", async () => {
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 7));
    await world.update(made, inputs(greeting));
    assert.match(world.messages("warning").join(), /reverts it.*~ spec\.services\.web\.instance_count/);
    assert.equal(world.emulator.apps()[0]?.spec.services?.[0]?.instance_count, 1);
  });

  it("keeps the app of a failed update with reasons; the fixed spec is then deployed", async () => {
    const error = await world.initFailure(world.update(made, inputs(broken)));
    assert.equal(error.id, made.id);
    assert.match(error.reasons.join(), /web: build failed/);
    const { activeDeploymentId } = made.outs;
    assert.ok(
      error.reasons.at(-1)?.includes(`\nThe previous deployment (${activeDeploymentId}) keeps running.`),
    );
    assert.deepEqual([error.made.outs.phase, error.made.outs.spec], ["ERROR", listsToMaps(broken)]);
    assert.equal(error.made.outs.activeDeploymentId, made.outs.activeDeploymentId);
    assertClean(error.properties);
    world.emulator.clearCalls();
    const fixed = await world.update(error.made, inputs(SHOP));
    assert.deepEqual(world.writes, [PUT]);
    assert.equal(fixed.outs.phase, "ACTIVE");
  });

  it("starts a new deployment after a failed one when the spec is unchanged", async () => {
    world.emulator.failNext({ component: "web" });
    const error = await world.initFailure(world.update(made, inputs(greeting)));
    world.emulator.clearCalls();
    const again = await world.update(error.made, inputs(greeting));
    assert.deepEqual(world.writes, [DEPLOY]);
    assert.equal(again.outs.phase, "ACTIVE");
    assert.equal(deployments(), 3);
  });

  it("resumes waiting for a running deployment without starting another", async () => {
    const error = await world.initFailure(
      world.update(made, inputs(greeting, { timeouts: { update: "3s" } })),
    );
    assert.equal(error.errorCode, "wait-timeout");
    const { id } = error.made.outs.__deployment ?? assert.fail("no deployment in the state");
    world.emulator.clearCalls();
    const resumed = await world.update(error.made, inputs(greeting));
    assert.deepEqual(world.writes, []);
    assert.deepEqual(resumed.outs.__deployment, { id, phase: "ACTIVE" });
    assert.ok(world.clock.sleeps.length > 1);
  });

  it("finds a deployment that succeeded between the runs", async () => {
    const error = await world.initFailure(
      world.update(made, inputs(greeting, { timeouts: { update: "3s" } })),
    );
    await world.clock.sleep(60_000);
    world.emulator.clearCalls();
    const resumed = await world.update(error.made, inputs(greeting));
    assert.deepEqual(world.writes, []);
    assert.equal(resumed.outs.phase, "ACTIVE");
  });

  it("accepts someone else's later deployment as the app's state if it succeeded", async () => {
    world.emulator.failNext({ component: "web" });
    const error = await world.initFailure(world.update(made, inputs(greeting)));
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 2));
    await world.clock.sleep(60_000);
    world.emulator.clearCalls();
    const { outs } = await world.update(error.made, inputs(greeting));
    assert.deepEqual(world.writes, []);
    assert.equal(outs.phase, "ACTIVE");
  });

  it("does not wait with wait: false", async () => {
    const { outs } = await world.update(made, inputs(greeting, { wait: false }));
    assert.equal(outs.phase, "PENDING_BUILD");
    assert.deepEqual(
      world.clock.sleeps.filter((ms) => ms >= 1_000),
      [],
    );
  });

  it("fails with app-gone when the app was deleted, and creates none", async () => {
    world.emulator.reset();
    const error = await world.failure(world.update(made, inputs(greeting)));
    assert.equal(error.errorCode, "app-gone");
    assert.match(error.message, /pulumi refresh/);
    assert.deepEqual(world.writes, []);
  });

  it("requests the value of a secret that the service has lost", async () => {
    const kept = changed((spec) => (spec.services![0]!.envs![1]!.value = KEPT_SECRET), greeting);
    await world.update(made, inputs(kept));
    world.emulator.editApp("shop", (spec) => void spec.services![0]!.envs!.pop());
    const error = await world.failure(world.update(made, inputs(kept)));
    assert.equal(error.errorCode, "invalid-input");
    assert.match(error.message, /spec\.services\.web\.envs\.API_TOKEN\.value.*Set its value in the program/);
  });
});

describe("AppProvider: read", () => {
  const world = eachInItsWorld();
  let made: Made;
  type Read = { id?: string; props?: AppOutputs; inputs?: AppInputs };
  const read = (props = made.outs): Promise<Read> => world.run().read(made.id, props);

  beforeEach(async () => {
    made = await world.create();
    world.emulator.clearCalls();
  });

  it("returns the state and its inputs unchanged when nothing changed, and writes nothing", async () => {
    const found = await read();
    assert.equal(found.id, made.id);
    assert.deepEqual(found.props, made.outs);
    assert.deepEqual(found.inputs, inputs());
    assert.deepEqual(world.writes, []);
    assert.deepEqual(
      world.messages().filter((line) => line.includes("changed at the service")),
      [],
    );
    assertClean(found);
  });

  it("reports an app as gone only after a real 404", async () => {
    for (const status of [401, 403, 400]) {
      world.emulator.faults.add({ fault: { status, body: { id: "x", message: "no" } } });
      await world.failure(read());
    }
    world.emulator.reset();
    assert.deepEqual(await read(), {});
  });

  it("puts changes by others into the inputs, by name, and reports them without values", async () => {
    world.emulator.editApp("shop", (spec) => {
      spec.services![0]!.envs![0]!.value = "changed by hand";
      spec.services![0]!.envs!.push({ key: "STRAY", value: "1" });
      delete spec.static_sites;
      spec.ingress!.rules = spec.ingress!.rules!.filter((rule) => rule.component?.name !== "site");
    });
    const found = await read();
    const expected = changed((spec) => {
      spec.services![0]!.envs![0]!.value = "changed by hand";
      delete spec.static_sites;
    });
    const spec = listsToMaps(expected) as { services: { web: { envs: Record<string, unknown> } } };
    const seen = found.inputs?.spec as typeof spec;
    assert.deepEqual(seen.services.web.envs["GREETING"], spec.services.web.envs["GREETING"]);
    assert.deepEqual(seen.services.web.envs["API_TOKEN"], spec.services.web.envs["API_TOKEN"]);
    assert.equal((seen.services.web.envs["STRAY"] as { value: string }).value, "1");
    assert.ok(!Object.hasOwn(seen, "static_sites"));
    assert.deepEqual(found.props?.spec, found.inputs?.spec);
    const lines = world.messages("info").filter((line) => line.startsWith("changed at the service"));
    assert.ok(
      lines.some((line) => line.endsWith("~ spec.services.web.envs.GREETING.value")),
      lines.join("\n"),
    );
    assert.ok(
      lines.some((line) => line.endsWith("- spec.static_sites")),
      lines.join("\n"),
    );
    assert.ok(!lines.join().includes("changed by hand"));
  });

  it("shows a changed secret as changed, not as ciphertext; the next update restores it", async () => {
    world.emulator.editApp("shop", (spec) => void (spec.services![0]!.envs![1]!.value = "by hand"));
    const found = (await read()) as Required<Read>;
    const text = JSON.stringify([found.inputs, { ...found.props, __liveSpec: undefined }]);
    assert.ok(!text.includes("EV[") && !text.includes(SECRET) && !text.includes("by hand"), text);
    await world.update({ id: made.id, outs: found.props }, inputs());
    const [app] = world.emulator.apps();
    assert.equal(app?.plain(app.spec.services?.[0]?.envs?.[1]?.value ?? ""), SECRET);
  });

  it("reads an app for import with all its fields, secrets hidden", async () => {
    const found = (await read({} as AppOutputs)) as Required<Read>;
    const text = JSON.stringify([found.inputs, found.props.spec]);
    assert.ok(text.includes("GREETING") && !text.includes("EV[") && !text.includes(SECRET), text);
    assert.equal(found.props.liveUrl, made.outs.liveUrl);
    assertClean(found);
  });

  it("follows the app into another project only when the program sets one", async () => {
    const other = randomUUID();
    world.emulator.apps()[0]!.projectId = other;
    assert.equal((await read()).inputs?.projectId, undefined);
    assert.equal((await read({ ...made.outs, projectId: made.outs.project })).inputs?.projectId, other);
  });

  it("updates the phase of the last deployment", async () => {
    const error = await world.initFailure(
      world.update(made, inputs(greeting, { timeouts: { update: "3s" } })),
    );
    await world.clock.sleep(60_000);
    const found = await read(error.made.outs);
    assert.deepEqual([found.props?.phase, found.props?.__deployment?.phase], ["ACTIVE", "ACTIVE"]);
  });
});
