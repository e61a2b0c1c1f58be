import { deploymentView } from "../../emulator/views/app";
import type { Emulator, StoredApp } from "app-platform-emulator";
import type { Properties } from "../faults/provider-host";
import type { DeclaredApp, Version } from "./plan";

/** Reads what is true from the emulator itself, past all faults. */

export interface World {
  readonly emulator: Emulator;
  /** Milliseconds since the epoch, on the emulator's clock. */
  readonly now: number;
}

export const livingApps = (world: World): StoredApp[] =>
  world.emulator.apps().filter(({ goneAt }) => goneAt === undefined);

/** What an app has of what a program can ask for. */
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

/** Why an `up` of an app that reported success was none; empty where it was one. */
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

/** A write whose deployment nobody has seen is reported as such, and looked for again. */
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

/** Apps that are neither in the state nor named in anything that the runs printed. */
export function orphans(world: World, managed: readonly string[], shown: string): string[] {
  return livingApps(world)
    .filter(({ id }) => !managed.includes(id) && !shown.includes(id))
    .map(({ spec, id }) => `${spec.name}: the app ${id} is in no state, and no run named it`);
}
