import { usualKind, withoutIds, type Exceptions, type RemoteCall } from "./cases";
import { app, type Scenario } from "./scenarios";
import type { World } from "./world";

/** Times and addresses differ from case to case, the rest does not. */
const steady = (result: unknown): unknown =>
  JSON.parse(
    withoutIds(JSON.stringify(result))
      .replace(/shop-\w{5}\.ondigitalocean/g, ":host")
      .replace(/\b[0-9a-f]{40}\b/g, ":commit")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, ":time")
      .replace(/http:\/\/127\.0\.0\.1[^"]*/g, ":address"),
  );

/** No look-up waits for a deployment: each look is a question. */
const questions = (call: RemoteCall) => (usualKind(call) === "wait" ? "read" : undefined);

const lookUp = (name: string, find: (world: World) => Promise<unknown>, more: Exceptions = {}): Scenario => ({
  kindOf: questions,
  ...more,
  name,
  sendsNoSecret: true,
  finds: steady,
  before: (world) => world.app.up(app()),
  act: find,
  next: find,
});

/** Not every service knows the question by name: where it is refused, the list of all apps is asked for. */
const byName: Exceptions["expects"] = (_call, fault, duration) =>
  (fault.name === "404" || fault.name === "422") && duration === "once" ? "succeeds" : undefined;

/** The service may wait for a container before it tells the address, and is given the whole time for it, once. */
const patient: Exceptions["expects"] = (call, fault) =>
  call.path.endsWith("/logs") && (fault.fault === "timeout" || fault.fault === "endless")
    ? "gives up"
    : undefined;

const deploymentId = (world: World): string =>
  world.emulator
    .apps()
    .find(({ id }) => id === world.app.id)
    ?.deployments.at(-1)?.id ?? "none";

export const LOOKUPS: readonly Scenario[] = [
  lookUp("getApp by id", (world) => world.lookUp("getApp", { id: world.app.id })),
  lookUp("getApp by name", (world) => world.lookUp("getApp", { name: "shop" }), { expects: byName }),
  lookUp("getDeployments", (world) => world.lookUp("getDeployments", world.app.id)),
  lookUp("getDeployment", (world) => world.lookUp("getDeployment", world.app.id, deploymentId(world))),
  lookUp("getLogUrls", (world) => world.lookUp("getLogUrls", { appId: world.app.id, type: "BUILD" })),
  lookUp(
    "getLogs of a build that has ended",
    (world) => world.lookUp("getLogs", { appId: world.app.id, type: "BUILD" }),
    { expects: patient },
  ),
];

/** The app is there, and its first deployment goes on. */
const begun = (world: World): Promise<unknown> => world.app.up(app(undefined, { wait: false }));

export const CANCELLATION: readonly Scenario[] = [
  {
    name: "cancelDeployment",
    sendsNoSecret: true,
    before: begun,
    act: (world) => world.lookUp("cancelDeployment", world.app.id, deploymentId(world)),
    next: (world) => world.lookUp("getDeployment", world.app.id, deploymentId(world)),
  },
];
