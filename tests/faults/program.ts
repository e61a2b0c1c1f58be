import { once } from "node:events";
import { resolve } from "node:path";
import { OperationError } from "./provider-host";
import { QuickProcess, type Place } from "./quick-process";

const SCRIPT = resolve(__dirname, "program.cjs");

interface LookUp {
  readonly token: string;
  /** Name of a function of the package. */
  readonly name: string;
  readonly args: readonly unknown[];
  /** Whether a log may never end, so that the program stops reading by itself. */
  readonly endless: boolean;
}

interface Found {
  readonly result?: unknown;
  /** What a program shows that does not catch the error. */
  readonly failure?: string;
  /** Lines of a log that were received before it failed. */
  readonly told?: readonly string[];
}

/** A user program in a separate process that runs the requested look-ups in quick time. */
export class Program {
  private constructor(readonly process: QuickProcess) {}

  static async start(place: Place): Promise<Program> {
    const process = new QuickProcess([SCRIPT], place);
    const { child } = process;
    const ready = new Promise<void>((done) =>
      child.on("message", (message: { ready?: boolean }) => void (message.ready && done())),
    );
    const gone = once(child, "exit").then(() => Promise.reject(new Error("it did not start")));
    await Promise.race([ready, gone]);
    return new Program(process);
  }

  /** @throws OperationError with the failure of the function */
  async lookUp(asked: LookUp): Promise<unknown> {
    // Time has passed while other processes worked.
    await this.process.pass(0);
    const { child } = this.process;
    const { result, failure, told } = await new Promise<Found>((done) => {
      const heard = ({ found }: { found?: Found }): void => {
        if (found === undefined) return;
        child.off("message", heard);
        done(found);
      };
      child.on("message", heard);
      child.send({ lookUp: asked });
    });
    if (failure !== undefined) throw new OperationError(failure, undefined, told);
    return result;
  }
}
