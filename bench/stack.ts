import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { createEmulator, type Emulator, type RecordedCall } from "app-platform-emulator";
import { PulumiProject, type CommandResult } from "../tools/pulumi-project";
import { SPEC } from "./spec";

const PROGRAMS = join(__dirname, "programs");

const UNATTENDED = ["--yes", "--skip-preview", "--non-interactive"];

/** A stack of a benchmark program, with an emulator that has the service's real limits. */
export class BenchStack {
  private constructor(
    readonly emulator: Emulator,
    private readonly isShared: boolean,
    private readonly project: PulumiProject,
    private readonly env: Record<string, string>,
  ) {}

  /**
   * @param program a folder in `bench/programs`, or another one
   * @param shared an emulator that other stacks use as well, with the same token
   */
  static async create(
    cli: string,
    program: string,
    count: number,
    deploySeconds: number,
    env: Record<string, string> = {},
    shared?: Emulator,
  ): Promise<BenchStack> {
    const emulator = shared ?? (await createEmulator({ deploySeconds, rateLimit: true }));
    const project = await PulumiProject.create(resolve(PROGRAMS, program), cli, {
      DIGITALOCEAN_API_URL: emulator.url,
      DIGITALOCEAN_TOKEN: "token-of-the-benchmark",
    });
    return new BenchStack(emulator, shared !== undefined, project, {
      COUNT: String(count),
      SPEC: JSON.stringify(SPEC),
      ...env,
    });
  }

  /** Runs a command of Pulumi, and returns the calls it made and the memory its provider took. */
  async run(args: readonly string[], onOutput?: (text: string) => void): Promise<Run> {
    this.emulator.clearCalls();
    const memory = watchMemory(this.project.folder);
    try {
      const result = await this.project.mustRun([...args, ...UNATTENDED], {
        env: this.env,
        ...(onOutput && { onOutput }),
      });
      return { result, calls: [...this.emulator.calls], megabytes: memory.peak() };
    } finally {
      memory.stop();
    }
  }

  /**
   * Runs `up`, presses Ctrl-C once when the wait for a deployment has begun, and returns how many seconds later it
   * exits.
   * @throws Error when it exited in another way
   */
  async interruptedUp(): Promise<number> {
    let group = 0;
    const waits = this.emulator.nextCall({ method: "GET", path: /\/deployments\/[^/]+$/ });
    const running = this.project.run(["up", ...UNATTENDED], {
      env: this.env,
      onGroup: (id) => (group = id),
    });
    const early = await Promise.race([waits.then(() => undefined), running]);
    if (early) throw new Error(`it ended before Ctrl-C:\n${early.output}`);
    const pressed = performance.now();
    process.kill(-group, "SIGINT");
    const { code, output } = await running;
    const seconds = (performance.now() - pressed) / 1000;
    if (code === 0 || !output.includes("The run was stopped"))
      throw new Error(`Ctrl-C was not heard:\n${output}`);
    return seconds;
  }

  stateText(): string {
    return this.project.stateText();
  }

  async close(): Promise<void> {
    this.project.remove();
    if (!this.isShared) await this.emulator.close();
  }
}

export interface Run {
  readonly result: CommandResult;
  readonly calls: readonly RecordedCall[];
  /** Peak memory of the provider's process; 0 if it cannot be measured. */
  readonly megabytes: number;
}

export const refused = (calls: readonly RecordedCall[]): number =>
  calls.filter(({ status }) => status === 429).length;

export const writes = (calls: readonly RecordedCall[]): number =>
  calls.filter(({ method }) => method !== "GET").length;

const SAMPLE_MS = 200;

/** Samples the resident memory of the host of dynamic providers that works in `folder`. Linux only. */
function watchMemory(folder: string): { peak(): number; stop(): void } {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, residentMegabytes(folder))), SAMPLE_MS);
  return { peak: () => most, stop: () => clearInterval(timer) };
}

function residentMegabytes(folder: string): number {
  let most = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) !== folder) continue;
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("dynamic-provider")) continue;
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      most = Math.max(most, Number(kilobytes ?? 0) / 1024);
    } catch {
      // The process exited during the sampling.
    }
  }
  return most;
}
