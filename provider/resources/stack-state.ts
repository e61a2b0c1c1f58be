import { execFile } from "node:child_process";
import type { StackState } from "./managed-apps";
import { appsOfStack, type ManagedApp } from "./stack-export";
import { cliCommand, skipsResources, stackOf, type CliCommand } from "./cli-command";

const EXPORT_WITHIN_MS = 20_000;
const LARGEST_EXPORT = 1024 * 1024 * 1024;

/**
 * The state of the current stack, from `pulumi stack export`: Pulumi offers a provider no other access to resources beyond its
 * requests. Takes a second, so it is requested only if a decision depends on it. Needs the running CLI command from the system;
 * if that is unknown, there is no state.
 */
export class ExportedState implements StackState {
  private apps: Promise<readonly ManagedApp[] | undefined> | undefined;
  private found: { readonly command: CliCommand | undefined } | undefined;

  constructor(
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly find: () => CliCommand | undefined = cliCommand,
    private readonly run: typeof exported = exported,
  ) {}

  get skipsResources(): boolean {
    return this.command !== undefined && skipsResources(this.command, this.env);
  }

  /** Read once per process and not updated. */
  managedApps(): Promise<readonly ManagedApp[] | undefined> {
    return (this.apps ??= this.load().catch(() => undefined));
  }

  private get command(): CliCommand | undefined {
    this.found ??= { command: this.find() };
    return this.found.command;
  }

  private async load(): Promise<readonly ManagedApp[] | undefined> {
    const { command } = this;
    if (command === undefined) return undefined;
    return appsOfStack(JSON.parse(await this.run(command, this.env)))?.managed;
  }
}

function exported(command: CliCommand, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const stack = stackOf(command);
  const args = ["stack", "export", "--non-interactive", ...(stack === undefined ? [] : ["--stack", stack])];
  return new Promise((resolve, reject) => {
    execFile(
      command.file,
      args,
      {
        ...(command.cwd !== undefined && { cwd: command.cwd }),
        env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: EXPORT_WITHIN_MS,
        maxBuffer: LARGEST_EXPORT,
      },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
  });
}
