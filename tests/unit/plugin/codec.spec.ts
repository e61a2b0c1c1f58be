import assert from "node:assert/strict";
import fc from "fast-check";
import { CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { FieldReader, messageWith, readStruct } from "../../../plugin/values/codec";
import { structOf } from "../../../plugin/values/struct";
import { fromWire, Hidden, toWire, type Properties } from "../../../plugin/values/wire";
import { UNKNOWN } from "../../../provider/appspec/unknown";

const TEXT = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constant(UNKNOWN));
const { properties } = fc.letrec<{ value: unknown; properties: Properties }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    TEXT,
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("properties"),
    tie("value").map((value) => new Hidden(value)),
  ),
  properties: fc.dictionary(TEXT, tie("value"), { maxKeys: 5, noNullPrototype: true }),
}));

const read = (message: Uint8Array): Properties => readStruct(new FieldReader(Buffer.from(message)));

describe("the encoding of properties", () => {
  it("is read as the protocol's own library reads it", () => {
    fc.assert(
      fc.property(properties, (given) => {
        const struct = structOf(given);
        assert.deepEqual(read(struct.serializeBinary()), fromWire(struct.toJavaScript()));
      }),
    );
  });

  it("is written so that the protocol's own library reads the same", () => {
    fc.assert(
      fc.property(properties, (given) => {
        const inputs = CheckResponse.deserializeBinary(messageWith(given)).getInputs();
        assert.deepEqual(inputs?.toJavaScript(), structOf(given).toJavaScript());
      }),
    );
  });

  it("fits any size, and leaves out entries without a value", () => {
    const given = { long: "ü".repeat(100_000), list: Array.from({ length: 5_000 }, (_, index) => index) };
    const inputs = CheckResponse.deserializeBinary(messageWith({ none: undefined, ...given })).getInputs();
    assert.deepEqual(inputs?.toJavaScript(), given);
    assert.deepEqual(read(inputs.serializeBinary()), given);
  });

  it("keeps a key that JavaScript treats specially", () => {
    const given = JSON.parse('{ "__proto__": "text" }') as Properties;
    const reader = new FieldReader(messageWith(given));
    assert.ok(reader.next());
    const map = reader.message(readStruct);
    assert.deepEqual(Object.entries(map), [["__proto__", "text"]]);
    assert.equal(Object.getPrototypeOf(map), Object.prototype);
  });

  it("is rejected if it ends too early", () => {
    const whole = structOf({ spec: { name: "shop", list: [1, true, new Hidden("x")] } }).serializeBinary();
    for (let length = 1; length < whole.length; length++)
      assert.throws(() => read(whole.subarray(0, length)), Error, String(length));
  });

  it("may contain fields of later versions", () => {
    // Field 15 of each wire type.
    const later = Buffer.concat([
      Buffer.from([0x78, 0x96, 0x01]),
      Buffer.from([0x79, 1, 2, 3, 4, 5, 6, 7, 8]),
      Buffer.from([0x7a, 2, 1, 2]),
      Buffer.from([0x7d, 1, 2, 3, 4]),
    ]);
    assert.deepEqual(read(Buffer.concat([later, structOf({ name: "shop" }).serializeBinary(), later])), {
      name: "shop",
    });
  });

  it("has the marks of secrets and unknown values", () => {
    const given = { a: new Hidden({ b: [new Hidden("secret")] }), c: UNKNOWN };
    assert.deepEqual(read(structOf(given).serializeBinary()), given);
    assert.deepEqual(fromWire(toWire(given)), given);
  });
});
