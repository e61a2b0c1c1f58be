import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** A running command of the Pulumi CLI. */
export interface CliCommand {
  /** The CLI itself. */
  readonly file: string;
  readonly args: readonly string[];
  /** Undefined if the system does not provide it. */
  readonly cwd: string | undefined;
}

interface Process {
  readonly parent: number;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
}

/** There may be a shell script between the CLI and its plugin. */
const MOST_LEVELS = 3;

/**
 * The command of the Pulumi CLI that has started a plugin; undefined if it cannot be determined, as on Windows.
 * @param pid pid of the plugin's parent
 */
export function cliCommand(pid = process.ppid, look = processOf): CliCommand | undefined {
  for (let level = 0, at = pid; level < MOST_LEVELS && at > 1; level++) {
    const found = look(at);
    if (found === undefined) return undefined;
    if (basename(found.file) === "pulumi") return { file: found.file, args: found.args, cwd: found.cwd };
    at = found.parent;
  }
  return undefined;
}

function processOf(pid: number): Process | undefined {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

function fromProc(pid: number): Process {
  const [, ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  // The program's name in parentheses may contain anything.
  const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return {
    parent: Number(parent),
    file: readlinkSync(`/proc/${pid}/exe`),
    args: args.slice(0, -1),
    cwd: readlinkSync(`/proc/${pid}/cwd`),
  };
}

function fromPs(pid: number): Process | undefined {
  const [parent, file, ...args] = execFileSync("ps", ["-ww", "-o", "ppid=,args=", "-p", String(pid)], {
    encoding: "utf8",
    timeout: 5_000,
    stdio: ["ignore", "pipe", "ignore"],
  })
    .trim()
    .split(/\s+/);
  return file === undefined ? undefined : { parent: Number(parent), file, args, cwd: undefined };
}

/** True if the command may skip some of the stack's resources. Pure. */
export function skipsResources(
  { args }: CliCommand,
  env: Readonly<Record<string, string | undefined>> = {},
): boolean {
  return (
    args.some((arg) => /^--(target|exclude)/.test(arg) || /^-[a-z]*[tx]/i.test(arg)) ||
    Object.keys(env).some((name) => /^PULUMI_OPTION_(TARGET|EXCLUDE)/.test(name))
  );
}

/** The stack in the command's arguments, if any. Pure. */
export function stackOf({ args }: CliCommand): string | undefined {
  const at = args.findIndex((arg) => /^(--stack$|--stack=|-s)/.test(arg));
  if (at < 0) return undefined;
  const value = /^(?:--stack=|-s=?)(.+)$/s.exec(args[at] ?? "")?.[1];
  return value ?? args[at + 1];
}
