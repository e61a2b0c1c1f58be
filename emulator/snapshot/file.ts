import { open, readFile, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { lock, lockAddress } from "./lock";
import { readSnapshot, writeSnapshot } from "./format";
import type { StoreState } from "../model/state";

/** Only its owner may read it: it holds the keys of secrets. */
const MODE = 0o600;

/**
 * A file that holds the state, and is replaced whole: at every moment it is the state of before or of after a change. One
 * emulator at a time uses it.
 */
export class SnapshotFile {
  private latest = 1;
  private kept = 0;
  private writing: Promise<void> | undefined;
  private state: (() => StoreState) | undefined;

  private constructor(
    /** As it was given, for messages. */
    private readonly name: string,
    private readonly path: string,
    /** What was in the file, if it was there. */
    readonly found: StoreState | undefined,
    private readonly unlock: () => Promise<void>,
  ) {}

  /** @throws Error naming the file, which stays as it is, when it can not be read or is in use */
  static async open(name: string): Promise<SnapshotFile> {
    try {
      const path = await whole(name);
      const unlock = await lock(lockAddress(path));
      if (unlock === undefined) throw new Error("another emulator uses it");
      try {
        return new SnapshotFile(name, path, await read(path), unlock);
      } catch (error) {
        await unlock();
        throw error;
      }
    } catch (error) {
      throw new Error(`snapshot ${name}: ${(error as Error).message}`);
    }
  }

  /** From now on `state` is what the file is to hold. @throws Error naming the file when it can not be written */
  async keep(state: () => StoreState): Promise<void> {
    this.state = state;
    await this.saved();
  }

  /** The state is another one than before. It is written soon, and before {@link saved} answers. */
  changed(): void {
    this.latest += 1;
    // A failure is told to whoever waits for it, or asks next.
    setImmediate(() => void this.saved().catch(() => {}));
  }

  /**
   * Resolves once every change until now is on the disk. Changes that come while the file is written are written together.
   * @throws Error naming the file when it can not be written
   */
  async saved(): Promise<void> {
    const wanted = this.latest;
    while (this.state !== undefined && this.kept < wanted) {
      this.writing ??= this.write(this.state).finally(() => (this.writing = undefined));
      await this.writing;
    }
  }

  /** Writes what is left, and lets others use the file. */
  async close(): Promise<void> {
    try {
      await this.saved();
    } finally {
      this.state = undefined;
      await this.unlock();
    }
  }

  private async write(state: () => StoreState): Promise<void> {
    const writes = this.latest;
    try {
      await replace(this.path, writeSnapshot(state()));
    } catch (error) {
      throw new Error(`snapshot ${this.name}: it can not be written: ${(error as Error).message}`);
    }
    this.kept = writes;
  }
}

/** The path that a name leads to, so that two names of one file are the same. */
async function whole(name: string): Promise<string> {
  const path = resolve(name);
  const folder = await realpath(dirname(path)).catch(() => {
    throw new Error(`there is no folder ${dirname(path)}`);
  });
  return realpath(path).catch(() => join(folder, basename(path)));
}

async function read(path: string): Promise<StoreState | undefined> {
  try {
    return readSnapshot(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  // What a killed process left may be half of a file, with whatever mode.
  await rm(next, { force: true });
  const file = await open(next, "wx", MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncFolder(dirname(path));
}

/** Makes a new name in a folder durable, where the system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r").catch(() => undefined);
  await opened?.sync().catch(() => {});
  await opened?.close();
}
