import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand, TOP } from "../../../tools/pulumi-project";
import { succeeded } from "../../helpers/e2e";
import { temporaryFolder } from "../../helpers/temporary-folder";

const page = readFileSync(join(TOP, "docs", "emulator-in-tests.md"), "utf8");
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(page)?.[1] ?? assert.fail(language);

describe("the emulator in tests of other languages", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod", GOWORK: "off" } as Record<
    string,
    string
  >;

  const run = async (command: string, ...args: string[]): Promise<string> =>
    succeeded(await runCommand(command, args, folder.path, env)).output;
  const has = (command: string, option: string): Promise<boolean> =>
    runCommand(command, [option], TOP, env).then(
      ({ code }) => code === 0,
      () => false,
    );

  beforeEach(() => {
    mkdirSync(join(folder.path, "node_modules"));
    const installed = join(folder.path, "node_modules", "app-platform-emulator");
    symlinkSync(join(TOP, "emulator"), installed, "junction");
  });

  it("the program in Python on the page creates an app, and sees a deployment fail", async function () {
    if (!(await has("python3", "--version"))) {
      console.log("      skipped: there is no python3 on PATH");
      return this.skip();
    }
    writeFileSync(join(folder.path, "emulator_test.py"), block("python"));
    assert.match(await run("python3", "emulator_test.py"), /^2 apps and deployments created$/m);
  });

  it("the test in Go on the page passes", async function () {
    if (!(await has("go", "version"))) {
      console.log("      skipped: there is no Go on PATH");
      return this.skip();
    }
    writeFileSync(join(folder.path, "emulator_test.go"), block("go"));
    writeFileSync(join(folder.path, "go.mod"), "module shop\n\ngo 1.21\n");
    assert.match(await run("go", "test", "-vet=off", "-v", "."), /^--- PASS: TestCreatesAnApp/m);
  });
});
