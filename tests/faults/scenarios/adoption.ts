import { changed, SHOP } from "../../helpers/world/provider-world";
import { isWait } from "../cases";
import type { Properties } from "../provider-host";
import { app, failing, greeting, nameExpects, type Scenario } from "./app";
import type { World } from "../world";

const PLAIN = changed((spec) => void spec.services![0]!.envs!.pop());

/** An existing app that this stack does not know. */
async function unknown(world: World, declared: Properties): Promise<void> {
  await world.app.up(declared);
  world.app.state = undefined;
}

const adopted = (world: World): Properties => app(greeting, { adopt: true, projectId: world.project });

/** The app left by a killed run whose deployment failed: none of it has worked yet. */
const ofKilledRun = (world: World): Properties => app(PLAIN, { adopt: world.emulator.apps()[0]?.id });

const moved = (world: World): Properties => app(SHOP, { projectId: world.project });

export const ADOPTION: readonly Scenario[] = [
  {
    name: "adoption by name, with a move and an update",
    adopts: true,
    before: async (world) => {
      await world.makeProject();
      await unknown(world, app());
    },
    act: (world) => world.app.up(adopted(world)),
    next: (world) => world.app.up(adopted(world)),
    expects: nameExpects,
    skips: isWait,
  },
  {
    name: "adoption by id of an app that has not worked yet",
    sendsNoSecret: true,
    adopts: true,
    before: async (world) => {
      world.emulator.failNext({ component: "web" });
      await failing(world.app.up(app(PLAIN)));
      world.app.state = undefined;
    },
    act: (world) => world.app.up(ofKilledRun(world)),
    next: (world) => world.app.up(ofKilledRun(world)),
    skips: isWait,
  },
  {
    name: "move to another project",
    sendsNoSecret: true,
    before: async (world) => {
      await world.makeProject();
      await world.app.up(app());
    },
    act: (world) => world.app.up(moved(world)),
    next: (world) => world.app.up(moved(world)),
  },
];
