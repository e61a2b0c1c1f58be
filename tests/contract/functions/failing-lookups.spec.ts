import assert from "node:assert/strict";
import { join } from "node:path";
import { createEmulator, type Emulator } from "../../../emulator/index";
import { runCommand, TOP } from "../../../tools/pulumi-project";

const TOKEN = "dop_v1_failing_lookups";
const LAZY_SDK = join(TOP, "tests", "helpers", "processes", "lazy-sdk.cjs");
const PROGRAM = join("tests", "fixtures", "failing-lookups.cjs");

describe("a failing look-up that many Outputs of a program depend on", function () {
  this.timeout(120_000);
  let emulator: Emulator;
  before(async () => (emulator = await createEmulator({ token: TOKEN, rateLimit: false })));
  after(() => emulator?.close());

  for (const { about, program, token, code } of [
    {
      about: "what is not there",
      program: "known",
      token: TOKEN,
      code: /^\w+ (not-found|invalid-spec|bad-request)$/,
    },
    { about: "anything with a wrong token", program: "any", token: "wrong", code: /^\w+ unauthorized$/ },
  ])
    it(`fails immediately when it requests ${about}`, async () => {
      const env = { ...(process.env as Record<string, string>), DIGITALOCEAN_API_URL: emulator.url };
      // With its debugger on, V8 searches each path through the Outputs for a catch handler; an unguarded failure would
      // never arrive.
      const { output } = await runCommand(
        process.execPath,
        ["--require", LAZY_SDK, PROGRAM, program],
        TOP,
        { ...env, DIGITALOCEAN_TOKEN: token },
        { signal: AbortSignal.timeout(60_000) },
      );
      const failures = output.trimEnd().split("\n");
      const last = failures.pop();
      assert.equal(last, "done", `no failure of ${last}`);
      for (const failure of failures) assert.match(failure, code);
      for (const name of ["getApp", "getAppOutput", "getLogsByLine", "restartApp", "cancelEvent"])
        assert.ok(failures.some((failure) => failure.startsWith(`${name} `), output));
    });
});
