import fc from "fast-check";
import { behaviorOtherwise } from "../../../emulator/assumptions";
import { alertsOf } from "../../../emulator/model/alerts";
import type { SteppedClock } from "../../../emulator/clock";
import { activatedAt } from "../../../emulator/model/deployment-record";
import { createIds } from "../../../emulator/model/ids";
import { invocationsOf } from "../../../emulator/model/job-invocations";
import type { StoreState } from "../../../emulator/model/state";
import { Store } from "../../../emulator/model/store";
import type { StoredApp } from "../../../emulator/model/stored-app";
import type { Spec } from "../../../emulator/model/spec";

export const DEPLOY_MS = 1000;

const behavior = behaviorOtherwise(["deleted-at-once=0.5"]);

/** A store that produces the same IDs in each run. */
export const storeOn = (clock: SteppedClock, kept?: StoreState, changed: () => void = () => {}): Store =>
  new Store({ clock, ids: createIds("seed", kept?.drawn), deployMs: DEPLOY_MS, behavior, changed }, kept);

const github = { repo: "acme/shop", branch: "main" };
export const specOf = (name: string, version: number): Spec => ({
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

/** An action of a client on the app with a number, including invalid ones. */
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

/** Any history of an account. */
export const steps = fc.array(
  fc.record({
    action: fc.constantFrom(...Object.keys(actions), "rollBack", "rollBack", "revert", "revert"),
    number: fc.nat({ max: 40 }),
    wait: fc.constantFrom(0, 100, DEPLOY_MS, DEPLOY_MS, 70_000),
  }),
  { minLength: 1, maxLength: 25 },
);

/** Replays a history on the existing apps. */
export function perform(
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
      // Rejected, as for a client; only the state counts.
    }
    clock.advance(wait);
  }
}
