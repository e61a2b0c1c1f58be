import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as promises from "node:fs/promises";
import { join } from "node:path";
import { backupName } from "../../../provider/resources/app/backup";
import { canMount, fill, mount, noRoomInFiles, readOnly, type Undo } from "../../helpers/processes/obstacles";
import { eachInItsWorld, inputs, SECRET, type Made } from "../../helpers/world/provider-world";
import { temporaryFolder } from "../../helpers/temporary-folder";

describe("a deletion with a backup", () => {
  const world = eachInItsWorld();
  const top = temporaryFolder();
  /** The backup folder, and a folder that backups must not touch. */
  const backups = (): string => join(top.path, "backups");
  const outside = (): string => join(top.path, "outside");
  let made: Made;

  beforeEach(async () => {
    mkdirSync(outside());
    made = await world.create(inputs(undefined, { backup: { directory: backups() } }));
    world.emulator.clearCalls();
  });

  const remove = (directory = backups()): Promise<void> =>
    world.run().delete(made.id, { ...made.outs, backup: { directory } });

  /** All entries of the backup folder. */
  const left = (): string[] => (existsSync(backups()) ? readdirSync(backups()) : []);

  async function refused(said: RegExp, directory = backups()): Promise<void> {
    const error = await world.failure(remove(directory));
    assert.equal(error.errorCode, "backup-failed");
    assert.match(error.message, /^The app was not deleted.*backed up/);
    assert.match(error.message, said);
    assert.doesNotMatch(error.message, /\/proc\/|\.tmp/);
    assert.match(error.message, /backup\.directory.*backup to false/);
    assert.deepEqual(world.writes, [], "nothing was written at the service");
    assert.equal(world.emulator.apps()[0]?.goneAt, undefined);
    assert.equal(world.emulator.apps().length, 1);
    assert.deepEqual(readdirSync(outside()), []);
  }

  async function succeeds(): Promise<string> {
    await remove();
    assert.deepEqual(world.writes, ["DELETE /v2/apps/…"]);
    const path =
      world
        .messages("warning")
        .join("\n")
        .match(/backed up in (\S+\.yaml)/)?.[1] ?? "";
    const text = readFileSync(path, "utf8");
    assert.match(text, /name: shop/);
    assert.ok(!text.includes(SECRET));
    assert.equal(lstatSync(path).mode & 0o777, 0o600);
    return path;
  }

  describe("is refused", () => {
    /** Obstacles to a backup, the error each causes, and the systems where it is possible. */
    const OBSTACLES: Record<string, { where?: boolean; put: () => Undo; said: RegExp }> = {
      "on a full disk": {
        where: canMount,
        said: /ENOSPC/,
        put: () => {
          mkdirSync(backups());
          const undo = mount(backups());
          fill(backups());
          return undo;
        },
      },
      "when files cannot grow": {
        where: process.platform === "linux",
        said: /EFBIG/,
        put: noRoomInFiles,
      },
      "on a read-only mount": {
        where: canMount,
        said: /EROFS/,
        put: () => {
          mkdirSync(backups());
          return mount(backups(), ",ro");
        },
      },
      "in a read-only folder": {
        where: process.geteuid !== undefined,
        said: /EACCES/,
        put: () => {
          mkdirSync(backups());
          return readOnly(backups());
        },
      },
      "through a symlink to a folder": {
        said: /is a link or a file/,
        put: () => (symlinkSync(outside(), backups()), remover(backups())),
      },
      "through a dangling symlink": {
        said: /is a link or a file/,
        put: () => (symlinkSync(join(outside(), "new"), backups()), remover(backups())),
      },
      "when the folder is a file": {
        said: /is a link or a file/,
        put: () => (writeFileSync(backups(), "mine"), remover(backups())),
      },
      "when the folder is a pipe": {
        where: process.platform !== "win32",
        said: /is a link or a file/,
        put: () => (execFileSync("mkfifo", [backups()]), remover(backups())),
      },
    };

    const remover =
      (path: string): Undo =>
      () =>
        rmSync(path);

    for (const [name, { where = true, put, said }] of Object.entries(OBSTACLES)) {
      if (!where) continue;
      it(`${name}, and succeeds once that is fixed`, async () => {
        const undo = put();
        const before = existsSync(backups()) && lstatSync(backups()).isDirectory() ? left() : undefined;
        try {
          await refused(said);
          if (before) assert.deepEqual(left(), before, "no half file is left");
        } finally {
          undo();
        }
        await succeeds();
      });
    }

    it("with an invalid path", async () => {
      await refused(/null bytes/, `${backups()}\0x`);
      await refused(/ENAMETOOLONG/, join(backups(), "x".repeat(5_000)));
    });

    it("through a symlink in the program's folder", async () => {
      const before = process.cwd();
      process.chdir(top.path);
      try {
        symlinkSync(outside(), "linked");
        await refused(/linked is a link/, join("linked", "deeper"));
      } finally {
        process.chdir(before);
      }
    });

    it("when the folder is replaced by a symlink halfway through", async () => {
      mkdirSync(backups());
      const restore = await beforeSync(() => {
        renameSync(backups(), join(top.path, "moved"));
        symlinkSync(outside(), backups());
      });
      try {
        // On systems without paths to open folders, the file is also missing, and may be outside.
        await refused(/replaced meanwhile/);
      } finally {
        restore();
      }
    });
  });

  describe("keeps existing entries and does not overwrite", () => {
    const THINGS: Record<string, (path: string) => void> = {
      file: (path) => writeFileSync(path, "mine"),
      folder: (path) => mkdirSync(path),
      "link to a file": (path) => {
        writeFileSync(join(top.path, "target"), "mine");
        symlinkSync(join(top.path, "target"), path);
      },
      "link to nothing": (path) => symlinkSync(join(outside(), "new"), path),
      "link to a device": (path) => symlinkSync("/dev/full", path),
      pipe: (path) => void execFileSync("mkfifo", [path]),
    };
    const told = (path: string): string => {
      const found = lstatSync(path);
      return `${found.mode} ${found.ino} ${found.isFile() ? readFileSync(path, "utf8") : ""}`;
    };

    for (const [name, put] of Object.entries(THINGS)) {
      if (name === "pipe" && process.platform === "win32") continue;
      it(`a ${name}`, async () => {
        mkdirSync(backups());
        const app = { id: made.id, spec: { name: "shop" } };
        const path = join(backups(), `${backupName(app, new Date(world.clock.now()))}.yaml`);
        put(path);
        const before = told(path);
        assert.match(await succeeds(), /-2\.yaml$/);
        assert.equal(told(path), before);
        assert.equal(left().length, 2);
        assert.deepEqual(readdirSync(outside()), []);
        if (name === "link to a file") assert.equal(readFileSync(join(top.path, "target"), "utf8"), "mine");
      });
    }

    it("an entry created at the same moment", async () => {
      mkdirSync(backups());
      const app = { id: made.id, spec: { name: "shop" } };
      const path = join(backups(), `${backupName(app, new Date(world.clock.now()))}.yaml`);
      const restore = await beforeSync(() => symlinkSync(join(outside(), "new"), path));
      try {
        assert.match(await succeeds(), /-2\.yaml$/);
      } finally {
        restore();
      }
      assert.deepEqual(readdirSync(outside()), []);
    });
  });

  /** Calls `act` once, after a file is written and before it is synced. */
  async function beforeSync(act: () => void): Promise<Undo> {
    const probe = await promises.open(join(top.path, "probe"), "w");
    const handle = Object.getPrototypeOf(probe) as { sync: () => Promise<void> };
    await probe.close();
    const { sync } = handle;
    handle.sync = function (this: unknown) {
      handle.sync = sync;
      act();
      return sync.call(this);
    };
    return () => void (handle.sync = sync);
  }
});
