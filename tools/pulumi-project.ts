import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative, resolve } from "node:path";

/** The top of the repository. */
export const TOP = resolve(__dirname, "..");

/** Protects nothing. Recorded stacks in tests/fixtures are encrypted with it, so it must not change. */
const PASSPHRASE = "only for this temporary folder";

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error in order of arrival, without colors. */
  readonly output: string;
  readonly stdout: string;
  /** Milliseconds. */
  readonly took: number;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  /** Shows the output as it arrives; on a terminal the command gets the terminal itself, and nothing is captured. */
  readonly show?: boolean;
  /** When aborted, the command is stopped as by Ctrl-C, and the result reports how it exited. */
  readonly signal?: AbortSignal;
  /** Called with every chunk of output. */
  readonly onOutput?: (text: string) => void;
  /** Runs the command in a separate process group, as a terminal does, and passes the group's id: for Ctrl-C. */
  readonly onGroup?: (id: number) => void;
}

/**
 * A Pulumi program in a temporary folder, with its own local backend and Pulumi home next to it: credentials and
 * stacks of the user are neither touched nor visible.
 */
export class PulumiProject {
  readonly folder: string;
  private readonly top: string;
  private readonly env: Record<string, string>;

  private constructor(cli: string, serviceEnv: Record<string, string>) {
    this.top = mkdtempSync(join(tmpdir(), "app-platform-"));
    this.folder = join(this.top, "program");
    for (const name of ["program", "home", "state", "temp"]) mkdirSync(join(this.top, name));
    this.env = {
      ...withoutPrefixes(process.env, ["PULUMI_", "DIGITALOCEAN_"]),
      PATH: `${cli}${delimiter}${process.env["PATH"] ?? ""}`,
      ...loopbackWithoutProxy(process.env),
      // Pulumi and its companions leave files there.
      TMPDIR: join(this.top, "temp"),
      PULUMI_HOME: join(this.top, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.top, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      ...serviceEnv,
    };
  }

  /**
   * @param program the folder to copy: a program of this repository, which finds the same packages as there
   * @param cli the folder of the Pulumi CLI, or several as on PATH
   * @param serviceEnv address and token of the service: DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN
   * @param packages used as the program's node_modules. @default those of this repository
   * @throws Error when the stack cannot be created; no files are left behind
   */
  static async create(
    program: string,
    cli: string,
    serviceEnv: Record<string, string>,
    options: RunOptions = {},
    packages = join(TOP, "node_modules"),
  ): Promise<PulumiProject> {
    const project = new PulumiProject(cli, serviceEnv);
    try {
      const ours = (path: string): boolean =>
        !/node_modules|app-spec-backups|Pulumi\..+\.yaml/.test(relative(program, path));
      cpSync(program, project.folder, { recursive: true, filter: ours });
      symlinkSync(packages, join(project.folder, "node_modules"), "junction");
      await project.mustRun(["stack", "init", "dev"], options);
      return project;
    } catch (error) {
      project.remove();
      throw error;
    }
  }

  /** Runs `pulumi` in the program's folder. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    return runCommand("pulumi", args, this.folder, { ...this.env, ...options.env }, options);
  }

  /** The same, but a failure throws an error with the command's output. */
  async mustRun(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const result = await this.run(args, options);
    if (result.code !== 0)
      throw new Error(
        `pulumi ${args.join(" ")} ended with ${result.code ?? result.signal}:\n${result.output}`,
      );
    return result;
  }

  /** Runs a shell command line in the program's folder. */
  shell(line: string): Promise<CommandResult> {
    return runCommand("sh", ["-c", line], this.folder, this.env);
  }

  /** The stack's state as it is stored, secrets encrypted. */
  stateText(): string {
    return readFileSync(this.stateFile(), "utf8");
  }

  /**
   * Replaces the state and the settings with those of another stack.
   * @param state as `stateText` returned it there
   * @param settings that stack's `Pulumi.dev.yaml`; its secrets were encrypted with the same passphrase
   */
  restore(state: string, settings: string): void {
    writeFileSync(this.stateFile(), state);
    writeFileSync(join(this.folder, "Pulumi.dev.yaml"), settings);
  }

  private stateFile(): string {
    return join(this.top, "state", ".pulumi", "stacks", this.stackFolder(), "dev.json");
  }

  private stackFolder(): string {
    const yaml = readFileSync(join(this.folder, "Pulumi.yaml"), "utf8");
    return /^name:\s*(\S+)/m.exec(yaml)?.[1] ?? "";
  }

  remove(): void {
    rmSync(this.top, { recursive: true, force: true });
  }
}

/** The parts of Pulumi communicate over loopback, even if the machine uses a proxy. */
function loopbackWithoutProxy(env: NodeJS.ProcessEnv): Record<string, string> {
  const list = [env["no_proxy"] ?? env["NO_PROXY"], "127.0.0.1", "localhost"].filter(Boolean).join(",");
  return { no_proxy: list, NO_PROXY: list };
}

function withoutPrefixes(env: NodeJS.ProcessEnv, prefixes: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !prefixes.some((prefix) => name.startsWith(prefix))),
  ) as Record<string, string>;
}

/** Runs a command until it exits. */
export function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  options: RunOptions = {},
): Promise<CommandResult> {
  const onTerminal = options.show === true && process.stdout.isTTY === true;
  // In a separate process group, a command does not receive the terminal's Ctrl-C in addition to ours; it
  // treats a second one as a request to stop at once. Only a command that gets the terminal must stay in the
  // foreground group.
  const detached = (options.signal !== undefined || options.onGroup !== undefined) && !onTerminal;
  const started = Date.now();
  const child = spawn(command, args, {
    cwd,
    env,
    detached,
    stdio: onTerminal ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  if (detached && child.pid !== undefined) options.onGroup?.(child.pid);
  const stop = (): void => interrupt(child, onTerminal);
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener("abort", stop, { once: true });

  let output = "";
  let stdout = "";
  const take = (text: string): void => {
    output += text;
    if (options.show) process.stdout.write(text);
    options.onOutput?.(text);
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    take(text);
  });
  child.stderr?.setEncoding("utf8").on("data", take);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => {
      options.signal?.removeEventListener("abort", stop);
      done({ code, signal, output, stdout, took: Date.now() - started });
    });
  });
}

/** Milliseconds. */
const TIME_FOR_CTRL_C = 5_000;
const TIME_TO_END = 15_000;

/** Asks a command to exit cleanly, and kills it if it does not. */
function interrupt(child: ChildProcess, onTerminal: boolean): void {
  // On a terminal, Ctrl-C has usually reached the command already; SIGINT follows later in case the request
  // came from elsewhere.
  const polite = setTimeout(() => child.kill("SIGINT"), onTerminal ? TIME_FOR_CTRL_C : 0);
  const hard = setTimeout(() => child.kill("SIGKILL"), TIME_TO_END);
  child.once("close", () => {
    clearTimeout(polite);
    clearTimeout(hard);
  });
}
