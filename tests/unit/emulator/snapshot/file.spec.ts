import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { lock, lockAddress } from "../../../../emulator/snapshot/lock";
import { readSnapshot } from "../../../../emulator/snapshot/format";
import { SnapshotFile } from "../../../../emulator/snapshot/file";
import type { StoreState } from "../../../../emulator/model/state";
import { temporaryFolder } from "../../../helpers/temporary-folder";

const stateOf = (drawn: number): StoreState => ({ owner: "o", drawn, projects: [], failures: [], apps: [] });

describe("emulator: snapshot file", () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder.path, "state");
  const inFile = (): number => readSnapshot(readFileSync(path(), "utf8")).drawn;

  it("exists from the start, readable only by its owner, with no other files next to it", async () => {
    const file = await SnapshotFile.open(path());
    assert.equal(file.found, undefined);
    await file.keep(() => stateOf(1));
    assert.equal(statSync(path()).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder.path), ["state"]);
    await file.close();
  });

  it("writes a hundred concurrent changes in a few rewrites, each before its save is confirmed", async () => {
    let [now, rewrites] = [0, 0];
    const file = await SnapshotFile.open(path());
    await file.keep(() => (rewrites++, stateOf(now)));
    const saves = Array.from({ length: 100 }, async (_, index) => {
      now = index + 1;
      file.changed();
      await file.saved();
      assert.ok(inFile() >= index + 1);
    });
    await Promise.all(saves);
    assert.equal(inFile(), 100);
    assert.ok(rewrites <= 4, `${rewrites} rewrites`);
    await file.saved();
    assert.ok(rewrites <= 4, "nothing is written when nothing changed");
    await file.close();
  });

  it("contains the last change once it is closed", async () => {
    let now = 1;
    const file = await SnapshotFile.open(path());
    await file.keep(() => stateOf(now));
    now = 2;
    file.changed();
    await file.close();
    assert.equal(inFile(), 2);
    const again = await SnapshotFile.open(path());
    assert.equal(again.found?.drawn, 2);
    await again.close();
  });

  it("ignores a partial file that a killed process left next to it", async () => {
    writeFileSync(`${path()}.next`, "half of");
    chmodSync(`${path()}.next`, 0o644);
    const file = await SnapshotFile.open(path());
    await file.keep(() => stateOf(1));
    assert.equal(statSync(path()).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder.path), ["state"]);
    await file.close();
  });

  for (const [what, text] of [
    ["another file", "name: shop\n"],
    ["an empty file", ""],
    ["a snapshot of another version", '{"format":"app-platform-emulator snapshot","version":2}\n{}\n'],
    ["a damaged snapshot", '{"format":"app-platform-emulator snapshot","version":1,"sha256":"0"}\n{"ow'],
  ] as const) {
    it(`reports ${what} and leaves it unchanged`, async () => {
      writeFileSync(path(), text);
      await assert.rejects(SnapshotFile.open(path()), (error: Error) => error.message.includes(path()));
      assert.equal(readFileSync(path(), "utf8"), text);
      assert.deepEqual(readdirSync(folder.path), ["state"]);
    });
  }

  it("rejects a folder, and a path in a missing folder, and reports it", async () => {
    await assert.rejects(SnapshotFile.open(folder.path), /snapshot .*: EISDIR/);
    await assert.rejects(SnapshotFile.open(join(folder.path, "no", "state")), /no such folder: .*no/);
  });

  it("is used by one process at a time, whatever its path is called, and then by the next", async () => {
    const file = await SnapshotFile.open(path());
    await file.keep(() => stateOf(1));
    symlinkSync(path(), join(folder.path, "link"));
    await assert.rejects(SnapshotFile.open(path()), /snapshot .*state: another emulator uses it/);
    await assert.rejects(SnapshotFile.open(join(folder.path, "link")), /another emulator uses it/);
    await file.close();
    await (await SnapshotFile.open(join(folder.path, "link"))).close();
  });

  it("is released after it could not be read", async () => {
    writeFileSync(path(), "something else");
    await assert.rejects(SnapshotFile.open(path()));
    rmSync(path());
    await (await SnapshotFile.open(path())).close();
  });

  it("reports failed writes, and writes all pending changes once it can", async () => {
    let now = 1;
    const file = await SnapshotFile.open(path());
    await file.keep(() => stateOf(now));
    // No one, not even root, can write to a folder as a file.
    mkdirSync(`${path()}.next`);
    now = 2;
    file.changed();
    await assert.rejects(file.saved(), (error: Error) =>
      new RegExp(`^snapshot ${path()}: it cannot be written: `).test(error.message),
    );
    assert.equal(inFile(), 1);
    rmSync(`${path()}.next`, { recursive: true });
    await file.saved();
    assert.equal(inFile(), 2);
    await file.close();
  });
});

describe("emulator: lock", () => {
  const folder = temporaryFolder();

  it("has a distinct address for each name on each system", () => {
    const systems = ["linux", "darwin", "win32"] as const;
    const all = systems.flatMap((system) => [lockAddress("a", system), lockAddress("b", system)]);
    assert.equal(new Set(all).size, 6);
    assert.equal(lockAddress("a", "linux"), lockAddress("a", "linux"));
  });

  const addresses = [
    ["where this system has it", (): string => lockAddress(folder.path)],
    ["at a socket with a file", (): string => join(folder.path, "lock.sock")],
  ] as const;
  for (const [kind, address] of addresses) {
    it(`is held by one process at a time: ${kind}`, async () => {
      const release = await lock(address());
      assert.ok(release);
      assert.equal(await lock(address()), undefined);
      await release();
      const again = await lock(address());
      assert.ok(again);
      await again();
    });
  }

  it("is free when a killed process left its socket file", async () => {
    const address = join(folder.path, "lock.sock");
    writeFileSync(address, "");
    assert.ok(existsSync(address));
    const release = await lock(address);
    assert.ok(release);
    await release();
  });
});
