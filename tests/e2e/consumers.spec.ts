import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { getPulumiCli } from "../../tools/pulumi-cli/get";
import { runCommand, TOP, type CommandResult } from "../../tools/pulumi-project";
import { LAZY_SDK, succeeded, TOKEN } from "../helpers/e2e";
import { resultsIn, scriptOf, shellBlocks } from "../helpers/shell-blocks";

const PACKAGES = ["pulumi-app-platform", "app-platform-emulator"] as const;
const FOLDERS: Record<string, string> = {
  "pulumi-app-platform": "provider",
  "app-platform-emulator": "emulator",
};
const CONSUMERS = ["typescript-strict", "javascript", "javascript-modules"] as const;

const manifestOf = (folder: string): Record<string, unknown> & { version: string } =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown> & {
    version: string;
  };

/** Packs the packages, installs them as users do, each consumer in its own folder, and runs Pulumi there. */
class Consumers {
  private readonly top = mkdtempSync(join(tmpdir(), "app-platform-consumers-"));
  private emulator: ChildProcess | undefined;
  private env: Record<string, string> = {};
  service = "";

  folder(consumer: string): string {
    return join(this.top, consumer);
  }

  tarball(name: string): string {
    return join(this.top, `${name}-${manifestOf(join(TOP, FOLDERS[name] ?? "")).version}.tgz`);
  }

  async prepare(): Promise<void> {
    const { bin } = await getPulumiCli();
    const kept = Object.entries(process.env).filter(([name]) => !/^(PULUMI|DIGITALOCEAN|npm)_/i.test(name));
    this.env = {
      ...(Object.fromEntries(kept) as Record<string, string>),
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    };
    // Packs the current build; otherwise each package would build itself.
    await this.npm(TOP, "run", "build");
    const packing = PACKAGES.flatMap((name) => ["-w", name]);
    await this.npm(TOP, "pack", ...packing, "--ignore-scripts", "--pack-destination", this.top);
    for (const consumer of CONSUMERS)
      cpSync(join(TOP, "tests", "fixtures", "consumers", consumer), this.folder(consumer), {
        recursive: true,
      });
    await Promise.all([
      this.install("typescript-strict", "pulumi-app-platform"),
      this.install("javascript", "pulumi-app-platform", "app-platform-emulator"),
    ]);
    // The dependencies are the same; only the module type differs.
    const installed = join(this.folder("javascript"), "node_modules");
    symlinkSync(installed, join(this.folder("javascript-modules"), "node_modules"), "junction");
  }

  private async npm(cwd: string, ...args: string[]): Promise<void> {
    succeeded(await runCommand("npm", args, cwd, this.env));
  }

  private install(consumer: string, ...packages: string[]): Promise<void> {
    const tarballs = packages.map((name) => this.tarball(name));
    return this.npm(
      this.folder(consumer),
      "install",
      ...tarballs,
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
    );
  }

  /** Starts the emulator's command as npm installed it. */
  async startEmulator(): Promise<void> {
    const command = join(this.folder("javascript"), "node_modules", ".bin", "app-platform-emulator");
    this.emulator = spawn(command, ["--port", "0", "--deploy-seconds", "0.2", "--token", TOKEN], {
      stdio: ["ignore", "pipe", "inherit"],
      env: this.env,
    });
    const lines = createInterface({ input: this.emulator.stdout as NodeJS.ReadableStream });
    const [first] = (await once(lines, "line")) as [string];
    this.service = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(first)?.[1] ?? assert.fail(first);
  }

