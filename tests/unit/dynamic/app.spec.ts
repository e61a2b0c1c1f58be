import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { App, loadSpec } from "../../../provider/index";
import { temporaryFolder } from "../../helpers/temporary-folder";

type Inputs = Record<string, unknown>;

/** The service's representation of it. */
const STATE = {
  spec: { name: "shop", services: { web: { instance_count: 1, envs: { V: { value: "1" } } } } },
  liveUrl: "https://shop-abcde.ondigitalocean.app",
  liveDomain: "shop-abcde.ondigitalocean.app",
  defaultIngress: "https://shop-abcde.ondigitalocean.app",
  activeDeploymentId: "d-1",
  phase: "ACTIVE",
  region: "ams",
  tier: "basic",
  project: "p-1",
  createdAt: "2026-03-04T05:06:07Z",
  updatedAt: "2026-03-04T05:06:08Z",
  __liveSpec: { name: "shop", region: "ams", services: { web: { instance_count: 1 } } },
};

const known = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((value) => resolve(value as T)));

describe("App", () => {
  const folder = temporaryFolder();
  let registered: { type: string; name: string; inputs: Inputs }[];

  function mock(preview: boolean, state: Record<string, unknown> = STATE): void {
    registered = [];
    pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          registered.push({ type, name, inputs: inputs as Inputs });
          return { id: "4f6c71e2", state };
        },
        call: () => ({}),
      },
      "project",
      "stack",
      preview,
    );
  }

  beforeEach(() => mock(false));

  async function inputsOf(app: App): Promise<Inputs> {
    await known(app.urn);
    return registered[0]?.inputs ?? assert.fail("nothing was registered");
  }

  it("provides every output, with specs as lists", async () => {
    const app = new App("shop", { spec: { services: [{ name: "web" }] } });
    assert.equal(await known(app.id), "4f6c71e2");
    const { spec: _spec, __liveSpec: _live, ...rest } = STATE;
    for (const [name, value] of Object.entries(rest))
      assert.equal(
        await known((app as unknown as Record<string, pulumi.Output<unknown>>)[name]!),
        value,
        name,
      );
    assert.deepEqual(await known(app.spec), {
      name: "shop",
      services: [{ name: "web", instance_count: 1, envs: [{ key: "V", value: "1" }] }],
    });
    assert.deepEqual(await known(app.liveSpec), {
      name: "shop",
      region: "ams",
      services: [{ name: "web", instance_count: 1 }],
    });
    const port: pulumi.Output<number | undefined> = app.spec.apply(
      (spec) => spec.services?.[0]?.instance_count,
    );
    assert.equal(await known(port), 1);
  });

  it("links to the app's page in the control panel, also with a state that does not contain the link", async () => {
    assert.ok(!("consoleUrl" in STATE));
    const app = new App("shop", { spec: {} });
    assert.equal(await known(app.consoleUrl), "https://cloud.digitalocean.com/apps/4f6c71e2");
    assert.ok(!("consoleUrl" in (await inputsOf(app))), "an input would show a change in older stacks");
  });

  it("keeps values secret that the engine marks as secret, through the conversion", async () => {
    mock(false, { ...STATE, __liveSpec: pulumi.secret(STATE.__liveSpec) });
    const app = new App("shop", { spec: {} });
    assert.equal(await pulumi.isSecret(app.liveSpec), true);
    assert.equal(await pulumi.isSecret(app.liveUrl), false);
  });

  it("is a dynamic resource whose provider is one short line, the same for every app", async () => {
    await known(new App("shop", { spec: { name: "a" } }).urn);
    await known(new App("other", { spec: { name: "b" }, projectId: "p", wait: false }).urn);
    const texts = new Set(registered.map(({ inputs }) => inputs["__provider"]));
    assert.equal(texts.size, 1);
    const [text] = texts as Set<string>;
    assert.equal(text, 'exports.handler=()=>require("pulumi-app-platform/provider").app()');
    assert.ok(Buffer.byteLength(text ?? "") < 100);
    assert.ok(registered.every(({ type }) => type === "pulumi-nodejs:dynamic/app-platform:App"));
  });

  it("passes its own URN to its provider, with its parent's type", async () => {
    const parent = new pulumi.ComponentResource("my:mod:Parent", "parent");
    const app = new App("shop", { spec: {} }, { parent });
    const urn = await known(app.urn);
    const inputs = registered.find(({ name }) => name === "shop")?.inputs;
    assert.equal(inputs?.["__urn"], urn);
    assert.match(urn, /my:mod:Parent\$pulumi-nodejs:dynamic\/app-platform:App::shop$/);
  });

  it("names the app after the resource if that is a valid name", async () => {
    const cases: [string, string | undefined][] = [
      ["shop", "shop"],
      ["a1", "a1"],
      ["Shop", undefined],
      ["s", undefined],
      ["shop-", undefined],
      ["1shop", undefined],
      ["my_shop", undefined],
      ["x".repeat(32), "x".repeat(32)],
      ["x".repeat(33), undefined],
    ];
    for (const [resource, name] of cases) {
      mock(false);
      const { spec } = (await inputsOf(new App(resource, { spec: {} }))) as { spec: Inputs };
      assert.equal(spec["name"], name, resource);
    }
  });

  it("passes on all arguments, with the spec by name and whether it is a preview", async () => {
    const settings = {
      projectId: "p-1",
      redeployOn: { commit: "abc" },
      updateSources: true,
      forceBuild: true,
      wait: false,
      timeouts: { create: "30m" },
      adopt: "id",
      backup: { directory: "kept" },
      allowUnknown: true,
    };
    for (const preview of [true, false]) {
      mock(preview);
      const { __provider, __urn, __apps, ...inputs } = await inputsOf(
        new App("shop", { spec: { services: [{ name: "web", instance_count: 1 }] }, ...settings }),
      );
      assert.equal(typeof __provider, "string");
      assert.equal(typeof __urn, "string");
      assert.equal(typeof __apps, "number");
      assert.deepEqual(inputs, {
        ...settings,
        spec: { name: "shop", services: { web: { instance_count: 1 } } },
        __preview: preview,
        __secrets: [],
      });
    }
  });

  it("remembers the file of a loaded spec, also through a copy, but not of other specs", async () => {
    const file = join(folder.path, "app.yaml");
    writeFileSync(file, "name: shop\n");
    const spec = loadSpec(file);
    assert.equal((await inputsOf(new App("shop", { spec })))["__file"], file);
    mock(false);
    assert.equal((await inputsOf(new App("shop", { spec: { ...spec, region: "ams" } })))["__file"], file);
    mock(false);
    const none = await inputsOf(new App("shop", { spec: { name: "shop" } }));
    assert.ok(!Object.hasOwn(none, "__file"));
    assert.ok(!JSON.stringify(none).includes(folder.path));
  });
});
