// The environment of the demo: an emulator, a copy of the example in a temporary folder, and the Pulumi CLI.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator, type StoredApp } from "app-platform-emulator";
import { PulumiProject, TOP, type CommandResult } from "../pulumi-project";
import { Events } from "./events";
import type { Language } from "./language";
import type { Story } from "./story";

/** No output and no file may ever contain one of these in plain text. */
export const TOKEN = "dop_v1_demo0token0that0opens0the0emulator0only";
export const SESSION_KEY = "a-session-key-of-the-demo-that-nobody-may-see";

/** Long enough for each phase to be visible. */
export const DEPLOY_SECONDS = 3;
const APP = "quickstart";

/** The user stopped the demo. */
export class Stopped extends Error {}

export interface Ran extends CommandResult {
  readonly events: Events;
  /** Calls that change something at the service, such as `PUT /v2/apps/ID`. */
  readonly writes: readonly string[];
}

export class Stage {
  /** Everything that Pulumi printed or logged. */
  private readonly said: string[] = [];
  private runs = 0;

  private constructor(
    readonly story: Story,
    readonly emulator: Emulator,
    readonly language: Language,
    private readonly project: PulumiProject,
    private readonly signal: AbortSignal,
  ) {}

  /** @param cli the folder of the Pulumi CLI, or several as on PATH */
  static async set(story: Story, language: Language, cli: string, signal: AbortSignal): Promise<Stage> {
    const emulator = await createEmulator({ deploySeconds: DEPLOY_SECONDS, token: TOKEN });
    try {
      const service = { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: TOKEN };
      const project = await PulumiProject.create(join(TOP, "examples", language.example), cli, service, {
        signal,
      });
      return new Stage(story, emulator, language, project, signal);
    } catch (error) {
      await emulator.close();
      if (signal.aborted) throw new Stopped();
      throw error;
    }
  }

  /** Removes everything. Synchronous, so that it can run when the process exits. */
  clear(): void {
    this.project.remove();
    void this.emulator.close();
  }

  /**
   * Shows a command and its output. It need not succeed.
   * @throws Stopped
   */
  async pulumi(...args: string[]): Promise<Ran> {
    this.story.command(`pulumi ${args.join(" ")}`);
    this.emulator.clearCalls();
    const log = join(this.project.folder, `events-${++this.runs}.json`);
    const plain = this.story.onTerminal
      ? []
      : ["--non-interactive", "--color", "never", "--suppress-progress"];
    const result = await this.project.run([...args, "--event-log", log, ...plain], {
      show: true,
      signal: this.signal,
      // The CLI treats event logs as a debugging feature.
      env: { PULUMI_DEBUG_COMMANDS: "true" },
    });
    const events = Events.read(log);
    if (this.signal.aborted || events.stopped) throw new Stopped();
    // Pulumi ends its tables with an empty line, but no other output.
    if (args.includes("--diff") || args[0] === "destroy") this.story.gap();
    this.said.push(result.output, events.text);
    return { ...result, events, writes: this.writes() };
  }

  /** Runs a command without showing its output. */
  async quietly(...args: string[]): Promise<void> {
    await this.project.mustRun(args, { signal: this.signal });
    if (this.signal.aborted) throw new Stopped();
  }

  private writes(): string[] {
    return this.emulator.calls
      .filter(({ method, path }) => method !== "GET" && !path.endsWith("/propose"))
      .map(({ method, path }) => `${method} ${path}`);
  }

  /** The app as the emulator stores it. */
  get app(): StoredApp {
    const found = this.emulator.apps().find(({ spec }) => spec.name === APP);
    if (!found) throw new Error(`the emulator has no app ${APP}`);
    return found;
  }

  /** The app as the service returns it. */
  async liveApp(): Promise<{ live_url?: string; active_deployment?: { id: string } }> {
    const answer = await fetch(`${this.emulator.url}/v2/apps/${this.app.id}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return ((await answer.json()) as { app: { live_url?: string; active_deployment?: { id: string } } }).app;
  }

  /** Ids of the apps in Pulumi's state. */
  appsInState(): string[] {
    return this.resources()
      .filter(({ type }) => type.endsWith(":App"))
      .map(({ id }) => id ?? "");
  }

  output(name: string): unknown {
    return this.resources().find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.[name];
  }

  private resources(): { type: string; id?: string; outputs?: Record<string, unknown> }[] {
    const state = JSON.parse(this.project.stateText()) as {
      checkpoint: {
        latest: { resources?: { type: string; id?: string; outputs?: Record<string, unknown> }[] };
      };
    };
    return state.checkpoint.latest.resources ?? [];
  }

  /** Changes a file of the program, and shows the changed lines. */
  edit(file: string, before: string, after: string): void {
    const text = this.read(file);
    if (!text.includes(before)) throw new Error(`${file} does not hold ${before}`);
    writeFileSync(this.path(file), text.replace(before, after));
    const [old, now] = [before.split("\n"), after.split("\n")];
    this.story.quote([
      `${file}:`,
      ...old.filter((line) => !now.includes(line)).map((line) => `- ${line.trim()}`),
      ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`),
    ]);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  mode(file: string): number {
    return statSync(this.path(file)).mode & 0o777;
  }

  path(file: string): string {
    return join(this.project.folder, file);
  }

  /** Where the token or the secret appears in plain text: in Pulumi's output, or in its state. */
  leaks(): string[] {
    const places = { "Pulumi's output": this.said.join("\n"), "the state": this.project.stateText() };
    return Object.entries(places)
      .filter(([, text]) => text.includes(TOKEN) || text.includes(SESSION_KEY))
      .map(([place]) => place);
  }
}
