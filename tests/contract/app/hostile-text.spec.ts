import assert from "node:assert/strict";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import { DeploymentProvider } from "../../../provider/resources/deployment/provider";
import { RollbackProvider } from "../../../provider/resources/rollback/provider";
import { printable } from "../../../provider/text/printable";
import { HOSTILE_LINES } from "../../../emulator/model/hostile-text";
import { changed, eachInItsWorld, inputs, SECRET, SHOP } from "../../helpers/world/provider-world";

const HOSTILE = HOSTILE_LINES.join("\n");
const MEGABYTE = 1024 * 1024;
/** The largest outputs that one huge response may leave in the state; the engine accepts 16 MB. */
const MOST = 8 * MEGABYTE;

/** A marker word in each of the hostile lines. */
const WORDS = [
  "colors",
  "clipboard",
  "erasing",
  "bell",
  "direction",
  "GitHub",
  "Azure",
  "TeamCity",
  "GitLab",
  "Pulumi",
];

describe("huge or hostile text from the service", function () {
  this.timeout(60_000);
  const world = eachInItsWorld();
  // All output is also checked after each test, see eachInItsWorld.
  const assertHarmless = (text: string): void => {
    assert.equal(printable(text), text);
    for (const word of WORDS) assert.ok(text.includes(word), `${word} is missing in ${text}`);
  };

  it("is neutralized and shortened in the reason and log of a failed build", async () => {
    const log = [`using ${SECRET.slice(0, 8)}\u200b${SECRET.slice(8)}`, "the last plain line"];
    world.emulator.failNext({
      component: "web",
      hostile: true,
      lineBytes: 8 * MEGABYTE,
      reasonBytes: MEGABYTE,
      log,
    });
    const error = await world.initFailure(world.create());
    const text = error.reasons.join("\n");
    assertHarmless(text);
    assert.ok(text.length < 50_000, `${text.length}`);
    assert.match(text, /npx app-platform logs \S+ web --type build --deployment \S+$/m);
    const [app] = world.emulator.apps();
    assert.equal(error.id, app?.id);
  });

  it("is neutralized in the log of a failed deploy, of a Deployment and of a Rollback", async () => {
    const { id } = await world.create();
    const failNext = () => world.emulator.failNext({ component: "web", step: "wait", hostile: true });
    failNext();
    const deployment = new DynamicProvider(new DeploymentProvider(world.deps()));
    const deployed = await world.initFailure(deployment.create({ appId: id }));
    assertHarmless(deployed.reasons.join("\n"));
    await deployment.create({ appId: id });
    failNext();
    const rollback = new DynamicProvider(new RollbackProvider(world.deps()));
    const rolledBack = await world.initFailure(rollback.create({ appId: id }));
    assertHarmless(rolledBack.reasons.join("\n"));
  });

  it("reveals no part of a secret, wherever its line is cut", async () => {
    const secret = "0123456789abcdef".repeat(2_000);
    const spec = changed((one) => void Object.assign(one.services?.[0]?.envs?.[1] ?? {}, { value: secret }));
    for (const before of [900, 1_000, 16_380, 16_384, 30_000]) {
      const named = changed((one) => void (one.name = `shop-${before}`), spec);
      world.emulator.failNext({ component: "web", log: ["x".repeat(before) + secret, "end"] });
      const { reasons } = await world.initFailure(world.create(inputs(named)));
      assert.doesNotMatch(reasons.join("\n"), /0123|cdef/);
      assert.match(reasons.join("\n"), /x{100}/);
    }
  });

  it("is neutralized in error responses of any length", async () => {
    const body = { id: HOSTILE, message: HOSTILE + "x".repeat(MEGABYTE), request_id: HOSTILE };
    world.emulator.faults.add({ method: "POST", path: /\/v2\/apps$/, fault: { status: 422, body } });
    const { message, stack = "" } = await world.failure(world.create());
    assertHarmless(message);
    assert.ok(message.length < 10_000 && stack.length < 20_000);
  });

  it("is neutralized in recorded errors and outputs of an app", async () => {
    const made = await world.create();
    Object.assign(world.app, { region: HOSTILE });
    const real = await fetch(`${world.emulator.url}/v2/apps/${made.id}`, {
      headers: { authorization: `Bearer ${world.deps().env["DIGITALOCEAN_TOKEN"]}` },
    });
    const { app } = (await real.json()) as { app: Record<string, unknown> };
    const body = {
      app: { ...app, live_url: HOSTILE, tier_slug: "x".repeat(MEGABYTE), live_domain: HOSTILE },
    };
    world.emulator.faults.add({
      method: "GET",
      path: new RegExp(made.id),
      times: 9,
      fault: { status: 200, body },
    });
    world.emulator.faults.add({
      method: "GET",
      path: /\/v2\/apps$/,
      times: 9,
      fault: { status: 200, body: { apps: [body.app] } },
    });
    const { props } = await world.run().read(made.id, made.outs);
    assertHarmless(props?.liveUrl ?? "");
    assert.ok(!props?.liveUrl.includes("\n"));
    assert.ok((props?.tier.length ?? 0) < 2_000);
  });

  it("does not reach the state when the service's copy of the spec is huge, and no app is lost", async () => {
    world.emulator.faults.add({ method: "POST", path: /\/v2\/apps$/, fault: { padBytes: 6 * MEGABYTE } });
    world.emulator.failNext({ component: "web" });
    const { reasons, made } = await world.initFailure(world.create());
    assert.match(reasons.join("\n"), /web: build failed/);
    assert.ok(JSON.stringify(made.outs).length < MOST);
    world.emulator.faults.clear();
    const { outs } = await world.update(made, inputs(SHOP));
    assert.equal(outs.phase, "ACTIVE");
    assert.notEqual(outs.__liveSpec, undefined);
    assert.equal(world.emulator.apps().length, 1);
  });
});
