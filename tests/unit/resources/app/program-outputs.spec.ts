import assert from "node:assert/strict";
import { forPrograms, inCoreForm } from "../../../../provider/resources/app/program-outputs";
import type { AppOutputs } from "../../../../provider/resources/app/state";
import { repaired } from "../../../../provider/resources/state-repair";

const OUTS = {
  spec: { name: "shop", services: { web: { envs: { KEY: { value: "S3cr3t-of-shop", type: "SECRET" } } } } },
  __liveSpec: { name: "shop", services: { web: { instance_count: 2 } } },
  __secrets: [],
  phase: "ACTIVE",
} as unknown as AppOutputs;

describe("outputs for programs in other languages", () => {
  const outs = forPrograms(OUTS, {});

  it("contain the specs as lists without secret values, and both of the core's specs as one text each", () => {
    assert.deepEqual(outs.spec, {
      name: "shop",
      services: [{ name: "web", envs: [{ key: "KEY", type: "SECRET" }] }],
    });
    assert.deepEqual(outs.liveSpec, { name: "shop", services: [{ name: "web", instance_count: 2 }] });
    assert.deepEqual([typeof outs.__spec, typeof outs.__liveSpec], ["string", "string"]);
  });

  it("have the core's form again when they come back, as do those that an earlier version recorded", () => {
    assert.deepEqual(inCoreForm(outs as unknown as AppOutputs), OUTS);
    const earlier = { ...outs, __spec: OUTS.spec, __liveSpec: OUTS.__liveSpec };
    assert.deepEqual(inCoreForm(earlier as unknown as AppOutputs), OUTS);
  });

  it("lose a text that has been damaged in the state, which the service replaces", () => {
    const damaged = { ...outs, __liveSpec: outs.__liveSpec?.slice(1) };
    const { __liveSpec, ...rest } = OUTS;
    assert.deepEqual(repaired(damaged as unknown as AppOutputs), rest);
  });
});
