import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { TOP } from "../../tools/pulumi-project";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";

describe("the project at the top of the repository", function () {
  this.timeout(300_000);
  let copy: string;
  let emulator: Emulator;
  let stack: TestStack;

  before(async () => {
    // A copy, because commands write stack settings next to Pulumi.yaml, and these must not end up in the
    // repository.
    copy = mkdtempSync(join(tmpdir(), "app-platform-top-"));
    const project = readFileSync(join(TOP, "Pulumi.yaml"), "utf8");
    const main = /^main:\s*(\S+)/m.exec(project)?.[1] ?? ".";
    cpSync(join(TOP, "Pulumi.yaml"), join(copy, "Pulumi.yaml"));
    cpSync(join(TOP, main), join(copy, main), { recursive: true });
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN });
    stack = await TestStack.create(emulator, { program: copy });
  });

  after(async () => {
    stack?.remove();
    if (copy) rmSync(copy, { recursive: true, force: true });
    await emulator?.close();
  });

  it("deploys the first example with pulumi up", async () => {
    const result = succeeded(await stack.up());
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    assert.match(result.output, /url\s*: "https:\/\/quickstart-/);
    const [app] = emulator.apps();
    assert.deepEqual([app?.spec.services?.[0]?.name, app?.spec.static_sites?.[0]?.name], ["web", "site"]);
  });

  it("keeps its backups in the example's folder, where the program runs", async () => {
    const result = succeeded(await stack.destroy());
    const backup = /app-spec-backups\/quickstart-\S+?\.yaml/.exec(result.output)?.[0] ?? "";
    assert.ok(existsSync(stack.path(join("examples", "quickstart", backup))), result.output);
    assert.deepEqual(emulator.apps(), []);
  });

  it("leaves no files behind in the repository", () => {
    for (const name of ["Pulumi.dev.yaml", "app-spec-backups", "examples/quickstart/app-spec-backups"])
      assert.equal(existsSync(join(TOP, name)), false, name);
  });
});
