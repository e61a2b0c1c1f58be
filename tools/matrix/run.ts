import { once } from "node:events";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { runCommand, TOP, type CommandResult } from "../pulumi-project";
import { manifestOf, reasonIn, type Cell, type Outcome } from "./cells";
import { versionIn } from "./machines";

/** What one combination runs with. */
export interface Setting {
  /** The folder of the Node binary, and the script of the package manager. */
  readonly node: string;
  readonly manager: string;
  /** The folder of the Pulumi CLI. */
  readonly cli: string;
  /** Paths of the packed packages by name. */
  readonly tarballs: Readonly<Record<string, string>>;
  /** The version of @pulumi/pulumi, or a tag. */
  readonly sdk: string;
  readonly registry: string;
  /** A folder for caches. */
  readonly cache: string;
}

const FIXTURE = join(TOP, "tests", "fixtures", "consumers", "typescript-strict");
const TOKEN = "dop_v1_matrix0token0that0opens0the0emulator0only";

const INSTALL: Record<Cell["manager"], readonly string[]> = {
  npm: ["install", "--no-audit", "--no-fund"],
  pnpm: ["install"],
  "yarn-1": ["install", "--non-interactive"],
  "yarn-berry": ["install", "--no-immutable"],
};

/** A step that failed; the rest of the cell does not run. */
export class StepFailed extends Error {
  constructor(
    readonly step: string,
    readonly output: string,
  ) {
    super(`${step}: ${reasonIn(output)}`);
  }
}

/** A user's folder: empty but for the program, in which the packages get installed. */
export class Folder {
  private readonly env: Record<string, string>;

  constructor(
    readonly path: string,
    private readonly manager: Cell["manager"],
    private readonly setting: Setting,
  ) {
    mkdirSync(join(path, "state"), { recursive: true });
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^(PULUMI|DIGITALOCEAN|npm|YARN)_/i.test(name),
    );
    const { node, cli, registry, cache } = setting;
    this.env = {
      ...(Object.fromEntries(kept) as Record<string, string>),
      PATH: [node, cli, process.env["PATH"] ?? ""].join(delimiter),
      npm_config_registry: registry,
      npm_config_store_dir: join(cache, "pnpm"),
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_ENABLE_TELEMETRY: "false",
      YARN_ENABLE_GLOBAL_CACHE: "true",
      YARN_GLOBAL_FOLDER: join(cache, "berry"),
      // Yarn 1 would take a tarball of an earlier run with the same version from a cache that is kept.
      ...(manager === "yarn-1" && { YARN_CACHE_FOLDER: join(path, "..", `${manager}-cache`) }),
      PULUMI_HOME: join(path, "home"),
      PULUMI_BACKEND_URL: `file://${join(path, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this temporary folder",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      DIGITALOCEAN_TOKEN: TOKEN,
    };
  }

  /** Writes the program and installs the packages. @returns the version of @pulumi/pulumi, unless Plug'n'Play hides it */
  async install(linker: "node-modules" | "pnp" = "node-modules"): Promise<string | undefined> {
    for (const file of ["index.ts", "app.yaml", "Pulumi.yaml"])
      copyFileSync(join(FIXTURE, file), join(this.path, file));
    copyFileSync(join(FIXTURE, "tsconfig.template.json"), join(this.path, "tsconfig.json"));
    const isBerry = this.manager === "yarn-berry";
    const manifest = manifestOf(this.setting.tarballs, this.setting.sdk, isBerry);
    this.write("package.json", JSON.stringify(manifest, undefined, 2));
    if (isBerry) {
      this.write(".yarnrc.yml", linker === "pnp" ? "enableScripts: false\n" : "nodeLinker: node-modules\n");
      this.write("yarn.lock", "");
    }
    await this.must("install", process.execPath, this.managerArgs(...INSTALL[this.manager]));
    return linker === "pnp" ? undefined : versionIn(join(this.path, "node_modules", "@pulumi", "pulumi"));
  }

  private write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  managerArgs(...args: string[]): string[] {
    return [this.setting.manager, ...args];
  }

  run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
    const program = command === process.execPath ? join(this.setting.node, "node") : command;
    return runCommand(program, args, this.path, { ...this.env, ...env });
  }

  async must(
    step: string,
    command: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<CommandResult> {
    const result = await this.run(command, args, env);
    if (result.code !== 0) throw new StepFailed(step, result.output);
    return result;
  }

  /** Type-checks the program with the compiler that was installed. */
  async checkTypes(): Promise<void> {
    const tsc = join("node_modules", "typescript", "bin", "tsc");
    await this.must("tsc", process.execPath, [tsc, "--noEmit", "-p", "."]);
  }

  /** Runs `work` with the address of an emulator, the one that was installed. */
  async withEmulator(script: string, work: (address: string) => Promise<void>): Promise<void> {
    const args = [script, "--port", "0", "--deploy-seconds", "0.1", "--token", TOKEN];
    const emulator = spawn(join(this.setting.node, "node"), args, {
      cwd: this.path,
      env: this.env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(emulator, "exit");
    try {
      const lines = createInterface({ input: emulator.stdout });
      const [first] = (await Promise.race([once(lines, "line"), exit])) as [unknown];
      const address = /^listening on (\S+)$/.exec(String(first))?.[1];
      if (address === undefined) throw new StepFailed("emulator", String(first));
      await work(address);
    } finally {
      emulator.kill("SIGTERM");
      await exit;
    }
  }
}

/** Installs, type-checks, creates the program's apps on the emulator, and deletes them. */
export async function runCell(
  cell: Cell,
  folder: string,
  setting: Setting,
): Promise<[Outcome, string | undefined]> {
  const started = Date.now();
  let sdk: string | undefined;
  try {
    const user = new Folder(folder, cell.manager, setting);
    sdk = await user.install();
    await user.checkTypes();
    const script = join("node_modules", "app-platform-emulator", "dist", "cli.js");
    await user.withEmulator(script, async (address) => {
      const pulumi = (...args: string[]): Promise<CommandResult> =>
        user.must(`pulumi ${args[0]}`, "pulumi", [...args, "--non-interactive"], {
          DIGITALOCEAN_API_URL: address,
        });
      await pulumi("stack", "init", "dev");
      const { output } = await pulumi("up", "--yes", "--skip-preview");
      if (!/url +: "https:/.test(output)) throw new StepFailed("pulumi up", "no URL among the outputs");
      await pulumi("destroy", "--yes", "--skip-preview");
    });
    return [{ kind: "passed", seconds: (Date.now() - started) / 1000 }, sdk];
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return [{ kind: "failed", step: error.step, reason: reasonIn(error.output) }, sdk];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
