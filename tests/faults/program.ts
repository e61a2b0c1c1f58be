import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { QUICK_TIME, type QuickTime } from "../helpers/quick-time";
import { OperationError } from "./provider-host";

const SCRIPT = resolve(__dirname, "program.cjs");

interface LookUp {
  readonly token: string;
  /** Of a function of the package. */
  readonly name: string;
  readonly args: readonly unknown[];
  /** A log may never end, so that the program stops reading by itself. */
  readonly endless: boolean;
}

interface Found {
  readonly result?: unknown;
  /** What a program that does not catch it shows. */
  readonly failure?: string;
}

/** A user's program in a process of its own, which looks up what it is told to, in quick time. */
export class Program {
  private printed = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly time: QuickTime,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (text: Buffer) => (this.printed += String(text)));
  }

  /**
   * @param folder where the package is found
   * @param held requests that are not answered before time passes
   */
  static async start(
    folder: string,
    env: Record<string, string>,
    time: QuickTime,
    held: () => number,
  ): Promise<Program> {
    const child = spawn(process.execPath, ["--require", QUICK_TIME, SCRIPT], {
      cwd: folder,
      env: { ...env, QUICK_TIME_START: String(time.now()) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const ready = new Promise<void>((done) =>
      child.on("message", (message: { ready?: boolean }) => void (message.ready && done())),
    );
    time.govern(child, held);
    await Promise.race([
      ready,
      once(child, "exit").then(() => Promise.reject(new Error("it did not start"))),
    ]);
    return new Program(child, time);
  }

  /** @throws OperationError what the function of that name fails with */
  async lookUp(asked: LookUp): Promise<unknown> {
    // Time has passed while others worked.
    await this.time.pass(0, this.child);
    const { result, failure } = await new Promise<Found>((done) => {
      const heard = ({ found }: { found?: Found }): void => {
        if (found === undefined) return;
        this.child.off("message", heard);
        done(found);
      };
      this.child.on("message", heard);
      this.child.send({ lookUp: asked });
    });
    if (failure !== undefined) throw new OperationError(failure, undefined);
    return result;
  }

  /** Calls `listener` whenever the process is refused a connection. */
  onRefused(listener: () => void): () => void {
    const heard = ({ refused }: { refused?: boolean }): void => void (refused && listener());
    this.child.on("message", heard);
    return () => void this.child.off("message", heard);
  }

  /** What it printed since this was last called. */
  takeOutput(): string {
    const taken = this.printed;
    this.printed = "";
    return taken;
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}
