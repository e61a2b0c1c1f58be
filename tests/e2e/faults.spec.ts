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

/** A sample of the fault matrix of tests/faults, one fault of each class, through the real CLI: one stack's life. */
describe("faults of the service, seen by the CLI", function () {
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

  /** Runs a command and expects it to fail, or to go well, and remembers what it told. */
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

  it("401 in the middle of a wait: up fails at once, the app is recorded, and the next up waits on", async () => {
    stack.declare(app("hello"));
    emulator.faults.add({ method: "GET", path: DEPLOYMENT, fault: refusal(401) });
    const output = await run("up", false);
    assert.match(
      output,
      /GET \/v2\/apps\/\S+: the service refused the token \(401 refused, request id r-4711\)/,
    );
    assert.equal(stack.resource("shop").id, emulator.apps()[0]?.id);
    await run("up", true);
    assert.deepEqual(writes(emulator), []);
    assert.equal(deployments(), 1);
  });

  it("a lost answer to an update: up goes on with what was done", async () => {
    stack.declare(app("good evening"));
    emulator.faults.add({ method: "PUT", path: APP, fault: "truncated" });
    await run("up", true);
    assert.equal(deployments(), 2);
  });

  it("422 for an update: up fails with the service's words, and the next up makes the update", async () => {
    stack.declare(app("good night"));
    emulator.faults.add({ method: "PUT", path: APP, fault: refusal(422) });
    const output = await run("up", false);
    assert.match(
      output,
      /PUT \/v2\/apps\/\S+: the service refuses the content \(422 refused.*not \*\*\* with \*\*\*/,
    );
    assert.equal(deployments(), 2);
    await run("up", true);
    assert.equal(deployments(), 3);
  });

  it("a gateway's page instead of an answer to a new deployment: one is made all the same", async () => {
    stack.declare(app("good night", { redeployOn: { commit: "2" } }));
    emulator.faults.add({ method: "POST", path: /\/deployments$/, fault: "html-502" });
    await run("up", true);
    assert.equal(deployments(), 4);
  });

  it("404 for an app that exists: refresh fails, and the app stays in the state", async () => {
    const repair = emulator.faults.add({ method: "GET", path: APP, times: Infinity, fault: refusal(404) });
    assert.match(
      await run("refresh", false),
      /GET \/v2\/apps\/\S+: .*However, the app list still contains it/,
    );
    repair();
    assert.equal(stack.resource("shop").id, emulator.apps()[0]?.id);
  });

  it("429, 500 and a cut connection while reading: refresh goes on", async () => {
    const passing: Fault[] = [
      { status: 429, headers: { "retry-after": "1" } },
      { status: 500 },
      "reset-before",
    ];
    for (const fault of passing) emulator.faults.add({ method: "GET", path: APP, fault });
    await run("refresh", true);
    assert.equal(stack.resource("shop").id, emulator.apps()[0]?.id);
  });

  it("an answer of wrong types to the question for the price: preview warns and goes on", async () => {
    stack.declare(app("good morning", { redeployOn: { commit: "2" } }));
    emulator.faults.add({ method: "POST", path: /\/propose$/, times: Infinity, fault: "wrong-types" });
    assert.match(await run("preview", true), /POST \/v2\/apps\/propose: the answer cannot be used/);
    emulator.faults.clear();
  });

  it("nobody listens: destroy fails and names the call; later it deletes an app that the service does not show", async () => {
    emulator.refuse();
    assert.match(
      await run("destroy", false),
      /GET \/v2\/apps\/\S+: .*refused the connection \(ECONNREFUSED\)/,
    );
    await emulator.accept();
    emulator.faults.add({ method: "GET", path: APP, times: Infinity, fault: refusal(404) });
    emulator.faults.add({ method: "DELETE", path: APP, fault: "reset-after" });
    assert.match(await run("destroy", true), /does not show the app shop .*as the Pulumi state has it/s);
    emulator.faults.clear();
    assert.deepEqual(emulator.apps(), []);
    assert.deepEqual(stack.resources(), {});
  });

  it("and in all of it no secret, token or ciphertext is shown or kept in clear", () => {
    const shown = outputs.join("\n");
    for (const secret of [SECRET, TOKEN, "EV["]) assert.ok(!shown.includes(secret), secret);
    for (const secret of [SECRET, TOKEN]) assert.ok(!stack.project.stateText().includes(secret), secret);
  });
});
