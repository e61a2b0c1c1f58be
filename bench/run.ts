import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APP_PROVIDER } from "../provider/resources/state-texts";
import { getPulumiCli } from "../tools/pulumi-cli/get";
import { chart, formatFigure, median, replaced, type Figure } from "./figures";
import { BenchStack, refused, writes, type Run } from "./stack";
import { listingTimes } from "./listing";
import { logMemory } from "./logs";
import { maskingRatio } from "./masking";
import { fourPipelines } from "./pipelines";
import { pluginRatios } from "./plugin";
import { pluginStartRatio, startRatio } from "./start";
import { specOf, validateRatio } from "./validation";

/**
 * The benchmark: the real CLI on the emulator with the service's real limits. Figures of other tools were measured on
 * a plain stand-in for the service: 100 apps at once, deployments of 60 s, 250 calls a minute.
 */
const figures: Figure[] = [];

function tell(name: string, value: number, limit: number, unit: string, reference?: string): void {
  const figure: Figure = { name, value, limit, unit, ...(reference && { reference }) };
  figures.push(figure);
  console.log(formatFigure(figure));
}

const RESULTS = join(__dirname, "results.json");

/** What `npm run bench` measures; `npm run bench -- NAME …` measures only these, and keeps the other figures. */
const SECTIONS: Readonly<Record<string, (cli: string) => Promise<void>>> = {
  async apps(cli) {
    // First, because it also warms up the emulator and the machine's caches.
    const megabytes = await oneApp(cli);
    await interrupted(cli);
    await hundredApps(cli);
    await fiveHundredApps(cli, megabytes);
  },
  pipelines: sharedToken,
  plugin: besideDynamic,
  async start() {
    tell("start-ratio", await startRatio(), 1.5, "x an empty dynamic provider");
    tell("plugin-start-ratio", await pluginStartRatio(), 0.5, "x the dynamic provider");
    tell("provider-text-bytes", Buffer.byteLength(APP_PROVIDER), 100, "bytes");
  },
  async texts() {
    tell("validate-ratio", validateRatio(specOf(20, 5)), 10, "x JSON.parse", "20 components");
    tell("validate-large-ratio", validateRatio(specOf(20, 640)), 10, "x JSON.parse", "1 MB");
    tell("masking-ratio", maskingRatio(), 3, "x a megabyte of log", "a megabyte that makes it hardest");
    tell("emulator-listing", (await listingTimes()).all, 50, "ms", "500 apps");
    const { growthMegabytes } = await logMemory(1024);
    tell("log-memory-growth", Math.max(0, growthMegabytes), 150, "MB", "a log of 1 GB");
  },
};

async function main(names: readonly string[]): Promise<void> {
  const sections = Object.entries(SECTIONS).filter(([name]) => names.length === 0 || names.includes(name));
  if (!names.every((name) => Object.hasOwn(SECTIONS, name)))
    throw new Error(`The sections are ${Object.keys(SECTIONS).join(", ")}.`);
  const { bin } = await getPulumiCli({ log: (line) => console.error(line) });
  for (const [, measure] of sections) await measure(bin);
  const earlier = JSON.parse(readFileSync(RESULTS, "utf8")) as Figure[];
  const all = names.length === 0 ? figures : replaced(earlier, figures);
  writeFileSync(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
  writeFileSync(join(__dirname, "results.svg"), chart(all));
  process.exitCode = figures.some(({ value, limit }) => value > limit) ? 1 : 0;
}

let extraOfHundred = 0;

async function hundredApps(cli: string): Promise<void> {
  const stack = await BenchStack.create(cli, "apps", 100, 60);
  try {
    const up = await stack.run(["up", "--parallel", "100"]);
    extraOfHundred = up.calls.length - writes(up.calls);
    tell("hundred-apps-seconds", up.result.took / 1000, 68, "s", "Terraform 74, bridged provider 77");
    tell("hundred-apps-calls", up.calls.length, 200, "calls", "Terraform 656, bridged provider 805");
    tell("hundred-apps-refused", refused(up.calls), 0, "calls", "Terraform 206, bridged provider 375");
    tell("state-bytes-per-app", stateBytes(stack), stateLimit(stack), "bytes", "bridged provider 5700");
    const refresh = await stack.run(["refresh"]);
    tell("refresh-calls", refresh.calls.length, 3, "calls", "Terraform 100, bridged provider 200");
    await secondUp(cli, stack);
  } finally {
    await stack.close();
  }
}

const REPEATS = 3;

/** Alternates with a program whose resources do nothing, so that both run under the same conditions. */
async function secondUp(cli: string, stack: BenchStack): Promise<void> {
  const plain = await BenchStack.create(cli, "plain", 100, 60);
  try {
    await plain.run(["up"]);
    const ratios: number[] = [];
    let calls: Run["calls"] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const ours = await stack.run(["up"]);
      const theirs = await plain.run(["up"]);
      ratios.push(ours.result.took / theirs.result.took);
      calls = ours.calls;
    }
    if (writes(calls) > 0) throw new Error("the second up wrote to the service");
    tell("noop-calls", calls.length, 3, "calls");
    tell("noop-time-ratio", median(ratios), 1.3, "x resources that do nothing");
  } finally {
    await plain.close();
  }
}

