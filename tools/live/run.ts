import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createEmulator, parseOtherwise } from "../../emulator/index";
import { Client } from "../../provider/api/client";
import { getPulumiCli } from "../pulumi-cli/get";
import { PulumiProject, runCommand, TOP } from "../pulumi-project";
import { runContract, type CheckResult, type ContractTarget } from "./contract";
import { cleanUp, CreatedApps, type Deleting, type Left } from "./created";
import { Findings, masked, observed, type Finding } from "./findings";
import { live, PRICE } from "./life";
import type { Send } from "./probes";
import { recordingProxy, type RecordingProxy } from "./proxy";
import { changesSince, markdown, type LiveReport, type Step } from "./report";
import { LiveUsageError, targetOf, type LiveOptions } from "./target";

const PREFIX = "pap-live";
const EMULATOR_TOKEN = "dop_v1_live0run0on0the0emulator";

/** A run on the emulator looks more often than the service would allow. */
const FAST = { perMinute: 5_000, perHour: 50_000 };

/** What surrounds a run. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address of the service, which only `--real` uses. */
  readonly service: string;
  readonly ask: (question: string) => Promise<string>;
  readonly log: (line: string) => void;
  /** Ends the run, but not the deletion of what it created. */
  readonly signal: AbortSignal;
  /** Requests a page of an app; never used on the emulator, whose apps have no address. */
  readonly visit: (url: string) => Promise<void>;
  /** Milliseconds between two looks at something in progress. @default 10_000 for the service, 200 for the emulator */
  readonly interval?: number;
}

/** Tries of a request that the rate limit refuses: together, they take longer than its minute. */
const TRIES = 6;
const REFUSED_MS = 15_000;

const sender =
  (url: string, token: string): Send =>
  async (...request) => {
    for (let tries = 1; ; tries++) {
      const response = await once(url, token, request);
      if (response.status !== 429 || tries === TRIES) return response;
      const seconds = Number(response.headers.get("retry-after") ?? NaN);
      await pause(seconds > 0 ? Math.min(seconds * 1000, 60_000) : REFUSED_MS);
    }
  };

async function once(
  url: string,
  token: string,
  [method, path, body, other = token]: Parameters<Send>,
): ReturnType<Send> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${other}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: unknown = text;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON: reported as it is.
  }
  return { status: response.status, headers: response.headers, body: parsed };
}

function deleting(url: string, token: string): Deleting {
  const send = sender(url, token);
  return {
    remove: async (id) => (await send("DELETE", `/v2/apps/${id}`)).status,
    async list() {
      const apps: { id: string; name: string }[] = [];
      for await (const { id, spec } of new Client({ token, baseUrl: url }).listApps())
        apps.push({ id, name: spec.name ?? "" });
      return apps;
    },
    now: Date.now,
  };
}

/** What is left, for the terminal: there, ids and names are of use, and the report has neither. */
function leftLines({ ids, names }: Left): string[] {
  return [
    ...ids.map((id) => `The app ${id} could not be deleted.`),
    ...names.map((name) => `The app ${name} may exist: the response to its creation was lost.`),
    ...(ids.length + names.length > 0 ? ["Run npm run live -- --real --clean-up in a few minutes."] : []),
  ];
}

function switched(given: readonly string[]): ReturnType<typeof parseOtherwise> {
  try {
    return parseOtherwise(given);
  } catch (error) {
    throw new LiveUsageError(`--otherwise: ${(error as Error).message}`);
  }
}

