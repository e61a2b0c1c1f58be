import { resultOf } from "../deployment-phases";
import { changes, type Change } from "./diff";
import { componentPlans, createdComponents, type ComponentPlan, type Fetch } from "./component-plans";
import { planWarnings } from "./warnings";
import { formatPath, listsToMaps } from "./lists-by-name";
import { withStored } from "./stored-secrets";
import { isUnknown, separateUnknown, unknownPaths, type Differences } from "./unknown";

export type { ComponentKind } from "./component-lists";
export type { ComponentPlan, Effect, Instances } from "./component-plans";

/**
 * The desired state of an App: the inputs that decide what is deployed. The spec may be an AppSpec, or have the
 * form by name that Pulumi shows and policy packs see. In previews, any part may be `pulumi.runtime.unknownValue`.
 */
export interface Wanted {
  readonly spec: unknown;
  readonly redeployOn?: unknown;
  readonly updateSources?: boolean | undefined;
  readonly forceBuild?: boolean | undefined;
  readonly projectId?: string | undefined;
  /** SECRET variables that are to be empty; without a value, others keep the one that the service has stored. */
  readonly emptySecrets?: readonly string[] | undefined;
}

/** The inputs the service accepted last, and their result. */
export interface Accepted extends Wanted {
  /** Phase of the last deployment that belongs to the app, if there was any. */
  readonly lastPhase?: string | undefined;
}

/**
 * - `create`: the app is new
 * - `update`: one PUT of the spec
 * - `redeploy`: one new deployment of the same spec
 * - `resume`: the last deployment is still running: wait for it
 * - `none`: nothing is deployed
 */
export type Action = "create" | "update" | "redeploy" | "resume" | "none";

/** What the next update does; the result of {@link plan}. Everything is certain except `possible` and `unknown`. */
export interface Plan {
  readonly action: Action;
  /** A possible action instead of `action`, depending on values that are not known yet. */
  readonly possible?: "update" | "redeploy";
  /** The update also fetches the newest sources (`update_all_source_versions`). */
  readonly updateSources: boolean;
  /** The new deployment ignores the build cache (`force_build`). */
  readonly forceBuild: boolean;
  /** The app moves to another project; that deploys nothing. */
  readonly moveProject: boolean;
  readonly changes: readonly Change[];
  /** Places whose values are not known yet, such as `spec.domains` or `redeployOn.commit`. */
  readonly unknown: readonly string[];
  readonly components: readonly ComponentPlan[];
  /** Warnings to show before the update, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * The steps from `olds` to `news`, component by component. Pure: no I/O, no clock, and `plan(x, x)` is
 * `none` when the last deployment succeeded.
 * @param olds what the service accepted last; absent when the app is still to be created
 */
export function plan(olds: Accepted | undefined, news: Wanted): Plan {
  if (!olds) return creation({ ...news, spec: listsToMaps(news.spec) });
  const before = withStored(listsToMaps(olds.spec), olds.emptySecrets);
  const after = withStored(listsToMaps(news.spec), news.emptySecrets, before);
  return change({ ...olds, spec: before }, { ...news, spec: after });
}

function change(olds: Accepted, news: Wanted): Plan {
  const spec = separateUnknown(changes(olds.spec, news.spec));
  const redeployOn = separateUnknown(changes(olds.redeployOn ?? {}, news.redeployOn ?? {}));
  const redeployAsked = redeployOn.known.length > 0;
  const action = decide(olds, spec.known.length > 0, redeployAsked);
  const possible = decidePossible(action, spec, redeployOn);
  const updateSources = action === "update" && (redeployAsked || news.updateSources === true);
  // A value to come may turn the new deployment into an update, which takes no such option.
  const forceBuild = action === "redeploy" && news.forceBuild === true && possible === undefined;
  const isDeployed = (action !== "none" && action !== "resume") || possible !== undefined;
  const fetch = sourcesFetched(action, possible, redeployAsked, { spec, redeployOn }, news);
  return {
    action,
    ...(possible && { possible }),
    updateSources,
    forceBuild,
    moveProject:
      news.projectId !== undefined && !isUnknown(news.projectId) && news.projectId !== olds.projectId,
    changes: spec.known,
    unknown: unknownPlaces(news),
    components:
      isDeployed || action === "resume"
        ? componentPlans(olds.spec, news.spec, spec, { ...fetch, forceBuild })
        : [],
    warnings: [...planWarnings(olds.spec, news.spec, spec), ...cacheWarning(action, redeployAsked, news)],
  };
}

/** The action after the last deployment if no change requires one. */
const AFTER = { open: "resume", good: "none", bad: "redeploy" } as const;

function decide(olds: Accepted, specChanges: boolean, redeployAsked: boolean): Action {
  if (specChanges) return "update";
  if (redeployAsked) return "redeploy";
  if (olds.lastPhase === undefined) return "none";
  return AFTER[resultOf(olds.lastPhase)];
}

function decidePossible(action: Action, spec: Differences, redeployOn: Differences): Plan["possible"] {
  if (action === "update") return undefined;
  if (spec.unknown.length > 0) return "update";
  return action !== "redeploy" && redeployOn.unknown.length > 0 ? "redeploy" : undefined;
}

/** Whether the newest sources are fetched: for certain, or depending on which values to come. */
function sourcesFetched(
  action: Action,
  possible: Plan["possible"],
  redeployAsked: boolean,
  { spec, redeployOn }: { spec: Differences; redeployOn: Differences },
  news: Wanted,
): Fetch {
  if (redeployAsked || (action === "update" && news.updateSources === true))
    return { fetched: true, openTo: [] };
  if (action === "redeploy" && possible === undefined) return { fetched: true, openTo: [] };
  const openTo = places(redeployOn.unknown, "redeployOn");
  if (possible === "update" && (action === "redeploy" || news.updateSources === true))
    openTo.push(...places(spec.unknown, ""));
  if (isUnknown(news.updateSources) && (action === "update" || possible === "update"))
    openTo.push("updateSources");
  return { fetched: false, openTo };
}

/** Every place of the inputs that is not known yet. */
function unknownPlaces({ spec, redeployOn, updateSources, forceBuild, projectId }: Wanted): string[] {
  const others = unknownPaths({ redeployOn, updateSources, forceBuild, projectId });
  return [...unknownPaths(spec).map(formatPath), ...others.map((path) => path.join("."))];
}

/** Paths as reasons show them: without `spec`. */
function places(changed: readonly Change[], top: string): string[] {
  return changed.map(({ path }) => [top, ...path].filter((step) => step !== "").join(".") || "spec");
}

function creation(news: Wanted): Plan {
  return {
    action: "create",
    updateSources: false,
    forceBuild: false,
    moveProject: false,
    changes: [],
    unknown: unknownPlaces(news),
    components: createdComponents(news.spec),
    warnings: [],
  };
}

function cacheWarning(action: Action, redeployAsked: boolean, news: Wanted): string[] {
  if (action === "update" && redeployAsked && news.forceBuild === true)
    return [
      "forceBuild does not apply when the spec changes together with redeployOn: that is one update of the app, so the build cache may be reused.",
    ];
  return [];
}
