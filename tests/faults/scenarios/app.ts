import type { AppSpec } from "../../../provider/appspec/types";
import { changed, SECRET, SHOP } from "../../helpers/world/provider-world";
import { usualKind, type Exceptions, type Expects, type RemoteCall } from "../cases";
import type { FaultClass, Kind } from "../expectations";
import { OperationError, type Properties } from "../provider-host";
import type { World } from "../world";

/** An operation that the matrix tests. */
export interface Scenario extends Exceptions {
  readonly name: string;
  /** Sets up the starting point of the operation, without faults. */
  before?(world: World): Promise<unknown>;
  /** The part that the faults hit. @throws OperationError */
  act(world: World): Promise<unknown>;
  /** The part of a look-up's result that is the same with and without a fault. */
  finds?(result: unknown): unknown;
  /** Whether it cannot distinguish a complete result from what a fault leaves of it. @default no */
  cannotTell?(fault: FaultClass): boolean;
  /** What a user does next, depending on whether it failed. Must succeed. */
  next(world: World, failed: boolean): Promise<unknown>;
  /** Calls to leave out of the matrix here because another operation makes the same calls. @default none */
  skips?(call: RemoteCall): boolean;
  /**
   * True if neither it nor the next step changes anything, so that all its cases share the starting point that
   * `before` set up.
   */
  readonly changesNothing?: boolean;
  /** For an operation that fails without a fault as well: its message, which no fault except a failure may hide. */
  readonly fails?: RegExp;
  /** True if the app exists before the stack knows it, and the program names it. */
  readonly adopts?: boolean;
  /** True if no request contains the app's secret, so that no response can echo it. */
  readonly sendsNoSecret?: boolean;
}

const ALERTED = changed((spec) => void (spec.alerts = [{ rule: "DEPLOYMENT_FAILED" }]));
const told = (address: string): Properties => ({ DEPLOYMENT_FAILED: { emails: [address] } });
export const greeting = changed((spec) => void (spec.services![0]!.envs![0]!.value = "good evening"));

/** Waits of an hour would consist of many tries, none of which is a new case. */
const timeouts = { create: "1m", update: "1m", delete: "1m" };

export const app = (spec: AppSpec = SHOP, more: Properties = {}): Properties => ({ spec, timeouts, ...more });

/** Resolves once an operation has failed, as it must. */
export async function failing(operation: Promise<unknown>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof OperationError) return;
    throw error;
  }
  throw new Error("an operation went well that should have failed");
}

/** `up` of `declared`, after an `up` of `before`, and once more. */
const change = (name: string, before: Properties, declared: Properties): Scenario => ({
  name,
  before: (world) => world.app.up(before),
  act: (world) => world.app.up(declared),
  next: (world) => world.app.up(declared),
});

/** An alert may take a while to appear, so setting its destinations is retried for half a minute. */
const isAlert = ({ path }: RemoteCall): boolean => path.includes("/alerts");
const triedForAWhile = (call: RemoteCall): Kind | undefined =>
  isAlert(call) && call.method === "GET" ? "wait" : undefined;
const mayAppear: Expects = (call, fault, duration) => {
  if (!isAlert(call) || fault.name !== "404") return undefined;
  return duration === "once" ? "succeeds" : "gives up";
};

/** The deletion that a later call checks was accepted: it waits for a 404. */
const deletionExpects: Expects = (call, fault, duration) => {
  // The responses were lost, and a check shows that the app is gone.
  const isLost = fault.fault === "reset-after" || fault.fault === "truncated";
  if (isLost && duration === "stays" && call.method === "DELETE") return "succeeds";
  // The list is a second witness; without it, 404 for half a minute counts. A rejected token ends every run.
  if (call.path === "/v2/apps" && fault.name !== "401")
    return duration === "once" ? "succeeds" : "stays true";
  // The deletion is sent whatever the reads return.
  if (fault.name === "404" && call.method === "GET") return "succeeds";
  if (fault.fault === "wrong-types" && call.method === "GET")
    return duration === "once" ? "succeeds" : "gives up";
  // A response without content cannot break off in the middle.
  if (fault.fault === "stalled" && call.method === "DELETE") return "succeeds";
  // The content of the response to a deletion is ignored: the app is checked until it is gone or the time is
  // up.
  return fault.fault === "wrong-types" && call.method === "DELETE" ? "gives up" : undefined;
};

const advice = (call: RemoteCall): Kind | undefined =>
  /propose$|logs$|instance_sizes$/.test(call.path) ? "advice" : undefined;

/** A rejected spec is what a preview is for; the second request is for the previous price. */
const previewExpects: Expects = (call, fault) => {
  if (!call.path.endsWith("/propose")) return undefined;
  // A token that is rejected now will be rejected by the update as well.
  const names = ["401", "409", "422"];
  return names.includes(fault.name) && call.nth === 1 ? "fails at once" : undefined;
};

/** Some services do not support look-up by name: if it is rejected, all apps are listed. */
export const nameExpects: Expects = ({ method, path }, fault, duration) => {
  const refused = fault.name === "404" || fault.name === "422";
  return method === "GET" && path === "/v2/apps" && refused && duration === "once" ? "succeeds" : undefined;
};

