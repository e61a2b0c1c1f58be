import assert from "node:assert/strict";
import { deploymentId, learn, TOLD_OF } from "./lookups";
import { app, type Scenario } from "./app";
import type { World } from "../world";

/** Long enough that a deployment and its steps are still running after a fault that lasts through a wait of an hour. */
export const LONG_SECONDS = 24 * 3600;
const LONG_MS = LONG_SECONDS * 1000;

/** The app exists, and its first deployment started this long ago, as a fraction of its duration. */
const after =
  (part: number) =>
  async (world: World): Promise<void> => {
    await world.app.up(app(TOLD_OF, { wait: false }));
    await world.pass(part * LONG_MS);
    if (part > 0) await learn(world);
  };

interface Stoppable {
  readonly phase?: string;
  readonly autoscaling?: { readonly phase: string };
}

/** Next, the program runs again, whatever the result, and requests the same. */
function cancellation(name: string, part: number, id: (world: World) => string): Scenario {
  const cancel = async (world: World): Promise<void> => {
    const { phase, autoscaling } = (await world.lookUp(name, world.app.id, id(world))) as Stoppable;
    assert.equal(autoscaling?.phase ?? phase, "CANCELED");
  };
  return { name, sendsNoSecret: true, before: after(part), act: cancel, next: cancel };
}

const restart = (world: World): Promise<unknown> =>
  world.lookUp("restartApp", world.app.id, { components: ["web"] });

export const ACTIONS: readonly Scenario[] = [
  {
    name: "restartApp",
    sendsNoSecret: true,
    before: after(1.1),
    act: restart,
    // After a reported failure the user retries; otherwise the restart exists, with one deployment for it.
    next: async (world, failed) => (failed ? restart(world) : undefined),
  },
  cancellation("cancelDeployment", 0, deploymentId),
  cancellation("cancelEvent", 2.1, ({ known }) => known["getEvents"] ?? ""),
  cancellation("cancelJobInvocation", 0.66, ({ known }) => known["getJobInvocations"] ?? ""),
];
