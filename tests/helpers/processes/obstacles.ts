import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmdirSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Removes an obstacle again. */
export type Undo = () => void;

const NOBODY = 65_534;

/** Whether a test may mount a file system: only as root, and not in every container. */
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

/** Mounts a separate disk of 64 KiB at `folder`. */
export function mount(folder: string, options = ""): Undo {
  run("mount", "-t", "tmpfs", "-o", `size=64k,mode=0777${options}`, "none", folder);
  return () => run("umount", folder);
}

/** Fills the disk that contains `folder`; use a small one. */
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

/** Keeps this process from writing to files, as with a full disk: works without a mount and for every user on Linux. */
export function noRoomInFiles(): Undo {
  const ignore = (): void => {};
  // Without a listener, this signal kills the process.
  process.on("SIGXFSZ", ignore);
  const limit = (soft: string): void => run("prlimit", "--pid", String(process.pid), `--fsize=${soft}:`);
  limit("0");
  return () => {
    limit("unlimited");
    process.off("SIGXFSZ", ignore);
  };
}

/** Makes `folder` read-only. Root ignores file modes, so it switches to another user. */
export function readOnly(folder: string): Undo {
  chmodSync(folder, 0o555);
  const root = process.geteuid?.() === 0;
  if (root) {
    // Parent folders may be closed to other users as well.
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
