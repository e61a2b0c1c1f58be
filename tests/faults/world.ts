import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type RecordedCall,
} from "app-platform-emulator";
import { APP_PROVIDER } from "../../provider/resources/state-texts";
import { DEPLOYMENT, ROLLBACK } from "../../provider/resources/kinds";
import { TOP } from "../../tools/pulumi-project";
import { QuickTime } from "../helpers/processes/quick-time";
import { DYNAMIC, type FrontEnd } from "./front-ends";
import { Program } from "./program";
import { ProviderHost } from "./provider-host";
import { QuickProcess, type Place } from "./quick-process";
import { StackedResource, type Runs } from "./stack";

/** Outside the range of ephemeral ports, so that no connection takes the port while the emulator does not listen. */
const FIRST_PORT = 12_000;
const PORTS = 15_000;

/** What differs between worlds. */
export interface Surroundings extends Pick<EmulatorOptions, "deploySeconds" | "liveLogs"> {
  /** Whether a program that runs look-ups is started as well. @default false */
  readonly program?: boolean;
  /** @default the host of dynamic providers */
  readonly front?: FrontEnd;
}

/** Functions that return credentials. */
const CREDENTIALS = new Set(["getLogUrls", "getExecUrl"]);

const A_WHILE_MS = 10 * 60_000;

/**
 * An emulator, the host of providers that works on it, and a stack: everything that a case needs, reused for one case
 * after the other.
 */
export class World implements Runs {
  run = 0;
  app!: StackedResource;
  deployment!: StackedResource;
  rollback!: StackedResource;
  /** Ids that were looked up, by the function that found them. */
  known: Record<string, string> = {};
  /** A project that apps can be moved to, if it was created. */
  project: string | undefined;
  /** Whether a log may never end, so that the program stops reading by itself. */
  endless = false;
  /** Messages of failed operations and look-ups. */
  readonly told: string[] = [];
  private readonly answered = new Set<RecordedCall>();
  private onAnswer: (() => void) | undefined;
  private emulatorHere: Emulator | undefined;
  private hostHere: ProviderHost | undefined;
  private programHere: Program | undefined;

  private constructor(
    private readonly time: QuickTime,
    readonly folder: string,
    private readonly surroundings: Surroundings,
  ) {}

  static async start(surroundings: Surroundings = {}): Promise<World> {
    const world = new World(new QuickTime(), mkdtempSync(join(tmpdir(), "faults-")), surroundings);
    symlinkSync(join(TOP, "node_modules"), join(world.folder, "node_modules"), "junction");
    mkdirSync(join(world.folder, "temp"));
    world.emulatorHere = await world.startEmulator();
    await world.startHost();
    if (surroundings.program) await world.startProgram();
    return world;
  }

  get emulator(): Emulator {
    return this.emulatorHere ?? assert.fail("not started");
  }

  get host(): ProviderHost {
    return this.hostHere ?? assert.fail("not started");
  }

  /**
   * The result of a program's look-up; it counts as output, except for addresses that are credentials.
   * @throws OperationError
   */
  async lookUp(name: string, ...args: unknown[]): Promise<unknown> {
    this.run += 1;
    const found = await this.program.lookUp({ token: this.token, name, args, endless: this.endless });
    if (!CREDENTIALS.has(name)) this.told.push(JSON.stringify(found));
    return found;
  }

  /** Calls `listener` whenever a connection of one of the processes is refused. */
  onRefused(listener: () => void): () => void {
    const ends = this.processes.map((process) => process.onRefused(listener));
    return () => ends.forEach((end) => end());
  }

  /** What the processes logged and printed since the last call. */
  takeOutput(): string[] {
    return [...this.host.takeLog(), ...this.processes.map((process) => process.takePrinted())];
  }

  private get program(): Program {
    return this.programHere ?? assert.fail("not started");
  }

  private async startProgram(): Promise<void> {
    this.programHere = await Program.start(this.place);
    // As for the host.
    const warm = () =>
      this.program.lookUp({ token: this.token, name: "getRegions", args: [], endless: false });
    while ((await warm().catch(() => "late")) === "late") continue;
  }

  /** Milliseconds since the epoch, on the clock of all parts. */
  get now(): number {
    return this.time.now();
  }

  get token(): string {
    return `dop_v1_${"5ec4e7".repeat(8)}${this.run}`;
  }

