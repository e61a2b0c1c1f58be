import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { App, Deployment, Rollback } from "../../../../provider/index";
import { markSecrets } from "../../../../provider/dynamic/secret-outputs";

type Inputs = Record<string, unknown>;
type Made = { options: pulumi.CustomResourceOptions; inputs: Inputs };

describe("resources with paths in their options", () => {
  /** What Pulumi receives from the resource that `make` constructs with the options. */
  function made(
    make: (options: pulumi.CustomResourceOptions) => void,
    given: pulumi.CustomResourceOptions,
  ): Made {
    pulumi.runtime.setMocks({ newResource: () => ({ id: "1", state: {} }), call: () => ({}) });
    let seen: Made | undefined;
    const look: pulumi.ResourceTransformation = ({ opts, props }) => {
      seen = { options: opts, inputs: props as Inputs };
      return undefined;
    };
    make({ ...given, transformations: [look] });
    return seen ?? assert.fail("nothing was made");
  }

  const SPEC = {
    services: [
      { name: "web", envs: [{ key: "A", value: "1" }] },
      { name: "api", envs: [{ key: "A", value: pulumi.output("2") }] },
    ],
  };
  const app = (given: pulumi.CustomResourceOptions): Made =>
    made((options) => new App("shop", { spec: SPEC }, options), given);

  it("App passes the paths to Pulumi by name", () => {
    const { options } = app({
      ignoreChanges: ["spec.services[1].instance_count", "spec.region"],
      replaceOnChanges: ["spec.services[0].image"],
      protect: true,
    });
    assert.deepEqual(options.ignoreChanges, ["spec.services.api.instance_count", "spec.region"]);
    assert.deepEqual(options.replaceOnChanges, ["spec.services.web.image"]);
    assert.equal(options.protect, true);
    assert.deepEqual(options.additionalSecretOutputs, ["__liveSpec"]);
  });

  it("App passes them to the provider, along with its own spec if part of it is ignored", () => {
    const { inputs } = app({ ignoreChanges: ["spec.services[1].instance_count"] });
    assert.deepEqual(inputs["__options"], [
      {
        option: "ignoreChanges",
        written: "spec.services[1].instance_count",
        paths: [["spec", "services", "api", "instance_count"]],
      },
    ]);
    assert.equal(inputs["__program"], inputs["spec"]);
    assert.ok(!("__program" in app({ ignoreChanges: ["projectId"] }).inputs));
    for (const key of ["__options", "__program"]) assert.ok(!(key in app({ protect: true }).inputs));
  });

  it("App marks arguments listed in additionalSecretOutputs as secret, and leaves outputs to Pulumi", async () => {
    const { options, inputs } = app({
      additionalSecretOutputs: ["liveUrl", "spec.services[*].envs[0].value"],
    });
    assert.deepEqual(options.additionalSecretOutputs, ["__liveSpec", "liveUrl"]);
    const { services } = inputs["spec"] as {
      services: Record<string, { envs: Record<string, { value: unknown }> }>;
    };
    for (const name of ["web", "api"])
      assert.equal(
        await pulumi.isSecret(services[name]!.envs["A"]!.value as pulumi.Output<string>),
        true,
        name,
      );
  });

  it("App fails for an index without a name, and reports the path", () => {
    assert.throws(
      () =>
        new App(
          "shop",
          { spec: pulumi.output(SPEC) },
          { ignoreChanges: ["spec.services[0].instance_count"] },
        ),
      /App "shop": ignoreChanges: spec\.services\[0\]\.instance_count .*spec\.services\[\*\]\.instance_count/,
    );
  });

  it("App.get leaves the options unchanged", () => {
    const { options, inputs } = made((given) => App.get("shop", "4f6c71e2", given), {
      ignoreChanges: ["spec.services[0]"],
    });
    assert.deepEqual(options.ignoreChanges, ["spec.services[0]"]);
    assert.ok(!("__options" in inputs));
  });

  it("Deployment and Rollback pass their paths to the provider", () => {
    for (const make of [
      (options: pulumi.CustomResourceOptions) =>
        new Deployment("d", { appId: "x", triggers: ["a"] }, options),
      (options: pulumi.CustomResourceOptions) => new Rollback("r", { appId: "x" }, options),
    ]) {
      const { options, inputs } = made(make, { ignoreChanges: ["appId"] });
      assert.deepEqual(options.ignoreChanges, ["appId"]);
      assert.deepEqual(inputs["__options"], [
        { option: "ignoreChanges", written: "appId", paths: [["appId"]] },
      ]);
      assert.ok(!("__options" in made(make, {}).inputs));
    }
  });
});

describe("markSecrets", () => {
  const isSecret = (value: unknown): Promise<boolean> => pulumi.isSecret(value as pulumi.Output<unknown>);
  const resolved = <T>(value: unknown): Promise<T> =>
    new Promise((resolve) => (value as pulumi.Output<T>).apply((known) => resolve(known as T)));

  it("marks only the value at the path, even inside an Output", async () => {
    const marked = markSecrets(
      {
        spec: pulumi.output({ services: { web: { run_command: "x", image: { tag: "v1" } } } }),
        projectId: "p",
      },
      [
        ["spec", "services", "web", "run_command"],
        ["spec", "services", "ghost", "run_command"],
      ],
    );
    assert.equal(marked.projectId, "p");
    const { services } = await resolved<{ services: { web: Record<string, unknown> } }>(marked.spec);
    assert.deepEqual(Object.keys(services), ["web"]);
    assert.deepEqual(services.web["image"], { tag: "v1" });
    assert.equal(await isSecret(services.web["run_command"]), true);
    const open = markSecrets({ a: { b: 1, c: 2 } }, [["a", "b"]]);
    assert.deepEqual([await isSecret(open.a.b), open.a.c], [true, 2]);
  });
});
