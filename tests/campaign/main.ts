import { parseArgs } from "node:util";
import { World } from "../faults/world";
import { CliRun } from "./cli-run";
import { describeCounts, noCounts, type Counts } from "./counts";
import { QUICK_FAULTS } from "./faults";
import { planOf } from "./plan";
import { CampaignRun } from "./run";

/**
 * `npm run campaign -- --runs N --seed S`: random programs under random faults and signals on Pulumi's provider host.
 * Each run has its own seed; `--runs 1 --seed S` repeats a single run, with `--trace` line by line. With `--cli`, the
 * real CLI runs the programs. `--minutes M` starts no run after that time.
 */
export async function campaign(
  seeds: Iterable<number>,
  onRun: (seed: number, run: CampaignRun, counts: Counts) => void,
): Promise<Counts> {
  const counts = noCounts();
  let world = await World.start();
  try {
    for (const seed of seeds) {
      const run = new CampaignRun(world, planOf(seed), counts);
      const isOver = await carriedOut(run);
      onRun(seed, run, counts);
      if (isOver) continue;
      await world.stop();
      world = await World.start();
    }
  } finally {
    await world.stop();
  }
  return counts;
}

/** Far longer than any run takes. */
const LIMIT_MS = 10 * 60_000;

/**
 * Runs a plan to its end. A failure of the run itself counts as a problem.
 * @returns false if it hangs
 */
async function carriedOut(run: CampaignRun | CliRun): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LIMIT_MS);
  });
  const end = run.carryOut().then(
    () => true,
    (error: unknown) => {
      run.problems.push(`the run itself failed: ${(error as Error).stack ?? String(error)}`);
      return true;
    },
  );
  const isOver = await Promise.race([end, late]);
  clearTimeout(timer);
  if (!isOver) run.problems.push("the run hangs");
  return isOver;
}

/** A run with the real CLI takes seconds for each step. */
const MOST_STEPS = 3;

/** The same with the real CLI, in real time. */
async function cliCampaign(
  seeds: Iterable<number>,
  onRun: (seed: number, run: CliRun, counts: Counts) => void,
): Promise<Counts> {
  const counts = noCounts();
  for (const seed of seeds) {
    const run = await CliRun.prepare(planOf(seed, QUICK_FAULTS, MOST_STEPS), counts);
    try {
      await carriedOut(run);
      onRun(seed, run, counts);
    } finally {
      await run.close();
    }
  }
  return counts;
}

/** Runs after which the counts are printed. */
const REPORT_EVERY = 20;

function* seedsFrom(first: number, runs: number, minutes: number): Iterable<number> {
  const end = Date.now() + minutes * 60_000;
  for (let nth = 0; nth < runs && Date.now() < end; nth++) yield first + nth;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
      minutes: { type: "string", default: "Infinity" },
      trace: { type: "boolean", default: false },
      cli: { type: "boolean", default: false },
    },
  });
  const first = Number(values.seed);
  console.log(`seeds from ${first}`);
  let failed = 0;
  const carryOut = values.cli ? cliCampaign : campaign;
  const seeds = seedsFrom(first, Number(values.runs), Number(values.minutes));
  const counts = await carryOut(seeds, (seed, { problems, trace }, soFar) => {
    if (soFar.runs % (values.cli ? 4 : REPORT_EVERY) === 0) console.log(describeCounts(soFar));
    if (values.trace || problems.length > 0) console.log(trace.join("\n"));
    if (problems.length === 0) return;
    failed += 1;
    console.log(`seed ${seed}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  });
  console.log(`${describeCounts(counts)}\n${failed} runs with a problem`);
  if (failed > 0) process.exitCode = 1;
}

if (require.main === module) void main();
