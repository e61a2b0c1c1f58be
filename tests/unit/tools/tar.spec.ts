import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { tarGz } from "../../../tools/tar";
import { temporaryFolder } from "../../helpers/temporary-folder";

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);

describe("tarGz", () => {
  const folder = temporaryFolder();

  it("writes archives that tar extracts, with contents of every length and programs that can run", () => {
    const lengths = [0, 1, 511, 512, 513, 5_000];
    const files = lengths.map((length) => ({
      name: `${length}.bin`,
      content: bytes(length),
      isProgram: length === 1,
    }));
    writeFileSync(join(folder.path, "a.tar.gz"), tarGz(files));
    execFileSync("tar", ["xzf", "a.tar.gz"], { cwd: folder.path });
    for (const { name, content, isProgram } of files) {
      const path = join(folder.path, name);
      assert.deepEqual(new Uint8Array(readFileSync(path)), content);
      assert.equal((statSync(path).mode & 0o100) !== 0, isProgram, name);
    }
  });

  it("returns the same bytes for the same files, whole blocks of 512", () => {
    const files = [{ name: "a", content: bytes(3) }];
    assert.deepEqual(tarGz(files), tarGz(files));
    assert.equal(gunzipSync(tarGz(files)).length % 512, 0);
  });

  it("rejects names that the format cannot contain", () => {
    assert.throws(() => tarGz([{ name: "a".repeat(101), content: bytes(0) }]), RangeError);
  });
});
