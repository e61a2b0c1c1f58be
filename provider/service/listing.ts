import { isDeepStrictEqual } from "node:util";
import type { App, Deployment } from "../api/types";

/** All apps at one moment. */
export interface Listing {
  /** Time of the request, in milliseconds since the epoch. */
  readonly at: number;
  /** By id, with deployments without specs, see {@link slim}. */
  readonly apps: ReadonlyMap<string, App>;
}

const SLOTS = [
  "pending_deployment",
  "in_progress_deployment",
  "active_deployment",
  "pinned_deployment",
] as const;

/**
 * Strips an app to what is needed while its deployment is running. The specs and sources of its deployments, which make up most
 * of the response, are not needed.
 * @param before the app in the previous listing: unchanged parts stay the same object, otherwise repeated listings of hundreds
 * of apps create a lot of garbage
 */
export function slim(app: App, before?: App): App {
  const shown = new Map<string, Deployment>();
  for (const slot of SLOTS) {
    const deployment = app[slot];
    if (!deployment) continue;
    // One deployment is often in two slots.
    const known = shown.get(deployment.id) ?? slimDeployment(deployment);
    shown.set(deployment.id, known);
    app[slot] = known;
  }
  return before === undefined ? app : sharing(app, before);
}

function slimDeployment(deployment: Deployment): Deployment {
  const {
    spec: _1,
    services: _2,
    static_sites: _3,
    workers: _4,
    jobs: _5,
    functions: _6,
    progress,
    ...rest
  } = deployment;
  if (!progress) return rest;
  const { summary_steps: _7, ...steps } = progress;
  return { ...rest, progress: steps };
}

/** `now`, with every part that equals the one in `before` taken from there. */
function sharing<T extends object>(now: T, before: T): T {
  let isSame = true;
  for (const key of Object.keys(now) as (keyof T)[]) {
    if (isDeepStrictEqual(now[key], before[key])) now[key] = before[key];
    else isSame = false;
  }
  return isSame && Object.keys(before).length === Object.keys(now).length ? before : now;
}

/** The deployment in the listing, which contains only the latest deployments of an app. */
export function inListing(listing: Listing | undefined, appId: string, id: string): Deployment | undefined {
  const app = listing?.apps.get(appId);
  return (
    [app?.pending_deployment, app?.in_progress_deployment, app?.active_deployment].find(
      (one) => one?.id === id,
    ) ?? undefined
  );
}

/** True if a deployment has finished since `before` and others are still in progress. */
export function endsBegan(before: Listing, now: Listing): boolean {
  let ended = false;
  let goesOn = false;
  for (const [id, app] of now.apps) {
    if (isBusy(app)) goesOn = true;
    else if (isBusy(before.apps.get(id))) ended = true;
    if (ended && goesOn) return true;
  }
  return false;
}

const isBusy = (app: App | undefined): boolean =>
  Boolean(app?.pending_deployment ?? app?.in_progress_deployment);
