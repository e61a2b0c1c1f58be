import assert from "node:assert/strict";
import { cutShort, describeCounts, faulted } from "./counts";
import { campaign } from "./main";
import { planOf } from "./plan";

/** Fixed seeds, so that a failure here comes from a code change. `npm run campaign` tries other seeds. */
const SEEDS = Array.from({ length: Number(process.env["CAMPAIGN_RUNS"] ?? 10) }, (_, index) => 7_000 + index);

describe("random programs under random faults, cancellations and kills", function () {
  this.timeout(300_000);

  it("report no false success, lose and duplicate no app, show no secret, and recover within two rounds", async () => {
    const problems: string[] = [];
    const counts = await campaign(SEEDS, (seed, run) => {
      problems.push(...run.problems.map((problem) => `seed ${seed}: ${problem}`));
    });
    console.log(describeCounts(counts).replace(/^/gm, "      "));
    assert.deepEqual(problems, []);
    assert.equal(counts.runs, SEEDS.length);
    assert.ok(cutShort(counts) > 5 && faulted(counts) > 100, describeCounts(counts));
  });

  it("produce the same run for the same seed", () => {
    assert.deepEqual(planOf(42), planOf(42));
    assert.notDeepEqual(planOf(42).steps, planOf(43).steps);
  });
});
