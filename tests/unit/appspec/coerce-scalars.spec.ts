import assert from "node:assert/strict";
import fc from "fast-check";
import { normalizeScalars } from "../../../provider/appspec/coerce-scalars";
import { UNKNOWN } from "../../../provider/appspec/unknown";

describe("normalizeScalars", () => {
  it("converts scalars to the types of the AppSpec", () => {
    const spec = {
      name: "shop",
      disable_edge_cache: "true",
      run_time: 1,
      services: [
        {
          name: "web",
          http_port: "80",
          instance_count: "two",
          envs: [
            { key: "A", value: 8080 },
            { key: "B", value: false },
          ],
        },
      ],
      alerts: [{ value: "82.5" }],
    };
    assert.deepEqual(normalizeScalars<unknown>(spec), {
      name: "shop",
      disable_edge_cache: true,
      run_time: 1,
      services: [
        {
          name: "web",
          http_port: 80,
          instance_count: "two",
          envs: [
            { key: "A", value: "8080" },
            { key: "B", value: "false" },
          ],
        },
      ],
      alerts: [{ value: 82.5 }],
    });
  });

  it("omits fields without a value", () => {
    assert.deepEqual(normalizeScalars<unknown>({ name: "shop", region: null, envs: [null] }), {
      name: "shop",
      envs: [null],
    });
  });

  it("returns the same object if nothing changes", () => {
    const spec = {
      name: "shop",
      services: [{ name: "web", http_port: UNKNOWN, envs: [{ key: "A", value: "x" }] }],
    };
    assert.equal(normalizeScalars<unknown>(spec), spec);
  });

  it("keeps symbols and does not modify its input", () => {
    const mark = Symbol("mark");
    const spec = { name: 1, [mark]: "kept" };
    const normal = normalizeScalars<unknown>(spec) as typeof spec;
    assert.deepEqual([normal.name, normal[mark], spec.name], ["1", "kept", 1]);
  });

  it("is idempotent for any input", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const once = normalizeScalars<unknown>(value);
        assert.equal(normalizeScalars<unknown>(once), once);
      }),
    );
  });
});
