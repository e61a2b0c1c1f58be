import { open, readFile, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { lock, lockAddress } from "./lock";
import { readSnapshot, writeSnapshot } from "./format";
import type { StoreState } from "../model/state";

/** Readable only by its owner, because it contains the keys of secrets. */
const MODE = 0o600;

/**
 * A file that contains the state and is replaced atomically: at every moment it contains the state from before or
 * after a change. Only one emulator at a time uses it.
 */
export class SnapshotFile {
  private latest = 1;
  private kept = 0;
  private writing: Promise<void> | undefined;
  private state: (() => StoreState) | undefined;

  private constructor(
    /** The path as given, for messages. */
    private readonly name: string,
    private readonly path: string,
    /** The content of the file, if it existed. */
    readonly found: StoreState | undefined,
    private readonly unlock: () => Promise<void>,
  ) {}

  /** @throws Error with the file's name when it cannot be read or is in use; the file is left unchanged */
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

  /** From now on the file stores `state`. @throws Error with the file's name when it cannot be written */
  async keep(state: () => StoreState): Promise<void> {
    this.state = state;
    await this.saved();
  }

  /** Marks the state as changed. It is written soon, and before {@link saved} resolves. */
  changed(): void {
    this.latest += 1;
    // Callers that wait for `saved`, now or next, get the failure.
    setImmediate(() => void this.saved().catch(() => {}));
  }

  /**
   * Resolves once every change so far is on the disk. Changes that arrive during a write are written together.
   * @throws Error with the file's name when it cannot be written
   */
  async saved(): Promise<void> {
    const wanted = this.latest;
    while (this.state !== undefined && this.kept < wanted) {
      this.writing ??= this.write(this.state).finally(() => (this.writing = undefined));
      await this.writing;
    }
  }

  /** Writes pending changes, and releases the file. */
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
      throw new Error(`snapshot ${this.name}: it cannot be written: ${(error as Error).message}`);
    }
    this.kept = writes;
  }
}

/** The real path of a name, so that two names of one file are equal. */
async function whole(name: string): Promise<string> {
  const path = resolve(name);
  const folder = await realpath(dirname(path)).catch(() => {
    throw new Error(`no such folder: ${dirname(path)}`);
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
  // A killed process may have left an incomplete file with any mode.
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

/** Makes a new name in a folder durable, if the system supports that. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r").catch(() => undefined);
  await opened?.sync().catch(() => {});
  await opened?.close();
}
