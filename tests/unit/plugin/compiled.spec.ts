import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compiledProgram } from "../../../plugin/start/compiled";
import { temporaryFolder } from "../../helpers/temporary-folder";

const ran = (): unknown[] => (globalThis as { ran?: unknown[] }).ran ?? [];

describe("compiled program", () => {
  const folder = temporaryFolder();
  const file = (): string => join(folder.path, "main.js");
  const start = (build = "1") => {
    const program = compiledProgram(file(), build);
    program.run(createRequire(file()));
    return program;
  };
  const caches = (): string[] => readdirSync(folder.path).filter((name) => name !== "main.js");

  beforeEach(() => {
    (globalThis as { ran?: unknown[] }).ran = [];
    writeFileSync(file(), 'globalThis.ran.push([require("node:path").basename(__filename), __dirname])');
  });
  afterEach(() => delete (globalThis as { ran?: unknown[] }).ran);

  it("runs as a CommonJS module, also with the code that an earlier start saved", () => {
    const first = start();
    assert.equal(first.isCached, false);
    first.save();
    assert.equal(start().isCached, true);
    assert.deepEqual(ran(), [
      ["main.js", folder.path],
      ["main.js", folder.path],
    ]);
  });

  it("does not use the code of another build, even if its source has the same length", () => {
    start("1").save();
    writeFileSync(file(), readFileSync(file(), "utf8").replace("basename", "dirname "));
    assert.equal(start("2").isCached, false);
    assert.deepEqual(ran()[1], [folder.path, folder.path]);
  });

  it("compiles the program again if the saved code is damaged", () => {
    start().save();
    const [cache = ""] = caches();
    const content = readFileSync(join(folder.path, cache));
    content.writeUInt8(content.readUInt8(content.length - 9) ^ 1, content.length - 9);
    writeFileSync(join(folder.path, cache), content);
    assert.equal(start().isCached, false);
    writeFileSync(join(folder.path, cache), "");
    assert.equal(start().isCached, false);
    assert.equal(ran().length, 3);
  });

  it("leaves no part behind where the code cannot be saved", () => {
    const program = start();
    program.save();
    const [cache = ""] = caches();
    rmSync(join(folder.path, cache));
    // A folder that is not empty cannot be replaced, not even by the superuser.
    mkdirSync(join(folder.path, cache, "full"), { recursive: true });
    start().save();
    assert.deepEqual(caches(), [cache]);
  });
});