/** Returns the megabytes that one app takes. */
async function oneApp(cli: string): Promise<number> {
  const runs: { seconds: number; megabytes: number }[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) runs.push(await oneNewApp(cli));
  const seconds = median(runs.map((run) => run.seconds));
  tell("active-to-done-seconds", seconds, 1, "s", "Terraform 5.6, bridged provider 7.4");
  return median(runs.map((run) => run.megabytes));
}

async function oneNewApp(cli: string): Promise<{ seconds: number; megabytes: number }> {
  const stack = await BenchStack.create(cli, "apps", 1, 5);
  try {
    let endedAt = 0;
    const up = await stack.run(["up"], (text) => {
      if (endedAt === 0 && /App\s+app-000 created \(/.test(text)) endedAt = Date.now();
    });
    const created = up.calls.find(({ method }) => method === "POST")?.at ?? NaN;
    return { seconds: (endedAt - created) / 1000 - 5, megabytes: up.megabytes };
  } finally {
    await stack.close();
  }
}

/**
 * Pulumi exits only after all started operations have finished: a provider that does not notice Ctrl-C waits for the
 * deployment.
 */
async function interrupted(cli: string): Promise<void> {
  const deploySeconds = 60;
  const stack = await BenchStack.create(cli, "apps", 1, deploySeconds);
  try {
    tell("interrupt-seconds", await stack.interruptedUp(), 5, "s", `a deployment of ${deploySeconds} s`);
  } finally {
    await stack.close();
  }
}

async function besideDynamic(cli: string): Promise<void> {
  const one = await pluginRatios(cli, 1);
  tell("plugin-noop-one-yaml-ratio", one.yaml, 2, "x a resource that does nothing");
  tell("plugin-noop-one-typescript-ratio", one.typescript, 2, "x a resource that does nothing");
  const hundred = await pluginRatios(cli, 100);
  tell("plugin-noop-yaml-ratio", hundred.yaml, 1.5, "x resources that do nothing");
  tell("plugin-noop-typescript-ratio", hundred.typescript, 1.5, "x resources that do nothing");
  const bound = `${hundred.bound.toFixed(2)} with resources that do nothing`;
  tell("plugin-noop-beside-dynamic-ratio", hundred.dynamic, 0.6, "x the dynamic provider", bound);
}

async function fiveHundredApps(cli: string, one: number): Promise<void> {
  const stack = await BenchStack.create(cli, "apps", 500, 20);
  try {
    const up = await stack.run(["up", "--parallel", "500"]);
    const extra = up.calls.length - writes(up.calls);
    tell("five-hundred-apps-refused", refused(up.calls), 0, "calls");
    tell(
      "five-hundred-apps-extra-calls-ratio",
      extra / (5 * extraOfHundred),
      1,
      "x five times those of 100 apps",
      `${extra} and ${extraOfHundred} calls beside the writes`,
    );
    const memory = `${Math.round(up.megabytes)} and ${Math.round(one)} MB`;
    tell("memory-ratio", up.megabytes / one, 1.5, "x that of one app", memory);
  } finally {
    await stack.close();
  }
}

/** All of them finish; otherwise, this throws. */
async function sharedToken(cli: string): Promise<void> {
  const { fastest, slowest, refusals } = await fourPipelines(cli, 50, 60);
  const seconds = `${fastest.toFixed(1)} to ${slowest.toFixed(1)} s, ${refusals} calls refused`;
  tell("four-pipelines-ratio", slowest / fastest, 1.3, "x the fastest pipeline", seconds);
}

interface StoredResource {
  type: string;
  inputs: { spec?: unknown };
}

function appsIn(stack: BenchStack): StoredResource[] {
  const state = JSON.parse(stack.stateText()) as {
    checkpoint: { latest: { resources: StoredResource[] } };
  };
  return state.checkpoint.latest.resources.filter(({ type }) => type.includes("app-platform:App"));
}

function stateBytes(stack: BenchStack): number {
  const apps = appsIn(stack);
  return apps.reduce((sum, app) => sum + JSON.stringify(app).length, 0) / apps.length;
}

/** 2 KB plus four times the size of the program's spec. */
function stateLimit(stack: BenchStack): number {
  const spec = stack.emulator.apps()[0]?.spec;
  return 2048 + 4 * JSON.stringify(spec).length;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
