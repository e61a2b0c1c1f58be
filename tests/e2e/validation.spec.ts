import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createEmulator, type Emulator } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";

const image = { registry_type: "DOCR", repository: "web", tag: "v1" };

const WRONG_FILE = `name: from-file
services:
  - name: web
    image:
      registry_type: DOCR
      repository: web
      tag: v1
    instace_count: 2
    http_port: 99999999
    envs:
      - key: TOKEN
        value: hidden-s3cret
        type: SECRET
        scope: RUN_TIMES
      - key: SEALED
        value: EV[1:zqiRIeaaYK/NqctZDYzy6t0pTrtRDez8:wqGpZRrsKN5nPhWQrS479cfBiXT0WQ==]
        type: SECRET
  - name: api
    image: { registry_type: DOCR, repository: web, tag: "\${IMAGE_TAG}" }
    github: { repo: acme/api, branch: main }
    instance_count: many
workers:
  - name: mailer
ingress:
  rules:
    - match: { path: { prefix: / } }
      component: { name: wbe }
domains:
  shop.example.com:
    type: PRIMARY
`;

describe("a spec with mistakes", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let checked: CommandResult;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
    stack.write("app.yaml", WRONG_FILE);
    stack.declare({
      "from-file": { spec: { $file: "app.yaml" }, timeouts: { create: "soon" }, wait: "yes" },
    });
    checked = await stack.up();
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  it("is never sent to the service", () => {
    assert.notEqual(checked.code, 0);
    assert.deepEqual(
      emulator.calls.filter(({ path }) => !path.endsWith("/propose")),
      [],
    );
    assert.deepEqual(stack.resources(), {});
  });

  it("is reported with all mistakes at once, each with its path by name", () => {
    for (const path of [
      "spec.services.web.instace_count:",
      "spec.services.web.http_port:",
      "spec.services.web.envs.TOKEN.scope:",
      "spec.services.web.envs.SEALED.value:",
      "spec.services.api:",
      "spec.services.api.image.tag:",
      "spec.domains:",
      "spec.services.api.instance_count:",
      "spec.workers.mailer:",
      "spec.ingress.rules[0].component.name:",
      "timeouts:",
      "wait:",
    ])
      assert.ok(checked.output.includes(path), `nothing is said about ${path}\n${checked.output}`);
  });

  it("is reported with suggestions for misspelled fields", () => {
    assert.match(checked.output, /spec\.services\.web\.instace_count: .*did you mean instance_count\?/);
  });

  it("is reported with line and column of its file and the line itself", () => {
    assert.match(checked.output, /instace_count: .*app\.yaml:8:5\)/);
    assert.match(checked.output, /8 \|\s+instace_count: \S+\n\s*\|\s+\^/);
    assert.match(checked.output, /component\.name: .*app\.yaml:27:20\)/);
  });

  it("is reported with its mistakes in line order", () => {
    const lines = [...checked.output.matchAll(/\(app\.yaml:(\d+):\d+\)/g)].map(([, line]) => Number(line));
    const reported = lines.slice(0, new Set(lines).size);
    assert.ok(reported.length > 7);
    assert.deepEqual(
      reported,
      [...reported].sort((a, b) => a - b),
    );
  });

  it("is reported without a stack trace and without its secrets", () => {
    assert.doesNotMatch(checked.output, /^\s+at |node_modules|s3cret|EV\[1/m);
  });
});

describe("unreadable spec files", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
    mkdirSync(stack.path("folder"));
    stack.write("broken.yaml", "name: shop\nservices:\n  - name: [web\n    image: {}\n");
    stack.write("empty.yaml", "");
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const CASES: readonly (readonly [what: string, file: string, said: RegExp])[] = [
    ["a file that is not there", "missing.yaml", /missing\.yaml: does not exist/],
    ["a folder", "folder", /folder: is a folder/],
    ["a file with a syntax error", "broken.yaml", /broken\.yaml:\d+:\d+: /],
  ];
  for (const [what, file, said] of CASES) {
    it(`cause a short error without a stack trace: ${what}`, async () => {
      stack.declare({ shop: { spec: { $file: file } } });
      const result = await stack.run(["preview"]);
      assert.notEqual(result.code, 0);
      assert.match(result.output, said);
      assert.doesNotMatch(result.output, /^\s+at |node_modules/m);
      assert.ok(result.output.split("\n").length < 30, result.output);
    });
  }
});

describe("a spec that cannot be fully checked", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let result: CommandResult;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
    stack.declare({
      first: {
        spec: {
          services: [
            {
              name: "web",
              image,
              quantum_drive: { flavour: "new" },
              envs: [
                { key: "KEY", value: "earlier-s3cret", type: "SECRET" },
                { key: "MODE", value: "a" },
                { key: "KEY", value: "later-s3cret", type: "SECRET" },
              ],
            },
          ],
        },
      },
      second: {
        spec: {
          services: [
            {
              name: "web",
              image,
              envs: [
                { key: "FIRST_URL", value: { $output: "first.liveUrl" } },
                { key: "FIRST_ID", value: { $output: "first.id" }, type: "SECRET" },
              ],
            },
          ],
        },
        redeployOn: { first: { $output: "first.activeDeploymentId" } },
      },
    });
    result = succeeded(await stack.run(["up", "--yes"]));
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const appOf = (name: string) => emulator.apps().find(({ spec }) => spec.name === name);

  it("may contain values that are unknown during preview", () => {
    assert.deepEqual(writes(emulator), ["POST /v2/apps", "POST /v2/apps"]);
    const envs = appOf("second")?.spec.services?.[0]?.envs ?? [];
    assert.match(envs.find(({ key }) => key === "FIRST_URL")?.value ?? "", /^https:\/\/first-/);
    const id = envs.find(({ key }) => key === "FIRST_ID")?.value ?? "";
    assert.equal(appOf("second")?.plain(id), appOf("first")?.id);
  });

  it("may contain an unknown field, which is sent to the service with a warning", () => {
    assert.match(result.output, /warning: first: spec\.services\.web\.quantum_drive: /);
    assert.deepEqual(appOf("first")?.spec.services?.[0]?.["quantum_drive"], { flavour: "new" });
  });

  it("may contain a variable twice: the last one is sent to the service with a warning", async () => {
    assert.match(
      result.output,
      /warning: first: spec\.services\.web\.envs\.KEY\.key: appears twice, as items 1 and 3/,
    );
    const envs = appOf("first")?.spec.services?.[0]?.envs ?? [];
    assert.deepEqual(envs.map(({ key }) => key).sort(), ["KEY", "MODE"]);
    const value = envs.find(({ key }) => key === "KEY")?.value ?? "";
    assert.equal(appOf("first")?.plain(value), "later-s3cret");
    assert.doesNotMatch(result.output + JSON.stringify(stack.resources()), /s3cret/);
    const again = succeeded(await stack.run(["preview", "--expect-no-changes"]));
    assert.match(again.output, /3 unchanged/);
  });
});
