import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { getPythonPackages } from "../../tools/pulumi-cli/languages";
import { runCommand, TOP } from "../../tools/pulumi-project";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";
import { writeSdk } from "../helpers/plugin-sdk";
import { temporaryFolder } from "../helpers/temporary-folder";

const SESSION_KEY = "a-session-key-that-nobody-may-see";
const example = (language: string): string => join(TOP, "examples", `quickstart-${language}`);

describe("the quickstart example in other languages", () => {
  it("has the same app.yaml in each", () => {
    const wanted = readFileSync(join(TOP, "examples", "quickstart", "app.yaml"), "utf8");
    for (const language of ["yaml", "python", "go", "csharp"])
      assert.equal(readFileSync(join(example(language), "app.yaml"), "utf8"), wanted, language);
  });
});

describe("the quickstart example in YAML", function () {
  this.timeout(300_000);

  it("creates the app, and deletes it after a backup", async () => {
    const emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN });
    const stack = await TestStack.create(emulator, { language: "yaml", program: example("yaml") });
    try {
      await setSessionKey(stack);
      const { output } = await stack.mustUp();
      assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
      assert.match(output, /url\s*: "https:\/\/quickstart-/);
      assert.equal(sessionKeyOf(emulator), SESSION_KEY);
      await expectBackup(stack);
    } finally {
      stack.remove();
      await emulator.close();
    }
  });
});

describe("the quickstart example in Python", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  const printed: string[] = [];

  before(async function () {
    const packages = await getPythonPackages();
    if ("missing" in packages) {
      console.log(`      skipped: ${packages.missing}`);
      return this.skip();
    }
    // Programs run in their own folder.
    const installed = "packages";
    emulator = await createEmulator({ deploySeconds: 0.1, token: TOKEN });
    const env = {
      DIGITALOCEAN_API_URL: emulator.url,
      DIGITALOCEAN_TOKEN: TOKEN,
      PYTHONPATH: [installed, packages.env.PYTHONPATH].join(delimiter),
    };
    stack = await TestStack.create(emulator, { language: "python", program: example("python"), env });
    // Where pulumi package add writes it.
    await writeSdk("python", stack.path("sdks/app-platform"));
    const pip = "python3 -m pip install --quiet --no-deps --no-build-isolation";
    succeeded(await stack.shell(`${pip} --target ${installed} sdks/app-platform`));
    await setSessionKey(stack);
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const run = async (...args: string[]): Promise<string> => {
    const { output } = succeeded(await stack.run(args));
    printed.push(output);
    return output;
  };
  const up = (...args: string[]): Promise<string> => run("up", "--yes", "--skip-preview", ...args);
  const edit = (before: string, after: string): void => {
    const text = stack.read("app.yaml");
    assert.ok(text.includes(before));
    writeFileSync(stack.path("app.yaml"), text.replace(before, after));
  };

  it("preview shows the plan and the price, and creates nothing", async () => {
    const output = await run("preview");
    assert.match(output, /web \(service\): create/);
    assert.match(output, /cost: \$\d+/);
    assert.deepEqual(writes(emulator), []);
  });

  it("up creates the app with its secret, and a second up changes nothing", async () => {
    assert.match(await up(), /url\s*: "https:\/\/quickstart-/);
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    assert.equal(sessionKeyOf(emulator), SESSION_KEY);
    await up("--expect-no-changes");
    assert.deepEqual(writes(emulator), []);
  });

  it("a preview reports every mistake in app.yaml with its place and line, and by the property's path", async () => {
    edit("instance_count: 1", "instance_cuont: 1");
    edit("http_port: 8080", "http_port: 80800");
    const { code, output } = await stack.run(["preview"]);
    printed.push(output);
    assert.notEqual(code, 0);
    for (const field of ["instance_cuont", "http_port"])
      assert.match(
        output,
        new RegExp(
          `property spec\\.services\\[0\\]\\.${field} .*spec\\.services\\.web\\.${field}: .*app\\.yaml:\\d+`,
        ),
      );
    edit("instance_cuont: 1", "instance_count: 1");
    edit("http_port: 80800", "http_port: 8080");
  });

  it("up applies a change of app.yaml with one update, and redeploys on another release", async () => {
    edit("value: Hello", "value: Good morning");
    assert.match(await up("--diff"), /GREETING[^]*"Hello" => "Good morning"/);
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/quickstart"]);
    await up("--config", "release=2");
    assert.deepEqual(writes(emulator), ["POST /v2/apps/quickstart/deployments"]);
  });

  it("refresh finds a change at the service, and the next up reverts it", async () => {
    emulator.editApp("quickstart", (spec) => void (spec.services![0]!.instance_count = 5));
    assert.match(await run("refresh", "--yes", "--skip-preview", "--diff"), /instance_count: 1 => 5/);
    await up();
    assert.equal(emulator.apps()[0]?.spec.services?.[0]?.instance_count, 1);
  });

  it("a failed build fails the update with its reason and log, and the next up repairs it", async () => {
    edit("build_command: npm run build\n    run", "build_command: npm run build && exit 1\n    run");
    const { code, output } = await stack.up();
    printed.push(output);
    assert.notEqual(code, 0);
    assert.match(output, /web: build failed/);
    assert.match(output, /\| .*exit 1: command failed/);
    edit("npm run build && exit 1", "npm run build");
    await up();
    assert.equal(stack.resource("quickstart").outputs["phase"], "ACTIVE");
  });

  it("destroy deletes it after a backup", async () => {
    printed.push(await expectBackup(stack));
  });

  it("no command prints a secret", () => {
    for (const output of printed)
      for (const secret of [SESSION_KEY, TOKEN]) assert.ok(!output.includes(secret));
  });
});

describe("a program in TypeScript with the package generated for it", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  it("has types for it, and creates and keeps the app of the quickstart example", async () => {
    const program = folder.path;
    const files = {
      "Pulumi.yaml": readFileSync(join(example("python"), "Pulumi.yaml"), "utf8").replace(
        /python$/m,
        "nodejs",
      ),
      "package.json": JSON.stringify({ name: "quickstart", private: true, main: "index.ts" }),
      "index.ts": TYPESCRIPT_PROGRAM,
      "wrong.ts": TYPESCRIPT_PROGRAM.replace("specFile", "specFiel"),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(program, name), text);
    cpSync(join(example("yaml"), "app.yaml"), join(program, "app.yaml"));
    await writeSdk("nodejs", join(program, "sdks", "app-platform"));
    const emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN });
    const stack = await TestStack.create(emulator, { program });
    try {
      const tsc = "node node_modules/typescript/bin/tsc --noEmit --strict --skipLibCheck --target es2022";
      const types = (file: string) => stack.shell(`${tsc} --module node16 --types node ${file}`);
      const [right, wrong] = await Promise.all([types("index.ts"), types("wrong.ts")]);
      succeeded(right);
      assert.match(wrong.output, /wrong\.ts.*specFiel/);
      await setSessionKey(stack);
      assert.match((await stack.mustUp()).output, /name\s*: "quickstart"/);
      assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
      assert.equal(sessionKeyOf(emulator), SESSION_KEY);
      await stack.mustUp(["--expect-no-changes"]);
      await expectBackup(stack);
    } finally {
      stack.remove();
      await emulator.close();
    }
  });
});

