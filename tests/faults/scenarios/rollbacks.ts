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

/** An app whose last deployment but one is what the rollback goes back to. */
async function twice(world: World): Promise<void> {
  await world.app.up(app());
  await world.app.up(app(greeting));
}

async function pinned(world: World): Promise<void> {
  await twice(world);
  await to("pinned")(world);
}

/** A preview does without the service's opinion, but for «there is no such thing», unless the list of apps holds it. */
const opinion: Exceptions = {
  kindOf: () => "advice",
  expects: ({ method, path }, fault) =>
    fault.name === "404" && !(method === "GET" && path === "/v2/apps/:id") ? "fails at once" : undefined,
};

/** The answer to a commit has no content: whether the app is free is looked at for half a minute. */
export const commits: Expects = ({ path }, fault) =>
  path.endsWith("/commit") && fault.fault === "wrong-types" ? "gives up" : undefined;

/** What a response says was made is looked at. Where that fails, the response counts, and the look after the commit decides. */
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
