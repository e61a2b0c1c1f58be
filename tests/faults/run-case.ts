import assert from "node:assert/strict";
import { pathPattern, remoteCalls, withoutIds, type Case, type RemoteCall } from "./cases";
import type { Outcome } from "./expectations";
import { OperationError, type Properties } from "./provider-host";
import type { Scenario } from "./scenarios/app";
import { exposed } from "./exposure";
import type { World } from "./world";

/** The result of an operation without faults. */
export interface Reference {
  readonly calls: readonly RemoteCall[];
  /** State right after it, if it succeeds. */
  readonly success: End | undefined;
  /** State after the next run. */
  readonly end: End;
  /** What it finds, if the scenario reports that. */
  readonly found: unknown;
}

/** The final state at the service. */
interface End {
  readonly apps: number;
  readonly deployments: number;
  readonly specs: readonly unknown[];
  readonly pinned: number;
  readonly destinations: readonly string[];
  /** Number of apps in the project that the world created. */
  readonly moved: number;
  /** What the state records of the app, the deployment and the rollback, as far as they exist. */
  readonly recorded: readonly unknown[];
}

/** Runs an operation without a fault. */
export async function reference(world: World, scenario: Scenario): Promise<Reference> {
  await world.clear();
  await scenario.before?.(world);
  world.emulator.clearCalls();
  const { failed, found } = await attempt(world, scenario);
  expectItself(scenario, failed);
  const calls = remoteCalls(world.emulator.calls).filter((call) => !scenario.skips?.(call));
  const success = failed ? undefined : endOf(world);
  await scenario.next(world, failed !== undefined);
  return { calls, success, end: endOf(world), found };
}

/** Runs an operation with the fault of the case. @throws AssertionError describing what differs from the expectation */
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
  world.endless = tested.fault.fault === "endless" && isOfLog(tested);
  const { failed, found } = await attempt(world, scenario);
  world.endless = false;
  const met = await strike.repair();
  assert.ok(met.tries > 0, "the fault met no request");
  if (tested.expected === "stays true") expectTruth(world, usual, failed);
  else if (scenario.fails && tested.expected === "succeeds") expectItself(scenario, failed);
  else expectOutcome(tested, met, failed);
  if (failed) expectRecorded(world, scenario);
  if (scenario.finds && tested.expected !== "stays true")
    expectFound(scenario, tested, found, failed, usual.found);
  await mustGoWell(world, scenario, failed !== undefined);
  const end = endOf(world);
  if (scenario.fails) assert.ok(end.deployments <= usual.end.deployments, "a deployment more than usual");
  const deployments = scenario.fails ? usual.end.deployments : end.deployments;
  assert.deepEqual({ ...end, deployments }, usual.end, "what is there after the next run");
  const seen = exposed(world, scenario.sendsNoSecret !== true);
  assert.deepEqual(seen, [], "what came to light");
}

/**
 * Runs an operation that the user cancels while one of its calls is on its way.
 * @returns whether it stopped; otherwise, it was so far that it succeeded
 * @throws AssertionError describing what is lost, doubled, or shown
 */
