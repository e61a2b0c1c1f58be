import assert from "node:assert/strict";
import {
  cliCommand,
  skipsResources,
  stackOf,
  type CliCommand,
} from "../../../provider/resources/cli-command";
import { ExportedState } from "../../../provider/resources/stack-state";

const command = (...args: string[]): CliCommand => ({ file: "/bin/pulumi", args, cwd: "/program" });
const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::shop";

describe("the command of the Pulumi CLI that runs a provider", () => {
  const processes: Record<number, { parent: number; file: string; args: string[]; cwd: string }> = {
    30: { parent: 20, file: "/bin/dash", args: ["plugin"], cwd: "/" },
    20: { parent: 10, file: "/opt/pulumi/pulumi", args: ["up"], cwd: "/program" },
    10: { parent: 1, file: "/bin/bash", args: [], cwd: "/" },
  };

  it("is found above the script that starts a plugin", () => {
    const found = { file: "/opt/pulumi/pulumi", args: ["up"], cwd: "/program" };
    for (const pid of [30, 20])
      assert.deepEqual(
        cliCommand(pid, (id) => processes[id]),
        found,
      );
  });

  it("is unknown when there is none, or the OS does not report it", () => {
    assert.equal(
      cliCommand(10, (id) => processes[id]),
      undefined,
    );
    assert.equal(
      cliCommand(30, () => undefined),
      undefined,
    );
    // The test runner is not a Pulumi CLI.
    assert.equal(cliCommand(process.pid), undefined);
  });

  for (const args of [
    ["destroy", "--target", URN],
    ["up", `--target=${URN}`],
    ["up", "-t", URN],
    ["up", "-yt", URN],
    ["destroy", "-x", URN],
    ["up", "--exclude", URN],
    ["up", "--target-replace", URN],
    ["destroy", "--exclude-protected"],
  ])
    it(`may leave resources out with ${args.slice(1).join(" ")}`, () => {
      assert.equal(skipsResources(command(...args)), true);
    });

  it("leaves none out with other options", () => {
    assert.equal(skipsResources(command("up", "--yes", "-f", "-s", "dev", "--replace", URN)), false);
    assert.equal(skipsResources(command("up"), { PULUMI_OPTION_YES: "true" }), false);
    assert.equal(skipsResources(command("up"), { PULUMI_OPTION_TARGET: URN }), true);
  });

  it("contains the stack, or relies on the selected one", () => {
    for (const args of [["--stack", "org/dev"], ["--stack=org/dev"], ["-s", "org/dev"], ["-sorg/dev"]])
      assert.equal(stackOf(command("up", "--yes", ...args, "--diff")), "org/dev");
    assert.equal(stackOf(command("up", "--yes", "--skip-preview")), undefined);
  });
});

describe("the exported state of a stack", () => {
  const text = JSON.stringify({
    deployment: { resources: [{ type: "pulumi-nodejs:dynamic/app-platform:App", id: "id-1", urn: URN }] },
  });

  it("is requested once, and lists its apps", async () => {
    let runs = 0;
    const state = new ExportedState(
      {},
      () => command("up"),
      async () => {
        runs += 1;
        return text;
      },
    );
    const [apps] = await Promise.all([state.managedApps(), state.managedApps()]);
    assert.deepEqual(apps, [{ id: "id-1", urn: URN }]);
    assert.equal(runs, 1);
  });

  it("is unknown when the command is not visible, fails, or prints something else", async () => {
    const failing = async (): Promise<string> => Promise.reject(new Error("no such stack"));
    for (const state of [
      new ExportedState({}, () => undefined),
      new ExportedState({}, () => command("up"), failing),
      new ExportedState(
        {},
        () => command("up"),
        async () => "not JSON",
      ),
      new ExportedState(
        {},
        () => command("up"),
        async () => "[]",
      ),
    ])
      assert.equal(await state.managedApps(), undefined);
  });
});
