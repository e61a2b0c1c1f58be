import assert from "node:assert/strict";
import fc from "fast-check";
import { removeNulls } from "../../../provider/net/nulls";

describe("removing nulls from a response", () => {
  it("removes fields and list items that are null, at any depth, and nothing else", () => {
    const body = {
      app: { id: "a", pending: null, steps: [null, { name: "build", reason: null }, 0, "", false] },
    };
    assert.deepEqual(removeNulls(body), { app: { id: "a", steps: [{ name: "build" }, 0, "", false] } });
  });

  it("leaves no null in any JSON value but a null itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const clean = JSON.stringify(removeNulls({ value }));
        assert.doesNotMatch(clean.replace(/"(?:[^"\\]|\\.)*"/g, '""'), /null/);
      }),
    );
  });

  it("keeps a value without nulls as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const clean = removeNulls(JSON.parse(JSON.stringify({ value })) as object);
        assert.deepEqual(removeNulls(structuredClone(clean)), clean);
      }),
    );
  });

  it("refuses what is nested so deeply that reading it would overflow the stack", () => {
    const deep = JSON.parse("[".repeat(5_000) + "]".repeat(5_000)) as unknown;
    assert.throws(() => removeNulls(deep), RangeError);
  });
});
