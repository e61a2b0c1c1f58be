import assert from "node:assert/strict";
import { createEmulator, type Emulator, type StoredApp } from "app-platform-emulator";
import { succeeded, TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";

type Json = Record<string, unknown>;

const URL = "https://hooks.slack.example/T0/B0/program-s3cret";
const STRANGE = "https://hooks.slack.example/T0/B0/strange-s3cret";
const CPU = { rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 80, window: "FIVE_MINUTES" };

const shop = (more: Json = {}, args: Json = {}): Declaration => ({
  spec: {
    alerts: [{ rule: "DEPLOYMENT_FAILED" }],
    services: [
      {
        name: "web",
        github: { repo: "acme/shop", branch: "main" },
        build_command: "npm run build",
        alerts: [CPU],
        ...more,
      },
    ],
  },
  onFailedDeployment: "rollback",
  ...args,
});
const alerts = (...emails: string[]): Json => ({
  alertDestinations: [
    { rule: "DEPLOYMENT_FAILED", emails },
    { component: "web", rule: "CPU_UTILIZATION", slackWebhooks: [{ url: URL, channel: "#ops" }] },
  ],
});

describe("alert destinations and rollbacks with the real CLI", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const app = (): StoredApp => emulator.apps()[0] ?? assert.fail("there is no app");
  const readAlerts = (): number => emulator.calls.filter(({ path }) => path.endsWith("/alerts")).length;
  const quiet = async (): Promise<void> => {
    assert.match((await stack.mustUp()).output, /1 unchanged|\b2 unchanged/);
    assert.deepEqual(writes(emulator), []);
  };

  it("pulumi up sets alert destinations on creation and keeps secret addresses out of the state and the output", async () => {
    stack.declare({ shop: shop({}, alerts("a@example.com")) });
    const { output } = await stack.mustUp();
    assert.equal(app().deployments.length, 1);
    assert.deepEqual(
      [...app().destinations.values()],
      [
        { emails: ["a@example.com"], slack_webhooks: [] },
        { emails: [], slack_webhooks: [{ url: URL, channel: "#ops" }] },
      ],
    );
    for (const text of [output, stack.project.stateText()]) assert.doesNotMatch(text, /s3cret/);
    // One secret address does not hide the others.
    assert.match(stack.project.stateText(), /a@example\.com/);
    await quiet();
  });

  it("shows a changed alert address as a single change and starts no deployment", async () => {
    stack.declare({ shop: shop({}, alerts("b@example.com")) });
    const { output } = succeeded(await stack.run(["preview", "--diff"]));
    assert.match(output, /alertDestinations/);
    assert.match(output, /"a@example\.com" => "b@example\.com"/);
    assert.doesNotMatch(output, /hooks\.slack|#ops|services/);
    await stack.mustUp();
    assert.equal(writes(emulator).length, 1);
    assert.match(writes(emulator)[0] ?? "", /^POST \/v2\/apps\/shop\/alerts\/[^/]+\/destinations$/);
    assert.equal(app().deployments.length, 1);
  });

  it("shows alert destinations changed outside Pulumi, hides the addresses, and restores them", async () => {
    const [, cpu] = [...app().destinations.keys()];
    app().destinations.set(cpu ?? "", { emails: [], slack_webhooks: [{ url: STRANGE, channel: "#ops" }] });
    const refreshed = succeeded(await stack.run(["refresh", "--yes", "--skip-preview", "--diff"]));
    assert.equal(readAlerts(), 1);
    assert.match(refreshed.output, /changed at the service: ~ alertDestinations\["web\/CPU_UTILIZATION"\]/);
    assert.doesNotMatch(refreshed.output, /s3cret|b@example/);
    assert.doesNotMatch(stack.project.stateText(), /s3cret/);
    await stack.mustUp();
    assert.equal(app().destinations.get(cpu ?? "")?.slack_webhooks[0]?.url, URL);
    assert.equal(writes(emulator).length, 1);
    await quiet();
  });

  it("rejects an entry for an alert that is not in the spec before changing anything", async () => {
    const entry = { component: "web", rule: "MEM_UTILIZATION", emails: ["a@example.com"] };
    stack.declare({ shop: shop({}, { alertDestinations: [entry] }) });
    const { code, output } = await stack.run(["preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /alertDestinations\["web\/MEM_UTILIZATION"\]: .*Add the rule MEM_UTILIZATION/);
    assert.deepEqual(writes(emulator), []);
  });

  it("rolls back a failed update, fails, and shows the program's change again in the next preview", async () => {
    emulator.failNext({ component: "web", log: ["error: no such module left-pad"] });
    const before = structuredClone(app().spec);
    stack.declare({ shop: shop({ build_command: "npm run bundle" }, alerts("b@example.com")) });
    const { code, output } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(output, /web: build failed: BuildJobExitNonZero/);
    assert.match(output, /\| .*no such module left-pad/);
    const [worked] = app().deployments;
    assert.match(output, new RegExp(`Rolled back to deployment ${worked?.id} \\(the previous spec\\)`));
    assert.deepEqual(writes(emulator), [
      "PUT /v2/apps/shop",
      "POST /v2/apps/shop/rollback/validate",
      "POST /v2/apps/shop/rollback",
      "POST /v2/apps/shop/rollback/commit",
    ]);
    assert.deepEqual(app().spec, before);
    assert.match(stack.resource("shop").initErrors?.join("\n") ?? "", /Rolled back to deployment/);

    const preview = succeeded(await stack.run(["preview", "--diff"]));
    assert.match(preview.output, /"npm run build" => "npm run bundle"/);
  });

  it("still shows the rolled-back change after a refresh and applies it with one update once it works", async () => {
    await stack.refresh();
    const preview = succeeded(await stack.run(["preview", "--diff"]));
    assert.match(preview.output, /"npm run build" => "npm run bundle"/);
    await stack.mustUp();
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop"]);
    assert.equal(app().spec.services?.[0]?.build_command, "npm run bundle");
    await quiet();
  });

  it("clears an alert's destinations when its entry is removed", async () => {
    stack.declare({ shop: shop({ build_command: "npm run bundle" }) });
    await stack.mustUp();
    for (const { emails, slack_webhooks } of app().destinations.values())
      assert.deepEqual([emails, slack_webhooks], [[], []]);
    assert.equal(writes(emulator).length, 2);
    await stack.refresh();
    assert.equal(readAlerts(), 0);
  });
});
