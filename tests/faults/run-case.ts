import assert from "node:assert/strict";
import { pathPattern, remoteCalls, withoutIds, type Case, type RemoteCall } from "./cases";
import type { Outcome } from "./expectations";
import { OperationError } from "./provider-host";
import type { Scenario } from "./scenarios";
import { exposed } from "./exposure";
import type { World } from "./world";

/** What an operation makes of the world when nothing goes wrong. */
export interface Reference {
  readonly calls: readonly RemoteCall[];
  readonly end: End;
  /** What it finds, where that is told. */
  readonly found: unknown;
}

/** What is there at the service, in the end. */
interface End {
  readonly apps: number;
  readonly deployments: number;
  readonly specs: readonly unknown[];
  readonly pinned: number;
  /** Of the app, the deployment and the rollback. */
  readonly inState: readonly boolean[];
}

/** Runs an operation without a fault. */
export async function reference(world: World, scenario: Scenario): Promise<Reference> {
  await world.clear();
  await scenario.before?.(world);
  world.emulator.clearCalls();
  const { failed, found } = await attempt(world, scenario);
  assert.equal(failed !== undefined, scenario.fails === true, failed?.told);
  const calls = remoteCalls(world.emulator.calls).filter((call) => !scenario.skips?.(call));
  await scenario.next(world, failed !== undefined);
  return { calls, end: endOf(world), found };
}

/** Runs an operation with the fault of the case. @throws AssertionError saying what went another way */
export async function runCase(
  world: World,
  scenario: Scenario,
  usual: Reference,
  tested: Case,
): Promise<void> {
  if (scenario.changesNothing) await world.rest();
  else {
    await world.clear();
    await scenario.before?.(world);
    world.emulator.clearCalls();
  }
  const strike = await struck(world, tested);
  world.endless = tested.fault.fault === "endless" && tested.kind === "log";
  const { failed, found } = await attempt(world, scenario);
  world.endless = false;
  const met = await strike.repair();
  assert.ok(met.tries > 0, "the fault met no request");
  expectOutcome(tested, met, failed, scenario.fails === true);
  if (failed) expectRecorded(world);
  else if (scenario.finds && !isItself(tested)) assert.deepEqual(found, usual.found, "what it found");
  await mustGoWell(world, scenario, failed !== undefined);
  assert.deepEqual(endOf(world), usual.end, "what is there after the next run");
  const seen = exposed(world, scenario.sendsNoSecret !== true);
  assert.deepEqual(seen, [], "what came to light");
}

interface Attempt {
  readonly failed?: OperationError;
  readonly found?: unknown;
}

async function attempt(world: World, scenario: Scenario): Promise<Attempt> {
  try {
    const result = await scenario.act(world);
    return scenario.finds ? { found: scenario.finds(result) } : {};
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    world.told.push(error.told);
    return { failed: error };
  }
}

/** A log is text: whatever comes in its place cannot be told from it. */
const isItself = ({ kind, fault }: Case): boolean =>
  kind === "log" && (fault.fault === "wrong-types" || fault.fault === "endless");

/** Whoever looks twice to be sure has not tried again. */
const AT_ONCE_TRIES = 2;
const AT_ONCE_MS = 1_000;

interface Met {
  /** Requests that met the fault. */
  readonly tries: number;
  /** Milliseconds since the first one. */
  readonly tookMs: number;
}

interface Strike {
  /** Ends the fault. */
  repair(): Promise<Met>;
}

async function struck(world: World, { call, fault, duration }: Case): Promise<Strike> {
  const { emulator } = world;
  if (fault.fault !== "refused") {
    const end = emulator.faults.add({
      method: call.method,
      path: pathPattern(call.path),
      after: call.nth - 1,
      times: duration === "once" ? 1 : Infinity,
      fault: fault.fault,
    });
    return {
      repair: async () => {
        end();
        const hit = emulator.calls.filter((made) => made.fault !== undefined);
        return { tries: hit.length, tookMs: world.now - (hit[0]?.at ?? world.now) };
      },
    };
  }
  let tries = 0;
  let since: number | undefined;
  let back: Promise<void> | undefined;
  const goAway = (): void => {
    if (emulator.calls.length !== call.index || back) return;
    world.whenAnswered(undefined);
    emulator.refuse();
  };
  const silence = world.onRefused(() => {
    tries += 1;
    since ??= world.now;
    if (duration === "once") back ??= emulator.accept();
  });
  world.whenAnswered(goAway);
  goAway();
  return {
    repair: async () => {
      world.whenAnswered(undefined);
      silence();
      await (back ?? emulator.accept());
      return { tries, tookMs: world.now - (since ?? world.now) };
    },
  };
}

function expectOutcome(
  { call, fault, kind, expected }: Case,
  { tries, tookMs }: Met,
  failed: OperationError | undefined,
  failsAnyway: boolean,
): void {
  const atOnce = tries <= AT_ONCE_TRIES && tookMs < AT_ONCE_MS;
  const came: Outcome = failed === undefined ? "succeeds" : atOnce ? "fails at once" : "gives up";
  if (failsAnyway && expected === "succeeds") {
    assert.ok(failed, "it should have failed as without the fault");
    return;
  }
  assert.equal(came, expected, failed?.told);
  if (!failed) return;
  assert.match(failed.told, fault.words);
  if (kind === "advice") return;
  // Where nobody listens any more, the call that fails may be one that comes after it.
  const itself = kind === "log" ? "GET the log" : `${call.method} ${call.path}`;
  const named = fault.fault !== "refused" ? itself : kind === "log" ? /\/v2\/apps|the log/ : "/v2/apps";
  assert.ok(withoutIds(failed.told).search(named) >= 0, `${named} is not named: ${failed.told}`);
}

/** What exists at the service has to be in the state, so that no app is lost. */
function expectRecorded(world: World): void {
  const apps = world.emulator.apps().filter(({ goneAt }) => goneAt === undefined);
  assert.deepEqual(
    apps.map(({ id }) => id),
    apps.length === 0 ? [] : [world.app.state?.id],
    "apps at the service, and in the state",
  );
}

async function mustGoWell(world: World, scenario: Scenario, failed: boolean): Promise<void> {
  try {
    await scenario.next(world, failed);
  } catch (error) {
    const told = error instanceof OperationError ? error.told : String(error);
    assert.fail(`the next run fails: ${told}`);
  }
}

function endOf(world: World): End {
  const apps = world.emulator.apps().filter(({ goneAt }) => goneAt === undefined);
  return {
    apps: apps.length,
    deployments: apps.reduce((sum, { deployments }) => sum + deployments.length, 0),
    specs: apps.map(({ spec }) => JSON.parse(JSON.stringify(spec).replace(/EV\[[^\]]*\]/g, "EV[]"))),
    pinned: apps.filter(({ pinned }) => pinned !== undefined).length,
    inState: [world.app, world.deployment, world.rollback].map(({ state }) => state !== undefined),
  };
}
