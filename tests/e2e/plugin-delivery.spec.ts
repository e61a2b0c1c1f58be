import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { init } from "../../provider/cli/init";
import { packPlugin } from "../../tools/plugin-pack";
import { runCommand } from "../helpers/command";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";
import { writeSchema } from "../helpers/plugin-sdk";
import { temporaryFolder } from "../helpers/temporary-folder";

const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const spec = { name: "shop", services: [{ name: "web", image, http_port: 8080 }] };
const PLUGIN = "node_modules/pulumi-app-platform/plugin";

/** A program in YAML. @param lines what docs/plugin.md adds to it */
const program = (...lines: string[]): string =>
  [
    "name: shop",
    "runtime: yaml",
    ...lines,
    `resources: ${JSON.stringify({ shop: { type: "app-platform:App", properties: { spec } } })}`,
    'outputs: { url: "${shop.liveUrl}" }',
  ].join("\n");

const FROM_PACKAGE = `plugins: { providers: [{ name: app-platform, path: ${PLUGIN} }] }`;

describe("getting the plugin", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  let emulator: Emulator;
  let stack: TestStack;

  beforeEach(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN });
    stack = await TestStack.create(emulator, { language: "yaml" });
  });
  afterEach(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const createsTheApp = async (): Promise<void> => {
    assert.match((await stack.mustUp()).output, /url\s*: "https:\/\/shop-/);
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
  };

  it("an archive of npm run plugin:pack installs without the npm package", async () => {
    const system = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
    const archive = packPlugin(folder.path).find((path) => path.endsWith(`-${system}.tar.gz`));
    assert.ok(archive, system);
    rmSync(stack.path("node_modules"));
    stack.write("Pulumi.yaml", program());
    const [, version = ""] = /-v([^-]+)-/.exec(archive) ?? [];
    const install = ["plugin", "install", "resource", "app-platform", version, "--file", archive];
    succeeded(await stack.project.run(install));
    assert.match(succeeded(await stack.project.run(["plugin", "ls"])).output, /app-platform +resource/);
    await createsTheApp();
    succeeded(await stack.project.run(["package", "add", `app-platform@${version}`]));
    assert.match(stack.read("Pulumi.yaml"), /^packages:\n +app-platform: app-platform@/m);
  });

  it("app-platform init --language yaml writes a program that creates the app as it stands", async () => {
    rmSync(stack.path("Pulumi.yaml"));
    const { err } = await runCommand(
      init,
      [stack.project.folder, "--language", "yaml", "--name", "token"],
      {},
    );
    const [, key = ""] = /^ {2}pulumi config set --secret (\S+)$/m.exec(err) ?? [];
    succeeded(await stack.project.run(["stack", "init", "organization/token/dev"]));
    const missing = await stack.up();
    assert.notEqual(missing.code, 0);
    assert.ok(missing.output.includes(key), missing.output);
    succeeded(await stack.project.run(["config", "set", "--secret", key, "hunter2-of-init"]));
    const created = await stack.mustUp();
    assert.match(created.output, /url\s*: "https:\/\/token-/);
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    assert.ok(!created.output.includes("hunter2"));
    succeeded(await stack.up(["--expect-no-changes"]));
    assert.deepEqual(writes(emulator), []);
  });

  it("pulumi package add takes the program in the npm package's folder, not the folder", async () => {
    stack.write("Pulumi.yaml", program(FROM_PACKAGE));
    assert.notEqual((await stack.project.run(["package", "add", `./${PLUGIN}`])).code, 0);
    const added = await stack.project.run(["package", "add", `./${PLUGIN}/pulumi-resource-app-platform`]);
    succeeded(added);
    assert.match(stack.read("Pulumi.yaml"), /^packages:\n +app-platform: app-platform@/m);
    await createsTheApp();
  });

  it("pulumi schema check accepts the schema, and pulumi package get-schema returns it", async function () {
    const help = await stack.project.run(["schema", "check", "--help"]);
    if (help.code !== 0) {
      console.log("      skipped: this CLI has no pulumi schema check");
      return this.skip();
    }
    const checked = succeeded(await stack.project.run(["schema", "check", writeSchema(folder.path)]));
    assert.doesNotMatch(checked.output, /warning|error/i);
    const wrong = join(folder.path, "wrong.json");
    writeFileSync(
      wrong,
      JSON.stringify({ name: "wrong", resources: { "wrong:index:A": { required: ["b"] } } }),
    );
    assert.notEqual((await stack.project.run(["schema", "check", wrong])).code, 0);
    const got = await stack.project.run([
      "package",
      "get-schema",
      `./${PLUGIN}/pulumi-resource-app-platform`,
    ]);
    const schema = JSON.parse(succeeded(got).stdout) as { resources: object; functions: object };
    assert.ok(Object.hasOwn(schema.resources, "app-platform:index:App"));
    assert.ok(Object.hasOwn(schema.functions, "app-platform:index:getLogs"));
  });
});
