import assert from "node:assert/strict";
import {
  asksForChange,
  changesNothing,
  isFromBefore,
  provesUpdate,
  rotatedSecrets,
  type SentUpdate,
} from "../../../provider/appspec/evidence";
import { toKeyed } from "../../../provider/appspec/lists-by-name";
import type { AppSpec } from "../../../provider/appspec/types";

const web = (more: object = {}): AppSpec => ({ name: "shop", services: [{ name: "web", ...more }] });

describe("asksForChange", () => {
  const asks = (before: AppSpec, request: AppSpec, olds?: AppSpec): boolean =>
    asksForChange(before, request, olds && toKeyed(olds), toKeyed(request));

  it("is false if the service already has every value, even with extra defaults", () => {
    assert.ok(!asks({ ...web({ instance_count: 1 }), region: "ams" }, web()));
    assert.ok(!asks(web({ instance_count: 1 }), web({ instance_count: 1 }), web({ instance_count: 2 })));
  });

  it("is true if the update adds, changes or removes something", () => {
    assert.ok(asks(web(), web({ instance_count: 2 })));
    assert.ok(asks(web({ instance_count: 1 }), web({ instance_count: 2 })));
    assert.ok(asks(web({ envs: [{ key: "A", value: "1" }] }), web()));
    assert.ok(asks(web({ instance_count: 2 }), web(), web({ instance_count: 2 })));
  });

  it("is true if a secret is sent in plain text", () => {
    const secret = (value: string): AppSpec => web({ envs: [{ key: "A", value, type: "SECRET" }] });
    assert.ok(asks(secret("EV[1:a:b]"), secret("clear")));
    assert.ok(!asks(secret("EV[1:a:b]"), secret("EV[1:a:b]")));
  });
});

describe("proof of an update", () => {
  const secret = (value: string): AppSpec => web({ envs: [{ key: "A", value, type: "SECRET" }] });
  const sent = (before: AppSpec, request: AppSpec, olds?: AppSpec): SentUpdate => ({
    before,
    request,
    ...(olds && { olds: toKeyed(olds) }),
    news: toKeyed(request),
  });
  const envs = (...keys: string[]): AppSpec => web({ envs: keys.map((key) => ({ key, value: key })) });

  it("is a spec that contains everything sent, plus defaults, and did not before", () => {
    const update = sent(web(), web({ instance_count: 2 }));
    assert.ok(provesUpdate(update, web({ instance_count: 2, instance_size_slug: "apps-s-1vcpu-1gb" })));
    assert.ok(!provesUpdate(update, web()));
    assert.ok(!provesUpdate(update, web({ instance_count: 3 })));
  });

  it("is not a spec that still contains what the update removes", () => {
    for (const [before, request] of [
      [envs("A", "B"), envs("A")],
      [envs("A"), web()],
      [web({ run_command: "x" }), web()],
      [{ ...web(), domains: [{ domain: "a.example.com" }] }, web()],
      [{ ...web(), workers: [{ name: "mail" }] }, web()],
      [
        { ...web(), ingress: { rules: [{ match: {} }, { match: { path: { prefix: "/" } } }] } },
        { ...web(), ingress: { rules: [{ match: {} }] } },
      ],
    ] as [AppSpec, AppSpec][]) {
      const update = sent(before, request, before);
      assert.ok(!provesUpdate(update, before), JSON.stringify(before));
      assert.ok(!provesUpdate(update, { ...before, region: "ams" }), "something else has changed");
      assert.ok(provesUpdate(update, request), JSON.stringify(request));
      assert.ok(!changesNothing(update));
    }
  });

  it("treats a removed field that returns as its default as removed", () => {
    const update = sent(web({ instance_count: 3 }), web(), web({ instance_count: 3 }));
    assert.ok(provesUpdate(update, web({ instance_count: 1 })));
    assert.ok(!provesUpdate(update, web({ instance_count: 3 })));
  });

  it("requires a new ciphertext for each secret sent in plain text", () => {
    const update = sent(secret("EV[1:a:b]"), secret("new"), secret("old"));
    assert.ok(!provesUpdate(update, { ...secret("EV[1:a:b]"), region: "ams" }));
    assert.ok(provesUpdate(update, secret("EV[1:c:d]")));
    assert.ok(provesUpdate(sent(web(), secret("new")), secret("EV[1:c:d]")), "a new one");
    assert.ok(!provesUpdate(sent(web(), secret("new")), web()));
  });

  it("is impossible if the service already had every value", () => {
    assert.ok(changesNothing(sent(web({ instance_count: 1 }), web())));
    assert.ok(!changesNothing(sent(secret("EV[1:a:b]"), secret("clear"))));
    assert.ok(!provesUpdate(sent(web(), web()), web()));
  });

  it("is refuted by the previous spec: unchanged, or with the old ciphertext of a changed secret", () => {
    assert.ok(isFromBefore(sent(web(), web({ instance_count: 2 })), web()));
    assert.ok(!isFromBefore(sent(web(), web({ instance_count: 2 })), web({ instance_count: 3 })));
    assert.ok(!isFromBefore(sent(web(), web()), web()));
    const rotated = sent(secret("EV[1:a:b]"), { ...secret("new"), region: "ams" }, secret("old"));
    assert.ok(isFromBefore(rotated, { ...secret("EV[1:a:b]"), region: "ams" }));
    assert.deepEqual(rotatedSecrets(rotated), [["services", "web", "envs", "A", "value"]]);
    // Nobody knows whether the value has changed: the service may keep the ciphertext.
    const unknown = sent(secret("EV[1:a:b]"), { ...secret("new"), region: "ams" });
    assert.ok(!isFromBefore(unknown, { ...secret("EV[1:a:b]"), region: "ams" }));
  });
});
