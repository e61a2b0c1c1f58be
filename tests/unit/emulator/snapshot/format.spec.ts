import assert from "node:assert/strict";
import fc from "fast-check";
import { alertsOf } from "../../../../emulator/model/alerts";
import { steppedClock, type SteppedClock } from "../../../../emulator/clock";
import { invocationsOf } from "../../../../emulator/model/job-invocations";
import { eventsOf } from "../../../../emulator/views/instances-and-events";
import { readSnapshot, writeSnapshot } from "../../../../emulator/snapshot/format";
import type { Store } from "../../../../emulator/model/store";
import { appView, deploymentView } from "../../../../emulator/views/app";
import { DEPLOY_MS, perform, specOf, steps, storeOn } from "../history";
import { runs } from "../../../helpers/runs";

/** A later time, on a clock that otherwise behaves the same. */
const restarted = (store: Store, clock: SteppedClock): Store =>
  storeOn(clock, readSnapshot(writeSnapshot(store.state())));

/** Everything that a client can see of a store. */
const told = (store: Store): unknown =>
  store.list().map((app) => ({
    app: appView(store, app),
    deployments: app.deployments.map((record) => deploymentView(app, record, store.now)),
    alerts: alertsOf(app),
    runs: invocationsOf(app, store.now),
    events: eventsOf(app, store.now).map((event) => event.view()),
  }));

describe("emulator: snapshot", () => {
  it("keeps everything in a store, and what follows from it at any later time", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const clock = steppedClock();
        const store = storeOn(clock);
        perform(store, clock, history);
        const again = restarted(store, clock);
        for (const wait of [0, 300, DEPLOY_MS, 90_000]) {
          clock.advance(wait);
          assert.deepEqual(again.state(), store.state());
          assert.deepEqual(told(again), told(store));
        }
      }),
      { numRuns: runs(5, 25) },
    );
  });

  it("lets a store continue as if it had never stopped", () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const [clock, other] = [steppedClock(), steppedClock()];
        const store = storeOn(clock);
        const stopped = storeOn(other);
        perform(store, clock, before);
        perform(stopped, other, before);
        const again = restarted(stopped, other);
        perform(store, clock, after);
        perform(again, other, after);
        assert.deepEqual(told(again), told(store));
      }),
      { numRuns: runs(5, 20) },
    );
  });

  it("is notified of each change", () => {
    fc.assert(
      fc.property(steps, (history) => {
        let changes = 0;
        const clock = steppedClock();
        const store = storeOn(clock, undefined, () => changes++);
        const remembered = (): string => JSON.stringify({ ...store.state(), drawn: 0 });
        for (const step of history) {
          const [before, count] = [remembered(), changes];
          perform(store, clock, [{ ...step, wait: 0 }]);
          assert.ok(changes > count || remembered() === before, step.action);
          clock.advance(step.wait);
        }
      }),
      { numRuns: runs(5, 20) },
    );
  });

  it("keeps the encryption key, so that an app's earlier ciphertext stays valid", () => {
    const clock = steppedClock();
    const store = storeOn(clock);
    const { app } = store.create(specOf("shop", 1));
    const again = restarted(store, clock);
    const kept = again.get(app.id);
    const sealed = kept.spec.services?.[0]?.envs?.[0]?.value ?? "";
    assert.equal(kept.plain(sealed), "token 1");
    again.update(kept, structuredClone(kept.spec));
    assert.equal(kept.spec.services?.[0]?.envs?.[0]?.value, sealed);
  });

  it("never reuses an ID after a restart, even with a seed", () => {
    const clock = steppedClock();
    const store = storeOn(clock);
    const { app } = store.create(specOf("one", 1));
    const again = restarted(store, clock);
    const { app: next } = again.create(specOf("two", 1));
    assert.notEqual(next.id, app.id);
    assert.notEqual(next.deployments[0]?.id, app.deployments[0]?.id);
  });

  it("rejects data that is damaged at any position", () => {
    const clock = steppedClock();
    const store = storeOn(clock);
    store.create(specOf("shop", 1));
    const text = writeSnapshot(store.state());
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.constantFrom("cut", "changed", "doubled"),
        (at, how) => {
          const other = text[at] === "x" ? "y" : "x";
          const damaged =
            how === "cut"
              ? text.slice(0, at)
              : text.slice(0, at) + (how === "changed" ? other : text[at]!.repeat(2)) + text.slice(at + 1);
          assert.throws(() => readSnapshot(damaged), /not a snapshot of|is damaged|of version/);
        },
      ),
    );
  });

  it("reports the problem: not a snapshot, another version, damaged", () => {
    const text = writeSnapshot(storeOn(steppedClock()).state());
    assert.throws(() => readSnapshot(""), /not a snapshot of app-platform-emulator/);
    assert.throws(() => readSnapshot("null\n{}\n"), /not a snapshot of app-platform-emulator/);
    assert.throws(() => readSnapshot('{"format":"other"}\n{}\n'), /not a snapshot of app-platform-emulator/);
    assert.throws(() => readSnapshot(text.replace('"version":1', '"version":7')), /version 7\b.*version 1\b/);
    assert.throws(() => readSnapshot(text.slice(0, -10)), /damaged: its checksum/);
  });
});
