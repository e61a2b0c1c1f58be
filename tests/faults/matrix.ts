import assert from "node:assert/strict";
import { callName, casesFor, isWait, sampled } from "./cases";
import { FAULT_CLASSES, type FaultClass } from "./expectations";
import { reference, runCanceled, runCase, type Reference } from "./run-case";
import type { Scenario } from "./scenarios/app";
import { count } from "./total";
import { World, type Surroundings } from "./world";

/** One in this many cases runs. `npm run faults:all` runs all of them, which takes a quarter of an hour. */
const SHARE = Number(process.env["FAULT_SHARE"] ?? 4);

/** Upper limit for the cases of one fault on a busy machine, in real milliseconds. */
const LIMIT_MS = 120_000;

/** Cancels each operation at one in {@link SHARE} of its calls; each test is one operation. */
export function cancellations(
  name: string,
  scenarios: readonly Scenario[],
  surroundings: Surroundings,
): void {
  describe(`cancellation: ${name}`, function () {
    this.timeout(LIMIT_MS);
    let world: World;
    before(async () => {
      world = await World.start(surroundings);
    });
    after(() => world.stop());

    for (const [place, scenario] of scenarios.entries())
      it(`${scenario.name} loses, doubles and shows nothing`, async () => {
        const usual = await reference(world, scenario);
        const failed: string[] = [];
        let stopped = 0;
        const firstWait = usual.calls.find(isWait);
        const calls = new Set(sampled(usual.calls, place, SHARE));
        if (firstWait) calls.add(firstWait);
        for (const call of calls)
          try {
            if (await runCanceled(world, scenario, usual, call)) stopped += 1;
          } catch (error) {
            failed.push(`${callName(call)}: ${(error as Error).message}`);
          }
        assert.ok(failed.length === 0, failed.join("\n\n"));
        assert.ok(stopped > 0 || !firstWait, "a wait goes on");
      });
  });
}

/** Tests every call of the operations × every fault; each test is one operation and fault, at all its calls. */
export function faultMatrix(
  name: string,
  scenarios: readonly Scenario[],
  surroundings?: Surroundings,
  faults: readonly FaultClass[] = FAULT_CLASSES,
): void {
  describe(`faults: ${name}`, function () {
    this.timeout(LIMIT_MS);
    let world: World;
    let cases = 0;
    let survived = 0;
    before(async () => {
      world = await World.start(surroundings);
    });
    after(async () => {
      await world.stop();
      count(name, { cases, survived });
    });

    for (const scenario of scenarios) {
      describe(scenario.name, () => {
        let usual: Reference;
        before(async () => {
          usual = await reference(world, scenario);
        });

        for (const [place, fault] of faults.entries()) {
          for (const duration of ["once", "stays"] as const) {
            it(`handles ${fault.name}, ${duration === "once" ? "once" : "until it is repaired"}, at any of its calls`, async () => {
              const failed: string[] = [];
              const all = casesFor(usual.calls, scenario, fault, duration);
              for (const tested of sampled(all, place + (duration === "once" ? 0 : 1), SHARE)) {
                cases += 1;
                try {
                  await runCase(world, scenario, usual, tested);
                  survived += 1;
                } catch (error) {
                  failed.push(`${callName(tested.call)} (${tested.kind}): ${(error as Error).message}`);
                }
              }
              assert.ok(failed.length === 0, failed.join("\n\n"));
            });
          }
        }
      });
    }
  });
}
