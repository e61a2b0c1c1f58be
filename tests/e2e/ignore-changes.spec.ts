import assert from "node:assert/strict";
import { createEmulator, type Emulator, type StoredApp } from "app-platform-emulator";
import { hideSecrets, linesOf, succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";

const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const IGNORED = [
  "spec.services[0].instance_count",
  "spec.services[0].envs[1].value",
  "spec.services.web.envs.FLAG",
];
const KEPT = "rotated-at-the-service";

const program = (name: string, count: number, greeting: string, ignoreChanges: string[]) => ({
  spec: {
    name,
    services: [
      {
        name: "web",
        image,
        http_port: 80,
        instance_count: count,
        envs: [
          { key: "GREETING", value: greeting },
          { key: "TOKEN", value: { $secret: `program-s3cret-${count}` }, type: "SECRET" },
        ],
      },
    ],
  },
  options: { ignoreChanges },
});

describe("pulumi up with ignoreChanges", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  const app = (name: string): StoredApp => emulator.apps().find(({ spec }) => spec.name === name)!;
  const seen = (name: string): unknown => {
    const { instance_count: count, envs = [] } = app(name).spec.services![0]!;
    return {
      count,
      ...Object.fromEntries(envs.map(({ key, value }) => [key, app(name).plain(value!) ?? value])),
    };
  };
  /** The program ignores an index in one app, everything in another, and paths that do not exist in a third. */
  const declare = (count: number, greeting: string): void =>
    stack.declare({
      shop: program("shop", count, greeting, IGNORED),
      all: program("all", count, greeting, ["*"]),
      typo: program("typo", 1, greeting, ["spec.services.wbe.instance_count"]),
    });

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
    declare(1, "hello");
    await stack.mustUp();
    for (const name of ["shop", "all"])
      emulator.editApp(name, ({ services }) => {
        services![0]!.instance_count = 3;
        services![0]!.envs![1]!.value = KEPT;
        services![0]!.envs!.push({ key: "FLAG", value: "on" });
      });
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  it("keeps ignored values of the service, secrets included, during another update without a refresh", async () => {
    declare(5, "hi");
    const { output } = await stack.mustUp();
    assert.deepEqual(writes(emulator).sort(), ["PUT /v2/apps/shop", "PUT /v2/apps/typo"]);
    assert.deepEqual(seen("shop"), { count: 3, GREETING: "hi", TOKEN: KEPT, FLAG: "on" });
    assert.deepEqual(seen("all"), { count: 3, GREETING: "hello", TOKEN: KEPT, FLAG: "on" });
    assert.ok(!linesOf(output, "shop").includes("instance_count"), output);
  });

  it("previews no ignored change, and warns about a path without a match and suggests the right one", async () => {
    const { output } = succeeded(await stack.run(["preview", "--expect-no-changes", "--diff"]));
    const warnings = output.match(/ignoreChanges: .* matches nothing: .*/g) ?? [];
    assert.equal(new Set(warnings).size, 1, output);
    assert.ok(warnings[0]?.includes("did you mean spec.services.web.instance_count?"), output);
  });

  it("keeps ignored values of the service after a refresh and stores no secret in plain text", async () => {
    declare(7, "hi again");
    const { output } = await stack.mustUp(["--refresh"]);
    assert.deepEqual(writes(emulator).sort(), ["PUT /v2/apps/shop", "PUT /v2/apps/typo"]);
    assert.deepEqual(seen("shop"), { count: 3, GREETING: "hi again", TOKEN: KEPT, FLAG: "on" });
    assert.deepEqual(seen("all"), { count: 3, GREETING: "hello", TOKEN: KEPT, FLAG: "on" });
    const { inputs, outputs } = stack.resource("shop");
    for (const text of [JSON.stringify(hideSecrets([inputs, outputs])), output])
      for (const secret of [KEPT, "program-s3cret"]) assert.ok(!text.includes(secret));
  });
});
