import assert from "node:assert/strict";
import {
  allCells,
  isSelected,
  manifestOf,
  reasonIn,
  tableOf,
  unknownNames,
  type Outcome,
} from "../../../tools/matrix/cells";
import { withTable } from "../../../tools/matrix/page";

const PASSED: Outcome = { kind: "passed", seconds: 1 };
const rowsOf = (table: string): string[] => table.split("\n").filter((line) => line.startsWith("|"));

describe("the matrix", () => {
  it("has every package manager with every line of Node and every SDK, once", () => {
    assert.equal(allCells().length, 4 * 3 * 3);
    assert.equal(new Set(allCells().map((cell) => JSON.stringify(cell))).size, 36);
  });

  it("is restricted by names, each within its group", () => {
    const selected = (...only: string[]): number =>
      allCells().filter((cell) => isSelected(cell, only)).length;
    assert.equal(selected(), 36);
    assert.equal(selected("pnpm"), 9);
    assert.equal(selected("pnpm", "npm", "22"), 6);
    assert.equal(selected("yarn-1", "24", "newest"), 1);
    assert.deepEqual(unknownNames(["pnpm", "18", "oldest"]), ["18"]);
  });

  it("shows a pass only where a cell passed, and the reason everywhere else", () => {
    const [first, second, ...others] = allCells();
    assert.ok(first && second);
    const failed: Outcome = { kind: "failed", step: "tsc", reason: "index.ts(1,1): error TS1" };
    const lacking: Outcome = { kind: "not-run", reason: "no binary" };
    const table = tableOf(
      [
        { cell: first, outcome: PASSED },
        { cell: second, outcome: failed },
        ...others.slice(1).map((cell) => ({ cell, outcome: lacking })),
      ],
      { 20: "20.19.0", npm: "11.1.0", oldest: "3.216.0" },
    );
    const [header = "", , row = "", last = ""] = rowsOf(table);
    assert.match(header, /Node 20\.19\.0 \| Node 22 \| Node 24/);
    assert.match(row, /^\| npm 11\.1\.0 \| oldest 3\.216\.0 \| passed \| failed \(1\) \| not run \(2\) \|$/);
    assert.match(last, /not run \(3\) \| not run \(3\) \| not run \(3\)/);
    assert.equal(rowsOf(table).length, 2 + 12);
    assert.equal(table.match(/passed/g)?.length, 1);
    const notes = table.split("\n\n")[1]?.split("\n");
    assert.deepEqual(notes, [
      "1. tsc: index.ts(1,1): error TS1",
      "2. not run: there is no result",
      "3. not run: no binary",
    ]);
  });

  it("installs the packages from their files", () => {
    const manifest = manifestOf({ a: "/x/a.tgz" }, "3.216.0", false) as { dependencies: object };
    assert.deepEqual(manifest.dependencies, { a: "file:/x/a.tgz", "@pulumi/pulumi": "3.216.0" });
    assert.ok("packageManager" in manifestOf({}, "latest", true));
  });

  it("quotes the line of an output that says what went wrong", () => {
    assert.equal(reasonIn("npm notice\nnpm error code E404\nnpm error more\ndone\n"), "npm error code E404");
    assert.equal(reasonIn("one\n\n two \n"), "two");
    assert.equal(reasonIn(""), "no output");
  });

  it("replaces the table of the page, and nothing else", () => {
    const page = "# A\n\n<!-- matrix -->\nold\n<!-- /matrix -->\n\nend\n";
    const replaced = withTable(page, "| $1 |", "2026-11-28");
    assert.equal(
      replaced,
      "# A\n\n<!-- matrix -->\n\nSeen on 2026-11-28:\n\n| $1 |\n\n<!-- /matrix -->\n\nend\n",
    );
    assert.equal(withTable(replaced, "| $1 |", "2026-11-28"), replaced);
    assert.throws(() => withTable("# A\n", "", ""), /matrix/);
  });
});
