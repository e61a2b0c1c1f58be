import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { ASSUMPTIONS, behaviorOtherwise, SWITCHABLE } from "../../../emulator/assumptions";
import { BEHAVIOR, type Behavior } from "../../../emulator/model/behavior";
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

  it("each change some behavior, and only those that can be switched", () => {
    for (const id of SWITCHABLE) assert.notDeepEqual(behaviorOtherwise([id]), BEHAVIOR, id);
    assert.deepEqual(behaviorOtherwise(), BEHAVIOR);
  });

  it("can all be switched together, each without touching the behavior of another", () => {
    const touched = ASSUMPTIONS.flatMap(({ otherwise }) => Object.keys(otherwise?.behavior ?? {}));
    assert.deepEqual(touched.length, new Set(touched).size);
    const all = behaviorOtherwise(SWITCHABLE);
    for (const name of Object.keys(all) as (keyof Behavior)[])
      assert.notEqual(all[name], BEHAVIOR[name], name);
  });

  it("take another number of seconds", () => {
    assert.equal(behaviorOtherwise(["lists-are-current=0.5"]).listLagSeconds, 0.5);
    assert.equal(behaviorOtherwise(["lists-are-current"]).listLagSeconds, 2);
    for (const wrong of [
      "lists-are-current=",
      "lists-are-current=-1",
      "lists-are-current=x",
      "empty-secret-erases=1",
    ])
      assert.throws(() => behaviorOtherwise([wrong]), /number/, wrong);
  });

  it("cannot be switched by an unknown id", () => {
    assert.throws(() => behaviorOtherwise(["unknown"]), /"unknown".*unchanged-put-deploys/);
    assert.throws(() => behaviorOtherwise(["rate-limits"]), /"rate-limits"/);
  });

  it("are listed with their sources on a docs page that is current", async () => {
    assert.ok(existsSync(ASSUMPTIONS_PAGE), "run npm run assumptions");
    assert.equal(readFileSync(ASSUMPTIONS_PAGE, "utf8"), await makePage(), "run npm run assumptions");
  });
});
