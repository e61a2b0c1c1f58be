import { execFileSync } from "node:child_process";

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The processes of this machine. */
function all(): RunningProcess[] {
  const table = execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  return table.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command: command ?? "" }];
  });
}

/** All processes that a process has started, directly or indirectly. */
export function descendants(pid: number): RunningProcess[] {
  const processes = all();
  const below = (parent: number): RunningProcess[] =>
    processes.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Kills a process if it exists. */
export const kill9 = (pid: number): void => signal(pid, "SIGKILL");

/** Asks a process to exit if it exists. */
export const terminate = (pid: number): void => signal(pid, "SIGTERM");

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has already exited.
  }
}