/** @returns the exit code @throws LiveUsageError */
export async function liveRun(options: LiveOptions, around: Surroundings): Promise<number> {
  const target = targetOf(options, around.env);
  const isReal = target.kind === "service";
  const out = resolve(options.out);
  const otherwise = switched(options.otherwise);
  // The emulator's ids die with it: kept apart, so that a run on it never changes the record of a real one.
  const created = new CreatedApps(join(out, isReal ? "created.json" : "created-emulator.json"));
  const token = isReal ? target.token : EMULATOR_TOKEN;

  if (options.cleanUp) {
    if (!isReal) throw new LiveUsageError("--clean-up needs --real");
    const left = await cleanUp(created, deleting(around.service, token));
    const lines = leftLines(left);
    for (const line of lines.length === 0 ? ["Every recorded app is deleted."] : lines) around.log(line);
    return lines.length === 0 ? 0 : 1;
  }
  if (isReal) {
    around.log(PRICE);
    const question = "Create it in the account of DIGITALOCEAN_TOKEN? (yes/no) ";
    if (!options.yes && (await around.ask(question)).trim() !== "yes") return 1;
  }

  const emulator = isReal
    ? undefined
    : await createEmulator({ otherwise, token: EMULATOR_TOKEN, deploySeconds: 2, rateLimit: FAST });
  const url = emulator?.url ?? around.service;
  const proxy = await recordingProxy(url, created);
  const run: Run = {
    name: `${PREFIX}-${Date.now().toString(36)}`,
    url: proxy.url,
    token,
    proxy,
    findings: new Findings(),
    interval: around.interval ?? (isReal ? 10_000 : 200),
    visit: isReal ? around.visit : undefined,
    signal: around.signal,
    contract: [],
    steps: [],
    log: around.log,
  };
  const started = new Date().toISOString();
  let left: Left;
  try {
    await contractOf(run);
    if (!options.contract && !around.signal.aborted) await lifeOf(run);
  } finally {
    // After the last request that could create an app.
    await proxy.close();
    left = await cleanUp(created, deleting(url, token));
    await emulator?.close();
    write(out, run, { target: isReal ? "the service" : "the emulator", started, otherwise, left });
    for (const line of [...leftLines(left), `Report: ${join(out, "report.md")}`]) around.log(line);
  }
  const isComplete = !around.signal.aborted && left.ids.length + left.names.length === 0;
  return isComplete && [...run.contract, ...run.steps].every(({ ok }) => ok) ? 0 : 1;
}

/** A run in progress, and what it has seen. */
interface Run {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly proxy: RecordingProxy;
  readonly findings: Findings;
  readonly interval: number;
  readonly visit: ContractTarget["visit"];
  readonly signal: AbortSignal;
  readonly contract: CheckResult[];
  readonly steps: Step[];
  readonly log: (line: string) => void;
}

const tell = ({ log }: Run, { ok, name, seconds }: Step, detail = ""): void =>
  log(`${ok ? "passed" : "FAILED"} ${name} (${seconds} s)${detail && `\n  ${masked(detail)}`}`);

async function contractOf(run: Run): Promise<void> {
  const { url, token, name, interval, visit, signal } = run;
  await runContract(
    { url, token, name: `${name}-c`, pollMs: interval, pause: (ms) => pause(ms), visit, signal },
    (result) => {
      run.contract.push(result);
      tell(run, result, result.ok ? "" : result.observed);
    },
  );
}

async function lifeOf(run: Run): Promise<void> {
  const { url, token, name, proxy, findings, interval, visit, signal } = run;
  const { bin } = await getPulumiCli();
  const program = join(TOP, "tests", "fixtures", "programs", "apps");
  const service = { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: token };
  const project = await PulumiProject.create(program, bin, service);
  try {
    await live({
      project,
      proxy,
      send: sender(url, token),
      findings,
      name,
      signal,
      pause: (ms) => pause(ms),
      interval,
      visit,
      command: (args, more) =>
        runCommand(
          process.execPath,
          [join(TOP, "provider", "dist", "cli.js"), ...args],
          project.folder,
          service,
          more,
        ),
      onStep: (step) => {
        run.steps.push(step);
        tell(run, step, step.problem);
      },
    });
  } finally {
    project.remove();
  }
}

/** The findings of the report that this run replaces, if it is about the same target and can be read. */
function previous(file: string, target: string): readonly Finding[] | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as Partial<LiveReport>;
    return report.target === target && Array.isArray(report.findings) ? report.findings : undefined;
  } catch {
    return undefined;
  }
}

function write(
  out: string,
  { contract, steps, findings, proxy }: Run,
  { left, ...rest }: Pick<LiveReport, "target" | "started" | "otherwise"> & { left: Left },
): void {
  const file = join(out, "report.json");
  const before = previous(file, rest.target);
  const found = findings.all();
  const report: LiveReport = {
    ...rest,
    contract,
    steps,
    findings: found,
    // Masked like the report that it is compared with.
    ...(before && { changes: changesSince(before, JSON.parse(masked(JSON.stringify(found))) as Finding[]) }),
    observed: observed(proxy.exchanges),
    left: left.ids.length + left.names.length,
  };
  mkdirSync(out, { recursive: true });
  writeFileSync(file, masked(`${JSON.stringify(report, undefined, 2)}\n`));
  writeFileSync(join(out, "report.md"), markdown(report));
}
