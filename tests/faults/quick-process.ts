import { spawn, type ChildProcess } from "node:child_process";
import { QUICK_TIME, type QuickTime } from "../helpers/processes/quick-time";

/** Where a process runs that works on the emulator. */
export interface Place {
  /** The program's folder, where the package is found. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly time: QuickTime;
  /** Requests that are not answered before time passes. */
  readonly held: () => number;
}

/** A process of its own in quick time. */
export class QuickProcess {
  readonly child: ChildProcess;
  private readonly time: QuickTime;
  private printed = "";

  /** @param args of node */
  constructor(args: readonly string[], { folder, env, time, held }: Place) {
    this.time = time;
    this.child = spawn(process.execPath, ["--require", QUICK_TIME, ...args], {
      cwd: folder,
      env: { ...env, QUICK_TIME_START: String(time.now()) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    time.govern(this.child, held);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (text: Buffer) => (this.printed += String(text)));
  }

  /** Has time pass that nobody waited for. */
  async pass(ms: number): Promise<void> {
    await this.time.pass(ms, this.child);
  }

  /** Calls `listener` whenever the process is refused a connection. */
  onRefused(listener: () => void): () => void {
    const heard = ({ refused }: { refused?: boolean }): void => void (refused && listener());
    this.child.on("message", heard);
    return () => void this.child.off("message", heard);
  }

  /** What it printed since this was last called. */
  takePrinted(): string {
    const taken = this.printed;
    this.printed = "";
    return taken;
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}
