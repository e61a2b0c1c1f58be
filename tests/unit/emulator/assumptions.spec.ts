import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { EmulatorOptions, Switched } from "../../../emulator/index";
import { ASSUMPTIONS, optionsOtherwise, SWITCHABLE, withOtherwise } from "../../../emulator/assumptions";
import { ASSUMPTIONS_PAGE, makePage } from "../../../tools/assumptions";

describe("assumptions about the service", () => {
  it("have unique ids, a statement of one sentence, and at least one source", () => {
    assert.equal(new Set(ASSUMPTIONS.map(({ id }) => id)).size, ASSUMPTIONS.length);
    for (const { id, statement, sources } of ASSUMPTIONS) {
      assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.match(statement, /^\S.*[^.]\.$/, id);
      assert.ok(sources.length > 0 && sources.every((source) => source !== ""), id);
    }
  });

  it("switch options that the emulator has", () => {
    // The compiler rejects an option that does not exist, or has another type.
    const known = (options: Switched): EmulatorOptions => options;
    for (const id of SWITCHABLE) assert.notDeepEqual(known(optionsOtherwise([id])), {}, id);
    const source = readFileSync(resolve(__dirname, "../../../emulator/index.ts"), "utf8");
    for (const name of Object.keys(optionsOtherwise(SWITCHABLE)))
      assert.match(source, new RegExp(`\\n  ${name}\\?: `), name);
  });

  it("can all be switched together, and lose against options that are set", () => {
    const switched = withOtherwise({ otherwise: SWITCHABLE, listLagSeconds: 7 });
    assert.equal(switched.listLagSeconds, 7);
    assert.equal(Object.keys(switched).length, Object.keys(optionsOtherwise(SWITCHABLE)).length + 1);
  });

  it("cannot be switched by an unknown id", () => {
    assert.throws(() => optionsOtherwise(["unknown"]), /"unknown".*unchanged-put-deploys/);
  });

  it("are listed with their sources on a docs page that is current", async () => {
    assert.ok(existsSync(ASSUMPTIONS_PAGE), "run npm run assumptions");
    assert.equal(readFileSync(ASSUMPTIONS_PAGE, "utf8"), await makePage(), "run npm run assumptions");
  });
});
