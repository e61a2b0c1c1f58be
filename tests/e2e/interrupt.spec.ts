import assert from "node:assert/strict";
import { createEmulator, steppedClock, type Emulator, type SteppedClock } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { TestStack, TOKEN, writes } from "../helpers/e2e";

/** Seconds of a deployment, on a clock that stands still until the test moves it. */
const DEPLOY_SECONDS = 3_600;
/** Milliseconds from Ctrl-C to the end of the command. Pulumi itself would wait for the deployment. */
const SOON = 30_000;

describe("Ctrl-C during a long deployment", function () {
  this.timeout(300_000);
  let clock: SteppedClock;
  let emulator: Emulator;
  let stack: TestStack;

  before(async () => {
    clock = steppedClock();
    emulator = await createEmulator({ clock, deploySeconds: DEPLOY_SECONDS, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
    declare(1);
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  function declare(instances: number): void {
    const image = { registry_type: "DOCR", repository: "web", tag: "v1" };
    stack.declare({ shop: { spec: { services: [{ name: "web", image, instance_count: instances }] } } });
  }

  /** Someone looks after a deployment: the wait for it has begun. */
  const waiting = () => emulator.nextCall({ method: "GET", path: /\/v2\/apps(\/[^/]+(\/deployments.*)?)?$/ });

  /** Runs `up`, and presses Ctrl-C once as soon as the write was answered and the wait has begun. */
  async function interruptedUp(write: {
    method: string;
    path: RegExp;
  }): Promise<{ result: CommandResult; after: number }> {
    let group = 0;
    let pressedAt = 0;
    const written = emulator.nextCall(write);
    const running = stack.up([], { onGroup: (id) => (group = id) });
    await Promise.race([written, running]);
    await Promise.race([waiting(), running]);
    process.kill(-group, "SIGINT");
    pressedAt = Date.now();
    const result = await running;
    return { result, after: Date.now() - pressedAt };
  }

  /** Runs `up`, and lets the deployment end once the wait for it has begun. */
  async function resumedUp(): Promise<CommandResult> {
    const begun = waiting();
    const running = stack.up();
    await Promise.race([begun, running]);
    clock.advance(DEPLOY_SECONDS * 1_000);
    return running;
  }

  const recorded = (): { id: string; phase: string } =>
    stack.resource("shop").outputs["__deployment"] as { id: string; phase: string };
  const deployments = () => emulator.apps()[0]?.deployments ?? [];

  it("ends the creation within seconds and leaves the app in the state, with its deployment", async () => {
    const { result, after } = await interruptedUp({ method: "POST", path: /\/v2\/apps$/ });
    assert.notEqual(result.code, 0);
    assert.ok(after < SOON, `it took ${after} ms`);
    assert.match(result.output, /The run was stopped while deployment \S+ was going on/);
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    assert.equal(stack.resource("shop").id, emulator.apps()[0]?.id);
    assert.equal(recorded().id, deployments()[0]?.id);
    assert.notEqual(recorded().phase, "ACTIVE");
  });

  it("lets the next up wait for the same deployment, with no call that writes", async () => {
    const result = await resumedUp();
    assert.equal(result.code, 0, result.output);
    assert.deepEqual(writes(emulator), []);
    assert.equal(deployments().length, 1);
    assert.deepEqual(recorded(), { id: deployments()[0]?.id, phase: "ACTIVE" });
    assert.equal(stack.resource("shop").initErrors, undefined);
  });

  it("ends an update within seconds, and the next up waits for its deployment too", async () => {
    declare(2);
    const { result, after } = await interruptedUp({ method: "PUT", path: /\/v2\/apps\/[^/]+$/ });
    assert.notEqual(result.code, 0);
    assert.ok(after < SOON, `it took ${after} ms`);
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop"]);

    const resumed = await resumedUp();
    assert.equal(resumed.code, 0, resumed.output);
    assert.deepEqual(writes(emulator), []);
    assert.equal(deployments().length, 2);
    assert.deepEqual(recorded(), { id: deployments()[1]?.id, phase: "ACTIVE" });
  });
});
