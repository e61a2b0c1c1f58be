import assert from "node:assert/strict";
import { createEmulator, type Emulator, type Fault } from "app-platform-emulator";
import { succeeded, TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";

const SECRET = "quoted-by-the-service-s3cret";
const app = (greeting: string, more: Declaration = {}): Record<string, Declaration> => ({
  shop: {
    spec: {
      services: [
        {
          name: "web",
          image: { registry_type: "DOCR", repository: "web", tag: "v1" },
          envs: [
            { key: "GREETING", value: greeting },
            { key: "S", value: { $secret: SECRET }, type: "SECRET" },
          ],
        },
      ],
    },
    ...more,
  },
});

const refusal = (status: number): Fault => ({
  status,
  body: { id: "refused", message: `not ${SECRET} with ${TOKEN} or EV[1:Zm9v:YmFy]`, request_id: "r-4711" },
});
const DEPLOYMENT = /^\/v2\/apps\/[^/]+\/deployments\/[^/]+$/;
const APP = /^\/v2\/apps\/[^/]+$/;

/**
 * A sample of the fault matrix of tests/faults: one fault of each class with the real CLI, over the life of one stack.
 */
describe("service faults with the real CLI", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  const outputs: string[] = [];

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.1, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  /** Runs a command, asserts that it fails or succeeds, and keeps its output. */
  const run = async (command: "up" | "refresh" | "destroy" | "preview", goesWell: boolean) => {
    const skip = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const result = await stack.run([command, ...skip]);
    outputs.push(result.output);
    if (goesWell) succeeded(result);
    else assert.notEqual(result.code, 0, result.output);
    return result.output;
  };
  const deployments = (): number => {
    assert.equal(emulator.apps().length, 1);
    return emulator.apps()[0]?.deployments.length ?? 0;
  };

  it("401 during a wait: up fails at once, the app is recorded, and the next up resumes the wait", async () => {
    stack.declare(app("hello"));
    emulator.faults.add({ method: "GET", path: DEPLOYMENT, fault: refusal(401) });
    const output = await run("up", false);
    assert.match(output, /GET \/v2\/apps\/\S+: [^\n]*the token \(401 refused, request id r-4711\)/);
    assert.equal(stack.resource("shop").id, emulator.apps()[0]?.id);
    await run("up", true);
    assert.deepEqual(writes(emulator), []);
    assert.equal(deployments(), 1);
  });

  it("lost response to an update: up finds that the update was applied and continues", async () => {
    stack.declare(app("good evening"));
    emulator.faults.add({ method: "PUT", path: APP, fault: "truncated" });
    await run("up", true);
    assert.equal(deployments(), 2);
  });

  it("422 for an update: up fails with the service's message, and the next up sends the update", async () => {
    stack.declare(app("good night"));
    emulator.faults.add({ method: "PUT", path: APP, fault: refusal(422) });
    const output = await run("up", false);
    assert.match(
      output,
      /spec\.services: [^\n]*not \*\*\* with \*\*\*[^\n]*PUT \/v2\/apps\/\S+, 422, request id r-4711/,
    );
    assert.equal(deployments(), 2);
    await run("up", true);
    assert.equal(deployments(), 3);
  });

  it("gateway error page in response to a new deployment: the deployment is still created", async () => {
    stack.declare(app("good night", { redeployOn: { commit: "2" } }));
    emulator.faults.add({ method: "POST", path: /\/deployments$/, fault: "html-502" });
    await run("up", true);
    assert.equal(deployments(), 4);
  });

  it("404 for an existing app: refresh fails, and the app stays in the state", async () => {
    const repair = emulator.faults.add({ method: "GET", path: APP, times: Infinity, fault: refusal(404) });
    assert.match(await run("refresh", false), /GET \/v2\/apps\/\S+: .*app list/);
    repair();
    assert.equal(stack.resource("shop").id, emulator.apps()[0]?.id);
  });

  it("429, 500 and a reset connection during reads: refresh retries and succeeds", async () => {
    const passing: Fault[] = [
      { status: 429, headers: { "retry-after": "1" } },
      { status: 500 },
      "reset-before",
    ];
    for (const fault of passing) emulator.faults.add({ method: "GET", path: APP, fault });
    await run("refresh", true);
    assert.equal(stack.resource("shop").id, emulator.apps()[0]?.id);
  });

  it("wrong types in the price response: preview warns and continues", async () => {
    stack.declare(app("good morning", { redeployOn: { commit: "2" } }));
    emulator.faults.add({ method: "POST", path: /\/propose$/, times: Infinity, fault: "wrong-types" });
    assert.match(await run("preview", true), /POST \/v2\/apps\/propose: the response cannot be used/);
    emulator.faults.clear();
  });

  it("connection refused: destroy fails and names the call; later it deletes an app that the service does not show", async () => {
    emulator.refuse();
    assert.match(
      await run("destroy", false),
      /GET \/v2\/apps\/\S+: .*refused the connection \(ECONNREFUSED\)/,
    );
    await emulator.accept();
    emulator.faults.add({ method: "GET", path: APP, times: Infinity, fault: refusal(404) });
    emulator.faults.add({ method: "DELETE", path: APP, fault: "reset-after" });
    assert.match(await run("destroy", true), /the app shop .*Pulumi state/s);
    emulator.faults.clear();
    assert.deepEqual(emulator.apps(), []);
    assert.deepEqual(stack.resources(), {});
  });

  it("no secret, token or ciphertext is printed or stored in plain text during any of these faults", () => {
    const shown = outputs.join("\n");
    for (const secret of [SECRET, TOKEN, "EV["]) assert.ok(!shown.includes(secret), secret);
    for (const secret of [SECRET, TOKEN]) assert.ok(!stack.project.stateText().includes(secret), secret);
  });
});
