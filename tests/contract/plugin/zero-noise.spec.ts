import assert from "node:assert/strict";
import fc from "fast-check";
import { createEmulator, type Emulator } from "../../../emulator/index";
import { arbitrarySpec, SECRET_MARK } from "../../helpers/arbitrary-spec";
import { LATER, QuietRun } from "../../helpers/processes/quiet-run";
import { runs } from "../../helpers/runs";
import { PluginStack } from "../../helpers/world/plugin-stack";

const RUNS = Number(process.env["ZERO_NOISE_RUNS"] ?? runs(5, 25));

describe("a second preview and a refresh with the plugin", function () {
  this.timeout(300_000);
  let emulator: Emulator;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0, rateLimit: false });
  });

  after(() => emulator.close());

  it("show no change for any spec, and later changes are exactly those made", async () => {
    const made = new Set<string>();
    const property = fc.asyncProperty(
      arbitrarySpec,
      fc.constantFrom(...LATER),
      fc.nat(),
      fc.boolean(),
      async (spec, later, pick, marksSecrets) => {
        emulator.reset();
        const stack = new PluginStack(emulator, marksSecrets);
        const run = new QuietRun(emulator, stack, spec);
        await run.isQuiet();
        assert.ok(!stack.shown.includes(SECRET_MARK), "only marked secrets are in the state");
        if (await run.goesOn(later, pick)) made.add(later);
      },
    );
    await fc.assert(property, { numRuns: RUNS });
    assert.ok(made.size > 1, "most specs change later");
  });
});
