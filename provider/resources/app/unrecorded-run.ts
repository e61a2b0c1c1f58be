import { standing } from "../../deployment-phases";
import type { App, Deployment } from "../../api/types";
import { isAutomaticRollback } from "../../service/new-deployment";
import { Ignoring } from "./ignored-properties";
import { changes, isEqual, valueAt, type Path } from "../../appspec/diff";
import { drift } from "../../appspec/drift";
import type { Plan } from "../../appspec/plan";
import { withStored } from "../../appspec/stored-secrets";
import type { OperationContext, AppOperationContext } from "../base-provider";
import { listsToMaps } from "../../appspec/lists-by-name";
import { lastDeployment, type AppInputs, type AppOutputs } from "./state";
import { adoptable } from "../../appspec/covers";

/**
 * What was done at the service without the state knowing of it: by a run that was killed before its end, or by another
 * pipeline with the same program.
 */

/**
 * True when the service holds by now what the program wants, although the state holds less: everything that the program
 * changes is there, nothing else has changed since, and no secret that nobody can compare is among it. Pure.
 * @param held the service's spec at this moment, in its form by name
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
  const explained = ({ path }: { path: Path }): boolean => wanted.some((change) => within(change.path, path));
  // What the program leaves out now could be there as a default: only its going proves that it was taken out.
  const gone = wanted.filter(({ kind }) => kind === "remove");
  return (
    drifted.length > 0 &&
    drifted.every(explained) &&
    gone.every(({ path }) => !isEqual(valueAt(then, path), valueAt(held, path))) &&
    adoptable(held, ignoring.toSend(news, olds, held))
  );
}

/**
 * The outputs as they would be, had the run been recorded that has done already what the program wants; else those there
 * are. Whether newest sources were fetched as well cannot be seen from a spec.
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
  // One that was recorded before cannot be what the earlier run has started.
  if (!newest || newest.id === olds.__deployment?.id) return olds;
  context.reporter.info(
    `The service holds what the program wants already, by deployment ${newest.id}: no update is made.`,
  );
  const { spec } = ignoring.recorded(context.inputs, ignoring.held(olds, before));
  const { __awaited: _found, ...rest } = olds;
  return { ...rest, spec, __liveSpec: held, __deployment: lastDeployment(newest) };
}

/** True when one of the paths leads to or into the other's place. */
const within = (one: Path, other: Path): boolean =>
  one.every((step, index) => index >= other.length || other[index] === step);

/**
 * The newest deployment of the app that nobody has canceled: the one that decides how the app stands. The service's own rollback
 * of a deployment that failed does not: it leaves the spec as it is.
 */
export async function newestDeployment(
  { client, options }: Pick<OperationContext, "client" | "options">,
  appId: string,
): Promise<Deployment | undefined> {
  const { items } = await client.listDeploymentPage(appId, {}, options);
  return items.find((one) => one.phase !== "CANCELED" && !isAutomaticRollback(one));
}

/** The deployment of the app that has not ended yet, if there is one. */
export const runningDeployment = (app: App): Deployment | undefined =>
  [app.pending_deployment, app.in_progress_deployment].find(
    (one) => one != null && standing(one.phase) === "running",
  ) ?? undefined;
