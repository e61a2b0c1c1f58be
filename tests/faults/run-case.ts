import assert from "node:assert/strict";
import { pathPattern, remoteCalls, withoutIds, type Case, type RemoteCall } from "./cases";
import type { Outcome } from "./expectations";
import { OperationError, type Properties } from "./provider-host";
import type { Scenario } from "./scenarios/app";
import { exposed } from "./exposure";
import type { World } from "./world";

/** What an operation makes of the world when nothing goes wrong. */
export interface Reference {
  readonly calls: readonly RemoteCall[];
  /** Right after it, where it succeeds. */
  readonly success: End | undefined;
  /** After the next run. */
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
  readonly destinations: readonly string[];
  /** Apps in the project that the world made. */
  readonly moved: number;
  /** Of the app, the deployment and the rollback: what is in the state of those that are there. */
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

/** A log is text: whatever comes in its place cannot be told from it. */
const isItself = (tested: Case): boolean =>
  isOfLog(tested) && (tested.fault.fault === "wrong-types" || tested.fault.fault === "endless");

/** As the service's lines begin, with their time taken out. */
const isLine = (line: string): boolean => /^\w+ :time /.test(line);

function expectFound(
  { finds, cannotTell }: Scenario,
  tested: Case,
  found: unknown,
  failed: OperationError | undefined,
  usual: unknown,
): void {
  if (failed || cannotTell?.(tested.fault)) {
    // What was told of a log has no gap, and nothing twice.
    const told = finds?.(failed ? failed.lines : found) as string[];
    if (!isItself(tested) && told.length > 0)
      assert.deepEqual(told, (usual as string[]).slice(0, told.length), "its first lines");
  } else if (!isItself(tested)) assert.deepEqual(found, usual, "what it found");
  else if (tested.kind === "stream" && tested.duration === "once")
    assert.deepEqual((found as string[]).filter(isLine), usual, "lines of the log");
}

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
  // Where nobody listens any more, the call that fails may be one that comes after it.
  const itself = isOfLog(tested) ? "GET the log" : `${call.method} ${call.path}`;
  const named = fault.fault !== "refused" ? itself : isOfLog(tested) ? /\/v2\/apps|the log/ : /\/v2\/\w/;
  assert.ok(withoutIds(failed.told).search(named) >= 0, `${named} is not named: ${failed.told}`);
}

/** A success is one at the service as well, and a failure says in words what happened. */
function expectTruth(world: World, { success }: Reference, failed: OperationError | undefined): void {
  if (failed)
    assert.doesNotMatch(failed.told, /TypeError|Cannot read prop|is not a function|undefined|\[object/);
  else if (success) {
    const { recorded: _recorded, ...wanted } = success;
    const { recorded: _now, ...there } = endOf(world);
    assert.deepEqual(there, wanted, "what is there after a success");
  }
}

/** An operation that is to end as without a fault, which may be with a failure of its own. */
function expectItself({ fails }: Scenario, failed: OperationError | undefined): void {
  if (fails) assert.match(failed?.told ?? "it went well", fails);
  else assert.equal(failed, undefined, failed?.told);
}

/** What exists at the service has to be in the state, so that no app is lost, nor one left pinned for ever. */
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
      // An app that a response invented is taken out of the state by a refresh, as the message says.
      if (!(
        error instanceof OperationError && /does not exist any more. Run pulumi refresh/.test(error.told)
      ))
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
