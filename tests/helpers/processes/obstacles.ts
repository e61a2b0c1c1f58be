import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmdirSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Takes an obstacle away again. */
export type Undo = () => void;

const NOBODY = 65_534;

/** True where a test may mount a file system: as root, and not in every container. */
export const canMount: boolean = ((): boolean => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const probe = join(tmpdir(), `app-platform-mount-${process.pid}`);
  mkdirSync(probe);
  try {
    mount(probe)();
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(probe);
  }
})();

/** A disk of its own, of 64 KiB, at `folder`. */
export function mount(folder: string, options = ""): Undo {
  run("mount", "-t", "tmpfs", "-o", `size=64k,mode=0777${options}`, "none", folder);
  return () => run("umount", folder);
}

/** Fills the disk that `folder` is on; it had better be a small one. */
export function fill(folder: string): void {
  const file = openSync(join(folder, "rubbish"), "w");
  try {
    for (const block of [4096, 1]) for (;;) if (!written(file, block)) break;
  } finally {
    closeSync(file);
  }
}

function written(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) > 0;
  } catch {
    return false;
  }
}

/** This process can put nothing into files any more, as with a full disk: without a mount, and for everybody on Linux. */
export function noRoomInFiles(): Undo {
  const ignore = (): void => {};
  // The system ends a process by this signal that does not listen to it.
  process.on("SIGXFSZ", ignore);
  const limit = (soft: string): void => run("prlimit", "--pid", String(process.pid), `--fsize=${soft}:`);
  limit("0");
  return () => {
    limit("unlimited");
    process.off("SIGXFSZ", ignore);
  };
}

/** Nothing can be written to `folder`; root, whom modes do not stop, becomes somebody else. */
export function readOnly(folder: string): Undo {
  chmodSync(folder, 0o555);
  const root = process.geteuid?.() === 0;
  if (root) {
    // On the way to it as well there may be folders that are closed to others.
    chownSync(folder, NOBODY, NOBODY);
    chmodSync(join(folder, ".."), 0o755);
    process.seteuid?.(NOBODY);
  }
  return () => {
    if (root) process.seteuid?.(0);
    chmodSync(folder, 0o700);
  };
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
}
