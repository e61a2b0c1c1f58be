import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as logs from "../../provider/dynamic/functions/logs";
import * as lookups from "../../provider/dynamic/functions";
import { ACTIONS } from "../faults/scenarios/actions";
import { casesFor, pathPattern, remoteCalls, sampled, usualKind } from "../faults/cases";
import { FAULT_CLASSES } from "../faults/expectations";
import { LOOKUPS } from "../faults/scenarios/lookups";
import { functionOf } from "../helpers/world/lookups";
import { faultTable } from "../faults/table";
import { TOP } from "../../tools/pulumi-project";

const ID = "4f6c71e2-fa90-4762-8b11-3bb0bb2bd1a4";

describe("the fault matrix", () => {
  const page = readFileSync(join(TOP, "docs", "faults.md"), "utf8");
  const call = (method: string, path: string) => ({ method, path, query: {}, at: 0 });

  for (const duration of ["once", "stays"] as const) {
    it(`expects what docs/faults.md documents (${duration})`, () => {
      assert.ok(page.includes(faultTable(duration)), `docs/faults.md lacks:\n\n${faultTable(duration)}`);
    });
  }

  it("has an operation for every function of a program that calls the service", () => {
    const all = Object.entries({ ...lookups, ...logs }).filter(([name]) => /^[a-z].*(?<!Output)$/.test(name));
    assert.ok(all.length > 20);
    const covered = new Set([...LOOKUPS, ...ACTIONS].map(functionOf));
    assert.deepEqual(
      all.map(([name]) => name).filter((name) => !covered.has(name)),
      [],
    );
  });

  it("takes calls of the same kind for another case each, whatever their ids", () => {
    const calls = remoteCalls([
      call("GET", `/v2/apps/${ID}`),
      call("PUT", `/v2/apps/${ID}`),
      call("GET", `/v2/apps/${ID}`),
    ]);
    assert.deepEqual(calls, [
      { method: "GET", path: "/v2/apps/:id", nth: 1, index: 0 },
      { method: "PUT", path: "/v2/apps/:id", nth: 1, index: 1 },
      { method: "GET", path: "/v2/apps/:id", nth: 2, index: 2 },
    ]);
    assert.match(`/v2/apps/${ID}`, pathPattern("/v2/apps/:id"));
    assert.doesNotMatch(`/v2/apps/${ID}/alerts`, pathPattern("/v2/apps/:id"));
    assert.match("/_logs/ticket", pathPattern("/_logs"));
  });

  it("has a case for every call and fault, with what the operation knows better", () => {
    const calls = remoteCalls([
      call("POST", "/v2/apps"),
      call("GET", `/v2/apps/${ID}/deployments/${ID}`),
      call("DELETE", `/v2/apps/${ID}`),
    ]);
    assert.deepEqual(calls.map(usualKind), ["write", "wait", "setting"]);
    for (const fault of FAULT_CLASSES) {
      const cases = casesFor(calls, {}, fault, "stays");
      assert.deepEqual(
        cases.map(({ expected }) => expected),
        cases.map(({ kind }) => fault.outcomes.stays[kind]),
      );
    }
    const [refused] = FAULT_CLASSES;
    assert.ok(refused);
    const known = { kindOf: () => "read" as const, expects: () => "gives up" as const };
    assert.deepEqual(
      casesFor(calls, known, refused, "once").map(({ kind, expected }) => `${kind} ${expected}`),
      calls.map(() => "read gives up"),
    );
  });

  it("runs a part of the cases in which every call and every fault has its turn", () => {
    for (const calls of [1, 2, 3, 7, 10]) {
      const cases = Array.from({ length: calls }, (_, index) => index);
      const turns = Array.from({ length: 18 }, (_, turn) => sampled(cases, turn, 3));
      assert.ok(turns.every((some) => some.length >= 1 && some.length <= Math.ceil(calls / 3)));
      assert.deepEqual(
        [...new Set(turns.flat())].sort((a, b) => a - b),
        cases,
      );
      assert.deepEqual(sampled(cases, 5, 1), cases);
    }
  });
});
