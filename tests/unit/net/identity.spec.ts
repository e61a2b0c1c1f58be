import assert from "node:assert/strict";
import { mismatch } from "../../../provider/net/identity";

describe("mismatch", () => {
  it("finds a body that is about another object, and names both", () => {
    assert.match(mismatch({ app: { id: "b" } }, { "app.id": "a" }) ?? "", /"app\.id" is "b", and "a" was/);
    assert.match(mismatch({ id: "b" }, { id: "a" }) ?? "", /"id" is "b"/);
  });

  it("accepts the object that was requested, whatever the case of its id", () => {
    assert.equal(mismatch({ app: { id: "4F6C" } }, { "app.id": "4f6c" }), undefined);
    assert.equal(mismatch({ app: { id: "4f6c" } }, { "app.id": "4F6C" }), undefined);
  });

  it("leaves values that are missing or no texts to the checks of the shape", () => {
    for (const body of [
      undefined,
      null,
      "text",
      [],
      {},
      { app: null },
      { app: {} },
      { app: { id: 7 } },
      { app: { id: "" } },
    ])
      assert.equal(mismatch(body, { "app.id": "a" }), undefined);
  });

  it("looks at every item of a list, and every place", () => {
    const usage = (...ids: string[]): object => ({ usage: ids.map((app_id) => ({ app_id })) });
    assert.equal(mismatch(usage("a", "b"), { "usage.*.app_id": ["a", "b"] }), undefined);
    assert.match(mismatch(usage("a", "c"), { "usage.*.app_id": ["a", "b"] }) ?? "", /"c", and others were/);
    assert.match(mismatch({ id: "a", name: "y" }, { id: "a", name: "x" }) ?? "", /"name" is "y"/);
  });

  it("keeps what it repeats short", () => {
    assert.ok((mismatch({ id: "x".repeat(1e6) }, { id: "a" }) ?? "").length < 300);
  });
});
