import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Emulator, RecordedCall } from "app-platform-emulator";
import { getPulumiCli } from "../../tools/pulumi-cli/get";
import { getLanguageHosts } from "../../tools/pulumi-cli/languages";
import { PulumiProject, TOP, type CommandResult, type RunOptions } from "../../tools/pulumi-project";
import { yamlProgram } from "./yaml-program";

/** The token that the emulators of end-to-end tests require; no output and no file may ever contain it. */
export const TOKEN = "dop_v1_e2e0token0that0must0never0be0seen";

/** Makes an `up` take a third less time; see the file. */
export const LAZY_SDK = join(__dirname, "processes", "lazy-sdk.cjs");

/** Arguments of an App as JSON; for the markers they may contain, see tests/fixtures/programs/apps. */
export type Declaration = Record<string, unknown>;

export interface StackOptions {
  /** The program: a folder below tests/fixtures/programs, or an absolute path. @default "apps" */
  program?: string;
  /** @default the emulator's address and token */
  env?: Record<string, string>;
  /** Used as the program's node_modules. @default those of this repository */
  packages?: string | undefined;
  /** The program's language. @default "javascript" */
  language?: "javascript" | "yaml" | "python";
}

/** A Pulumi stack in a temporary folder, driven by the real CLI against an emulator. */
export class TestStack {
  private constructor(
    readonly project: PulumiProject,
    readonly emulator: Emulator,
    private readonly language: string,
  ) {}

  static async create(emulator: Emulator, options: StackOptions = {}): Promise<TestStack> {
    const { language = "javascript" } = options;
    const folders =
      language === "javascript" ? [(await getPulumiCli()).bin] : (await getLanguageHosts()).path;
    const standard = language === "javascript" ? "apps" : language;
    const program = resolve(TOP, "tests", "fixtures", "programs", options.program ?? standard);
    const service = options.env ?? { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: TOKEN };
    const env = { NODE_OPTIONS: `--require "${LAZY_SDK}"`, ...service };
    const path = folders.join(delimiter);
    return new TestStack(
      await PulumiProject.create(program, path, env, {}, options.packages),
      emulator,
      language,
    );
  }

  /**
   * Sets what the program declares from now on.
   * @param exports name of a stack output by `app.property`
   * @param deployments arguments of each Deployment by its name
   * @param rollbacks arguments of each Rollback by its name
   */
  declare(
    apps: Record<string, Declaration>,
    exports: Record<string, string> = {},
    deployments: Record<string, Declaration> = {},
    rollbacks: Record<string, Declaration> = {},
  ): void {
    if (this.language === "yaml")
      return this.write(
        "Pulumi.yaml",
        yamlProgram(apps, exports, { Deployment: deployments, Rollback: rollbacks }),
      );
    this.write("apps.json", JSON.stringify({ apps, exports, deployments, rollbacks }, undefined, 2));
  }

