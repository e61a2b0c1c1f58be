import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as programs from "../../../provider/index";
import { App, type Rollback } from "../../../provider/index";
import { KINDS } from "../../../provider/resources/kinds";
import * as provider from "../../../provider/provider";
import type { Deployment as DeploymentInfo } from "../../../provider/api/types";
import { lastGood } from "../../../provider/resources/rollback/target";

interface Registered {
  type: string;
  id?: string | undefined;
  inputs: Record<string, unknown>;
}

const known = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((value) => resolve(value as T)));

/** The provider that the host of dynamic providers loads from the text in the state. */
function runText(text: unknown): unknown {
  const exports: { handler?: () => unknown } = {};
  const require = (name: string): unknown =>
    name === "pulumi-app-platform/provider" ? provider : assert.fail(name);
  new Function("exports", "require", String(text))(exports, require);
  return exports.handler?.();
}

describe("resources for existing apps", () => {
  let registered: Registered[];
  beforeEach(() => {
    registered = [];
    pulumi.runtime.setMocks({
      newResource: ({ type, id, inputs }) => {
        registered.push({ type, id, inputs: inputs as Record<string, unknown> });
        const read = id !== undefined && id !== "";
        return {
          id: read ? id : "made",
          state: read ? { spec: { services: { web: {} } }, phase: "ACTIVE" } : inputs,
        };
      },
      call: () => ({}),
    });
  });
  const only = (): Registered => registered[0] ?? assert.fail("nothing was registered");

  it("App.get reads the app with the ID, and passes no spec of its own", async () => {
    const app = App.get("shop", pulumi.output("4f6c71e2"));
    assert.deepEqual(await known(app.spec), { services: [{ name: "web" }] });
    assert.equal(await known(app.phase), "ACTIVE");
    const { id, inputs } = only();
    assert.equal(id, "4f6c71e2");
    assert.equal(inputs["__get"], true);
    assert.ok(!("spec" in inputs));
  });

  const makers: [string, (options?: pulumi.CustomResourceOptions) => pulumi.CustomResource][] = [
    ["App", (options) => new App("a", { spec: {} }, options)],
    ...KINDS.map(({ name }): (typeof makers)[number] => {
      const Resource = (programs as unknown as Record<string, typeof Rollback>)[name]!;
      return [name, (options) => new Resource("a", { appId: "x" }, options)];
    }),
  ];

  for (const [type, make] of makers)
    it(`${type} rejects the import option in one line with the alternative, before Pulumi sees it`, () => {
      assert.throws(
        () => make({ import: "4f6c71e2" }),
        (error: Error & { __pulumiRunError?: boolean }) => {
          assert.match(error.message, /^\S+ "a" .*import option.*adopt: ".*app-platform import/);
          // Pulumi prints it without the program's stack trace.
          return error.__pulumiRunError === true && !error.message.includes("\n");
        },
      );
      assert.deepEqual(registered, []);
      assert.ok(make({ import: undefined as unknown as string }));
    });

  for (const [type, make] of makers)
    it(`${type} rejects Yarn Plug'n'Play with the setting to change, before Pulumi sees it`, () => {
      const versions = Object.getOwnPropertyDescriptor(process, "versions") ?? assert.fail();
      Object.defineProperty(process, "versions", { ...versions, value: { ...process.versions, pnp: "3" } });
      try {
        assert.throws(() => make(), {
          errorCode: "unsupported-installation",
          message: /nodeLinker: node-modules/,
        });
      } finally {
        Object.defineProperty(process, "versions", versions);
      }
      assert.deepEqual(registered, []);
    });

  for (const [type, make] of makers)
    it(`${type} stores a constant text in the state that resolves to its provider`, async () => {
      await known(make().urn);
      const { type: registeredType, inputs } = only();
      assert.equal(registeredType, `pulumi-nodejs:dynamic/app-platform:${type}`);
      assert.equal(
        inputs["__provider"],
        `exports.handler=()=>require("pulumi-app-platform/provider").${type.toLowerCase()}()`,
      );
      const { core } = runText(inputs["__provider"]) as { core: object };
      assert.equal(core.constructor.name, `${type}Provider`);
      assert.equal(
        inputs["__urn"],
        `urn:pulumi:stack::project::pulumi-nodejs:dynamic/app-platform:${type}::a`,
      );
    });
});

describe("the last successful deployment before the newest one", () => {
  const of = (...phases: [string, (number | undefined)?][]): DeploymentInfo[] =>
    phases.map(([phase, done], index) => ({
      id: String(index),
      phase,
      ...(done !== undefined && { progress: { success_steps: done, total_steps: 4 } }),
    }));

  for (const [what, deployments, expected] of [
    ["is what ran before what runs now", of(["ACTIVE"], ["ERROR"], ["SUPERSEDED", 4]), "2"],
    ["is what runs now, where the newest one failed", of(["ERROR"], ["ACTIVE"], ["SUPERSEDED", 4]), "1"],
    ["is not one that never got so far", of(["ACTIVE"], ["SUPERSEDED", 2], ["SUPERSEDED", 4]), "2"],
    ["is none of the canceled", of(["CANCELED"], ["ACTIVE"], ["CANCELED"], ["SUPERSEDED"]), "3"],
    ["may not be there", of(["ACTIVE"], ["ERROR"]), undefined],
  ] as const)
    it(what, () => assert.equal(lastGood(deployments)?.id, expected));
});
