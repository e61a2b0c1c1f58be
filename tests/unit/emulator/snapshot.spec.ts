import assert from "node:assert/strict";
import fc from "fast-check";
import { alertsOf } from "../../../emulator/alerts";
import { steppedClock, type SteppedClock } from "../../../emulator/clock";
import { activatedAt } from "../../../emulator/deployments";
import { createIds } from "../../../emulator/ids";
import { invocationsOf } from "../../../emulator/invocations";
import { eventsOf } from "../../../emulator/running";
import { readSnapshot, writeSnapshot } from "../../../emulator/snapshot";
import type { StoreState } from "../../../emulator/state";
import { Store, type StoredApp } from "../../../emulator/store";
import type { Spec } from "../../../emulator/types";
import { appView, deploymentView } from "../../../emulator/view";

const DEPLOY_MS = 1000;

const storeOn = (clock: SteppedClock, kept?: StoreState, changed: () => void = () => {}): Store =>
  new Store(
    { clock, ids: createIds("seed", kept?.drawn), deployMs: DEPLOY_MS, deleteMs: 500, changed },
    kept,
  );

/** Some time later, on a clock that reads the same. */
const restarted = (store: Store, clock: SteppedClock): Store =>
  storeOn(clock, readSnapshot(writeSnapshot(store.state())));

const github = { repo: "acme/shop", branch: "main" };
const specOf = (name: string, version: number): Spec => ({
  name,
  services: [
    {
      name: "web",
      github,
      envs: [
        { key: "TOKEN", value: `token ${version}`, type: "SECRET" },
        { key: "__proto__", value: "odd ☃ \ud800" },
      ],
      autoscaling: { min_instance_count: 1, max_instance_count: 3, metrics: { cpu: { percent: 80 } } },
      alerts: [{ rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 80, window: "FIVE_MINUTES" }],
    },
  ],
  jobs: [{ name: "nightly", github, kind: "SCHEDULED", schedule: { cron: "* * * * *" } }],
  alerts: [{ rule: "DEPLOYMENT_FAILED" }],
});

/** What a client may do, on the app of a number; refusals are part of it. */
const actions: Record<string, (store: Store, app: StoredApp, number: number) => unknown> = {
  create: (store, _app, number) => store.create(specOf(`app-${number % 4}`, number)),
  update: (store, app, number) => store.update(app, specOf(app.spec.name, number % 3)),
  deploy: (store, app) => store.deploy(app, { cause: "manual", newSources: true }),
  cancel: (store, app, number) => store.cancel(app.deployments.at(-1 - (number % 2))!),
  rollBack: (store, app, number) => {
    const active = app.deployments.filter((record) => activatedAt(record, store.now) !== undefined);
    return store.rollBack(app, active[number % active.length]!, number % 4 === 0);
  },
  commit: (store, app) => store.commitRollback(app),
  revert: (store, app) => store.revertRollback(app),
  remove: (store, app) => store.remove(app),
  destinations: (store, app) =>
    store.setDestinations(app, String(alertsOf(app)[0]?.id), {
      emails: ["a@example.com"],
      slack_webhooks: [],
    }),
  stop: (store, app) => store.stop(app, invocationsOf(app, store.now)[0]!.id),
  assign: (store, app, number) =>
    store.assign(app, store.projects.list()[number % store.projects.list().length]!.id),
  project: (store, _app, number) =>
    store.projects.create({ name: `project-${number}`, description: "for tests" }),
  change: (store, _app, number) => store.projects.change("default", { name: `changed-${number}` }),
  another: (store) => store.projects.change(store.projects.list().at(-1)!.id, { is_default: true }),
  failNext: (store, _app, number) => store.failNext({ component: "web", log: [`line ${number}`] }),
};

const steps = fc.array(
  fc.record({
    action: fc.constantFrom(...Object.keys(actions), "rollBack", "rollBack", "revert", "revert"),
    number: fc.nat({ max: 40 }),
    wait: fc.constantFrom(0, 100, DEPLOY_MS, DEPLOY_MS, 70_000),
  }),
  { minLength: 1, maxLength: 25 },
);

function perform(
  store: Store,
  clock: SteppedClock,
  history: { action: string; number: number; wait: number }[],
): void {
  for (const { action, number, wait } of history) {
    if (store.list().length === 0) store.create(specOf("first", 0));
    const apps = store.list();
    try {
      actions[action]!(store, apps[number % apps.length]!, number);
    } catch {
      // Refused, as a client would be; the state is what counts.
    }
    clock.advance(wait);
  }
}

/** All that a client can see of a store. */
const told = (store: Store): unknown =>
  store.list().map((app) => ({
    app: appView(store, app),
    deployments: app.deployments.map((record) => deploymentView(app, record, store.now)),
    alerts: alertsOf(app),
    runs: invocationsOf(app, store.now),
    events: eventsOf(app, store.now).map((event) => event.view()),
  }));

describe("emulator: snapshot", () => {
  it("keeps all that a store remembers, and what follows from it at any later time", () => {
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
      { numRuns: 60 },
    );
  });

  it("lets a store go on as if it had never stopped", () => {
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
      { numRuns: 40 },
    );
  });

  it("is told of each change", () => {
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
      { numRuns: 40 },
    );
  });

  it("keeps what secrets are encrypted with, so that those of before are still the app's own", () => {
    const clock = steppedClock();
    const store = storeOn(clock);
    const { app } = store.create(specOf("shop", 1));
    const again = restarted(store, clock);
    const kept = again.get(app.id);
    const sealed = kept.spec.services?.[0]?.envs?.[0]?.value ?? "";
    assert.equal(kept.plain(sealed), "token 1");
    assert.equal(again.update(kept, structuredClone(kept.spec)), undefined);
  });

  it("gives no id a second time after a restart, with a seed as well", () => {
    const clock = steppedClock();
    const store = storeOn(clock);
    const { app } = store.create(specOf("one", 1));
    const again = restarted(store, clock);
    const { app: next } = again.create(specOf("two", 1));
    assert.notEqual(next.id, app.id);
    assert.notEqual(next.deployments[0]?.id, app.deployments[0]?.id);
  });

  it("refuses what is damaged at whatever place", () => {
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
          assert.throws(() => readSnapshot(damaged), /no snapshot of|is damaged|of version/);
        },
      ),
    );
  });

  it("says what is wrong: no snapshot, another version, damaged", () => {
    const text = writeSnapshot(storeOn(steppedClock()).state());
    assert.throws(() => readSnapshot(""), /no snapshot of app-platform-emulator/);
    assert.throws(() => readSnapshot("null\n{}\n"), /no snapshot of app-platform-emulator/);
    assert.throws(() => readSnapshot('{"format":"other"}\n{}\n'), /no snapshot of app-platform-emulator/);
    assert.throws(
      () => readSnapshot(text.replace('"version":1', '"version":7')),
      /a snapshot of version 7, and this emulator reads version 1/,
    );
    assert.throws(() => readSnapshot(text.slice(0, -10)), /damaged: its checksum does not fit/);
  });
});
