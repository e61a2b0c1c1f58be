import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromTerraformSpec } from "../../../provider/appspec/from-terraform";
import { validate } from "../../../provider/appspec/validate";

const { types } = JSON.parse(
  readFileSync(join(__dirname, "../../fixtures/states/bridged-fields.json"), "utf8"),
) as { types: Record<string, Record<string, string>> };

/** A value for every field of the bridged provider. */
function everything(type: string): unknown {
  if (type.endsWith("[]")) return [everything(type.slice(0, -2))];
  const fields = types[type];
  if (!fields) return { string: "text", number: 7, boolean: true }[type] ?? assert.fail(type);
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, everything(field)]));
}

describe("fromTerraformSpec", () => {
  it("converts every field of the bridged provider, except recipients of alerts", () => {
    const { spec, dropped, hidden } = fromTerraformSpec(everything("Spec"));
    assert.ok(
      dropped.every((path) => path.endsWith(".destinations")),
      dropped.join(),
    );
    assert.deepEqual(hidden, []);
    const unknown = validate(spec).filter(({ code }) => /unknown-field|misplaced|wrong-type/.test(code));
    assert.deepEqual(unknown, []);
  });

  it("keeps routes only if the service has not converted them to ingress rules", () => {
    const service = { name: "web", route: [{ path: "/" }], routes: [{ path: "/" }] };
    const rule = { match: [{ path: [{ prefix: "/" }] }], component: [{ name: "web" }] };
    assert.deepEqual(fromTerraformSpec([{ name: "a", service: [service] }]).spec.services?.[0]?.routes, [
      { path: "/" },
    ]);
    const moved = fromTerraformSpec([{ name: "a", service: [service], ingress: [{ rule: [rule] }] }]).spec;
    assert.deepEqual(moved, {
      name: "a",
      services: [{ name: "web" }],
      ingress: { rules: [{ match: { path: { prefix: "/" } }, component: { name: "web" } }] },
    });
  });

  it("omits empty values, which both providers record for fields that are not set", () => {
    const empty = {
      name: "web",
      run_command: "",
      instance_count: 0,
      health_check: [],
      github: [],
      git: [{ branch: "" }],
      env: null,
    };
    assert.deepEqual(fromTerraformSpec([{ name: "a", region: "", service: [empty], worker: [] }]).spec, {
      name: "a",
      services: [{ name: "web" }],
    });
  });

  it("reports fields with the names of built-in properties as dropped", () => {
    const { spec, dropped } = fromTerraformSpec([{ name: "a", constructor: "x", valueOf: "y" }]);
    assert.deepEqual(spec, { name: "a" });
    assert.deepEqual(dropped, ["constructor", "valueOf"]);
  });

  it("never throws, whatever a state contains", () => {
    for (const value of [
      undefined,
      null,
      1,
      "text",
      [],
      [null],
      [[]],
      { service: 1 },
      { service: [1, null, [{}]] },
    ])
      assert.doesNotThrow(() => fromTerraformSpec(value));
  });
});
