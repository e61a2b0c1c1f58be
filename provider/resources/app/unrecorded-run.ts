import { standing } from "../../deployment-phases";
import type { App, Deployment } from "../../api/types";
import { isAutomaticRollback, isOfService } from "../../service/new-deployment";
import { Ignoring } from "./ignored-properties";
import { changes, isEqual, overlap, valueAt, type Path } from "../../appspec/diff";
import { drift } from "../../appspec/drift";
import type { Plan } from "../../appspec/plan";
import { withStored } from "../../appspec/stored-secrets";
import type { OperationContext, AppOperationContext } from "../base-provider";
import { isPlainObject, listsToMaps } from "../../appspec/lists-by-name";
import { lastDeployment, type AppInputs, type AppOutputs } from "./state";
import { adoptable } from "../../appspec/covers";

/**
 * Detects changes at the service that the state does not record, made by a killed run or by another pipeline with the same
 * program.
 */

/**
 * True if the service already has the program's spec, although the state does not: every change of the program is there,
 * nothing else has changed, and none of the changes is a secret, which cannot be compared. Pure.
 * @param held the service's current spec, in its form by name
 */
export function isDoneAlready(
  olds: AppOutputs,
  news: AppInputs,
  held: unknown,
  ignoring: Ignoring = Ignoring.of(),
): boolean {
  const then = olds.__liveSpec;
  if (then === undefined) return false;
  const drifted = drift(then, ignoring.withoutIgnored(held, then));
  const before = withStored(olds.spec, olds.emptySecrets);
  const wanted = changes(before, withStored(ignoring.wanted(news, olds).spec, news.emptySecrets, before));
  // Without rules in the program, the service derives them from the components.
  const isDerived = ![olds, news].some(({ spec }) => isPlainObject(spec) && spec["ingress"] !== undefined);
  const hasOtherComponents = wanted.some(({ path, kind }) => path.length <= 2 && kind !== "change");
  const explained = ({ path }: { path: Path }): boolean =>
    wanted.some((change) => overlap(change.path, path)) ||
    (path[0] === "ingress" && isDerived && hasOtherComponents);
  // A field that the program removes could still exist as a default, so the service's value must have changed.
  const gone = wanted.filter(({ kind }) => kind === "remove");
  return (
    drifted.length > 0 &&
    drifted.every(explained) &&
    gone.every(({ path }) => !isEqual(valueAt(then, path), valueAt(held, path))) &&
    adoptable(held, ignoring.toSend(news, olds, held))
  );
}

/**
 * The outputs that an unrecorded run would have recorded, if it has already applied the program; otherwise `olds`. A spec does
 * not show whether the newest sources were fetched, so such updates are always sent.
 */
export async function withEarlierRun(
  context: AppOperationContext,
  olds: AppOutputs,
  before: App,
  planned: Plan,
  ignoring: Ignoring,
): Promise<AppOutputs> {
  if (planned.action !== "update" || planned.updateSources) return olds;
  const held = listsToMaps(before.spec);
  if (!isDoneAlready(olds, context.inputs, held, ignoring)) return olds;
  const newest = await newestDeployment(context, before.id);
  // A deployment that is already recorded is not from an unrecorded run.
  if (!newest || newest.id === olds.__deployment?.id) return olds;
  context.reporter.info(
    `The service already has the program's spec, from deployment ${newest.id}: no update is needed.`,
  );
  const { spec } = ignoring.recorded(context.inputs, ignoring.held(olds, before));
  const { __awaited: _found, ...rest } = olds;
  return { ...rest, spec, __liveSpec: held, __deployment: lastDeployment(newest) };
}

/**
 * The newest deployment of the app that was not canceled, which determines the app's status. Ignores those that the service
 * started by itself, unless there is no other: its own rollback never counts.
 */
export async function newestDeployment(
  { client, options }: Pick<OperationContext, "client" | "options">,
  appId: string,
): Promise<Deployment | undefined> {
  const { items } = await client.listDeploymentPage(appId, {}, options);
  const candidates = items.filter((one) => one.phase !== "CANCELED" && !isAutomaticRollback(one));
  return candidates.find((one) => !isOfService(one)) ?? candidates[0];
}

/** The app's deployment in progress, if any. */
export const runningDeployment = (app: App): Deployment | undefined =>
  [app.pending_deployment, app.in_progress_deployment].find(
    (one) => one != null && standing(one.phase) === "running",
  ) ?? undefined;
