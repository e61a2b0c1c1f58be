import assert from "node:assert/strict";
import { readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { writeChanged } from "../../../tools/write-changed";
import { temporaryFolder } from "../../helpers/temporary-folder";

describe("writeChanged", () => {
  const folder = temporaryFolder();

  it("leaves a file with the same content alone, and replaces any other", () => {
    const path = join(folder.path, "built.js");
    const written = (): number => statSync(path).mtimeMs;
    writeChanged(path, "one");
    utimesSync(path, 1, 1);
    writeChanged(path, Buffer.from("one"));
    assert.equal(written(), 1000);
    writeChanged(path, "two");
    assert.notEqual(written(), 1000);
    assert.equal(readFileSync(path, "utf8"), "two");
  });
});
