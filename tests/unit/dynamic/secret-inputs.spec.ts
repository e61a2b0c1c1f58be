import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { alertInputs } from "../../../provider/dynamic/alert-inputs";
import { specInputs, type AppSpecArgs } from "../../../provider/dynamic/inputs";
import { secretPlaces } from "../../../provider/dynamic/secret-inputs";

/** The paths as the provider receives them. */
const found = (inputs: pulumi.Inputs): Promise<unknown> =>
  new Promise((resolve) => secretPlaces(inputs).apply(resolve));
const inSpec = (spec: unknown): Promise<unknown> =>
  found({ spec: specInputs(spec as AppSpecArgs, undefined) });
const web = (more: object): object => ({ name: "shop", services: [{ name: "web", ...more }] });
const secret = pulumi.secret;

describe("secretPlaces", () => {
  const mock = (preview: boolean): void =>
    void pulumi.runtime.setMocks(
      { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
      "project",
      "stack",
      preview,
    );
  beforeEach(() => mock(false));

  it("finds secrets of every type at every depth, also behind Outputs and promises", async () => {
    const place = ["spec", "services", "web", "run_command"];
    for (const value of [
      secret("x"),
      secret(7),
      secret(true),
      secret(undefined),
      pulumi.output(secret("x")),
      Promise.resolve(secret("x")),
      pulumi.interpolate`run ${secret("x")}`,
      pulumi.all([secret("x"), "y"]).apply(([x, y]) => x + y),
      pulumi.output("y").apply(() => secret("x")),
    ])
      assert.deepEqual(await inSpec(web({ run_command: value })), [place]);
    assert.deepEqual(await inSpec(web({ run_command: pulumi.output("x") })), []);
    assert.deepEqual(await inSpec(web({ run_command: pulumi.unsecret(secret("x")) })), []);
  });

  it("returns the path of a list or map that is one secret, and nothing inside it", async () => {
    const envs = [{ key: "A", value: "1" }];
    for (const whole of [
      secret(envs),
      pulumi.output(secret(envs)),
      [secret(envs[0])],
      [{ key: secret("A"), value: "1" }],
    ])
      assert.deepEqual(await inSpec(web({ envs: whole })), [["spec", "services", "web", "envs"]]);
    assert.deepEqual(await inSpec(secret(web({}))), [["spec"]]);
    assert.deepEqual(await inSpec(pulumi.output(web({ envs: secret(envs) }))), [["spec"]]);
  });

  it("finds those of other arguments, and of lists without names", async () => {
    assert.deepEqual(
      await found({
        projectId: secret("p"),
        redeployOn: { a: [1, secret(2)], b: { c: secret("x") } },
        timeouts: { create: "1m" },
        maxMonthlyCost: secret(5),
        alertDestinations: alertInputs([
          { rule: "DOMAIN_LIVE", emails: [secret("a@example.com")] },
          { rule: "DEPLOYMENT_LIVE", slackWebhooks: [{ channel: "ops", url: "https://hooks.example/x" }] },
        ]),
        ingress: { rules: [{ match: 1 }, { match: secret("/") }] },
      }),
      [
        ["projectId"],
        ["redeployOn", "a", 1],
        ["redeployOn", "b", "c"],
        ["maxMonthlyCost"],
        ["alertDestinations", "DOMAIN_LIVE", "emails", 0],
        ["alertDestinations", "DEPLOYMENT_LIVE", "slackWebhooks", "ops", "url"],
        ["ingress", "rules", 1, "match"],
      ],
    );
  });

  it("does not wait for values unknown in a preview, and finds the others", async () => {
    mock(true);
    const unknown = pulumi.output(pulumi.unknown);
    const inputs = { spec: { a: unknown, b: { c: secret("x") }, d: pulumi.all([unknown, secret("y")]) } };
    assert.deepEqual(await found(inputs), [
      ["spec", "b", "c"],
      ["spec", "d"],
    ]);
  });

  it("does not descend into resources, and leaves a failing input to Pulumi", async () => {
    const resource = new pulumi.ComponentResource("my:mod:Thing", "other");
    assert.deepEqual(await found({ redeployOn: { resource, asset: new pulumi.asset.StringAsset("x") } }), []);
    const failing = Promise.reject(new Error("the program failed"));
    assert.deepEqual(await found({ spec: { a: failing, b: secret("x") } }), []);
  });
});
