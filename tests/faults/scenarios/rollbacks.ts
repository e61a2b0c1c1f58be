import { isWait, type Exceptions, type Expects } from "../cases";
import type { Properties } from "../provider-host";
import { app, failing, firstLook, greeting, onlyLook, type Scenario } from "./app";
import type { World } from "../world";

const back = (world: World, state: string): Properties => ({
  appId: world.app.id,
  state,
  timeouts: { create: "1m", update: "1m" },
});

const to =
  (state: string) =>
  (world: World): Promise<unknown> =>
    world.rollback.up(back(world, state));

/** An app whose last but one deployment is the target of the rollback. */
async function twice(world: World): Promise<void> {
  await world.app.up(app());
  await world.app.up(app(greeting));
}

async function pinned(world: World): Promise<void> {
  await twice(world);
  await to("pinned")(world);
}

/** A preview works without the service's validation, except for a 404, unless the app list contains the app. */
const opinion: Exceptions = {
  kindOf: () => "advice",
  expects: ({ method, path }, fault) =>
    fault.name === "404" && !(method === "GET" && path === "/v2/apps/:id") ? "fails at once" : undefined,
};

/** The response to a commit has no content, so the app is checked for half a minute until it is no longer pinned. */
export const commits: Expects = ({ path }, fault) =>
  path.endsWith("/commit") && fault.fault === "wrong-types" ? "gives up" : undefined;

/**
 * The deployment that a response reports is checked. If the check fails, the response counts, and the check after the
 * commit decides.
 */
export const confirms =
  (look: number): Expects =>
  ({ method, path, nth }, { outcomes }, duration) => {
    if (method !== "GET" || path !== "/v2/apps/:id" || nth !== look) return undefined;
    if (duration === "once") return "succeeds";
    return outcomes.stays.read === "fails at once" ? "gives up" : undefined;
  };

export const ROLLBACKS: readonly Scenario[] = [
  {
    ...opinion,
    name: "preview of a new one",
    sendsNoSecret: true,
    before: twice,
    act: (world) => world.rollback.preview(back(world, "pinned")),
    next: to("pinned"),
  },
  {
    name: "create",
    sendsNoSecret: true,
    before: twice,
    act: to("committed"),
    next: to("committed"),
    expects: (...one) => commits(...one) ?? confirms(2)(...one),
  },
  {
    ...onlyLook,
    name: "commit",
    sendsNoSecret: true,
    before: pinned,
    act: to("committed"),
    next: to("committed"),
    expects: (...one) => commits(...one) ?? onlyLook.expects?.(...one),
  },
  {
    ...firstLook,
    name: "revert",
    sendsNoSecret: true,
    before: pinned,
    act: to("reverted"),
    next: to("reverted"),
  },
  {
    ...firstLook,
    name: "revert once more, after its deployment failed",
    sendsNoSecret: true,
    before: async (world) => {
      await pinned(world);
      world.emulator.failNext({ component: "web" });
      await failing(to("reverted")(world));
    },
    act: to("reverted"),
    next: to("reverted"),
    // As in the revert itself.
    skips: (call) => isWait(call) || call.path === "/v2/apps/:id",
  },
  {
    ...onlyLook,
    name: "refresh",
    sendsNoSecret: true,
    before: pinned,
    act: (world) => world.rollback.refresh(),
    next: (world) => world.rollback.refresh(),
  },
  {
    name: "deletion of one that pins the app",
    sendsNoSecret: true,
    before: pinned,
    act: (world) => world.rollback.destroy(),
    next: (world) => world.rollback.destroy(),
    expects: commits,
  },
];
