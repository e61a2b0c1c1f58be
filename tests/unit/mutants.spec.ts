import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { EQUIVALENT } from "../mutants/equivalent";
import { batchesFor, Importers } from "../mutants/importers";
import { runs } from "../helpers/runs";
import { faultsIn, isEquivalent, plant, sampleOf } from "../mutants/mutate";

const TOP = resolve(__dirname, "../..");

/** The source with each possible fault. */
const mutants = (source: string): string[] => faultsIn("a.ts", source).map((fault) => plant(source, fault));

describe("planting faults", () => {
  const cases: Record<string, [source: string, ...mutants: string[]]> = {
    "turns comparisons round": ["x = () => a === b;", "x = () => a !== b;"],
    "moves the limit of a comparison": ["x = () => a < b;", "x = () => a <= b;"],
    "swaps && and ||": ["x = () => a && b;", "x = () => a || b;"],
    "drops ! in an if": ["if (!a) b = c;", "if (a) b = c;"],
    "adds ! in an if": ["if (a) b = c;", "if (!(a)) b = c;"],
    "drops await": ["x = () => await y();", "x = () => (y());"],
    "turns boolean values round": ["x = { wait: true };", "x = { wait: false };"],
    "changes a small number by one": ["x = y[0];", "x = y[1];"],
    "doubles a large number": ["x = 60_000;", "x = 120000;"],
    "swaps some and every": ["x = y.some(z);", "x = y.every(z);"],
  };
  for (const [name, [source, ...expected]] of Object.entries(cases)) {
    it(name, () => {
      const found = mutants(source);
      for (const mutant of expected) assert.ok(found.includes(mutant), found.join("\n"));
    });
  }

  it("removes calls and assignments", () => {
    assert.deepEqual(mutants("note(a); b = c;"), ["{} b = c;", "note(a); {}"]);
  });

  it("removes returns, throws and continues that depend on a condition, but not the last return", () => {
    const source =
      "function f() { for (;;) { if (a) continue; if (b) { return; } if (c) throw d; } return e; }";
    const removed = faultsIn("a.ts", source).filter(({ change }) => change.startsWith("removed"));
    assert.deepEqual(
      removed.map(({ change }) => change),
      ["removed: if (a) continue;", "removed: if (b) { return; }", "removed: if (c) throw d;"],
    );
  });

  it("changes nothing in types, which do not exist at run time", () => {
    assert.deepEqual(mutants("interface A { b: true; c: 1 } type D = 2; let e: false;"), []);
  });

  it("never breaks the syntax of a file, which every test would notice", () => {
    const file = "provider/service/safe-writes.ts";
    const source = readFileSync(join(TOP, file), "utf8");
    const faults = faultsIn(file, source);
    assert.ok(faults.length > 20, String(faults.length));
    for (const fault of sampleOf(faults, runs(3, 15), 1)) {
      const { diagnostics } = ts.transpileModule(plant(source, fault), { reportDiagnostics: true });
      assert.deepEqual(diagnostics, [], fault.change);
    }
  });

  it("reports the line and the code around the change", () => {
    const faults = faultsIn("a.ts", "first();\n\nconst options = { wait: true };");
    assert.deepEqual(
      faults.map(({ line, change }) => `${line} ${change}`),
      ["1 removed: first();", "3 true becomes false: const options = { wait: true }"],
    );
  });

  it("describes long code in one line of limited length", () => {
    const [fault] = faultsIn("a.ts", `call(\n  "${"x".repeat(500)}",\n);`);
    assert.match(fault?.change ?? "", /^removed: call\( "x+…$/);
    assert.ok((fault?.change.length ?? 0) < 120);
  });
});

describe("a sample of faults", () => {
  const faults = faultsIn("a.ts", Array.from({ length: 50 }, (_, index) => `call${index}();`).join(" "));

  it("is the same for the same seed, and another for another seed", () => {
    assert.deepEqual(sampleOf(faults, 10, 1), sampleOf(faults, 10, 1));
    assert.notDeepEqual(sampleOf(faults, 10, 1), sampleOf(faults, 10, 2));
  });

  it("never repeats a fault, and has all of them at most", () => {
    const all = sampleOf(faults, 100, 1);
    assert.equal(all.length, faults.length);
    assert.deepEqual(new Set(all), new Set(faults));
  });
});

describe("faults that change no behavior", () => {
  it("are known by file and change", () => {
    const [fault] = faultsIn("a.ts", "call();");
    assert.ok(fault);
    const known = { file: "a.ts", change: "removed: call();", reason: "call does nothing" };
    assert.equal(isEquivalent(fault, [known]), true);
    assert.equal(isEquivalent(fault, [{ ...known, file: "b.ts" }]), false);
    assert.equal(isEquivalent(fault, [{ ...known, change: "removed: other();" }]), false);
  });

  it("are listed only as long as their code exists, and with a reason", () => {
    for (const known of EQUIVALENT) {
      const found = faultsIn(known.file, readFileSync(join(TOP, known.file), "utf8"));
      const same = found.filter((fault) => isEquivalent(fault, [known]));
      assert.equal(same.length, 1, `${known.file}: ${known.change}`);
      assert.match(known.reason, /\S/);
    }
  });
});

describe("the tests that run for a fault", () => {
  const specs = [
    "tests/contract/app/update.spec.ts",
    "tests/unit/net/limiter.spec.ts",
    "tests/unit/net/pace.spec.ts",
    "tests/unit/service/safe-writes.spec.ts",
    "tests/unit/text/bounded.spec.ts",
  ];
  const steps: Record<string, number> = {
    "tests/contract/app/update.spec.ts": 5,
    "tests/unit/net/limiter.spec.ts": 1,
    "tests/unit/net/pace.spec.ts": 1,
    "tests/unit/service/safe-writes.spec.ts": 3,
  };

  it("are those that load the file: of its folder, other unit tests, contract tests", () => {
    assert.deepEqual(
      batchesFor("provider/net/pace.ts", specs, (spec) => steps[spec]),
      [
        ["tests/unit/net/pace.spec.ts", "tests/unit/net/limiter.spec.ts"],
        ["tests/unit/service/safe-writes.spec.ts"],
        ["tests/contract/app/update.spec.ts"],
      ],
    );
  });

  it("are found by following imports, directly and through other files", () => {
    const importers = new Importers(TOP);
    assert.equal(importers.distance("tests/unit/net/limiter.spec.ts", "provider/net/pace.ts"), 1);
    assert.ok((importers.distance("tests/contract/app/update.spec.ts", "provider/net/pace.ts") ?? 0) > 1);
    assert.equal(importers.distance("tests/unit/text/bounded.spec.ts", "provider/net/pace.ts"), undefined);
  });
});
