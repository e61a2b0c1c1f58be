import assert from "node:assert/strict";
import * as lookups from "../../../provider/dynamic/functions";
import { KINDS } from "../../../provider/resources/kinds";
import { CALLS } from "../../../plugin/functions/calls";
import { Plugin } from "../../../plugin/plugin";
import { InstantClock } from "../../helpers/clocks/instant-clock";

/** Their result is that of another function. */
const WITHOUT_TWIN = ["getLogsText"];

describe("the plugin", () => {
  it("has every function that programs in TypeScript have", () => {
    const names = Object.keys(lookups).filter((name) => !name.endsWith("Output"));
    const missing = names.filter((name) => !Object.hasOwn(CALLS, name));
    assert.deepEqual(missing, WITHOUT_TWIN);
  });

  it("has every resource that programs in TypeScript have", () => {
    const plugin = new Plugin({ env: {}, clock: new InstantClock(), engine: undefined });
    plugin.configure({ token: undefined, apiUrl: undefined, isExplicit: false });
    for (const name of ["App", ...KINDS.map((kind) => kind.name)])
      assert.ok(plugin.resource(`urn:pulumi:dev::shop::app-platform:index:${name}::a`), name);
  });
});
