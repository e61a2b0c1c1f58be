import assert from "node:assert/strict";
import fc from "fast-check";
import { createIds } from "../../../../emulator/model/ids";
import { decrypt, encrypt } from "../../../../emulator/model/secrets";

describe("emulator: encryption of secrets", () => {
  const ids = createIds("seed");
  const key = ids.bytes(32);

  it("decrypts a value for its own app only", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (plain) => {
        const sealed = encrypt(plain, key, ids);
        assert.match(sealed, /^EV\[1:[A-Za-z0-9+/]{32}:[A-Za-z0-9+/]+={0,2}\]$/);
        assert.equal(decrypt(sealed, key), plain);
        assert.equal(decrypt(sealed, createIds("other").bytes(32)), undefined);
      }),
    );
  });

  it("encrypts the same text differently each time", () => {
    assert.notEqual(encrypt("a", key, ids), encrypt("a", key, ids));
  });

  it("does not accept other text as ciphertext", () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(decrypt(`EV[1:${text}]`, key), undefined)));
  });
});