export async function runCanceled(
  world: World,
  scenario: Scenario,
  usual: Reference,
  { index }: RemoteCall,
): Promise<boolean> {
  await world.clear();
  await scenario.before?.(world);
  world.emulator.clearCalls();
  let canceled: Promise<void> | undefined;
  world.whenAnswered(() => {
    if (world.emulator.calls.length > index) canceled ??= world.host.cancel();
  });
  const { failed } = await attempt(world, scenario);
  world.whenAnswered(undefined);
  assert.ok(canceled, "it ended before the call");
  await canceled;
  if (failed) {
    assert.match(failed.told, /stopped|interrupted|canceled/i);
    expectRecorded(world, scenario);
  } else expectTruth(world, usual, failed);
  const shown = exposed(world, scenario.sendsNoSecret !== true);
  // The next run is another process.
  await world.restartHost();
  await mustGoWell(world, scenario, failed !== undefined);
  assert.deepEqual(endOf(world), usual.end, "what is there after the next run");
  assert.deepEqual([...shown, ...exposed(world, scenario.sendsNoSecret !== true)], [], "what came to light");
  return failed !== undefined;
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

const isOfLog = ({ kind }: Case): boolean => kind === "log" || kind === "stream";

/** A log is plain text: any replacement looks like a log, too. */
const isItself = (tested: Case): boolean =>
  isOfLog(tested) && (tested.fault.fault === "wrong-types" || tested.fault.fault === "endless");

/** Start of the service's log lines, with the time removed. */
const isLine = (line: string): boolean => /^\w+ :time /.test(line);

function expectFound(
  { finds, cannotTell }: Scenario,
  tested: Case,
  found: unknown,
  failed: OperationError | undefined,
  usual: unknown,
): void {
  if (failed || cannotTell?.(tested.fault)) {
    // The received lines of a log have no gaps and no duplicates.
    const told = finds?.(failed ? failed.lines : found) as string[];
    if (!isItself(tested) && told.length > 0)
      assert.deepEqual(told, (usual as string[]).slice(0, told.length), "its first lines");
  } else if (!isItself(tested)) assert.deepEqual(found, usual, "what it found");
  else if (tested.kind === "stream" && tested.duration === "once")
    assert.deepEqual((found as string[]).filter(isLine), usual, "lines of the log");
}

/** A second check to confirm a result does not count as a retry. */
const AT_ONCE_TRIES = 2;
const AT_ONCE_MS = 1_000;

interface Met {
  /** Requests that were hit by the fault. */
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
        const hit = emulator.calls.filter((made) => made.fault === fault.fault);
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

function expectOutcome(tested: Case, { tries, tookMs }: Met, failed: OperationError | undefined): void {
  const { call, fault, kind, expected } = tested;
  const atOnce = tries <= AT_ONCE_TRIES && tookMs < AT_ONCE_MS;
  const came: Outcome = failed === undefined ? "succeeds" : atOnce ? "fails at once" : "gives up";
  assert.equal(came, expected, failed?.told);
  if (!failed) return;
  assert.match(failed.told, fault.words);
  if (kind === "advice") return;
  // When the emulator stops listening, a later call may fail instead.
  const itself = isOfLog(tested) ? "GET the log" : `${call.method} ${call.path}`;
  const named = fault.fault !== "refused" ? itself : isOfLog(tested) ? /\/v2\/apps|the log/ : /\/v2\/\w/;
  assert.ok(withoutIds(failed.told).search(named) >= 0, `${named} is not named: ${failed.told}`);
}

/** A reported success is a success at the service, and a failure describes what happened. */
function expectTruth(world: World, { success }: Reference, failed: OperationError | undefined): void {
  if (failed)
    assert.doesNotMatch(failed.told, /TypeError|Cannot read prop|is not a function|undefined|\[object/);
  else if (success) {
    const { recorded: _recorded, ...wanted } = success;
    const { recorded: _now, ...there } = endOf(world);
    assert.deepEqual(there, wanted, "what is there after a success");
  }
}

/** Expects the same result as without a fault: success, or the scenario's own failure. */
function expectItself({ fails }: Scenario, failed: OperationError | undefined): void {
  if (fails) assert.match(failed?.told ?? "it went well", fails);
  else assert.equal(failed, undefined, failed?.told);
}

/** Everything that exists at the service must be in the state, so that no app is lost or stays pinned forever. */
function expectRecorded(world: World, { adopts }: Scenario): void {
  const apps = world.emulator.apps().filter(({ goneAt }) => goneAt === undefined);
  const { state } = world.app;
  const ids = apps.map(({ id }) => id);
  if (state || !adopts)
    assert.deepEqual(ids, ids.length === 0 ? [] : [state?.id], "apps at the service, and in the state");
  const pins = apps.flatMap(({ pinned }) => pinned?.deployment.id ?? []);
  const known = [world.rollback.state?.id, state?.outputs["__pinned"]];
  assert.deepEqual(
    pins.filter((pin) => !known.includes(pin)),
    [],
    "rollbacks that no state knows",
  );
}

async function mustGoWell(world: World, scenario: Scenario, failed: boolean): Promise<void> {
  try {
    await scenario.next(world, failed).catch(async (error: unknown) => {
      // A refresh removes an app from the state that only a faulty response contained.
      if (!(error instanceof OperationError && /no longer exists. Run pulumi refresh/.test(error.told)))
        throw error;
      await world.app.refresh();
      await scenario.next(world, failed);
    });
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
    destinations: apps.flatMap(({ destinations }) =>
      [...destinations.values()].map((held) => JSON.stringify(held)).sort(),
    ),
    moved: apps.filter(({ projectId }) => projectId === world.project).length,
    recorded: [world.app, world.deployment, world.rollback].map(
      ({ state }) => state && progress(state.outputs),
    ),
  };
}

const progress = ({ phase, state, pinned }: Properties): Properties => ({ phase, state, pinned });
