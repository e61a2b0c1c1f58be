import assert from "node:assert/strict";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { TOP } from "../../tools/pulumi-project";
import { succeeded, TestStack, TOKEN } from "../helpers/e2e";

const spec = {
  name: "shop",
  region: "fra",
  services: [{ name: "web", image: { registry_type: "DOCR", repository: "web", tag: "v1" } }],
};

describe("look-ups in a program", function () {
  this.timeout(300_000);
  let emulator: Emulator;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    const answer = await fetch(`${emulator.url}/v2/apps`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ spec }),
    });
    assert.equal(answer.status, 200);
  });
  after(() => emulator?.close());

  async function inProgram(
    example: string,
    work: (stack: TestStack) => Promise<void>,
    env: Record<string, string> = { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: TOKEN },
  ): Promise<void> {
    const stack = await TestStack.create(emulator, { program: join(TOP, "examples", example), env });
    try {
      await work(stack);
    } finally {
      stack.remove();
    }
  }
  const outputs = async (stack: TestStack, ...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = succeeded(await stack.run(["stack", "output", "--json", ...args]));
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it("return an existing app, using the token from the stack's configuration", async () => {
    await inProgram(
      "lookups",
      async (stack) => {
        succeeded(await stack.run(["config", "set", "--secret", "app-platform:token", TOKEN]));
        succeeded(await stack.run(["config", "set", "app", "shop"]));
        const up = await stack.mustUp();
        assert.ok(!up.output.includes(TOKEN));
        const { apps, app, health, regions, cheapest } = await outputs(stack);
        assert.deepEqual(apps, ["shop"]);
        assert.equal((app as { newest: string }).newest, "ACTIVE");
        assert.deepEqual((app as { components: string[] }).components, ["web"]);
        assert.equal((health as { name: string }[])[0]?.name, "web");
        assert.ok((regions as string[]).includes("fra"));
        assert.match(cheapest as string, /^apps-/);
        assert.ok(emulator.calls.every(({ method }) => method === "GET"));
      },
      { DIGITALOCEAN_API_URL: emulator.url },
    );
  });

  it("fail and suggest the intended name", async () => {
    await inProgram("lookups", async (stack) => {
      succeeded(await stack.run(["config", "set", "app", "shpo"]));
      const { code, output } = await stack.up();
      assert.notEqual(code, 0);
      assert.match(output, /\bshpo\b.* mean shop\?/);
      assert.ok(!/node_modules|\bat async\b/.test(output), output);
    });
  });

  for (const { awaited, call } of [
    { awaited: "an Output", call: `restartAppOutput(id, { components: ["wbe"] })` },
    { awaited: "a promise", call: `getLogsText({ appId: id, type: "RUN", component: "wbe" })` },
  ])
    it(`fail with little memory, one message and no stack trace: ${awaited}`, async () => {
      const stack = await TestStack.create(emulator);
      try {
        const [shop] = emulator.apps();
        stack.write(
          "index.js",
          `const { getLogsText, restartAppOutput } = require("pulumi-app-platform");
           const id = ${JSON.stringify(shop?.id)};
           exports.looked = ${call};`,
        );
        // Node.js 20 needs gigabytes and half a minute to color the stacks of some errors, see
        // AppPlatformError.
        const { code, output } = await stack.up([], { env: { NODE_OPTIONS: "--max-old-space-size=256" } });
        assert.notEqual(code, 0);
        const [, diagnostics = ""] = output.split("Diagnostics:");
        const told = diagnostics.slice(0, diagnostics.indexOf("Resources:")).trim().split("\n");
        assert.deepEqual([told.length, told[0]?.trim()], [2, "pulumi:pulumi:Stack (apps-dev):"], output);
        assert.match(told[1] ?? "", /^\s*error: .*component wbe .*shop.* mean web\?$/);
      } finally {
        stack.remove();
      }
    });

  it("read the log of a deployment in the same program: unknown in the preview, addresses as secrets", async () => {
    await inProgram("logs", async (stack) => {
      const preview = succeeded(await stack.run(["preview"]));
      assert.match(preview.output, /built *: *(\[unknown\]|output<string>)/);
      const up = await stack.mustUp();
      assert.ok(!up.output.includes("/_logs/"), up.output);
      const { built, urls } = await outputs(stack);
      assert.equal((built as string).trimEnd().split("\n").length, 3);
      assert.match(built as string, /^web \d{4}-.*build complete$/m);
      assert.equal(urls, "[secret]");
      const shown = (await outputs(stack, "--show-secrets"))["urls"] as { historic_urls: string[] };
      assert.ok((shown.historic_urls[0] ?? "").startsWith(emulator.url));
      assert.ok(!stack.project.stateText().includes("/_logs/"));
    });
  });
});