export const APP_CHANGES: readonly Scenario[] = [
  {
    name: "create",
    act: (world) => world.app.up(app()),
    next: (world) => world.app.up(app()),
    expects: nameExpects,
  },
  change("update of the spec", app(), app(greeting)),
  change("new deployment", app(), app(SHOP, { redeployOn: { commit: "2" } })),
  {
    ...change("wait of a later run", app(SHOP, { wait: false }), app()),
    // The first check is for the plan. The app itself shows the deployment, even if one check does not.
    kindOf: (call) => (usualKind(call) === "wait" && call.nth === 1 ? "read" : undefined),
    expects: (call, fault, duration) => {
      if (fault.name !== "404" || usualKind(call) !== "wait" || call.nth !== 1) return undefined;
      return duration === "once" ? "succeeds" : "gives up";
    },
  },
];

const ALERTS = changed((spec) => {
  spec.alerts = [{ rule: "DEPLOYMENT_FAILED" }, { rule: "DOMAIN_FAILED" }];
});
const alertDestinations = {
  ...told("a@example.com"),
  DOMAIN_FAILED: { slackWebhooks: { "#ops": { url: `https://hooks.slack.example/${SECRET}` } } },
};

export const APP_REST: readonly Scenario[] = [
  {
    name: "create with alert destinations",
    // A failure here does not prevent the wait for the deployment, which takes time.
    act: (world) => world.app.up(app(ALERTS, { alertDestinations, wait: false })),
    next: (world) => world.app.up(app(ALERTS, { alertDestinations })),
    kindOf: triedForAWhile,
    expects: mayAppear,
    skips: (call) => !isAlert(call),
  },
  {
    ...change(
      "alert destinations",
      app(ALERTED, { alertDestinations: told("a@example.com") }),
      app(ALERTED, { alertDestinations: told("b@example.com") }),
    ),
    kindOf: triedForAWhile,
    expects: mayAppear,
  },
  {
    name: "refresh",
    before: (world) => world.app.up(app(ALERTED, { alertDestinations: told("a@example.com") })),
    act: (world) => world.app.refresh(),
    next: async (world) => {
      await world.app.refresh();
      await world.app.up(app(ALERTED, { alertDestinations: told("a@example.com") }));
    },
  },
  {
    name: "deletion",
    before: (world) => world.app.up(app()),
    act: (world) => world.app.destroy(),
    next: (world) => world.app.destroy(),
    expects: deletionExpects,
  },
  {
    name: "preview of a new app",
    act: (world) => world.app.preview(app()),
    next: (world) => world.app.up(app()),
    kindOf: advice,
    expects: previewExpects,
  },
  {
    name: "preview of a change",
    before: (world) => world.app.up(app()),
    act: (world) => world.app.preview(app(greeting)),
    next: (world) => world.app.up(app(greeting)),
    kindOf: advice,
    expects: previewExpects,
  },
];

const release = (world: World, more: Properties = {}): Properties => ({
  appId: world.app.id,
  triggers: { commit: "1" },
  timeouts: { create: "1m", update: "1m" },
  ...more,
});
/** The first check is for the plan; the service may drop old deployments, so a missing one is not an error. */
export const isFirstLook = (call: RemoteCall): boolean => usualKind(call) === "wait" && call.nth === 1;
export const firstLook: Exceptions = {
  kindOf: (call) => (isFirstLook(call) ? "read" : undefined),
  // If the fault persists, the following wait fails because of it.
  expects: (call, fault, duration) => {
    if (!isFirstLook(call) || fault.name !== "404") return undefined;
    return duration === "once" ? "succeeds" : "gives up";
  },
};
/** For operations without a wait afterwards. */
export const onlyLook: Exceptions = {
  ...firstLook,
  expects: (call, fault) => (isFirstLook(call) && fault.name === "404" ? "succeeds" : undefined),
};

/** A deployment that finishes during the wait does not need to be ended by the test. */
const TAKES_TIME = new Set([
  "no response",
  "stalled response",
  "429 with retry-after",
  "429 without retry-after",
  "503 with retry-after",
  "endless response",
  "connection reset before processing",
  "500",
  "502 with an HTML page",
  "response with wrong types",
]);
const cancellation: Exceptions = {
  kindOf: (call) => (usualKind(call) === "wait" ? "read" : undefined),
  expects: (call, fault, duration) => {
    if (call.method === "GET") return fault.name === "404" ? "succeeds" : undefined;
    return duration === "stays" && TAKES_TIME.has(fault.name) ? "succeeds" : undefined;
  },
};

const newer = { triggers: { commit: "2" } };

export const DEPLOYMENTS: readonly Scenario[] = [
  {
    name: "create",
    sendsNoSecret: true,
    before: (world) => world.app.up(app()),
    act: (world) => world.deployment.up(release(world)),
    next: (world) => world.deployment.up(release(world)),
  },
  {
    ...firstLook,
    name: "changed trigger",
    sendsNoSecret: true,
    before: async (world) => {
      await world.app.up(app());
      await world.deployment.up(release(world));
    },
    act: (world) => world.deployment.up(release(world, newer)),
    next: (world) => world.deployment.up(release(world, newer)),
  },
  {
    ...onlyLook,
    name: "refresh",
    sendsNoSecret: true,
    before: async (world) => {
      await world.app.up(app());
      await world.deployment.up(release(world));
    },
    act: (world) => world.deployment.refresh(),
    next: (world) => world.deployment.refresh(),
  },
  {
    ...cancellation,
    name: "deletion of one that runs",
    sendsNoSecret: true,
    before: async (world) => {
      await world.app.up(app());
      await world.deployment.up(release(world, { wait: false }));
    },
    act: (world) => world.deployment.destroy(),
    next: (world) => world.deployment.destroy(),
  },
];
