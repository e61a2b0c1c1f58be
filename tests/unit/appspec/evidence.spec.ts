import assert from "node:assert/strict";
import { asksForChange } from "../../../provider/appspec/evidence";
import { toKeyed } from "../../../provider/appspec/lists-by-name";
import type { AppSpec } from "../../../provider/appspec/types";

const web = (more: object = {}): AppSpec => ({ name: "shop", services: [{ name: "web", ...more }] });

describe("asksForChange", () => {
  const asks = (before: AppSpec, request: AppSpec, olds?: AppSpec): boolean =>
    asksForChange(before, request, olds && toKeyed(olds), toKeyed(request));

  it("is false where the service has all of it, with defaults beside it", () => {
    assert.ok(!asks({ ...web({ instance_count: 1 }), region: "ams" }, web()));
    assert.ok(!asks(web({ instance_count: 1 }), web({ instance_count: 1 }), web({ instance_count: 2 })));
  });

  it("is true where something is to come, to change, or to go", () => {
    assert.ok(asks(web(), web({ instance_count: 2 })));
    assert.ok(asks(web({ instance_count: 1 }), web({ instance_count: 2 })));
    assert.ok(asks(web({ envs: [{ key: "A", value: "1" }] }), web()));
    assert.ok(asks(web({ instance_count: 2 }), web(), web({ instance_count: 2 })));
  });

  it("is true where a secret is sent in clear", () => {
    const secret = (value: string): AppSpec => web({ envs: [{ key: "A", value, type: "SECRET" }] });
    assert.ok(asks(secret("EV[1:a:b]"), secret("clear")));
    assert.ok(!asks(secret("EV[1:a:b]"), secret("EV[1:a:b]")));
  });
});
