import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { succeeded, TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";

type Json = Record<string, unknown>;

const SECRET = "printed-by-the-build-s3cret";
const service = (more: Json = {}): Json => ({
  name: "web",
  github: { repo: "acme/shop", branch: "main" },
  build_command: "npm run build",
  run_command: "npm start",
  envs: [{ key: "S", value: { $secret: SECRET }, type: "SECRET" }],
  ...more,
});
const app = (more?: Json): Declaration => ({ spec: { services: [service(more)] } });

const LOG = ["npm run build", `using ${SECRET}`, "error: no such module left-pad"];

describe("failed deployments", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let result: CommandResult;
  let ids: Record<string, string>;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const up = (...args: string[]) => stack.up(["--parallel", "20", "--continue-on-error", ...args]);
  const phase = (name: string): string =>
    (stack.resource(name).outputs["__deployment"] as { phase: string }).phase;
  /** Number of deployments, without the rollbacks that the service makes by itself. */
  const deployments = (name: string): number =>
    emulator
      .apps()
      .find(({ spec }) => spec.name === name)
      ?.deployments.filter(({ type }) => type === undefined).length ?? 0;
  /** The diagnostics of one resource at the end of the output. */
  const diagnosticsOf = (name: string): string => {
    const text = result.output.slice(result.output.lastIndexOf("Diagnostics:"));
    const start = text.indexOf(`(${name}):`);
    assert.ok(start >= 0, `nothing is said about ${name}:\n${result.output}`);
    const end = text.indexOf("\n  pulumi", start);
    return text.slice(start, end < 0 ? text.indexOf("\nResources:", start) : end);
  };

  it("pulumi up fails and reports component, step, reason and log tail when the first build fails", async () => {
    for (let count = 0; count < 3; count++) emulator.failNext({ component: "web", step: "build", log: LOG });
    stack.declare({ same: app(), fixed: app(), again: app({ run_command: "exit 1" }) });
    result = await up();
    assert.notEqual(result.code, 0);
    for (const name of ["same", "fixed", "again"]) {
      const said = diagnosticsOf(name);
      assert.match(said, /web: build failed: BuildJobExitNonZero – .*non-zero exit code/);
      assert.match(said, /Last \d+ log lines:/);
      assert.match(said, /\|\s+.*error: no such module left-pad/);
    }
    assert.doesNotMatch(result.output, /s3cret|EV\[/);
  });

  it("the error names the deployment, its control panel page, and the command that prints its log", async () => {
    for (const name of ["same", "fixed", "again"]) {
      const { id, deployments: made } =
        emulator.apps().find(({ spec }) => spec.name === name) ?? assert.fail();
      const [deployment] = made;
      const said = diagnosticsOf(name);
      assert.ok(
        said.includes(`https://cloud.digitalocean.com/apps/${id}/deployments/${deployment?.id}`),
        said,
      );
      assert.ok(said.includes(`Deployment ${deployment?.id} failed`), said);
      assert.equal(said.match(/web: build failed/g)?.length, 1, said);
    }
    const [, command = ""] = /Full log: (.*)/.exec(diagnosticsOf("same")) ?? [];
    const pasted = await stack.shell(command);
    assert.equal(pasted.code, 0, pasted.output);
    assert.match(pasted.output, /git repo clone[^]*error: no such module left-pad/);
  });

  it("the app is kept in the state with its id and the reason", () => {
    ids = Object.fromEntries(emulator.apps().map(({ spec, id }) => [spec.name, id]));
    for (const name of ["same", "fixed", "again"]) {
      const resource = stack.resource(name);
      assert.equal(resource.id, ids[name]);
      assert.match(resource.initErrors?.join("\n") ?? "", /web: build failed/);
      assert.equal(phase(name), "ERROR");
      assert.match(String(resource.outputs["__provider"]), /^exports\.handler/);
    }
  });

  it("the next up starts a new deployment for the same program, and one update for a fixed program", async () => {
    stack.declare({
      same: app(),
      fixed: app({ build_command: "npm ci && npm run build" }),
      again: app({ run_command: "exit 1" }),
      late: app({ run_command: "exit 1" }),
    });
    result = await up();
    assert.deepEqual(writes(emulator, "same"), ["POST /v2/apps/same/deployments"]);
    assert.deepEqual(writes(emulator, "fixed"), ["PUT /v2/apps/fixed"]);
    for (const name of ["same", "fixed"]) {
      assert.equal(stack.resource(name).initErrors, undefined);
      assert.equal(phase(name), "ACTIVE");
      assert.equal(stack.resource(name).id, ids[name]);
    }
  });

  it("pulumi up also reports failures of the deploy step, at creation or later", () => {
    assert.notEqual(result.code, 0);
    assert.deepEqual(writes(emulator, "again"), ["POST /v2/apps/again/deployments"]);
    assert.deepEqual(writes(emulator, "late"), ["POST /v2/apps"]);
    for (const name of ["again", "late"]) {
      assert.match(diagnosticsOf(name), /web: deploy failed at step wait: DeployContainerExitNonZero/);
      assert.match(stack.resource(name).initErrors?.join("\n") ?? "", /web: deploy failed/);
    }
  });

  it("the failure is still recorded after a refresh and after up --refresh", async () => {
    const refreshed = await stack.refresh();
    assert.deepEqual(writes(emulator), []);
    assert.doesNotMatch(refreshed.output, /App (same|fixed) updated/);
    for (const name of ["again", "late"]) assert.equal(phase(name), "ERROR");

    result = await stack.run(["up", "--yes", "--refresh", "--parallel", "20", "--continue-on-error"]);
    assert.notEqual(result.code, 0);
    assert.match(result.output, /last deployment failed.*starts a new one/);
    assert.deepEqual(writes(emulator).sort(), [
      "POST /v2/apps/again/deployments",
      "POST /v2/apps/late/deployments",
    ]);
    assert.match(diagnosticsOf("late"), /web: deploy failed/);
  });

  it("a failed update keeps the app in the state like a failed creation", async () => {
    stack.declare({
      same: app({ run_command: "exit 1" }),
      fixed: app({ build_command: "exit 1" }),
      again: app(),
      late: app(),
    });
    result = await up();
    assert.notEqual(result.code, 0);
    assert.deepEqual(
      writes(emulator).sort(),
      ["again", "fixed", "late", "same"].map((name) => `PUT /v2/apps/${name}`),
    );
    assert.match(diagnosticsOf("same"), /web: deploy failed/);
    assert.match(diagnosticsOf("fixed"), /web: build failed/);
    for (const name of ["same", "fixed"]) {
      assert.equal(stack.resource(name).id, ids[name]);
      assert.equal(phase(name), "ERROR");
    }
    for (const name of ["again", "late"]) assert.equal(phase(name), "ACTIVE");
  });

  it("a failed update is followed by a new deployment, or by one update back to the working spec", async () => {
    const before = deployments("same");
    stack.declare({
      same: app({ run_command: "exit 1" }),
      fixed: app({ build_command: "npm ci && npm run build" }),
      again: app(),
      late: app(),
    });
    result = await up();
    assert.deepEqual(writes(emulator).sort(), ["POST /v2/apps/same/deployments", "PUT /v2/apps/fixed"]);
    assert.equal(deployments("same"), before + 1);
    assert.equal(phase("fixed"), "ACTIVE");
    assert.match(diagnosticsOf("same"), /web: deploy failed/);
  });

  it("pulumi destroy deletes an app whose deployment failed", async () => {
    succeeded(await stack.destroy(["--parallel", "20"]));
    assert.deepEqual(stack.resources(), {});
    assert.deepEqual(emulator.apps(), []);
  });
});
