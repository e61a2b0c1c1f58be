import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { report } from "../../provider/cli/report";
import { runCommand } from "../helpers/command";
import { hideSecrets, succeeded, TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";
import { yamlProject } from "../helpers/yaml-program";

const SECRET = "yaml-s3cret-value";
const OTHER_TOKEN = "dop_v1_another0account0of0the0program";
const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const envs = [
  { key: "MODE", value: "production" },
  { key: "API_TOKEN", value: { $secret: SECRET }, type: "SECRET" },
];
const web = { name: "web", image, http_port: 8080, instance_count: 1, envs };
const api = { name: "api", image, http_port: 9090, instance_count: 1 };

const shop = (services: unknown[], more: Declaration = {}): Record<string, Declaration> => ({
  shop: { spec: { name: "shop", services }, ...more },
});

describe("an app of a program in YAML", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  const printed: string[] = [];

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.1, token: TOKEN });
    stack = await TestStack.create(emulator, { language: "yaml" });
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const declare = (services: unknown[], more: Declaration = {}): void =>
    stack.declare(shop(services, more), { url: "shop.liveUrl" });

  const run = async (...args: string[]): Promise<string> => {
    const { code, output } = await stack.run(args);
    printed.push(output);
    assert.equal(code, 0, output);
    return output;
  };
  const urnOf = (name: string): string => `urn:pulumi:dev::shop::app-platform:index:App::${name}`;
  const up = (...args: string[]): Promise<string> => run("up", "--yes", "--skip-preview", ...args);

  it("preview shows the plan and the price, and creates nothing", async () => {
    declare([web, api]);
    const output = await run("preview");
    assert.match(output, /web \(service\): create/);
    assert.match(output, /cost: \$\d+/);
    assert.deepEqual(writes(emulator), []);
  });

  it("up creates it and shows its progress", async () => {
    const output = await up();
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    assert.match(output, /shop creating .*\d\/\d/);
    assert.match(output, /url\s*: "https:\/\/shop-/);
  });

  it("a second up with lists in another order changes nothing", async () => {
    const recorded = hideSecrets(stack.resource("shop"));
    declare([api, { ...web, envs: envs.toReversed() }]);
    await up("--expect-no-changes");
    assert.deepEqual(writes(emulator), []);
    assert.deepEqual(hideSecrets(stack.resource("shop")), recorded);
  });

  it("the command report turns the preview of a change into a comment", async () => {
    const [mode, token] = envs;
    declare([{ ...web, envs: [mode, { ...token, value: { $secret: `${SECRET}-2` } }] }, api], {
      wait: false,
    });
    const { stdout } = succeeded(await stack.run(["preview", "--json"]));
    const { out } = await runCommand(
      report,
      ["-"],
      { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: TOKEN },
      { input: stdout },
    );
    printed.push(out);
    assert.match(out, /^<!-- app-platform: shop\/dev -->\n/);
    assert.match(out, /1 app to update\*\* · \$10 a month, unchanged/);
    assert.match(out, /~ web \(service\): redeploy .*: envs\.API_TOKEN\.value changed/);
    assert.match(out, /without a deployment: wait/);
    assert.match(out, /\[control panel\]\(https:\/\/cloud\.digitalocean\.com\/apps\/[\da-f-]{36}\)/);
  });

  it("up applies a change with one update, and lists it by name", async () => {
    declare([{ ...web, instance_count: 2 }, api]);
    const output = await up("--diff");
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop"]);
    assert.match(output, /instance_count: 1 => 2/);
  });

  it("leaves a property in ignoreChanges to the service, by index and by name", async () => {
    for (const path of ["spec.services[0].instance_count", "spec.services.web.instance_count"]) {
      declare([{ ...web, instance_count: 4 }, api], { options: { ignoreChanges: [path] } });
      await up("--expect-no-changes");
      assert.deepEqual(writes(emulator), []);
    }
    declare([{ ...web, instance_count: 2 }, api]);
    await up("--expect-no-changes");
  });

  it("refresh finds a change at the service, and the next up reverts it", async () => {
    emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 5));
    assert.match(await run("refresh", "--yes", "--skip-preview", "--diff"), /instance_count: 2 => 5/);
    await up();
    assert.equal(emulator.apps()[0]?.spec.services?.[0]?.instance_count, 2);
  });

  it("a failed deployment fails the update with its reason and log, and the next up repairs it", async () => {
    const lines = [`token ${SECRET}`, "error: cannot listen on port 8080"];
    emulator.failNext({ component: "web", step: "deploy", log: lines });
    declare([{ ...web, run_command: "server" }, api]);
    const { code, output } = await stack.up();
    printed.push(output);
    assert.notEqual(code, 0);
    assert.match(output, /web.*failed/);
    assert.match(output, /cannot listen on port 8080/);
    assert.equal(stack.resource("shop").initErrors?.length, 1);
    declare([web, api]);
    await up();
    assert.equal(stack.resource("shop").initErrors, undefined);
    assert.equal(stack.resource("shop").outputs["phase"], "ACTIVE");
  });

  it("a renamed resource fails with the alias to add, and with it changes nothing", async () => {
    const [{ spec }] = Object.values(shop([web, api])) as [Declaration];
    stack.declare({ store: { spec } });
    const { code, output } = await stack.up();
    printed.push(output);
    assert.notEqual(code, 0);
    const [, urn = ""] = /alias .*"(urn:pulumi:\S+::shop)"/.exec(output) ?? [];
    assert.equal(urn, stack.resource("shop").urn, output);
    assert.deepEqual(writes(emulator), []);
    stack.declare({ store: { spec, options: { aliases: [{ name: "shop" }] } } });
    await up();
    assert.deepEqual(writes(emulator), []);
    stack.declare({ shop: { spec, options: { aliases: [{ name: "store" }] } } });
    await up();
  });

  it("an app that a resource takes over is kept when a targeted run deletes its earlier resource", async () => {
    const [app] = emulator.apps();
    const [{ spec }] = Object.values(shop([web, api])) as [Declaration];
    stack.declare({ shop: { spec } });
    await up();
    stack.declare({ store: { spec, adopt: app?.id } });
    await up("--target", urnOf("store"));
    assert.deepEqual(Object.keys(stack.resources()).sort(), ["shop", "store"]);
    await up("--target", urnOf("shop"));
    assert.deepEqual(Object.keys(stack.resources()), ["store"]);
    assert.deepEqual(writes(emulator), []);
    stack.declare({ shop: { spec, options: { aliases: [{ name: "store" }] } } });
    await up();
  });

  it("is replaced after a backup if replaceOnChanges says so", async () => {
    const before = emulator.apps()[0]?.id;
    const [{ spec }] = Object.values(shop([web, api])) as [{ spec: object }];
    const options = { replaceOnChanges: ["spec.region"] };
    stack.declare({ shop: { spec: { ...spec, region: "ams" }, options } });
    assert.match(await run("preview"), /the app shop is deleted first/);
    assert.match(await up(), /app-spec-backups\/shop-\S+?\.yaml/);
    const calls = writes(emulator).map((call) => call.split("/")[0]);
    assert.deepEqual(calls, ["DELETE ", "POST "]);
    assert.notEqual(emulator.apps()[0]?.id, before);
  });

  it("another stack imports it with generated code, which changes nothing", async () => {
    const [app] = emulator.apps();
    const other = await TestStack.create(emulator, { language: "yaml" });
    try {
      other.write("Pulumi.yaml", yamlProject({}));
      const args = ["import", "app-platform:index:App", "shop", app?.id ?? "", "--yes", "--skip-preview"];
      succeeded(await other.run([...args, "--protect=false", "--out", "code.yaml"]));
      assert.deepEqual(writes(emulator), []);
      const code = other.read("code.yaml");
      assert.ok(!code.includes(SECRET));
      other.write("Pulumi.yaml", `${yamlProject({}).replace(/^resources: .*$/m, "")}\n${code}`);
      succeeded(await other.run(["up", "--yes", "--skip-preview", "--expect-no-changes"]));
      assert.deepEqual(writes(emulator), []);
    } finally {
      other.remove();
    }
  });

  it("a program reads an app, calls a function and manages an app of another account", async () => {
    const second = await createEmulator({ deploySeconds: 0.1, token: OTHER_TOKEN });
    const other = await TestStack.create(emulator, { language: "yaml" });
    try {
      const [app] = emulator.apps();
      const properties = { token: { "fn::secret": OTHER_TOKEN }, apiUrl: second.url };
      const spec = { name: "blog", services: [api] };
      const call = (name: string, args: unknown, result: string) => ({
        "fn::invoke": { function: `app-platform:${name}`, arguments: args, return: result },
      });
      other.write(
        "Pulumi.yaml",
        yamlProject(
          {
            read: { type: "app-platform:App", get: { id: app?.id } },
            second: { type: "pulumi:providers:app-platform", properties },
            blog: { type: "app-platform:App", properties: { spec }, options: { provider: "${second}" } },
          },
          {
            read: "${read.spec.services[0].name}",
            url: "${read.liveUrl}",
            found: "${found.id}",
            lines: "${lines}",
            blog: "${blog.liveUrl}",
          },
          {
            variables: {
              found: call("getApp", { name: "shop" }, "app"),
              lines: call(
                "getLogs",
                { appId: "${read.id}", type: "DEPLOY", component: "web", tailLines: 1 },
                "lines",
              ),
            },
          },
        ),
      );
      const { output } = succeeded(await other.run(["up", "--yes", "--skip-preview"]));
      assert.ok(!output.includes(OTHER_TOKEN));
      assert.ok(output.includes(app?.id ?? "none"));
      assert.deepEqual(writes(emulator), []);
      assert.deepEqual(
        second.apps().map(({ spec: { name } }) => name),
        ["blog"],
      );
      assert.ok(!other.project.stateText().includes(OTHER_TOKEN));
      succeeded(await other.destroy());
      assert.deepEqual([emulator.apps().length, second.apps().length], [1, 0]);
    } finally {
      other.remove();
      await second.close();
    }
  });

  it("destroy deletes it after a backup", async () => {
    const output = await run("destroy", "--yes", "--skip-preview");
    const [backup = ""] = /app-spec-backups\/shop-\S+?\.yaml/.exec(output) ?? [];
    assert.ok(existsSync(stack.path(backup)), output);
    assert.deepEqual(emulator.apps(), []);
  });

  it("no command prints a secret", () => {
    for (const output of printed) for (const secret of [SECRET, TOKEN]) assert.ok(!output.includes(secret));
  });
});