  /** Runs `pulumi up` and `pulumi destroy` in a consumer's folder and returns the stack's outputs in between. */
  async upAndDestroy(consumer: string): Promise<{ outputs: string; apps: string[]; kept: string }> {
    const own = join(this.top, `pulumi-${consumer}`);
    mkdirSync(join(own, "state"), { recursive: true });
    const env = {
      ...this.env,
      PULUMI_HOME: join(own, "home"),
      PULUMI_BACKEND_URL: `file://${join(own, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this temporary folder",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // The compiler checks the types in a separate test.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      DIGITALOCEAN_API_URL: this.service,
      DIGITALOCEAN_TOKEN: TOKEN,
    };
    const pulumi = async (...args: string[]): Promise<CommandResult> =>
      succeeded(await runCommand("pulumi", [...args, "--non-interactive"], this.folder(consumer), env));
    await pulumi("stack", "init", "dev");
    await pulumi("up", "--yes", "--skip-preview");
    const { stdout: outputs } = await pulumi("stack", "output", "--json");
    const apps = await this.appNames();
    await pulumi("destroy", "--yes", "--skip-preview");
    const state = join(own, "state", ".pulumi", "stacks", consumer, "dev.json");
    return { outputs, apps, kept: readFileSync(state, "utf8") };
  }

  /**
   * Pastes a page's commands into a shell in an empty folder, with the tarballs in place of the packages' names, as the README says,
   * and with a free port.
   */
  async paste(commands: string, lastLine: RegExp): Promise<CommandResult> {
    const home = mkdtempSync(join(this.top, "newcomer-"));
    const names = PACKAGES.join(" ");
    assert.ok(commands.includes(`npm install ${names} `) && commands.includes("8787"), commands);
    const script = commands
      .replace(names, PACKAGES.map((name) => this.tarball(name)).join(" "))
      .replaceAll("8787", String(await freePort()));
    const env = {
      ...this.env,
      PULUMI_HOME: join(home, "pulumi"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Half the time: type checks have tests of their own, and an update repeats what its preview did.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      PULUMI_OPTION_SKIP_PREVIEW: "true",
      NODE_OPTIONS: `--require "${LAZY_SDK}"`,
    };
    let group = 0;
    let output = "";
    // The emulator stays in the background until its process group is stopped.
    return runCommand("bash", ["-c", script], home, env, {
      onGroup: (id) => (group = id),
      onOutput: (text) => {
        output += text;
        if (lastLine.test(output)) process.kill(-group, "SIGKILL");
      },
    });
  }

  async appNames(): Promise<string[]> {
    const answer = await fetch(`${this.service}/v2/apps`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const { apps } = (await answer.json()) as { apps?: { spec: { name: string } }[] };
    return (apps ?? []).map(({ spec }) => spec.name);
  }

  async remove(): Promise<void> {
    if (this.emulator && this.emulator.exitCode === null) {
      const ended = once(this.emulator, "exit");
      this.emulator.kill("SIGTERM");
      await ended;
    }
    rmSync(this.top, { recursive: true, force: true });
  }
}

/** Tables have more spaces than the excerpts on pages. */
const flat = (text: string): string => text.replace(/\s+/g, " ").trim();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe("the packed packages", () => {
  const consumers = new Consumers();

  before(() => consumers.prepare());
  after(() => consumers.remove());

  const PLUGIN_FILES: Record<string, readonly string[]> = {
    "pulumi-app-platform": [
      "plugin/main.js",
      "plugin/main.js.LEGAL.txt",
      "plugin/package.json",
      "plugin/pulumi-resource-app-platform",
      "plugin/pulumi-resource-app-platform.cmd",
      "plugin/server.js",
    ],
  };

  for (const name of PACKAGES)
    it(`${name}: contains only what it needs to run, its license and its README`, async () => {
      const args = ["-tzf", consumers.tarball(name)];
      const { stdout } = succeeded(await runCommand("tar", args, TOP, process.env as Record<string, string>));
      const files = stdout.trim().split(/\r?\n/);
      const others = files.filter((file) => !/^package\/dist\/.+(\.d\.ts|\.js|\.schema\.json)$/.test(file));
      const expected = ["LICENSE", "README.md", "package.json", ...(PLUGIN_FILES[name] ?? [])];
      assert.deepEqual(others.sort(), expected.map((file) => `package/${file}`).sort());
      assert.ok(files.every((file) => !/\.spec\.|\/tests?\//.test(file)));
      const licence = readFileSync(join(TOP, "LICENSE"), "utf8");
      const installed = join(consumers.folder("javascript"), "node_modules", name);
      assert.equal(readFileSync(join(installed, "LICENSE"), "utf8"), licence);
    });

  for (const name of PACKAGES)
    it(`${name}: has no install scripts, and publint finds no problems`, async () => {
      const installed = join(consumers.folder("javascript"), "node_modules", name);
      const { scripts = {} } = manifestOf(installed) as { scripts?: Record<string, string> };
      const atInstall = Object.keys(scripts).filter((script) => /install|prepare|uninstall/.test(script));
      assert.deepEqual(atInstall, []);
      const { publint } = await import("publint");
      const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
      // Pulumi starts the plugin's folder; nobody imports it.
      const others = messages.filter((message) => !JSON.stringify(message).includes("./plugin/package.json"));
      assert.deepEqual(others, []);
    });

  const TYPE_CHECKS: [what: string, compiler: string, config: string][] = [
    ["a strict TypeScript program and reject incorrect arguments", "typescript", "tsconfig.json"],
    ["a program with the settings of Pulumi's template", "typescript", "tsconfig.template.json"],
    [
      "a strict program with the newest TypeScript that Pulumi accepts",
      "typescript-newest",
      "tsconfig.newest.json",
    ],
  ];
  for (const [what, compiler, config] of TYPE_CHECKS)
    it(`type-check ${what}`, async () => {
      const folder = consumers.folder("typescript-strict");
      const tsc = join(folder, "node_modules", compiler, "bin", "tsc");
      const env = process.env as Record<string, string>;
      const args = [tsc, "--noEmit", "-p", config];
      const { code, output } = await runCommand(process.execPath, args, folder, env);
      assert.equal(code, 0, output);
    });

  it("the program that init writes passes type checks, also with the newest TypeScript that Pulumi accepts", async () => {
    const [strict, folder] = [consumers.folder("typescript-strict"), consumers.folder("initialized")];
    const cli = join(strict, "node_modules", ".bin", "app-platform");
    const env = process.env as Record<string, string>;
    succeeded(await runCommand(cli, ["init", folder], strict, env));
    symlinkSync(join(strict, "node_modules"), join(folder, "node_modules"), "junction");
    for (const compiler of ["typescript", "typescript-newest"]) {
      const tsc = join(strict, "node_modules", compiler, "bin", "tsc");
      const { code, output } = await runCommand(process.execPath, [tsc, "--noEmit"], folder, env);
      assert.equal(code, 0, output);
    }
  });

  describe("in programs, with the installed emulator", () => {
    const runs = new Map<string, ReturnType<Consumers["upAndDestroy"]>>();

    before(async () => {
      await consumers.startEmulator();
      // All run in parallel; each test waits for its own run and fails if that run failed.
      for (const consumer of CONSUMERS) {
        const run = consumers.upAndDestroy(consumer);
        run.catch(() => undefined);
        runs.set(consumer, run);
      }
    });

    for (const consumer of CONSUMERS)
      it(`${consumer}: pulumi up creates its apps and pulumi destroy deletes them`, async () => {
        const { outputs, apps, kept } = (await runs.get(consumer)) ?? assert.fail();
        const { url, tag } = JSON.parse(outputs) as Record<string, string>;
        assert.match(String(url), /^https:\/\/.+\.ondigitalocean\.app$/);
        assert.ok(apps.includes(consumer === "typescript-strict" ? "strict" : consumer), apps.join());
        assert.doesNotMatch(outputs + kept, new RegExp(`the-secret-of-the-consumer|${TOKEN}`));
        assert.equal(tag, "[secret]");
        assert.doesNotMatch(kept, /app-platform:App/);
      });

    it("no app remains after all programs ran", async () => {
      await Promise.allSettled(runs.values());
      assert.deepEqual(await consumers.appNames(), []);
    });
  });

  describe("pages, pasted into a shell", () => {
    const page = (...path: string[]): string => readFileSync(join(TOP, ...path), "utf8");
    const tutorials = ["first-app", "life-of-an-app", "pipeline"].flatMap((name) =>
      shellBlocks(page("docs", "tutorials", `${name}.md`)),
    );
    const runs: Record<string, Promise<CommandResult>> = {};

    before(() => {
      const block = /```sh\n(mkdir shop[^]*?)```/.exec(page("README.md"))?.[1] ?? assert.fail("no block");
      runs["readme"] = consumers.paste(`${block}\necho "exit code $?"`, /^exit code \d+$/m);
      const last = new RegExp(`^@@ block ${tutorials.length}:`, "m");
      runs["tutorials"] = consumers.paste(scriptOf(tutorials), last);
      // Each test waits for its own run and fails if that run failed.
      for (const run of Object.values(runs)) run.catch(() => undefined);
    });

    it("the README's block leads from an empty folder to an app on the emulator", async () => {
      const { output } = (await runs["readme"]) ?? assert.fail();
      assert.match(output, /url *: "https:\/\/shop-.+\.ondigitalocean\.app"/);
      assert.match(output, /2 created[^]*^exit code 0$/m);
      assert.doesNotMatch(output, /correct-horse/);
    });

    it("the tutorials' commands, one after the other, do what the pages say", async () => {
      const { output } = (await runs["tutorials"]) ?? assert.fail();
      const results = resultsIn(output);
      for (const [index, { commands, fails, shown }] of tutorials.entries()) {
        const { output: printed, code } = results[index] ?? assert.fail(`not run: ${commands}`);
        assert.equal(code !== 0, fails, `exit code ${code}:\n${commands}\n${printed}`);
        for (const line of shown)
          assert.ok(
            flat(printed).includes(flat(line)),
            `${line} is not in the output of ${commands}:\n${printed}`,
          );
      }
      assert.doesNotMatch(output, /correct-horse/);
    });
  });
});
