import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { QUICK_TIME, type QuickTime } from "../helpers/processes/quick-time";

/** Makes a process start a third faster; see the file. */
const LAZY_SDK = resolve(__dirname, "../helpers/processes/lazy-sdk.cjs");

/** Where to run a process that works against the emulator. */
export interface Place {
  /** The program's folder, which contains the package. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly time: QuickTime;
  /** Number of requests that get no response before time passes. */
  readonly held: () => number;
}

/** A separate process in quick time. */
export class QuickProcess {
  readonly child: ChildProcess;
  private readonly time: QuickTime;
  private printed = "";

  /** @param args of node */
  constructor(args: readonly string[], { folder, env, time, held }: Place) {
    this.time = time;
    this.child = spawn(process.execPath, ["--require", LAZY_SDK, "--require", QUICK_TIME, ...args], {
      cwd: folder,
      env: { ...env, QUICK_TIME_START: String(time.now()) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    time.govern(this.child, held);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (text: Buffer) => (this.printed += String(text)));
  }

  /** Advances time although nothing waits for it. */
  async pass(ms: number): Promise<void> {
    await this.time.pass(ms, this.child);
  }

  /** Calls `listener` whenever a connection of the process is refused. */
  onRefused(listener: () => void): () => void {
    const heard = ({ refused }: { refused?: boolean }): void => void (refused && listener());
    this.child.on("message", heard);
    return () => void this.child.off("message", heard);
  }

  /** Returns what it printed since the last call. */
  takePrinted(): string {
    const taken = this.printed;
    this.printed = "";
    return taken;
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}
