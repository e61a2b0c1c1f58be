import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { alertInputs } from "../../../provider/dynamic/alert-inputs";

type Known = Record<string, unknown>;

const URL = "https://hooks.slack.example/x";
const secretOf = (value: unknown): Promise<boolean> =>
  pulumi.Output.isInstance(value) ? pulumi.isSecret(value) : Promise.resolve(false);
const known = (value: unknown): Promise<unknown> =>
  new Promise((resolve) => (pulumi.output(value) as pulumi.Output<unknown>).apply(resolve));

describe("alertDestinations passed to Pulumi", () => {
  it("are a map by alert, with emails in order and webhooks by channel", async () => {
    const inputs = alertInputs([
      {
        component: "web",
        rule: "CPU_UTILIZATION",
        window: "ONE_HOUR",
        emails: ["b@x", "a@x"],
        slackWebhooks: [{ url: URL, channel: "#ops" }],
      },
      { rule: "DEPLOYMENT_FAILED" },
    ]);
    assert.deepEqual(await known(inputs), {
      "web/CPU_UTILIZATION": {
        window: "ONE_HOUR",
        emails: ["a@x", "b@x"],
        slackWebhooks: { "#ops": { url: URL } },
      },
      DEPLOYMENT_FAILED: {},
    });
  });

  it("have the address of each webhook marked as secret, and nothing else", async () => {
    const webhooks = [
      { url: URL, channel: "#a" },
      { url: pulumi.output(URL), channel: "#b" },
    ];
    const { X } = alertInputs([{ rule: "X", emails: ["a@x"], slackWebhooks: webhooks }]) as { X: Known };
    assert.equal(await secretOf(X), false);
    assert.deepEqual(X["emails"], ["a@x"]);
    for (const hook of Object.values(X["slackWebhooks"] as Record<string, Known>))
      assert.equal(await secretOf(hook["url"]), true);
  });

  it("remain a list when two webhooks use one channel, with secret addresses", async () => {
    const hook = { url: URL, channel: "#a" };
    const { X } = alertInputs([{ rule: "X", slackWebhooks: [hook, hook] }]) as { X: Known };
    const hooks = X["slackWebhooks"] as Known[];
    assert.ok(Array.isArray(hooks));
    for (const { url } of hooks) assert.equal(await secretOf(url), true);
  });

  it("remain a list when it cannot become a map, so that check reports why", () => {
    assert.deepEqual(alertInputs([{ rule: "X" }, { rule: "X" }]), [{ rule: "X" }, { rule: "X" }]);
    assert.equal(alertInputs(undefined), undefined);
  });

  it("wait for Outputs, as a whole or in a name", async () => {
    const wanted = { "web/X": { emails: ["a@x", "b@x"], slackWebhooks: { "#a": { url: URL } } } };
    const entry = {
      component: "web",
      rule: "X",
      emails: ["b@x", "a@x"],
      slackWebhooks: [{ url: URL, channel: "#a" }],
    };
    for (const list of [
      pulumi.output([entry]),
      Promise.resolve([entry]),
      [pulumi.output(entry)],
      [{ ...entry, component: pulumi.output("web") }],
      [{ ...entry, emails: pulumi.output(["b@x", "a@x"]) }],
      [{ ...entry, slackWebhooks: pulumi.output(entry.slackWebhooks) }],
      [{ ...entry, slackWebhooks: [{ url: URL, channel: pulumi.output("#a") }] }],
    ])
      assert.deepEqual(await known(alertInputs(list as never)), wanted);
  });
});
