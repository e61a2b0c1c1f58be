import assert from "node:assert/strict";
import fc from "fast-check";
import type { App } from "../../../../provider/api/types";
import {
  inputsOf,
  lastDeployment,
  outputsOf,
  plain,
  visible,
  type AppInputs,
} from "../../../../provider/resources/app/state";

const INPUTS: AppInputs = { spec: { name: "shop" }, wait: false };
const BARE: App = { id: "a", spec: { name: "shop" } };

describe("outputsOf", () => {
  it("has every output as a string, even for an app that was just created", () => {
    const outs = outputsOf(INPUTS, BARE, undefined);
    const { spec, wait, __liveSpec, ...rest } = outs;
    assert.deepEqual([spec, wait], [INPUTS.spec, false]);
    assert.deepEqual(__liveSpec, { name: "shop" });
    assert.deepEqual(
      Object.values(rest).filter((value) => value !== ""),
      [],
    );
    assert.equal(Object.keys(rest).length, 10);
  });

  it("omits a spec copy that is too large for the state, and bounds and sanitizes every text", () => {
    const huge = "x".repeat(5_000_000);
    const spec = { name: "shop", envs: [{ key: "A", value: huge }] };
    const hostile = "https://a\x1b[31m\n::error::b";
    const app = { ...BARE, spec, live_url: hostile, tier_slug: huge } as unknown as App;
    const outs = outputsOf(INPUTS, app, lastDeployment({ id: "d", phase: hostile }));
    assert.deepEqual(outs.__liveSpec, undefined);
    assert.ok(JSON.stringify(outs).length < 5_000);
    assert.deepEqual([outs.liveUrl, outs.phase], ["https://a : :error::b", "https://a : :error::b"]);
  });

  it("treats nulls from the service as missing", () => {
    const app = { ...BARE, active_deployment: null, region: null, live_url: null } as unknown as App;
    const outs = outputsOf(INPUTS, app, undefined);
    assert.deepEqual([outs.activeDeploymentId, outs.phase, outs.region, outs.liveUrl], ["", "", "", ""]);
  });

  it("contains the phase of the last deployment, or else of the active one", () => {
    const app = { ...BARE, active_deployment: { id: "d", phase: "ACTIVE" } };
    assert.equal(outputsOf(INPUTS, app, { id: "e", phase: "ERROR" }).phase, "ERROR");
    assert.equal(outputsOf(INPUTS, app, undefined).phase, "ACTIVE");
    assert.ok(!("__deployment" in outputsOf(INPUTS, app, undefined)));
  });

  it("takes the region from the service, or else from the spec", () => {
    const spec = { name: "shop", region: "ams" };
    assert.equal(outputsOf(INPUTS, { ...BARE, spec }, undefined).region, "ams");
    assert.equal(outputsOf(INPUTS, { ...BARE, spec, region: { slug: "fra" } }, undefined).region, "fra");
  });

  it("keeps no outputs among the inputs, and no undefined", () => {
    const outs = outputsOf({ ...INPUTS, ...{ phase: "old", stray: 1 } } as AppInputs, BARE, undefined);
    assert.ok(!("stray" in outs));
    assert.ok(!("projectId" in outs));
    assert.deepEqual(inputsOf(outs), INPUTS);
  });
});

describe("visible", () => {
  it("has all inputs except those under hidden keys", () => {
    assert.deepEqual(plain(visible({ ...INPUTS, redeployOn: { a: 1 } })), {
      spec: { name: "shop" },
      wait: false,
      redeployOn: { a: 1 },
    });
  });
});

describe("lastDeployment", () => {
  it("contains ID and phase, and always a phase", () => {
    assert.deepEqual(lastDeployment({ id: "d", phase: "ERROR", cause: "x" }), { id: "d", phase: "ERROR" });
    assert.deepEqual(lastDeployment({ id: "d" }), { id: "d", phase: "UNKNOWN" });
  });
});

describe("plain", () => {
  it("removes undefined at any depth and changes nothing else", () => {
    assert.deepEqual(plain({ a: undefined, b: { c: undefined, d: [1, null] } }), { b: { d: [1, null] } });
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        assert.equal(JSON.stringify(plain(value)), JSON.stringify(value)),
      ),
    );
  });
});
