import assert from "node:assert/strict";
import type { Exceptions, Expects, RemoteCall } from "../cases";
import { deploymentId, patient, steady } from "./lookups";
import { app, type Scenario } from "./app";
import type { World } from "../world";

/** The app exists, and its first deployment is running. */
const begun = (world: World): Promise<unknown> => world.app.up(app(undefined, { wait: false }));

const build = (world: World, more: Record<string, unknown> = {}) => ({
  appId: world.app.id,
  deploymentId: deploymentId(world),
  type: "BUILD",
  component: "web",
  ...more,
});

const follow = (world: World): Promise<unknown> => world.lookUp("getLogs", build(world, { follow: true }));

const isAddress = ({ path }: RemoteCall): boolean => path.endsWith("/logs");

/** The first request for an address gets the live log; later ones get archives. */
const liveFirst = (call: RemoteCall) =>
  call.path === "/_logs" && call.nth === 1 ? ("stream" as const) : undefined;

/**
 * Once the log exists, its next address is requested for as long as a deployment is checked. Before that, a log that
 * the service does not know may still appear while the deployment is running.
 */
const kindOf: Exceptions["kindOf"] = (call) =>
  liveFirst(call) ?? (isAddress(call) && call.nth > 1 ? "wait" : undefined);

const firstAddress: Expects = (call, fault, duration) => {
  if (!isAddress(call) || call.nth > 1) return undefined;
  if (fault.name === "404") return duration === "once" ? "succeeds" : "gives up";
  return patient(call, fault, duration);
};

/** @param last which request asks for the complete archive, once the log was read to its end */
const followed = (name: string, last: number, more: Partial<Scenario> = {}): Scenario => ({
  name,
  sendsNoSecret: true,
  before: begun,
  act: follow,
  finds: steady,
  next: async (world) => {
    const lines = (await follow(world)) as string[];
    assert.match(lines.at(-1) ?? "", /build complete$/, "the last line");
  },
  kindOf,
  expects: (call, fault, duration) => {
    if (fault.name === "404" && /\/deployments\/:id$/.test(call.path)) return "fails at once";
    if (fault.name !== "404" || !isAddress(call) || call.nth === 1)
      return firstAddress(call, fault, duration);
    // If the service closed the log, there need not be an archive; if the log broke off, its end must be
    // found.
    return duration === "once" || call.nth === last ? "succeeds" : "gives up";
  },
  ...more,
});

const DROP_AFTER = 3;

/** During the build, after several lines were received. */
const A_WHILE_MS = 120_000;

export const FOLLOWED_LOGS: readonly Scenario[] = [
  followed("a build, to its end", 2),
  followed("a build, over a connection that breaks", 3, {
    before: async (world) => {
      await begun(world);
      world.emulator.faults.add({ path: /^\/_logs\/live\//, fault: { dropAfter: DROP_AFTER } });
    },
  }),
];

/** A log counts as finished when the connection falls silent, for whatever reason, or is closed. */
const LIKE_AN_END = new Set<unknown>(["stalled", "endless", "wrong-types"]);

export const LOGS_SO_FAR: readonly Scenario[] = [
  {
    name: "a build that goes on, up to now",
    sendsNoSecret: true,
    before: async (world) => {
      await begun(world);
      await world.pass(A_WHILE_MS);
    },
    act: (world) => world.lookUp("getLogs", build(world)),
    finds: steady,
    cannotTell: ({ fault }) => LIKE_AN_END.has(fault),
    next: (world) => world.lookUp("getLogs", build(world)),
    kindOf: liveFirst,
    expects: (call, fault, duration) =>
      liveFirst(call) && fault.fault === "stalled" ? "succeeds" : firstAddress(call, fault, duration),
  },
];

/** Only the WebSocket, which comes first, meets a refusal that happens once; HTTP then returns the same log. */
export const withHttpAfterRefusal = (scenario: Scenario): Scenario => ({
  ...scenario,
  expects: (call, fault, duration) =>
    liveFirst(call) && duration === "once" && /^4\d\d$/.test(fault.name)
      ? "succeeds"
      : scenario.expects?.(call, fault, duration),
});
