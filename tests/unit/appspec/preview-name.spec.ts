import assert from "node:assert/strict";
import fc from "fast-check";
import { previewName } from "../../../provider/appspec/preview-name";

describe("previewName", () => {
  const VALID = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;

  it("returns a valid name for any text, and the same one for a name that it returned", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 80 })), (text) => {
        const name = previewName(text);
        assert.match(name, VALID);
        assert.equal(previewName(name), name);
      }),
    );
  });

  it("keeps a valid name", () => {
    for (const name of ["shop-pr-17", "ab", "a".repeat(32)]) assert.equal(previewName(name), name);
  });

  it("is as long as possible, and not longer", () => {
    for (const text of ["a".repeat(33), `shop-${"x".repeat(60)}`]) {
      assert.match(previewName(text), VALID);
      assert.equal(previewName(text).length, 32);
    }
  });

  it("stays readable where it has to change, and is different for each text", () => {
    const texts = [
      "shop-feature/login",
      "shop-feature-Login",
      "shop-feature_login",
      `shop-${"x".repeat(60)}`,
    ];
    const names = texts.map(previewName);
    assert.match(names[0] ?? "", /^shop-feature-login-[a-z0-9]{7}$/);
    assert.match(previewName("17 Grüße"), /^gru-e-[a-z0-9]{7}$/);
    assert.equal(new Set([...names, ...texts]).size, names.length + texts.length);
    assert.match(previewName("日本"), /^app-[a-z0-9]{7}$/);
  });

  it("does not change between versions: an app would be doubled", () => {
    assert.equal(previewName("shop-feature/login"), "shop-feature-login-10d0plw");
  });
});
