import assert from "node:assert/strict";
import { excerptOf } from "../../../provider/appspec/excerpt";

describe("an excerpt of a spec file", () => {
  it("hides a line inside the quotes of a secret, however it is indented", () => {
    for (const quote of ['"', "'"]) {
      const lines = [`  token: ${quote}first`, `name: hunter2${quote}`, "name: shop"];
      assert.doesNotMatch(excerptOf(lines, 2, 1), /name|hunter2/);
      assert.match(excerptOf(lines, 3, 1), /name: shop/);
    }
  });
});
