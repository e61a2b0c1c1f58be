import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { createEmulator, type Emulator } from "../../../emulator/index";
import fc from "fast-check";
import { specInputs } from "../../../provider/dynamic/inputs";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import { validate } from "../../../provider/appspec/validate";
import { plain } from "../../../provider/resources/app/state";
import { arbitrarySpec } from "../../helpers/arbitrary-spec";
import { LATER, QuietRun } from "../../helpers/processes/quiet-run";
import { runs } from "../../helpers/runs";
import { InProcessStack } from "../../../tools/in-process-stack";

const OTHERWISE = [
  "general-type-omitted",
  "instance-count-left-out",
  "log-passwords-encrypted",
  "log-tokens-in-plaintext",
  "secure-header-in-plaintext",
  "size-filled-in",
] as const;
const RUNS = Number(process.env["ZERO_NOISE_RUNS"] ?? runs(15, 400));

describe("a second preview and a refresh after pulumi up", function () {
  this.timeout(300_000);
  /** The service as assumed, and one that does the opposite where reports differ. */
  let emulators: [Emulator, Emulator];

  before(async () => {
    const common = { deploySeconds: 0, rateLimit: false };
    emulators = [await createEmulator(common), await createEmulator({ ...common, otherwise: OTHERWISE })];
  });

  after(() => Promise.all(emulators.map((emulator) => emulator.close())));

  it("show no change for any spec, and later changes are exactly those made", async () => {
    const made: Record<string, number> = {};
    let specs = 0;
    let secrets = 0;
    let noisy = 0;
    const property = fc.asyncProperty(
      arbitrarySpec,
      fc.constantFrom(...LATER),
      fc.nat(),
      fc.constantFrom(0, 1),
      async (spec, later, pick, which) => {
        const emulator = emulators[which as 0 | 1];
        emulator.reset();
        noisy++;
        const run = new QuietRun(emulator, new InProcessStack(emulator), spec);
        await run.isQuiet();
        if (await run.goesOn(later, pick)) made[later] = (made[later] ?? 0) + 1;
        noisy--;
        specs++;
        secrets += run.secrets;
      },
    );
    try {
      await fc.assert(property, { numRuns: RUNS });
    } finally {
      const changes = Object.entries(made).map(([later, count]) => `${count} ${later}`);
      console.log(`      ${specs} specs, ${secrets} secrets, ${noisy} noisy; then ${changes.join(", ")}`);
    }
    assert.ok(secrets > RUNS, "most specs hold secrets");
    // The few runs of the loop are too random to contain each kind of change.
    if (RUNS < 200) return;
    for (const later of LATER) assert.ok((made[later] ?? 0) > RUNS / 25, `too few: ${later}`);
  });

  it("use valid specs, converted the same way as in App's constructor", async () => {
    const property = fc.asyncProperty(arbitrarySpec, async (spec) => {
      const errors = validate(spec).filter(({ severity }) => severity === "error");
      assert.deepEqual(errors, []);
      const turned = await new Promise<unknown>((known) =>
        (pulumi.output(specInputs(spec as never, "app")) as pulumi.Output<unknown>).apply(known),
      );
      assert.deepEqual(plain(turned), plain(listsToMaps(spec)));
    });
    await fc.assert(property, { numRuns: runs(10, 50) });
  });
});
