import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { EQUIVALENT } from "./equivalent";
import { batchesFor, Importers } from "./importers";
import { faultsIn, isEquivalent, plant, sampleOf, type Fault } from "./mutate";

/**
 * `npm run mutants -- --sample N --seed S`: plants random small faults in a copy of the repository, one at a time, and runs the tests
 * that load the file. A fault that no test notices shows a behavior that is not tested. `--file PATH` restricts it to a file or folder,
 * `--unit` to unit tests, which is much faster, and `--list` only prints the faults.
 */

const TOP = resolve(__dirname, "../..");
const SCOPE = /^provider\/(appspec|service|deploy|secrets|text|net)\/.*\.ts$/;
const SPECS = /^tests\/(unit|contract\/(app|client|deployment|functions|rollback))\/.*\.spec\.ts$/;
/** Least share of noticed faults, in percent. */
const LEAST = 85;
/** Tests with a fault may take this many times as long as all of their kind without one, and at least a minute. */
const PATIENCE = 2;
const LEAST_LIMIT = 60_000;
const LONGEST_RUN = 30 * 60_000;

type Outcome = "passed" | "failed" | "hung";

/** A copy of the repository with its uncommitted changes; installed packages are linked. */
class Copy {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "mutants-")));
  private stopRun: (() => void) | undefined;

  constructor(files: readonly string[]) {
    for (const file of files) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      cpSync(join(TOP, file), join(this.folder, file), { verbatimSymlinks: true });
    }
    for (const place of ["node_modules", "provider/node_modules", "emulator/node_modules"]) {
      if (existsSync(join(TOP, place))) symlinkSync(join(TOP, place), join(this.folder, place));
    }
  }

  /** Runs the specs up to the first failure. */
  run(specs: readonly string[], limit: number): Promise<{ outcome: Outcome; output: string }> {
    return new Promise((done) => {
      const mocha = join(TOP, "node_modules/mocha/bin/mocha.js");
      const child = spawn(process.execPath, [mocha, "--bail", "--exit", "--reporter", "dot", ...specs], {
        cwd: this.folder,
        detached: true,
        env: { ...process.env, ZERO_NOISE_RUNS: "50" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      let hung = false;
      const stop = (): void => {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      };
      const timer = setTimeout(() => {
        hung = true;
        stop();
      }, limit);
      this.stopRun = stop;
      const keep = (text: Buffer): void => void (output = (output + text.toString()).slice(-20_000));
      child.stdout.on("data", keep);
      child.stderr.on("data", keep);
      child.once("close", (code) => {
        clearTimeout(timer);
        this.stopRun = undefined;
        done({ outcome: hung ? "hung" : code === 0 ? "passed" : "failed", output });
      });
    });
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  remove(): void {
    this.stopRun?.();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Files that git knows or would add. */
function repositoryFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: TOP,
  });
  return [...new Set(listed.toString().split("\0"))].filter(
    (file) => file !== "" && existsSync(join(TOP, file)),
  );
}

/** `unit` or `contract`. */
const kindOf = (spec: string): string => spec.split("/")[1] ?? "";

const read = (file: string): string => readFileSync(join(TOP, file), "utf8");

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sample: { type: "string", default: "40" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
      file: { type: "string" },
      list: { type: "boolean", default: false },
      unit: { type: "boolean", default: false },
    },
  });
  const [count, seed] = [Number(values.sample), Number(values.seed)];
  if (!Number.isInteger(count) || count < 1) throw new Error("--sample has to be a positive integer");
  if (!Number.isInteger(seed)) throw new Error("--seed has to be an integer");
  const all = repositoryFiles();
  const only =
    values.file === undefined ? undefined : relative(TOP, resolve(values.file)).replace(/\\/g, "/");
  const files = all.filter(
    (file) => SCOPE.test(file) && (only === undefined || file === only || file.startsWith(`${only}/`)),
  );
  const faults = files.flatMap((file) => faultsIn(file, read(file)));
  if (faults.length === 0) throw new Error(`no fault can be planted in ${values.file ?? "these files"}`);
  // An entry in the list of equivalents does not change which other faults a seed selects.
  const sample = sampleOf(faults, faults.length, seed)
    .filter((fault) => !isEquivalent(fault, EQUIVALENT))
    .slice(0, count);
  console.log(`seed ${seed}: ${sample.length} of ${faults.length} faults in ${files.length} files`);
  if (values.list) {
    for (const fault of sample) console.log(lineOf(fault));
    return;
  }
  const specs = all.filter((file) => SPECS.test(file) && (!values.unit || file.startsWith("tests/unit/")));
  process.exitCode = await tryAll(sample, all, specs);
}

const lineOf = ({ file, line, change }: Fault): string => `${file}:${line}  ${change}`;

/** Plants one fault after the other and returns the exit code. */
async function tryAll(
  sample: readonly Fault[],
  all: readonly string[],
  specs: readonly string[],
): Promise<number> {
  const copy = new Copy(all);
  process.once("exit", () => copy.remove());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

  const importers = new Importers(TOP);
  const batches = new Map<string, string[][]>();
  for (const { file } of sample) {
    if (batches.has(file)) continue;
    batches.set(
      file,
      batchesFor(file, specs, (spec, to) => importers.distance(spec, to)),
    );
  }
  const limits = new Map<string, number>();
  for (const kind of ["unit", "contract"]) {
    const used = [...new Set([...batches.values()].flat(2))].filter((spec) => kindOf(spec) === kind);
    if (used.length === 0) continue;
    const began = performance.now();
    const { outcome, output } = await copy.run(used, LONGEST_RUN);
    if (outcome !== "passed") throw new Error(`the tests fail without a fault:\n${output}`);
    const took = performance.now() - began;
    limits.set(kind, Math.max(LEAST_LIMIT, took * PATIENCE));
    console.log(`${used.length} ${kind} specs pass without a fault in ${Math.round(took / 1000)} s`);
  }

  const survivors: Fault[] = [];
  for (const [index, fault] of sample.entries()) {
    const start = performance.now();
    const noticed = await isNoticed(copy, fault, batches.get(fault.file) ?? [], limits);
    const seconds = Math.round((performance.now() - start) / 1000);
    if (!noticed) survivors.push(fault);
    console.log(`${index + 1}/${sample.length} ${noticed ?? "SURVIVED"} (${seconds} s)  ${lineOf(fault)}`);
  }
  const noticed = sample.length - survivors.length;
  const percent = (100 * noticed) / sample.length;
  if (survivors.length > 0) console.log(`\nSurvivors:\n${survivors.map(lineOf).join("\n")}`);
  console.log(`\n${sample.length} mutants, ${noticed} noticed (${Math.floor(percent)} %)`);
  return percent < LEAST ? 1 : 0;
}

/** What noticed the fault, or undefined. */
async function isNoticed(
  copy: Copy,
  fault: Fault,
  batches: readonly string[][],
  limits: ReadonlyMap<string, number>,
): Promise<string | undefined> {
  const source = copy.read(fault.file);
  copy.write(fault.file, plant(source, fault));
  try {
    for (const batch of batches) {
      const kind = kindOf(batch[0] ?? "");
      const { outcome } = await copy.run(batch, limits.get(kind) ?? LONGEST_RUN);
      if (outcome === "failed") return `noticed by ${kind} tests`;
      if (outcome === "hung") return `noticed, ${kind} tests hang`;
    }
    return undefined;
  } finally {
    copy.write(fault.file, source);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
