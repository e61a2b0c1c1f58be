import assert from "node:assert/strict";
import {
  asksForChange,
  isFromBefore,
  isVisible,
  provesUpdate,
  staleParts,
  type SentUpdate,
} from "../../../provider/appspec/evidence";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import type { AppSpec } from "../../../provider/appspec/types";

const web = (more: object = {}): AppSpec => ({ name: "shop", services: [{ name: "web", ...more }] });

const sent = (before: AppSpec, request: AppSpec, olds?: AppSpec, recorded?: AppSpec): SentUpdate => ({
  before: listsToMaps(before),
  request: listsToMaps(request),
  ...(olds && { olds: listsToMaps(olds) }),
  ...(recorded && { recorded: listsToMaps(recorded) }),
  news: listsToMaps(request),
});

describe("asksForChange", () => {
  const asks = (before: AppSpec, request: AppSpec, olds?: AppSpec): boolean =>
    asksForChange(sent(before, request, olds));

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
  const envs = (...keys: string[]): AppSpec => web({ envs: keys.map((key) => ({ key, value: key })) });

  const proves = (update: SentUpdate, now: AppSpec): boolean => provesUpdate(update, listsToMaps(now));
  const isOld = (update: SentUpdate, now: AppSpec): boolean => isFromBefore(update, listsToMaps(now));
  it("is a spec that contains everything sent, plus defaults, and did not before", () => {
    const update = sent(web(), web({ instance_count: 2 }));
    assert.ok(proves(update, web({ instance_count: 2, instance_size_slug: "apps-s-1vcpu-1gb" })));
    assert.ok(!proves(update, web()));
    assert.ok(!proves(update, web({ instance_count: 3 })));
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
      assert.ok(!proves(update, before), JSON.stringify(before));
      assert.ok(!proves(update, { ...before, region: "ams" }), "something else has changed");
      assert.ok(proves(update, request), JSON.stringify(request));
      assert.ok(isVisible(update));
    }
  });

  it("treats a removed field that returns as its default as removed", () => {
    const update = sent(web({ instance_count: 3 }), web(), web({ instance_count: 3 }));
    assert.ok(proves(update, web({ instance_count: 1 })));
    assert.ok(!proves(update, web({ instance_count: 3 })));
  });

  it("requires a new ciphertext for each secret sent in plain text", () => {
    const update = sent(secret("EV[1:a:b]"), secret("new"), secret("old"));
    assert.ok(!proves(update, { ...secret("EV[1:a:b]"), region: "ams" }));
    assert.ok(proves(update, secret("EV[1:c:d]")));
    assert.ok(proves(sent(web(), secret("new")), secret("EV[1:c:d]")), "a new one");
    assert.ok(!proves(sent(web(), secret("new")), web()));
  });

  it("is impossible if the service already had every value", () => {
    assert.ok(!isVisible(sent(web({ instance_count: 1 }), web())));
    assert.ok(isVisible(sent(secret("EV[1:a:b]"), secret("clear"))));
    assert.ok(!proves(sent(web(), web()), web()));
  });

  it("is refuted by the previous spec: unchanged, or with the old ciphertext of a changed secret", () => {
    assert.ok(isOld(sent(web(), web({ instance_count: 2 })), web()));
    assert.ok(!isOld(sent(web(), web({ instance_count: 2 })), web({ instance_count: 3 })));
    assert.ok(!isOld(sent(web(), web()), web()));
    const rotated = sent(secret("EV[1:a:b]"), { ...secret("new"), region: "ams" }, secret("old"));
    assert.ok(isOld(rotated, { ...secret("EV[1:a:b]"), region: "ams" }));
    assert.deepEqual(staleParts(rotated, listsToMaps({ ...secret("EV[1:a:b]"), region: "ams" })), {
      secrets: [["services", "web", "envs", "A", "value"]],
      items: [],
      values: [],
    });
    // Nobody knows whether the value has changed: the service may keep the ciphertext.
    const unknown = sent(secret("EV[1:a:b]"), { ...secret("new"), region: "ams" });
    assert.ok(!isOld(unknown, { ...secret("EV[1:a:b]"), region: "ams" }));
  });

  it("is refuted by a spec that has only part of the update", () => {
    const before = { ...web({ instance_count: 1, run_command: "a" }), region: "ams" };
    const request = {
      ...web({ instance_count: 2, run_command: "b" }),
      region: "ams",
      workers: [{ name: "mail" }],
    };
    const part = { ...web({ instance_count: 2, run_command: "a" }), region: "ams" };
    const update = sent(before, request, before);
    assert.ok(isOld(update, part));
    assert.deepEqual(staleParts(update, listsToMaps(part)).values, [
      ["services", "web", "run_command"],
      ["workers"],
    ]);
    assert.ok(!isOld(update, request));
  });

  it("is not refuted by a value that the service writes in its own way, unless it has changed there", () => {
    const [program, service] = [
      { ...web(), region: "AMS" },
      { ...web(), region: "ams" },
    ];
    const now = { ...web({ instance_count: 2 }), region: "ams" };
    const request = { ...web({ instance_count: 2 }), region: "AMS" };
    assert.ok(!isOld(sent(service, request, program, service), now));
    assert.ok(isOld(sent(service, request, program, program), now), "drift that the update repairs");
  });
});