  path(name: string): string {
    return join(this.project.folder, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /**
   * Runs a command of the CLI. Forgets the emulator's earlier calls, so that `calls` contains only those of the
   * command.
   */
  async run(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    this.emulator.clearCalls();
    return this.project.run([...args, "--non-interactive"], options);
  }

  /** Runs a line in the program's folder, as a user would paste it into a terminal. */
  shell(line: string): Promise<CommandResult> {
    return this.project.shell(line);
  }

  /** `pulumi up` without its preview, whatever the result. */
  up(args: readonly string[] = [], options: RunOptions = {}): Promise<CommandResult> {
    return this.run(["up", "--yes", "--skip-preview", ...args], options);
  }

  /** The same, but a failure throws an error with the command's output. */
  async mustUp(args: readonly string[] = []): Promise<CommandResult> {
    return succeeded(await this.up(args));
  }

  async refresh(args: readonly string[] = []): Promise<CommandResult> {
    return succeeded(await this.run(["refresh", "--yes", "--skip-preview", ...args]));
  }

  destroy(args: readonly string[] = []): Promise<CommandResult> {
    return this.run(["destroy", "--yes", "--skip-preview", ...args]);
  }

  /** The Apps of the state by resource name, or the resources of another type. */
  resources(kind: "App" | "Deployment" | "Rollback" = "App"): Record<string, StateResource> {
    const { checkpoint } = JSON.parse(this.project.stateText()) as {
      checkpoint: { latest: { resources?: StateResource[] } };
    };
    const all = checkpoint.latest.resources ?? [];
    const types = [`app-platform:${kind}`, `app-platform:index:${kind}`];
    const found = all.filter(({ type }) => types.some((one) => type.endsWith(one)));
    return Object.fromEntries(found.map((one) => [one.urn.split("::").at(-1) ?? "", one]));
  }

  /** The state of an App that must exist. */
  resource(name: string): StateResource {
    const found = this.resources()[name];
    if (!found) throw new Error(`no App ${name} in the state`);
    return found;
  }

  remove(): void {
    this.project.remove();
  }
}

export interface StateResource {
  urn: string;
  type: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  initErrors?: string[];
}

/** What Pulumi shows for a command that was run with `--json`: each resource's URN, and where each line is printed. */
export function shown({ stdout }: CommandResult): { resources: Set<string>; lines: ShownLine[] } {
  const events = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as ShownEvent);
  const of = ({ resourcePreEvent, resOutputsEvent, resOpFailedEvent }: ShownEvent): string[] =>
    [resourcePreEvent, resOutputsEvent, resOpFailedEvent].flatMap((event) => event?.metadata.urn ?? []);
  const lines = events
    .flatMap(({ diagnosticEvent }) => diagnosticEvent ?? [])
    .filter(({ severity }) => severity !== "debug");
  return { resources: new Set(events.flatMap(of)), lines };
}

export interface ShownLine {
  /** Absent: the stack's row. */
  urn?: string;
  message: string;
  severity: string;
  ephemeral?: boolean;
}

interface ResourceEvent {
  metadata: { urn: string };
}

interface ShownEvent {
  resourcePreEvent?: ResourceEvent;
  resOutputsEvent?: ResourceEvent;
  resOpFailedEvent?: ResourceEvent;
  diagnosticEvent?: ShownLine;
}

/** @throws Error with the command's output when it failed */
export function succeeded(result: CommandResult): CommandResult {
  if (result.code !== 0)
    throw new Error(`the command ended with ${result.code ?? result.signal}:\n${result.output}`);
  return result;
}

/** Calls that change something at the service: method and path, with app ids replaced by names. */
export function writes(emulator: Emulator, ofApp?: string): string[] {
  return writeCalls(emulator, ofApp).map(({ method, path }) => `${method} ${named(emulator, path)}`);
}

/** The same with their bodies. */
export function writeCalls(emulator: Emulator, ofApp?: string): RecordedCall[] {
  return emulator.calls.filter(
    (call) =>
      !["GET", "HEAD"].includes(call.method) &&
      !call.path.endsWith("/propose") &&
      (ofApp === undefined || concerns(emulator, call, ofApp)),
  );
}

function named(emulator: Emulator, path: string): string {
  return emulator.apps().reduce((text, app) => text.replace(app.id, app.spec.name), path);
}

function concerns(emulator: Emulator, { path, body }: RecordedCall, name: string): boolean {
  const { spec, resources } = (body ?? {}) as { spec?: { name?: string }; resources?: string[] };
  if (named(emulator, path).split("/").includes(name) || spec?.name === name) return true;
  return (resources ?? []).some((urn) => named(emulator, urn) === `do:app:${name}`);
}

/** The part of a command's output about one App. */
export function linesOf(output: string, name: string): string {
  return output
    .split("\n")
    .filter((line) => new RegExp(`\\b${name}\\b`).test(line))
    .join("\n");
}

/** The same with `[secret]` in place of Pulumi's encrypted values, which differ in every checkpoint. */
export function hideSecrets(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === "object" && part !== null && "ciphertext" in part ? "[secret]" : part,
  );
}
