import assert from "node:assert/strict";
import fc from "fast-check";
import { redact } from "../../provider/redact";

describe("redact", () => {
  it("masks headers, tokens and encrypted values without being told", () => {
    assert.equal(redact("Authorization: Bearer abc.def-1"), "Authorization: Bearer ***");
    assert.equal(redact(`token dop_v1_${"0af9".repeat(16)}!`), "token ***!");
    assert.equal(redact("value: EV[1:abc:def==], next"), "value: ***, next");
  });

  it("masks an encrypted value that is cut off", () => {
    assert.equal(redact("value EV[1:abc:de"), "value ***");
  });

  it("masks given secrets as they are, in JSON and in URLs", () => {
    const secret = 'pa"ss/wörd';
    const text = `${secret} ${JSON.stringify({ secret })} ?s=${encodeURIComponent(secret)}`;
    assert.equal(redact(text, [secret]), '*** {"secret":"***"} ?s=***');
  });

  it("masks the longer of two secrets that begin alike", () => {
    assert.equal(redact("secret-and-more secret", ["secret", "secret-and-more"]), "*** ***");
  });

  it("leaves text alone that holds no secret", () => {
    const text = "EVERY Bearer-like word stays: DEV, EV, bear";
    assert.equal(redact(text, ["", "EV"]), text);
  });

  it("never leaves a given secret behind, wherever it stands", () => {
    // A mask inside of a secret would make the property meaningless.
    const secret = fc.string({ minLength: 3, unit: "binary" }).filter((text) => !text.includes("*"));
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, hidden, after) => {
        assert.ok(!redact(before + hidden + after, [hidden]).includes(hidden));
      }),
    );
  });
});
