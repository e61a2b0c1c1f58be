import { destinationPath } from "./alerts/destinations";
import { readDestinations } from "./alerts/assign";
import { isEqual } from "../../appspec/diff";
import { drift, hiddenAsBefore, inputsWithDrift } from "../../appspec/drift";
import { listsToMaps } from "../../appspec/lists-by-name";
import { hideSecrets } from "../../appspec/secrets";
import { withoutStoredChanges } from "../../appspec/stored-secrets";
import { knownTo, newDeployment, shownDeployments } from "../../service/new-deployment";
import type { ManagedApps } from "../managed-apps";
import type { ResourceMeta } from "../meta";
import { currentState } from "./current-state";
import { shownProject } from "./project";
import type { Operation } from "./operation";
import { reportRefreshed } from "./report-drift";
import { inputsOf, lastDeployment, type AppInputs, type AppOutputs } from "./state";
import { newestDeployment } from "./unrecorded-run";

/** An App as Pulumi reads it; empty if the app no longer exists. */
export interface AppRead {
  id?: string;
  props?: AppOutputs;
  inputs?: AppInputs;
}

/**
 * Reads the app for a refresh, an import, or `App.get`.
 * @param props the recorded outputs
 * @param isGet for `App.get`: a missing app is then an error
 */
export async function readApp(
  operation: Operation,
  managed: ManagedApps,
  meta: ResourceMeta,
  id: string,
  props: AppOutputs,
  isGet: boolean,
): Promise<AppRead> {
  const isOnlyRead = isGet || props.__readOnly === true;
  const found = isGet ? await operation.appToGet(id) : await operation.findOrGone(id, props.createdAt);
  if (found && !isOnlyRead) managed.hold(meta.urn, id);
  if (!found) {
    managed.forget(meta.urn, id);
    operation.reporter.warn(`The app ${id} no longer exists: it is removed from the state.`);
    return {};
  }
  const now = listsToMaps(found.spec);
  const then = props.__liveSpec ?? now;
  reportRefreshed(operation.reporter, then, now);
  const seen = withoutStoredChanges(now, then, props.spec, props.emptySecrets);
  const spec = props.spec === undefined ? hideSecrets(now) : inputsWithDrift(props.spec, then, seen);
  const project = props.projectId ? await shownProject(operation.context, found) : undefined;
  const moved = project === undefined ? {} : { projectId: project };
  const { changed, ...alerts } = (await readDestinations(id, props, operation.context)) ?? {
    changed: [],
  };
  for (const key of changed) operation.reporter.info(`changed at the service: ~ ${destinationPath(key)}`);
  const inputs = inputsOf({ ...props, ...moved, ...alerts, spec });
  // Any change of the spec, for example by a killed run, has also started a deployment.
  const newest = drift(then, now).length > 0 ? await newestDeployment(operation.context, id) : undefined;
  const late = props.__awaited && newDeployment(shownDeployments(found), knownTo(props.__awaited));
  const shown = newest ?? late;
  const last = shown
    ? lastDeployment(shown)
    : await currentState(operation.context, found, props.__deployment);
  const pinned = props.__pinned !== undefined && found.pinned_deployment?.id === props.__pinned;
  const { __secrets } = props;
  const kept = {
    ...alerts,
    ...(pinned && { __pinned: props.__pinned }),
    ...(props.__awaited && !late && { __awaited: props.__awaited }),
    ...(props.__imported && { __imported: true }),
    ...(__secrets && { __secrets }),
    ...(isOnlyRead && { __readOnly: true }),
  };
  const outs = operation.outputs(inputs, found, last, hiddenAsBefore(then, now));
  // It also moves by itself, for example when a certificate is renewed.
  const isSame = Object.entries(outs).every(
    ([key, value]) => key === "updatedAt" || isEqual(value, props[key as keyof AppOutputs]),
  );
  const updatedAt = isSame ? (props.updatedAt ?? outs.updatedAt) : outs.updatedAt;
  return { id, props: { ...outs, updatedAt, ...kept }, inputs };
}
