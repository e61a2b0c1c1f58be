import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** The top of the repository. */
export const TOP = resolve(__dirname, "..");

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error as they came, without colours. */
  readonly output: string;
  readonly stdout: string;
  /** Milliseconds. */
  readonly took: number;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  /** Show the output as it comes; on a terminal the command is given the terminal itself, and nothing is kept. */
  readonly show?: boolean;
  readonly signal?: AbortSignal;
  /** Called with every piece of output. */
  readonly onOutput?: (text: string) => void;
  /** Runs the command in a process group of its own, as a terminal does, and tells the group's id: for Ctrl-C. */
  readonly onGroup?: (id: number) => void;
}

/**
 * A Pulumi program in a temporary folder, with a local backend and a Pulumi home of its own beside it: nobody's
 * credentials or stacks are touched, and none are seen.
 */
export class PulumiProject {
  readonly folder: string;
  private readonly top: string;
  private readonly env: Record<string, string>;

  private constructor(cli: string, serviceEnv: Record<string, string>) {
    this.top = mkdtempSync(join(tmpdir(), "app-platform-"));
    this.folder = join(this.top, "program");
    for (const name of ["program", "home", "state"]) mkdirSync(join(this.top, name));
    this.env = {
      ...withoutPrefixes(process.env, ["PULUMI_", "DIGITALOCEAN_"]),
      PATH: `${cli}${delimiter}${process.env["PATH"] ?? ""}`,
      PULUMI_HOME: join(this.top, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.top, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this temporary folder",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      ...serviceEnv,
    };
  }

  /**
   * @param program the folder to copy: a program of this repository, whose packages it finds as it does there
   * @param cli the folder of the Pulumi CLI
   * @param serviceEnv where the service is and what opens it: DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN
   */
  static async create(
    program: string,
    cli: string,
    serviceEnv: Record<string, string>,
  ): Promise<PulumiProject> {
    const project = new PulumiProject(cli, serviceEnv);
    cpSync(program, project.folder, {
      recursive: true,
      filter: (path) => !/node_modules|app-spec-backups/.test(path),
    });
    if (!existsSync(join(project.folder, "node_modules")))
      symlinkSync(join(TOP, "node_modules"), join(project.folder, "node_modules"), "junction");
    await project.mustRun(["stack", "init", "dev"]);
    return project;
  }

  /** Runs `pulumi` in the program's folder. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    return runCommand("pulumi", args, this.folder, { ...this.env, ...options.env }, options);
  }

  /** The same, and a failure is an error with the command's output. */
  async mustRun(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const result = await this.run(args, options);
    if (result.code !== 0)
      throw new Error(
        `pulumi ${args.join(" ")} ended with ${result.code ?? result.signal}:\n${result.output}`,
      );
    return result;
  }

  /** The stack's state as it is stored, secrets encrypted. */
  stateText(): string {
    return readFileSync(join(this.top, "state", ".pulumi", "stacks", this.stackFolder(), "dev.json"), "utf8");
  }

  private stackFolder(): string {
    const yaml = readFileSync(join(this.folder, "Pulumi.yaml"), "utf8");
    return /^name:\s*(\S+)/m.exec(yaml)?.[1] ?? "";
  }

  remove(): void {
    rmSync(this.top, { recursive: true, force: true });
  }
}

function withoutPrefixes(env: NodeJS.ProcessEnv, prefixes: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !prefixes.some((prefix) => name.startsWith(prefix))),
  ) as Record<string, string>;
}

/** Runs a command to its end. */
export function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  options: RunOptions = {},
): Promise<CommandResult> {
  const onTerminal = options.show === true && process.stdout.isTTY === true;
  const started = Date.now();
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: onTerminal ? "inherit" : ["ignore", "pipe", "pipe"],
    ...(options.signal && { signal: options.signal }),
    detached: options.onGroup !== undefined,
  });
  if (child.pid !== undefined) options.onGroup?.(child.pid);
  let output = "";
  let stdout = "";
  const take = (chunk: Buffer): void => {
    const text = chunk.toString("utf8");
    output += text;
    if (options.show) process.stdout.write(text);
    options.onOutput?.(text);
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    take(chunk);
  });
  child.stderr?.on("data", take);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code, signal, output, stdout, took: Date.now() - started }));
  });
}
