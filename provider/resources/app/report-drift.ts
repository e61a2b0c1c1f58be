import type { App } from "../../api/types";
import { matches } from "../../appspec/covers";
import { formatChange } from "../../appspec/diff";
import { drift } from "../../appspec/drift";
import { listsToMaps } from "../../appspec/lists-by-name";
import { isCiphertext } from "../../appspec/secrets";
import { withoutStoredChanges } from "../../appspec/stored-secrets";
import type { Reporter } from "../../host/reporter";
import type { AppOperationContext } from "../base-provider";
import type { Ignoring } from "./ignored-properties";
import type { AppOutputs } from "./state";

/** Warns about changes at the service that an update will revert. */
export function reportOverwrites(
  { reporter, inputs }: AppOperationContext,
  ignoring: Ignoring,
  olds: AppOutputs,
  app: App,
): void {
  const { spec, emptySecrets } = inputs;
  const now = withoutStoredChanges(listsToMaps(app.spec), olds.__liveSpec, spec, emptySecrets);
  const paths = driftedPaths(ignoring, olds, now);
  if (paths !== undefined)
    reporter.warn(`Changed at the service since the last run; this update reverts it: ${paths}`);
}

/**
 * Warns that an update was lost: the run that sent it saw no deployment of it, the service's spec differs from its response to
 * the update, and it does not match the program.
 * @returns false if no update was lost
 */
export function reportLostUpdate(
  { reporter, inputs }: AppOperationContext,
  ignoring: Ignoring,
  olds: AppOutputs,
  app: App,
): boolean {
  const then = olds.__liveSpec;
  if (!olds.__awaited || then === undefined) return false;
  const now = listsToMaps(app.spec);
  const drifted = drift(then, ignoring.withoutIgnored(now, then));
  const hasOtherSecret = drifted.some(({ before, after }) => isCiphertext(before) && isCiphertext(after));
  if (drifted.length === 0) return false;
  const isThere = matches(now, ignoring.toSend(inputs, olds, now)) && !hasOtherSecret;
  if (isThere && olds.__awaited.unseen !== true) return false;
  const paths = drifted.map(formatChange).join(", ");
  reporter.warn(`The service does not show the update of the last run, so it is sent again: ${paths}`);
  return true;
}

/** Warns about changes at the service that a new deployment contains and the state does not. */
export function reportDeployedDrift(
  reporter: Reporter,
  ignoring: Ignoring,
  olds: AppOutputs,
  app: App,
): void {
  const paths = driftedPaths(ignoring, olds, listsToMaps(app.spec));
  if (paths !== undefined)
    reporter.warn(
      `Changed at the service since the last run; the new deployment contains it: ${paths}. To revert it, run pulumi up --refresh.`,
    );
}

/** Reports changes found by a refresh, one line each. */
export function reportRefreshed(reporter: Reporter, then: unknown, now: unknown): void {
  for (const change of drift(then, now)) reporter.info(`changed at the service: ${formatChange(change)}`);
}

function driftedPaths(
  ignoring: Ignoring,
  { __liveSpec: then }: AppOutputs,
  now: unknown,
): string | undefined {
  if (then === undefined) return undefined;
  const drifted = drift(then, ignoring.withoutIgnored(now, then));
  return drifted.length > 0 ? drifted.map(formatChange).join(", ") : undefined;
}
