import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { succeeded, TestStack, TOKEN } from "../helpers/e2e";
import { Gate } from "../helpers/gate";

describe("access to the service", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  const WRONG = "dop_v1_e2e0wrong0token0that0must0never0be0seen";

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator, { env: {} });
    stack.declare({
      shop: {
        spec: { services: [{ name: "web", image: { registry_type: "DOCR", repository: "web", tag: "v1" } }] },
      },
    });
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  async function failingUp(env: Record<string, string>): Promise<string> {
    const result = await stack.up([], { env });
    assert.notEqual(result.code, 0);
    assert.deepEqual(stack.resources(), {});
    assert.doesNotMatch(result.output, /^\s+at |dop_v1_/m);
    return result.output;
  }

  it("a missing token is an error that explains how to set one", async () => {
    const said = await failingUp({ DIGITALOCEAN_API_URL: emulator.url });
    assert.match(said, /token.*DIGITALOCEAN_TOKEN/);
    assert.match(said, /pulumi config set --secret app-platform:token/);
    assert.deepEqual(emulator.calls, []);
  });

  it("a rejected token is an error that reports the rejection", async () => {
    const said = await failingUp({ DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: WRONG });
    assert.match(said, /the token \(401/);
    assert.match(said, /DIGITALOCEAN_TOKEN/);
  });

  it("an invalid address is an error that shows a valid one", async () => {
    const said = await failingUp({
      DIGITALOCEAN_API_URL: "http://apps.example.com",
      DIGITALOCEAN_TOKEN: TOKEN,
    });
    assert.match(said, /unencrypted.*apps\.example\.com/);
    assert.match(said, /DIGITALOCEAN_API_URL .*https:/);
  });

  it("a refused connection is an error that contains the address", async () => {
    const port = await freePort();
    const said = await failingUp({
      DIGITALOCEAN_API_URL: `http://127.0.0.1:${port}`,
      DIGITALOCEAN_TOKEN: TOKEN,
    });
    assert.match(said, new RegExp(`127\\.0\\.0\\.1:${port} refused the connection \\(ECONNREFUSED\\)`));
  });

  it("a token from the stack's secret config works and stays encrypted", async () => {
    const set = ["config", "set", "--secret", "app-platform:token", TOKEN];
    succeeded(await stack.project.run(set));
    const result = succeeded(await stack.up([], { env: { DIGITALOCEAN_API_URL: emulator.url } }));
    assert.equal(emulator.apps().length, 1);
    for (const text of [result.output, stack.project.stateText(), stack.read("Pulumi.dev.yaml")])
      assert.equal(text.includes(TOKEN), false);
  });
});

describe("a replaced token", function () {
  this.timeout(300_000);
  const OLD = "dop_v1_e2e0old0token0that0must0never0be0seen";
  let emulator: Emulator;
  let gate: Gate;
  let stack: TestStack;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, rateLimit: false });
    gate = await Gate.open(emulator);
    stack = await TestStack.create(emulator, { env: { DIGITALOCEAN_API_URL: gate.url } });
    const image = { registry_type: "DOCR", repository: "web", tag: "v1" };
    stack.declare({ shop: { spec: { services: [{ name: "web", image }] } } });
    await setToken(OLD);
    await stack.mustUp();
    gate.refused.add(OLD);
  });

  after(async () => {
    stack?.remove();
    await gate?.close();
    await emulator?.close();
  });

  const setToken = async (token: string) =>
    succeeded(await stack.project.run(["config", "set", "--secret", "app-platform:token", token]));

  /** Asserts that a command fails, explains what to do, and shows no token. */
  async function refusal(...args: string[]): Promise<void> {
    const { code, output } = await stack.run([...args, "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /the token \(401/);
    assert.match(output, /`pulumi config set --secret app-platform:token`.*DIGITALOCEAN_TOKEN/);
    assert.match(output, /`pulumi refresh` and `pulumi destroy` .* add --run-program/);
    assert.doesNotMatch(output, /dop_v1_/);
  }

  it("makes refresh fail with an error that explains how to set the new one", () => refusal("refresh"));

  it("is still used from the state by plain refresh and destroy, which name the option to use the new one", async () => {
    await setToken(TOKEN);
    await refusal("refresh");
    await refusal("destroy");
    assert.equal(emulator.apps().length, 1);
  });

  it("is superseded by the new one with that option, or after an up", async () => {
    succeeded(await stack.run(["refresh", "--yes", "--skip-preview", "--run-program"]));
    await stack.mustUp();
    succeeded(await stack.run(["destroy", "--yes", "--skip-preview", "--run-program"]));
    assert.deepEqual(emulator.apps(), []);
  });
});

/** A port without a listener: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
