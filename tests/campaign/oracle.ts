import { deploymentView } from "../../emulator/views/app";
import type { Emulator, StoredApp } from "app-platform-emulator";
import type { Properties } from "../faults/provider-host";
import type { RollbackState } from "../../provider/resources/rollback/provider";
import type { DeclaredApp, Version } from "./plan";

/** Reads the actual state directly from the emulator, bypassing all faults. */

export interface World {
  readonly emulator: Emulator;
  /** Milliseconds since the epoch, on the emulator's clock. */
  readonly now: number;
}

/** A resource in the Pulumi state. */
export interface StateOf {
  readonly id: string;
  readonly outputs: Properties;
}

export const livingApps = (world: World): StoredApp[] =>
  world.emulator.apps().filter(({ goneAt }) => goneAt === undefined);

const living = (world: World, id: unknown): StoredApp | undefined =>
  livingApps(world).find((one) => one.id === id);

/** The part of an app that a program can set. */
function versionOf({ spec, plain }: StoredApp): Omit<Version, "redeployOn" | "wait" | "rollsBack"> {
  const web = spec.services?.[0];
  const variable = (key: string): string | undefined => web?.envs?.find((one) => one.key === key)?.value;
  return {
    greeting: variable("GREETING"),
    secret: plain(String(variable("API_TOKEN"))) ?? "",
    count: web?.instance_count ?? 1,
    command: web?.run_command,
    hasSite: (spec.static_sites ?? []).length > 0,
    hasWorker: (spec.workers ?? []).length > 0,
  };
}

/**
 * Why a reported success of `up` for an app was false; empty if it was real.
 * @param isRolledBack a Rollback may have given the app an earlier spec, which an `up` does not change without a refresh
 */
export function falseSuccess(
  world: World,
  declared: DeclaredApp,
  state: StateOf | undefined,
  isRolledBack = false,
): string[] {
  if (!state) return [`${declared.name}: the up succeeded, and the state has no app`];
  const app = living(world, state.id);
  if (!app) return [`${declared.name}: the up succeeded, and there is no app ${state.id}`];
  const is = versionOf(app);
  const wrong = (Object.keys(is) as (keyof typeof is)[])
    .filter((key) => is[key] !== declared.version[key])
    .map((key) => `${declared.name}: the up succeeded, and ${key} did not arrive`);
  return [
    ...(isRolledBack ? [] : wrong),
    ...(declared.version.wait ? undeployed(world, declared, app, state) : []),
  ];
}

/** A write whose deployment was never seen is reported as such, and the next run looks for it again. */
function undeployed(world: World, { name }: DeclaredApp, app: StoredApp, { outputs }: StateOf): string[] {
  if (outputs["__awaited"] !== undefined) return [];
  return unfinished(world, app, (outputs["__deployment"] as { id: string } | undefined)?.id, name);
}

/** Why a deployment that a resource reports did not succeed. */
function unfinished(world: World, app: StoredApp, id: unknown, name: string): string[] {
  const found = app.deployments.find((one) => one.id === id);
  if (!found) return [`${name}: the up succeeded, and its deployment ${String(id)} does not exist`];
  const { phase } = deploymentView(app, found, world.now);
  return phase === "ACTIVE" || phase === "SUPERSEDED"
    ? []
    : [`${name}: the up succeeded, and its deployment is ${String(phase)}`];
}

/**
 * Why a reported success of a Deployment was false.
 * @param before ids of the deployments before the run, if the run had to make a new one
 */
export function falseRelease(
  world: World,
  state: StateOf | undefined,
  before: readonly string[] = [],
): string[] {
  const { appId, deploymentId: id } = state?.outputs ?? {};
  const app = living(world, appId);
  if (!app) return [`release: the up succeeded, and there is no app ${String(appId)}`];
  return [
    ...unfinished(world, app, id, "release"),
    ...(before.includes(String(id))
      ? [`release: the up succeeded with ${String(id)}, which existed before`]
      : []),
  ];
}

/** Why a reported success of a Rollback was false. */
export function falseRollback(world: World, state: StateOf | undefined, wanted: RollbackState): string[] {
  if (!state) return ["back: the up succeeded, and the state has no rollback"];
  const { outputs, id } = state;
  const app = living(world, outputs["appId"]);
  if (!app) return [`back: the up succeeded, and there is no app ${String(outputs["appId"])}`];
  const pin = app.pinned?.deployment.id;
  const wrong = [
    ...(outputs["state"] === wanted ? [] : [`the state says ${String(outputs["state"])}, not ${wanted}`]),
    ...(outputs["pinned"] === (pin === id) ? [] : [`the state says pinned: ${String(outputs["pinned"])}`]),
    ...(wanted !== "pinned" && pin === id ? [`the app is still pinned to ${id}`] : []),
  ];
  return [
    ...wrong.map((one) => `back: the up succeeded, and ${one}`),
    ...unfinished(world, app, outputs["__last"], "back"),
  ];
}

/** Why a successful deletion of a Rollback was false: it must leave no pin behind. */
export const stillPinned = (world: World, state: StateOf): string[] =>
  living(world, state.outputs["appId"])?.pinned?.deployment.id === state.id
    ? [`back: the rollback ${state.id} was removed, and still pins the app`]
    : [];

/** Apps that are neither in the state nor named in any output of the runs. */
export function orphans(world: World, managed: readonly string[], shown: string): string[] {
  return livingApps(world)
    .filter(({ id }) => !managed.includes(id) && !shown.includes(id))
    .map(({ spec, id }) => `${spec.name}: the app ${id} is in no state, and no run named it`);
}