  /** Resets everything to the start, at a later time, so that earlier shared reads no longer count. */
  async clear(): Promise<void> {
    await this.pass(A_WHILE_MS);
    this.emulator.reset();
    this.forget();
    this.known = {};
    this.project = undefined;
    rmSync(join(this.folder, "app-spec-backups"), { recursive: true, force: true });
    const { types } = this.front;
    this.app = this.resource(types.App, "shop", APP_PROVIDER);
    this.deployment = this.resource(types.Deployment, "release", DEPLOYMENT.provider);
    this.rollback = this.resource(types.Rollback, "back", ROLLBACK.provider);
  }

  /** Keeps what was created but drops the collected output: for operations that change nothing. */
  async rest(): Promise<void> {
    await this.pass(A_WHILE_MS);
    this.emulator.clearCalls();
    this.forget();
  }

  /** Advances time although nothing waits for it. */
  async pass(ms: number): Promise<void> {
    await this.host.process.pass(ms);
  }

  private forget(): void {
    this.answered.clear();
    this.takeOutput();
    this.told.splice(0);
  }

  /** Creates a project that apps can be moved to. */
  async makeProject(): Promise<void> {
    const answer = await fetch(`${this.emulator.url}/v2/projects`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ name: "another" }),
    });
    this.project = ((await answer.json()) as { project: { id: string } }).project.id;
  }

  /** Starts a run, with a different token than the previous one. */
  async begin(): Promise<void> {
    this.run += 1;
    await this.host.configure(this.front.settings(this.token));
  }

  /** Calls `listener` whenever a call was processed, before the response is sent. */
  whenAnswered(listener: (() => void) | undefined): void {
    this.onAnswer = listener;
  }

  /** Files that the runs have left behind. */
  files(): { name: string; text: string }[] {
    const folders = ["app-spec-backups", "temp"].map((name) => join(this.folder, name));
    const entries = folders.flatMap((folder) => {
      try {
        return readdirSync(folder, { recursive: true, withFileTypes: true });
      } catch {
        return [];
      }
    });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => ({
        name: entry.name,
        text: readFileSync(join(entry.parentPath, entry.name), "utf8"),
      }));
  }

  async startHost(): Promise<void> {
    await this.restartHost(() => this.clear());
  }

  /** Restarts the host, as after a kill. @param prepare what must happen before its first calls */
  async restartHost(prepare: () => Promise<void> = async () => {}): Promise<void> {
    this.hostHere?.stop();
    this.hostHere = await ProviderHost.start(this.place, this.front);
    await prepare();
    await this.begin();
    // The first calls load the client library, which takes longer than the event loop is quiet, so they may
    // time out.
    const nobody = { urn: `urn:pulumi:dev::faults::${this.front.types.App}::nobody`, id: NOBODY };
    const warm = () => this.host.read(nobody.urn, nobody.id, { __provider: `${APP_PROVIDER}//0` });
    while (await warm().catch(() => "late")) continue;
  }

  async stop(): Promise<void> {
    this.host.stop();
    this.programHere?.process.stop();
    await this.emulator.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get front(): FrontEnd {
    return this.surroundings.front ?? DYNAMIC;
  }

  private get processes(): QuickProcess[] {
    return [this.host, this.programHere].flatMap((one) => one?.process ?? []);
  }

  private get place(): Place {
    const env = {
      PATH: process.env["PATH"] ?? "",
      TMPDIR: join(this.folder, "temp"),
      DIGITALOCEAN_API_URL: this.emulator.url,
    };
    return { folder: this.folder, env, time: this.time, held: () => this.held() };
  }

  resource(type: string, name: string, provider: string): StackedResource {
    return new StackedResource(this, `urn:pulumi:dev::faults::${type}::${name}`, provider);
  }

  private async startEmulator(): Promise<Emulator> {
    for (;;) {
      const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
      try {
        return await createEmulator({
          port,
          clock: this.time,
          rateLimit: false,
          deploySeconds: this.surroundings.deploySeconds ?? 1,
          ...(this.surroundings.liveLogs && { liveLogs: this.surroundings.liveLogs }),
          onCall: (call) => {
            this.answered.add(call);
            this.onAnswer?.();
          },
        });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
    }
  }

  /** Number of requests that a fault keeps from getting a response. */
  private held(): number {
    return this.emulator.calls.filter(({ fault }, index, calls) => {
      const holds =
        fault === "timeout" ||
        fault === "stalled" ||
        fault === "endless" ||
        (typeof fault === "object" && "delayMs" in fault);
      return holds && !this.answered.has(calls[index] as RecordedCall);
    }).length;
  }
}

const NOBODY = "00000000-0000-4000-8000-000000000000";
