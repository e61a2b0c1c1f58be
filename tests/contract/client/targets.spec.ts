import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createEmulator, SWITCHABLE, type Emulator, type Otherwise } from "../../../emulator/index";
import {
  Bench,
  CONTRACT,
  runContract,
  type CheckResult,
  type ContractTarget,
} from "../../../tools/live/contract";
import { operations } from "../emulator/facts";

const TOKEN = `dop_v1_${"e".repeat(64)}`;
const nameOfRun = (): string => `contract-${randomBytes(6).toString("hex")}`;
const emulatorWith = (otherwise: readonly Otherwise[] = []): Promise<Emulator> =>
  createEmulator({ token: TOKEN, otherwise, deploySeconds: 0.3, rateLimit: false });
const targetOf = ({ url }: Emulator): ContractTarget => ({
  url,
  token: TOKEN,
  name: nameOfRun(),
  // Rarely enough that the contract stays below the client's own limit of requests a minute.
  pollMs: 60,
  pause: (ms) => pause(ms),
});

/** Every check of the contract as a test. `npm run live` runs the same checks, also against the service. */
function contractTests(otherwise: readonly Otherwise[] = []): void {
  let emulator: Emulator;
  let bench: Bench;
  before(async () => {
    emulator = await emulatorWith(otherwise);
    bench = new Bench(targetOf(emulator));
  });
  after(() => emulator.close());
  for (const { name, run } of CONTRACT)
    it(name, async () => {
      await run(bench);
    });
}

/** Endpoints that the contract leaves out, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "POST /v2/apps/{app_id}/events/{event_id}/cancel":
    "needs an autoscaling in progress, on a dedicated instance",
  "GET /v2/apps/{app_id}/events/{event_id}/logs": "needs an autoscaling",
  "POST /v2/apps/{app_id}/job-invocations/{job_invocation_id}/cancel": "needs a job",
  "GET /v2/apps/{app_id}/jobs/{job_name}/invocations/{job_invocation_id}/logs": "needs a job",
  "GET /v2/apps/{app_id}/deployments/{deployment_id}/components/{component_name}/exec":
    "the same console as that of the app",
};

describe("the client's contract, against the emulator", () => {
  contractTests();
});

describe("the client's contract, against an emulator with every assumption switched", () => {
  // Short, because the contract waits for the deletion, for lists, and for the address.
  const short: Partial<Record<string, Otherwise>> = {
    "deleted-at-once": "deleted-at-once=0.5",
    "lists-are-current": "lists-are-current=0.2",
    "live-url-when-active": "live-url-when-active=0.2",
  };
  contractTests(SWITCHABLE.map((id) => short[id] ?? id));
});

describe("a run of the client's contract", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await emulatorWith();
  });
  afterEach(() => emulator.close());

  const run = async (more: Partial<ContractTarget> = {}): Promise<CheckResult[]> => {
    const results: CheckResult[] = [];
    await runContract({ ...targetOf(emulator), ...more }, (result) => results.push(result));
    return results;
  };

  it("calls every endpoint in the service's description but those that it leaves out for a reason", async () => {
    await run();
    const called = (path: string): RegExp => new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`);
    const missed = operations
      .filter(
        ({ method, path }) =>
          !emulator.calls.some((call) => call.method === method && called(path).test(call.path)),
      )
      .map(({ title }) => title);
    assert.deepEqual(missed.sort(), Object.keys(LEFT_OUT).sort());
  });

  it("names the check that a service does not pass, and runs the others", async () => {
    emulator.faults.add({ path: /\/destinations$/, fault: { status: 403 } });
    const failed = (await run()).filter(({ ok }) => !ok);
    assert.deepEqual(
      failed.map(({ name }) => name),
      ["lists alerts, and changes their recipients"],
    );
    assert.match(failed[0]?.observed ?? "", /403/);
    assert.deepEqual(emulator.apps(), []);
  });

  it("notices a change that the service accepts and discards", async () => {
    emulator.faults.add({ method: "POST", path: /\/destinations$/, fault: "discarded" });
    assert.deepEqual(
      (await run()).filter(({ ok }) => !ok).map(({ name }) => name),
      ["lists alerts, and changes their recipients"],
    );
  });

  it("stops at the signal", async () => {
    const stop = new AbortController();
    const results: CheckResult[] = [];
    await runContract({ ...targetOf(emulator), signal: stop.signal }, (result) => {
      results.push(result);
      if (result.name.startsWith("creates an app")) stop.abort();
    });
    assert.match(results.at(-1)?.name ?? "", /^creates an app/);
  });
});
