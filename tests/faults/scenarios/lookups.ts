import assert from "node:assert/strict";
import { BUSY } from "../../helpers/world/busy-app";
import { functionOf, LOOKUP_CALLS, type Subject } from "../../helpers/world/lookups";
import { changed, SHOP } from "../../helpers/world/provider-world";
import { usualKind, withoutIds, type Exceptions, type Expects, type RemoteCall } from "../cases";
import { app, type Scenario } from "./app";
import type { World } from "../world";

/** Removes times and addresses, which differ from case to case; the rest does not. */
export const steady = (result: unknown): unknown =>
  JSON.parse(
    withoutIds(JSON.stringify(result))
      .replace(/shop-\w{5}\.ondigitalocean/g, ":host")
      .replace(/\b[0-9a-f]{40}\b/g, ":commit")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, ":time")
      .replace(/(http|ws):\/\/127\.0\.0\.1[^"]*/g, ":address"),
  );

/** No look-up waits for a deployment: each check is a plain read. */
const questions = (call: RemoteCall) => (usualKind(call) === "wait" ? "read" : undefined);

/** Some services do not support look-up by name: if it is rejected, all apps are listed. */
const byName: Expects = (_call, fault, duration) =>
  (fault.name === "404" || fault.name === "422") && duration === "once" ? "succeeds" : undefined;

const SILENT = new Set<unknown>(["timeout", "stalled", "endless"]);

/** The service may wait for a container before it returns the address, so one request gets the whole time. */
export const patient: Expects = (call, fault) =>
  call.path.endsWith("/logs") && SILENT.has(fault.fault) ? "gives up" : undefined;

/** An app with something to report: it was built, its job ran, it scaled, and it has an alert. */
export const TOLD_OF = changed(
  ({ services: [web] = [], jobs: [job] = [] }) => {
    Object.assign(web ?? {}, { envs: SHOP.services?.[0]?.envs });
    Object.assign(job ?? {}, { kind: "PRE_DEPLOY", schedule: undefined });
  },
  { ...SHOP, ...BUSY },
);

async function told(world: World): Promise<void> {
  await world.app.up(app(TOLD_OF));
  await world.pass(60_000);
  await learn(world);
}

/** Records the newest event and job run of the world's app. */
export async function learn(world: World): Promise<void> {
  for (const list of ["getEvents", "getJobInvocations"]) {
    const [newest] = (await world.lookUp(list, world.app.id)) as { id: string }[];
    world.known[list] = newest?.id ?? assert.fail(`${list} finds nothing`);
  }
}

export const deploymentId = (world: World): string =>
  world.emulator
    .apps()
    .find(({ id }) => id === world.app.id)
    ?.deployments.at(-1)?.id ?? assert.fail("there is no deployment");

const EXPECTS: Readonly<Record<string, NonNullable<Exceptions["expects"]>>> = {
  "getApp by name": byName,
  "getLogs of a build that has ended": patient,
  "getLogsText of a build that has ended": patient,
};

const subjectOf = (world: World): Subject => ({
  appId: world.app.id,
  deploymentId: () => deploymentId(world),
  eventId: () => world.known["getEvents"] ?? assert.fail(),
  jobInvocationId: () => world.known["getJobInvocations"] ?? assert.fail(),
});

export const LOOKUPS: readonly Scenario[] = Object.entries(LOOKUP_CALLS).map(([name, { args, finds }]) => {
  const ask = async (world: World): Promise<unknown> => {
    const subject = subjectOf(world);
    const result = await world.lookUp(functionOf({ name }), ...(await args(subject)));
    assert.ok(await finds(result, subject), `another result: ${JSON.stringify(result)}`);
    return result;
  };
  return {
    name,
    kindOf: questions,
    expects: (...of) => EXPECTS[name]?.(...of),
    sendsNoSecret: name !== "getProposal",
    changesNothing: true,
    finds: steady,
    before: told,
    act: ask,
    next: ask,
  };
});