const TYPESCRIPT_PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { App, getAppOutput } from "./sdks/app-platform";

const app = new App("quickstart", {
  specFile: "app.yaml",
  secrets: { "web.SESSION_KEY": new pulumi.Config().requireSecret("sessionKey") },
});
export const name = getAppOutput({ id: app.id }).app.apply(({ spec }) => spec.name);
`;

describe("the quickstart example in Go", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  it("compiles with the package generated for it", async function () {
    const env = {
      ...process.env,
      GOTOOLCHAIN: "local",
      GOWORK: "off",
      CGO_ENABLED: "0",
      GOFLAGS: "-mod=mod",
    };
    const go = async (cwd: string, ...args: string[]): Promise<void> =>
      void succeeded(await runCommand("go", args, cwd, env as Record<string, string>));
    if (!(await hasGo(folder.path))) {
      console.log("      skipped: there is no Go on PATH");
      return this.skip();
    }
    const program = join(folder.path, "program");
    cpSync(example("go"), program, { recursive: true });
    const sdk = join(program, "sdks", "app-platform");
    await writeSdk("go", sdk);
    // The modules that the language hosts were built from are in Go's cache, with their checksums here.
    const modules = join(TOP, "tools", "pulumi-cli", "yaml");
    const own = readFileSync(join(program, "go.mod"), "utf8");
    const version = /pulumi\/sdk\/v3 (v\S+)/.exec(own)?.[1] ?? assert.fail();
    await go(sdk, "mod", "edit", `-require=github.com/pulumi/pulumi/sdk/v3@${version}`);
    const [required = ""] = /^\texample\.com.*$/m.exec(own) ?? [];
    const [replaced = ""] = /^replace .*$/m.exec(own) ?? [];
    const pinned = readFileSync(join(modules, "go.mod"), "utf8").replace(/^tool .*$/m, "");
    assert.ok(
      pinned.includes(`github.com/pulumi/pulumi/sdk/v3 ${version}`),
      "the example uses the CLI's version",
    );
    writeFileSync(join(program, "go.mod"), `${pinned}\nrequire (\n${required}\n)\n${replaced}\n`);
    cpSync(join(modules, "go.sum"), join(program, "go.sum"));
    await go(program, "build", "-trimpath", "-o", join(folder.path, "quickstart"), ".");
    assert.ok(existsSync(join(folder.path, "quickstart")));
  });
});

async function hasGo(cwd: string): Promise<boolean> {
  const env = process.env as Record<string, string>;
  return runCommand("go", ["version"], cwd, env).then(
    ({ code }) => code === 0,
    () => false,
  );
}

const setSessionKey = async (stack: TestStack): Promise<void> =>
  void succeeded(await stack.run(["config", "set", "--secret", "sessionKey", SESSION_KEY]));

function sessionKeyOf(emulator: Emulator): unknown {
  const [app] = emulator.apps();
  const stored = app?.spec.services?.[0]?.envs?.find(({ key }) => key === "SESSION_KEY")?.value;
  return app?.plain(stored ?? "");
}

/** Deletes the app. @returns the command's output */
async function expectBackup(stack: TestStack): Promise<string> {
  const { output } = succeeded(await stack.destroy());
  const [backup = ""] = /app-spec-backups\/quickstart-\S+?\.yaml/.exec(output) ?? [];
  assert.ok(existsSync(stack.path(backup)), output);
  assert.deepEqual(stack.emulator.apps(), []);
  return output;
}
