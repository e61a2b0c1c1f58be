import assert from "node:assert/strict";
import { Client } from "../../../provider/api/client";
import type { Deployment } from "../../../provider/api/types";
import { AppPlatformError } from "../../../provider/errors";
import { restartApp } from "../../../provider/functions/apps";
import * as product from "../../../provider/index";
import { BUSY, comes } from "../../helpers/world/busy-app";
import { eachInItsWorld, inputs, TOKEN, type Made } from "../../helpers/world/provider-world";
import { serviceEnv } from "../../helpers/service-env";

/** What can be canceled, keyed by the function that cancels it. */
interface Stoppable {
  /** Resolves to the ID of one that is in progress. */
  begin(): Promise<string>;
  cancel(id: string): Promise<unknown>;
  phase(id: string): Promise<string | undefined>;
  /** Its final phase when nobody cancels it. */
  readonly end: string;
}

describe("canceling from a program", () => {
  const world = eachInItsWorld();
  let app: Made;
  beforeEach(async () => {
    app = await world.create(inputs(BUSY));
  });
  serviceEnv(() => world.emulator.url, TOKEN);

  const what: Record<string, Stoppable> = {
    cancelDeployment: {
      begin: async () => (await product.restartApp(app.id)).id,
      cancel: (id) => product.cancelDeployment(app.id, id),
      phase: async (id) => (await product.getDeployment(app.id, id)).phase,
      end: "ACTIVE",
    },
    cancelEvent: {
      begin: () =>
        comes(world.clock, async () => {
          const events = await product.getEvents(app.id, { types: ["AUTOSCALING"] });
          return events.find(({ autoscaling }) => autoscaling?.phase === "IN_PROGRESS")?.id;
        }),
      cancel: (id) => product.cancelEvent(app.id, id),
      phase: async (id) => (await product.getEvent(app.id, id)).autoscaling?.phase,
      end: "SUCCEEDED",
    },
    cancelJobInvocation: {
      begin: () =>
        comes(world.clock, async () => {
          const runs = await product.getJobInvocations(app.id);
          return runs.find(({ phase }) => phase === "RUNNING")?.id;
        }),
      cancel: (id) => product.cancelJobInvocation(app.id, id),
      phase: async (id) => (await product.getJobInvocation(app.id, id)).phase,
      end: "SUCCEEDED",
    },
  };
  for (const [name, { begin, cancel, phase, end }] of Object.entries(what)) {
    describe(`by ${name}`, () => {
      it("returns the same result when it was already canceled", async () => {
        const id = await begin();
        const first = await cancel(id);
        assert.equal(await phase(id), "CANCELED");
        await world.clock.sleep(60_000);
        assert.deepEqual(await cancel(id), first);
      });

      it("fails with already-ended when it has finished in another phase", async () => {
        const id = await begin();
        await comes(world.clock, async () => ((await phase(id)) === end ? true : undefined));
        const error = await cancel(id).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof AppPlatformError, String(error));
        assert.equal(error.errorCode, "already-ended");
        assert.match(error.message, new RegExp(`${id} has already finished \\(${end}\\)`));
        assert.match(error.message, new RegExp(`Remove ${name} from the program`));
      });

      it("reports the service's message when the cancellation is rejected", async () => {
        const id = await begin();
        const fault = { status: 409, body: { id: "conflict", message: "the moon is full" } };
        world.emulator.faults.add({ method: "POST", path: /\/cancel$/, fault });
        await assert.rejects(cancel(id), { errorCode: "conflict", serviceMessage: "the moon is full" });
        assert.notEqual(await phase(id), "CANCELED");
      });
    });
  }

  it("reports the service's message for an event that is not a scaling event", async () => {
    const [event] = await product.getEvents(app.id, { types: ["DEPLOYMENT"] });
    await assert.rejects(product.cancelEvent(app.id, event?.id ?? ""), /only autoscaling events/);
  });
});

describe("restartApp", () => {
  const world = eachInItsWorld();
  let app: Made;
  beforeEach(async () => {
    app = await world.create(inputs(BUSY));
  });
  const restart = (): Promise<Deployment> => {
    const { clock, emulator } = world;
    const client = new Client({ token: TOKEN, baseUrl: emulator.url, clock });
    return restartApp(client, app.id, {}, { preview: false }, clock);
  };
  const restarts = (): number => world.emulator.calls.filter(({ path }) => path.endsWith("/restart")).length;
  const deployments = (): string[] => (world.emulator.apps()[0]?.deployments ?? []).map(({ id }) => id);

  it("finds the deployment of a restart whose response was lost, and does not restart again", async () => {
    world.emulator.faults.add({ method: "POST", path: /\/restart$/, fault: "reset-after" });
    const { id, cause } = await restart();
    assert.deepEqual([restarts(), cause], [1, "app restarted"]);
    assert.deepEqual(deployments().slice(1), [id]);
  });

  it("retries when the connection broke before the request arrived", async () => {
    world.emulator.faults.add({ method: "POST", path: /\/restart$/, fault: "reset-before" });
    const { id } = await restart();
    assert.equal(restarts(), 2);
    assert.deepEqual(deployments().slice(1), [id]);
  });
});
