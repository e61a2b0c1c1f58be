import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { succeeded, TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";

const hidden = (value: unknown): object => ({ $secret: value });

const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };

const FILE = `
name: file
workers:
  - name: job
    image: { registry_type: DOCKER_HUB, registry: library, repository: nginx }
    envs: [{ key: PASSWORD, value: placeholder }]
`;

/** Secrets of every kind in places that the AppSpec does not treat as secret, each containing S3cr3t. */
const shop = (projectId: string): Declaration => ({
  projectId: hidden(projectId),
  spec: {
    name: "shop",
    services: [
      {
        name: "web",
        image,
        http_port: hidden(48_151),
        run_command: hidden("serve --password S3cr3t-password"),
        health_check: { http_path: hidden("/S3cr3t-health") },
        envs: [
          { key: "PASSWORD", value: hidden("S3cr3t-password") },
          { key: "TOKEN", value: "S3cr3t-token", type: "SECRET" },
        ],
      },
    ],
    workers: [{ name: "mailer", image, envs: [{ key: hidden("S3cr3t_KEY"), value: "x" }] }],
  },
});

describe("Pulumi secrets outside of SECRET variables", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let projectId: string;

  before(async () => {
    emulator = await createEmulator({
      deploySeconds: 0.1,
      otherwise: ["deleted-at-once=0.1"],
      rateLimit: false,
      token: TOKEN,
    });
    stack = await TestStack.create(emulator);
    stack.write("app.yaml", FILE);
    const answer = await fetch(`${emulator.url}/v2/projects`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "hidden", purpose: "tests" }),
    });
    projectId = ((await answer.json()) as { project: { id: string } }).project.id;
    stack.declare({ shop: shop(projectId) });
  });
  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  function assertHidden(text: string): void {
    assert.doesNotMatch(text, /S3cr3t/);
    for (const value of ["48151", projectId]) assert.ok(!text.includes(value), value);
  }

  it("appear in no message and not in the state when a deployment fails with them in its log", async () => {
    const log = ["password: S3cr3t-password", "S3cr3t_KEY=x", "listening on 48151", "GET /S3cr3t-health"];
    emulator.failNext({ component: "web", step: "deploy", log });
    const { code, output } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(output, /password: \*\*\*[^]*listening on \*\*\*/);
    assertHidden(output);
    assertHidden(stack.project.stateText());
    assert.match(stack.project.stateText(), /initErrors/);
  });

  it("cause one warning per app that they are visible at the service, with their paths", async () => {
    const file = { spec: { $file: "app.yaml", secrets: { "job.PASSWORD": "S3cr3t-from-file" } } };
    stack.declare({ shop: shop(projectId), file });
    const { output } = await stack.up(["--diff"]);
    assertHidden(output);
    const warnings = output.split("\n").filter((line) => line.includes("plain text"));
    assert.equal(warnings.length, 2, output);
    const paths = [
      "web.run_command",
      "web.http_port",
      "web.health_check.http_path",
      "web.envs.PASSWORD.value",
    ];
    for (const path of paths)
      assert.ok(
        warnings.some((line) => line.includes(`spec.services.${path}`)),
        path,
      );
    assert.ok(warnings.some((line) => line.includes("spec.workers.mailer.envs")));
    assert.ok(warnings.some((line) => line.includes("spec.workers.job.envs.PASSWORD.value")));
    assert.ok(!warnings.some((line) => line.includes("TOKEN")));
  });

  it("are hidden in a refresh, even if moved outside Pulumi, and the next up repairs them", async () => {
    emulator.editApp("shop", (spec) => {
      spec.services?.[0]?.envs?.push({ key: "MOVED", value: "S3cr3t-password" });
    });
    const { output } = succeeded(await stack.run(["refresh", "--yes", "--skip-preview", "--diff"]));
    assert.match(output, /MOVED/);
    assertHidden(output);
    assertHidden(stack.project.stateText());
    await stack.mustUp();
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop"]);
    assertHidden(stack.project.stateText());
  });

  it("are left out of backups, which list them", async () => {
    const { output } = succeeded(await stack.destroy());
    assertHidden(output);
    const folder = stack.path("app-spec-backups");
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    assert.equal(texts.length, 2);
    const all = texts.join("\n");
    assertHidden(all);
    assert.doesNotMatch(all, /Warning/);
    for (const address of [
      "web.PASSWORD",
      "web.TOKEN",
      "spec.services.web.run_command",
      "spec.workers.mailer.envs",
      "job.PASSWORD",
    ])
      assert.ok(all.includes(JSON.stringify(address)) && output.includes(address), address);
  });
});
