import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as pause } from "node:timers/promises";
import { createEmulator, parseOtherwise, type Emulator } from "../../emulator/index";
import { getPulumiCli } from "../pulumi-cli/get";
import { PulumiProject, TOP } from "../pulumi-project";
import { runContract, type CheckResult } from "./contract";
import { cleanUp, CreatedApps } from "./created";
import { Findings, masked, observed } from "./findings";
import { live, PRICE } from "./life";
import type { Send } from "./probes";
import { recordingProxy } from "./proxy";
import { markdown, type LiveReport, type Step } from "./report";
import { LIVE_HELP, LiveUsageError, parseLive, SERVICE_URL, targetOf, type LiveOptions } from "./target";

const PREFIX = "pap-live";
const EMULATOR_TOKEN = "dop_v1_live0run0on0the0emulator";

const sender =
  (url: string, token: string): Send =>
  async (method, path, body, other = token) => {
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
  };

/** Requests a page of an app. */
async function visited(url: string): Promise<void> {
  await (await fetch(url)).arrayBuffer();
}

async function confirmed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `${PRICE}\nCreate it in the account of DIGITALOCEAN_TOKEN? (yes/no) `,
  );
  terminal.close();
  return answer.trim() === "yes";
}

function switched(given: readonly string[]): ReturnType<typeof parseOtherwise> {
  try {
    return parseOtherwise(given);
  } catch (error) {
    throw new LiveUsageError(`--otherwise: ${(error as Error).message}`);
  }
}

/** @returns the exit code */
export async function liveRun(options: LiveOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const target = targetOf(options, env);
  const out = resolve(options.out);
  const otherwise = switched(options.otherwise);
  // The emulator's ids die with it: kept apart, so that a run on it never changes the record of a real one.
  const created = new CreatedApps(
    join(out, target.kind === "service" ? "created.json" : "created-emulator.json"),
  );
  const token = target.kind === "service" ? target.token : EMULATOR_TOKEN;

  if (options.cleanUp) {
    if (target.kind !== "service") throw new LiveUsageError("--clean-up needs --real");
    const direct = sender(SERVICE_URL, token);
    const left = await cleanUp(created, async (id) => (await direct("DELETE", `/v2/apps/${id}`)).status);
    console.log(
      left.length === 0 ? "Every recorded app is deleted." : `${left.length} apps could not be deleted.`,
    );
    return left.length === 0 ? 0 : 1;
  }
  if (target.kind === "service") {
    console.log(PRICE);
    if (!options.yes && !(await confirmed())) return 1;
  }

  let emulator: Emulator | undefined;
  if (target.kind === "emulator")
    emulator = await createEmulator({ otherwise, token: EMULATOR_TOKEN, deploySeconds: 2 });
  const proxy = await recordingProxy(emulator?.url ?? SERVICE_URL, (id) => created.add(id));
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new Error("interrupted"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const send = sender(proxy.url, token);
  const findings = new Findings();
  const steps: Step[] = [];
  const contract: CheckResult[] = [];
  const tell = ({ ok, name, seconds }: Step, detail = ""): void =>
    console.log(`${ok ? "passed" : "FAILED"} ${name} (${seconds} s)${detail && `\n  ${masked(detail)}`}`);
  const name = `${PREFIX}-${Date.now().toString(36)}`;
  const interval = target.kind === "service" ? 10_000 : 200;
  const started = new Date().toISOString();
  let project: PulumiProject | undefined;
  let left: string[] = [];
  try {
    await runContract(
      {
        url: proxy.url,
        token,
        name: `${name}-c`,
        pollMs: interval,
        pause: (ms) => pause(ms),
        // The addresses of the emulator's apps lead nowhere.
        ...(target.kind === "service" && { visit: visited }),
        signal: stop.signal,
      },
      (result) => {
        contract.push(result);
        tell(result, result.ok ? "" : result.observed);
      },
    );
    const cli = await getPulumiCli();
    const program = join(TOP, "tests", "fixtures", "programs", "apps");
    project = await PulumiProject.create(program, cli.bin, {
      DIGITALOCEAN_API_URL: proxy.url,
      DIGITALOCEAN_TOKEN: token,
    });
    await live({
      project,
      proxy,
      send,
      findings,
      name,
      signal: stop.signal,
      pause: (ms) => pause(ms),
      interval,
      onStep: (step) => {
        steps.push(step);
        tell(step, step.problem);
      },
    });
  } finally {
    left = await cleanUp(created, async (id) => (await send("DELETE", `/v2/apps/${id}`)).status);
    project?.remove();
    await proxy.close();
    await emulator?.close();
    const report: LiveReport = {
      target: target.kind === "service" ? "the service" : "the emulator",
      started,
      contract,
      steps,
      findings: findings.all(),
      observed: observed(proxy.exchanges),
      left: left.length,
    };
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "report.json"), masked(`${JSON.stringify(report, undefined, 2)}\n`));
    writeFileSync(join(out, "report.md"), markdown(report));
    console.log(`Report: ${join(out, "report.md")}`);
    if (left.length > 0) console.error("Apps are left: run npm run live -- --real --clean-up");
  }
  return [...contract, ...steps].every(({ ok }) => ok) && left.length === 0 ? 0 : 1;
}

if (require.main === module) {
  void (async () => {
    try {
      const options = parseLive(process.argv.slice(2));
      if (options === "help") return console.log(LIVE_HELP);
      process.exitCode = await liveRun(options, process.env);
    } catch (error) {
      console.error(masked((error as Error).message));
      process.exitCode = error instanceof LiveUsageError ? 2 : 1;
    }
  })();
}
