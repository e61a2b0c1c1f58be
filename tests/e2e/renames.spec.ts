import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { createEmulator, type Emulator } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { shown, succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";
import { recordedStack } from "../helpers/recorded";
import { temporaryFolder } from "../helpers/temporary-folder";

const WRITING = ["--yes", "--skip-preview", "--json"];

/** Lines by resource name. Each line must be printed on a row that the command already shows. */
function linesByName(result: CommandResult): [name: string, message: string][] {
  const { resources, lines } = shown(succeeded(result));
  const others = lines.filter(({ urn }) => urn !== undefined && !resources.has(urn));
  assert.deepEqual(others, [], "a row of a resource that is not there");
  return lines.map(({ urn, message }) => [urn?.split("::").at(-1) ?? "", message.trim()]);
}

const textOf = (lines: readonly [string, string][], name: string): string =>
  lines.flatMap(([of, message]) => (of === name ? [message] : [])).join("\n");

describe("a renamed stack of an earlier version", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  it("prints no second row for a resource and shows no URN as a change", async () => {
    const { emulator, stack } = await recordedStack("0.1.0", folder.path);
    try {
      succeeded(await stack.run(["stack", "rename", "prod"]));
      emulator.editApp("from-elsewhere", (spec) => {
        for (const service of spec.services ?? []) service.http_port = 81;
      });
      const refreshed = linesByName(await stack.run(["refresh", ...WRITING]));
      assert.match(textOf(refreshed, "adopted"), /changed at the service: .*http_port/);

      const { output } = succeeded(await stack.run(["preview", "--diff"]));
      assert.match(output, /~ http_port: 81 => 80/);
      assert.doesNotMatch(output, /__/);

      // The first call of this process is a deletion.
      const target = ["--target", "**Rollback::pinned"];
      const destroyed = linesByName(await stack.run(["destroy", ...WRITING, ...target]));
      assert.match(textOf(destroyed, "pinned"), /was pinned to this rollback/);
    } finally {
      stack.remove();
      await emulator.close();
    }
  });
});

describe("resources with a new name, parent or stack", function () {
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

  /** @param names of the App and the Deployment, and their options, as code */
  const declare = (mode: string, [app, release]: [string, string], options: [string, string]): void =>
    stack.write(
      "index.js",
      `const pulumi = require("@pulumi/pulumi");
       const { App, Deployment } = require("pulumi-app-platform");
       class Team extends pulumi.ComponentResource {
         constructor() { super("acme:teams:Team", "team"); }
       }
       const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
       const envs = [{ key: "MODE", value: "${mode}" }];
       const spec = { name: "shop", envs, services: [{ name: "web", image, http_port: 80 }] };
       const app = new App("${app}", { spec }, ${options[0]});
       new Deployment("${release}", { appId: app.id, triggers: ["${mode}"] }, ${options[1]});`,
    );
  const urnOf = (end: string): string => {
    const { checkpoint } = JSON.parse(stack.project.stateText()) as {
      checkpoint: { latest: { resources: { urn: string }[] } };
    };
    return checkpoint.latest.resources.find(({ urn }) => urn.endsWith(end))?.urn ?? assert.fail(end);
  };

  it("change nothing else with an alias, and show only the program's changes", async () => {
    declare("a", ["shop", "release"], ["{}", "{}"]);
    succeeded(await stack.up());
    assert.doesNotMatch(stack.project.stateText(), /__urn":"/);
    declare(
      "b",
      ["store", "again"],
      [
        '{ parent: new Team(), aliases: [{ name: "shop", parent: pulumi.rootStackResource }] }',
        '{ aliases: [{ name: "release" }] }',
      ],
    );
    const { output } = succeeded(await stack.run(["preview", "--diff"]));
    assert.match(output, /MODE: \{\s+~ value: "a" => "b"/);
    assert.doesNotMatch(output, /__urn|\(delete\)/);
    linesByName(await stack.run(["up", ...WRITING]));
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop", "POST /v2/apps/shop/deployments"]);
  });

  it("print on their own rows in a refresh after pulumi state rename", async () => {
    succeeded(await stack.run(["state", "rename", urnOf("App::store"), "kiosk", "--yes"]));
    emulator.editApp("shop", (spec) => void (spec.envs = [{ key: "MODE", value: "edited" }]));
    const refreshed = linesByName(await stack.run(["refresh", ...WRITING]));
    assert.match(textOf(refreshed, "kiosk"), /changed at the service: .*MODE/);
  });

  it("are deleted without the program, using only the packages, and print on their own rows", async () => {
    for (const name of ["Pulumi.yaml", "package.json", "index.js"]) rmSync(stack.path(name));
    const destroy = ["destroy", ...WRITING, "--stack", "organization/apps/dev"];
    renameSync(stack.path("node_modules"), stack.path("packages"));
    const { code } = await stack.run(destroy);
    assert.notEqual(code, 0);
    assert.equal(emulator.apps().length, 1);
    renameSync(stack.path("packages"), stack.path("node_modules"));
    const destroyed = linesByName(await stack.run(destroy));
    assert.match(textOf(destroyed, "kiosk"), /The app shop .* is deleted/);
  });
});
