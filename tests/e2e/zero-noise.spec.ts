import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import fc from "fast-check";
import { changes } from "../../provider/appspec/diff";
import { listsToMaps } from "../../provider/appspec/lists-by-name";
import { TOP } from "../../tools/pulumi-project";
import { arbitrarySpec, SECRET_MARK } from "../helpers/arbitrary-spec";
import { hideSecrets, succeeded, TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";
import { secretPlaces } from "../helpers/spec-places";

type Json = Record<string, unknown>;

/** The same in each run: the richest of many arbitrary specs. */
const rich = fc
  .sample(arbitrarySpec, { seed: 20, numRuns: 200 })
  .sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)
  .slice(0, 4);

/** Names that Pulumi or JavaScript reserve in other places. */
const ODD_NAMES = ["__hidden", "__provider", "constructor", "toString", "valueOf", "id", "urn", "_"];

const odd = (hidden: string): Json => ({
  region: "ams",
  envs: ODD_NAMES.map((key) => ({ key, value: key === "__hidden" ? hidden : key })),
  services: ODD_NAMES.slice(2, 3).map((name) => ({
    name,
    image: { registry_type: "DOCR", repository: "web", tag: "v1" },
    envs: ODD_NAMES.map((key, index) => ({ key, value: `${SECRET_MARK}${index}`, type: "SECRET" })),
  })),
});

describe("rich specs in a real stack", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;

  const apps = (hidden: string): Record<string, Declaration> => ({
    ...Object.fromEntries(
      rich.map(({ name: _left, ...spec }, index) => [
        `rich-${index}`,
        { spec: JSON.parse(JSON.stringify(spec)) as Json },
      ]),
    ),
    everything: { spec: { $file: "everything.yaml" } },
    odd: { spec: odd(hidden) },
  });

  before(async () => {
    // Otherwise the service deploys again once a domain is ready, which a refresh may see or not.
    const otherwise = ["domain-ready-deploys"] as const;
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false, otherwise });
    stack = await TestStack.create(emulator);
    cpSync(join(TOP, "tests", "fixtures", "specs", "everything.yaml"), stack.path("everything.yaml"));
    stack.declare(apps("a"));
    await stack.mustUp();
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  it("are created, with plenty of secrets", () => {
    assert.equal(emulator.apps().length, rich.length + 2);
    const secrets = emulator.apps().flatMap(({ spec }) => secretPlaces(spec));
    assert.ok(secrets.length > 30, String(secrets.length));
  });

  it("show no changes in a second preview, in a refresh, and in a preview after it", async () => {
    const state = (): unknown =>
      Object.values(stack.resources()).map(({ inputs, outputs }) => hideSecrets({ inputs, outputs }));
    const before = state();
    const commands = [
      ["preview", "--expect-no-changes", "--diff"],
      ["refresh", "--yes", "--skip-preview", "--expect-no-changes"],
      ["preview", "--expect-no-changes", "--diff"],
    ];
    for (const command of commands) {
      const { output } = succeeded(await stack.run(command));
      assert.match(output, new RegExp(`${rich.length + 3} unchanged`), command.join(" "));
      assert.deepEqual(writes(emulator), [], command.join(" "));
      assert.ok(!output.includes(SECRET_MARK) && !output.includes("EV["), output);
    }
    assert.deepEqual(state(), before);
  });

  it("show one changed variable, whatever its name, and send no other secret again", async () => {
    const held = new Map(emulator.apps().map((app) => [app.spec.name, structuredClone(app.spec)]));
    stack.declare(apps("b"));
    const { stdout } = succeeded(await stack.run(["preview", "--json"]));
    const { steps } = JSON.parse(stdout) as { steps: { urn: string; detailedDiff: object | null }[] };
    const changed = steps.filter(({ detailedDiff }) => detailedDiff !== null);
    assert.deepEqual(
      changed.map(({ urn }) => urn.split("::").at(-1)),
      ["odd"],
    );
    await stack.mustUp();
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/odd"]);
    const now = emulator.apps().find((app) => app.spec.name === "odd")?.spec;
    assert.deepEqual(
      changes(listsToMaps(held.get("odd")), listsToMaps(now)).map(({ path }) => path),
      [["envs", "__hidden", "value"]],
    );
    for (const { spec } of emulator.apps().filter((app) => app.spec.name !== "odd"))
      assert.deepEqual(spec, held.get(spec.name));
    succeeded(await stack.run(["preview", "--expect-no-changes"]));
  });
});
