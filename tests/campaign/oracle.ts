import { deploymentView } from "../../emulator/views/app";
import type { Emulator, StoredApp } from "app-platform-emulator";
import type { Properties } from "../faults/provider-host";
import type { DeclaredApp, Version } from "./plan";

/** Reads the actual state directly from the emulator, bypassing all faults. */

export interface World {
  readonly emulator: Emulator;
  /** Milliseconds since the epoch, on the emulator's clock. */
  readonly now: number;
}

export const livingApps = (world: World): StoredApp[] =>
  world.emulator.apps().filter(({ goneAt }) => goneAt === undefined);

/** The part of an app that a program can set. */
function versionOf({ spec, plain }: StoredApp): Omit<Version, "redeployOn" | "wait"> {
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

/** Why a reported success of `up` for an app was false; empty if it was real. */
export function falseSuccess(world: World, declared: DeclaredApp, state: StateOf | undefined): string[] {
  if (!state) return [`${declared.name}: the up succeeded, and the state has no app`];
  const app = livingApps(world).find(({ id }) => id === state.id);
  if (!app) return [`${declared.name}: the up succeeded, and there is no app ${state.id}`];
  const is = versionOf(app);
  const wrong = (Object.keys(is) as (keyof typeof is)[])
    .filter((key) => is[key] !== declared.version[key])
    .map((key) => `${declared.name}: the up succeeded, and ${key} did not arrive`);
  return [...wrong, ...(declared.version.wait ? undeployed(world, declared, app, state) : [])];
}

interface StateOf {
  readonly id: string;
  readonly outputs: Properties;
}

/** A write whose deployment was never seen is reported as such, and the next run looks for it again. */
function undeployed(world: World, { name }: DeclaredApp, app: StoredApp, { outputs }: StateOf): string[] {
  if (outputs["__awaited"] !== undefined) return [];
  const recorded = outputs["__deployment"] as { id: string } | undefined;
  const found = app.deployments.find(({ id }) => id === recorded?.id);
  if (!found) return [`${name}: the up succeeded, and its deployment ${recorded?.id ?? "-"} does not exist`];
  const { phase } = deploymentView(app, found, world.now);
  return phase === "ACTIVE" || phase === "SUPERSEDED"
    ? []
    : [`${name}: the up succeeded, and its deployment is ${String(phase)}`];
}

/** Apps that are neither in the state nor named in any output of the runs. */
export function orphans(world: World, managed: readonly string[], shown: string): string[] {
  return livingApps(world)
    .filter(({ id }) => !managed.includes(id) && !shown.includes(id))
    .map(({ spec, id }) => `${spec.name}: the app ${id} is in no state, and no run named it`);
}
