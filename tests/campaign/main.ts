import { parseArgs } from "node:util";
import { World } from "../faults/world";
import { CliRun } from "./cli-run";
import { planOf, QUICK_FAULTS } from "./plan";
import { CampaignRun, noCounts, type Counts } from "./run";

/**
 * `npm run campaign -- --runs N --seed S`: random programs under random faults and signals on Pulumi's provider host.
 * Each run has its own seed; `--runs 1 --seed S` repeats a single run, with `--trace` line by line. With `--cli`, the
 * real CLI runs the programs.
 */
export async function campaign(
  seeds: Iterable<number>,
  onRun: (seed: number, run: CampaignRun) => void,
): Promise<Counts> {
  const counts = noCounts();
  const world = await World.start();
  try {
    for (const seed of seeds) {
      const run = new CampaignRun(world, planOf(seed), counts);
      await carriedOut(run);
      onRun(seed, run);
    }
  } finally {
    await world.stop();
  }
  return counts;
}

/** Runs a plan to its end. A failure of the run itself counts as a problem. */
async function carriedOut(run: CampaignRun | CliRun): Promise<void> {
  await run.carryOut().catch((error: unknown) => {
    run.problems.push(`the run itself failed: ${(error as Error).stack ?? String(error)}`);
  });
}

/** The same with the real CLI, in real time. */
async function cliCampaign(
  seeds: Iterable<number>,
  onRun: (seed: number, run: CliRun) => void,
): Promise<Counts> {
  const counts = noCounts();
  for (const seed of seeds) {
    const run = await CliRun.prepare(planOf(seed, QUICK_FAULTS), counts);
    try {
      await carriedOut(run);
      onRun(seed, run);
    } finally {
      await run.close();
    }
  }
  return counts;
}

/** Summarizes the counts in a few lines. */
export function describeCounts({ faults, ...counts }: Counts): string {
  const met = Object.entries(faults).sort(([, a], [, b]) => b - a);
  const total = met.reduce((sum, [, count]) => sum + count, 0);
  return [
    `${counts.runs} runs, ${counts.operations} operations, ${counts.failed} of them failed`,
    `${counts.canceled} runs canceled, ${counts.killed} killed`,
    `${total} requests met a fault: ${met.map(([name, count]) => `${name} ${count}`).join(", ")}`,
  ].join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
      trace: { type: "boolean", default: false },
      cli: { type: "boolean", default: false },
    },
  });
  const first = Number(values.seed);
  const seeds = Array.from({ length: Number(values.runs) }, (_, index) => first + index);
  console.log(`seeds ${first} to ${first + seeds.length - 1}`);
  let failed = 0;
  const carryOut = values.cli ? cliCampaign : campaign;
  const counts = await carryOut(seeds, (seed, { problems, trace }) => {
    if (values.trace) console.log(trace.join("\n"));
    if (problems.length === 0) return;
    failed += 1;
    console.log(`seed ${seed}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  });
  console.log(`${describeCounts(counts)}\n${failed} runs with a problem`);
  if (failed > 0) process.exitCode = 1;
}

if (require.main === module) void main();
