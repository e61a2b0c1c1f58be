import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { succeeded, TestStack, TOKEN, writeCalls, writes, type Declaration } from "../helpers/e2e";
import { yamlProgram } from "../helpers/yaml-program";

const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const shop = (secret: string, more: Declaration = {}): Declaration => {
  const envs = [
    { key: "MODE", value: "production" },
    { key: "API_TOKEN", value: { $secret: secret }, type: "SECRET" },
  ];
  const services = [
    { name: "web", image, http_port: 8080, envs },
    { name: "api", image, http_port: 9090 },
  ];
  return { spec: { name: "shop", services }, ...more };
};

/** What a program in TypeScript needs to continue with the state of the plugin. */
const aliasOf = (kind: string): Declaration => ({
  options: { aliases: [{ type: `app-platform:index:${kind}` }] },
});
const ALIAS = aliasOf("App");

describe("an app that moves between the TypeScript package and the plugin", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let project: string;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.05, token: TOKEN });
    stack = await TestStack.create(emulator, { language: "yaml", program: "apps" });
    project = stack.read("Pulumi.yaml");
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  type All = Record<string, Declaration>;
  const inYaml = (apps: All, deployments: All = {}, rollbacks: All = {}): void =>
    stack.write(
      "Pulumi.yaml",
      yamlProgram(apps, {}, { Deployment: deployments, Rollback: rollbacks }).replace(
        /^name: .*$/m,
        "name: apps",
      ),
    );
  const inJavaScript = (apps: All, deployments: All = {}, rollbacks: All = {}): void => {
    stack.write("Pulumi.yaml", project);
    stack.write("apps.json", JSON.stringify({ apps, deployments, rollbacks }));
  };
  const up = async (...args: string[]): Promise<string> => (await stack.mustUp(args)).output;
  const onlySecretSent = (value: string): void => {
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop"]);
    const [call] = writeCalls(emulator);
    assert.match(JSON.stringify(call?.body), new RegExp(value));
  };

  it("does not change with a program in YAML, and is not imported", async () => {
    inJavaScript({ shop: shop("first-s3cret") });
    await up();
    inYaml({ shop: shop("first-s3cret") });
    const output = await up("--expect-no-changes");
    assert.deepEqual(writes(emulator), []);
    assert.doesNotMatch(output, /import/);
  });

  it("does not change when it moves back", async () => {
    inJavaScript({ shop: shop("first-s3cret", ALIAS) });
    await up("--expect-no-changes");
    assert.deepEqual(writes(emulator), []);
  });

  it("moves both ways in the run that changes a secret, with one update of that secret", async () => {
    inYaml({ shop: shop("second-s3cret") });
    await up();
    onlySecretSent("second-s3cret");
    await up("--expect-no-changes");
    inJavaScript({ shop: shop("third-s3cret", ALIAS) });
    await up();
    onlySecretSent("third-s3cret");
    assert.equal(emulator.apps()[0]?.deployments.length, 3);
    assert.doesNotMatch(stack.project.stateText(), /(first|second|third)-s3cret/);
  });

  it("is kept without the alias, when the other front end adopts it in the run that removes it", async () => {
    const [app] = emulator.apps();
    const adopted = { adopt: app?.id };
    inJavaScript({ shop: shop("third-s3cret", { plugin: true, ...adopted }) });
    await up();
    assert.deepEqual(
      emulator.apps().map(({ id }) => id),
      [app?.id],
    );
    inJavaScript({ shop: shop("third-s3cret", adopted) });
    await up();
    assert.deepEqual(
      emulator.apps().map(({ id }) => id),
      [app?.id],
    );
    assert.ok(!writes(emulator).some((call) => call.startsWith("DELETE")));
  });

  it("is managed side by side with an app of the other front end, in one program in TypeScript", async () => {
    const blog = { spec: { name: "blog", services: [{ name: "web", image }] } };
    inJavaScript({ shop: shop("third-s3cret"), blog: { ...blog, plugin: true } });
    await up();
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    await up("--expect-no-changes");
    inJavaScript({ shop: shop("third-s3cret") });
    await up();
    assert.deepEqual(
      emulator.apps().map(({ spec }) => spec.name),
      ["shop"],
    );
  });

  it("moves both ways with its Deployment and its Rollback, without a change", async () => {
    const appId = { $output: "shop.id" };
    const release = { appId, triggers: { commit: { $secret: "trigger-s3cret" } } };
    const all = (of: (kind: string) => Declaration): [All, All, All] => [
      { shop: shop("third-s3cret", of("App")) },
      { release: { ...release, ...of("Deployment") } },
      { back: { appId, ...of("Rollback") } },
    ];
    const [apps, deployments] = all(() => ({}));
    inJavaScript(apps, deployments);
    await up();
    inJavaScript(...all(() => ({})));
    await up();
    for (const move of [() => inYaml(...all(() => ({}))), () => inJavaScript(...all(aliasOf))]) {
      move();
      await up("--expect-no-changes");
      assert.deepEqual(writes(emulator), []);
      for (const kind of ["Deployment", "Rollback"] as const)
        assert.equal(Object.keys(stack.resources(kind)).length, 1);
    }
    succeeded(await stack.destroy());
    assert.deepEqual(emulator.apps(), []);
  });
});
