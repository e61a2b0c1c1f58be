import { changes, isEqual, valueAt, type Change, type Path } from "./changes";
import { dangers } from "./dangers";
import { isPlainObject, toKeyed } from "./keyed";

/**
 * What an App is told to be: the part of its inputs that decides what is deployed. The spec may be an AppSpec, or have the
 * form by name that Pulumi shows and policy packs see.
 */
export interface Wanted {
  readonly spec: unknown;
  readonly redeployOn?: unknown;
  readonly updateSources?: boolean | undefined;
  readonly forceBuild?: boolean | undefined;
  readonly projectId?: string | undefined;
}

/** What it was told last, and what became of it. */
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

export type ComponentKind = "service" | "static site" | "worker" | "job" | "functions" | "database";

/** `rebuilt` implies redeployed. */
export type Effect = "created" | "removed" | "rebuilt" | "redeployed" | "unchanged";

export interface ComponentPlan {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly effect: Effect;
  /** True when the documentation does not promise the effect, and it is what usually happens. */
  readonly inferred: boolean;
  /** Why, in a few words each, such as `envs.PORT.value changed`. */
  readonly reasons: readonly string[];
}

/** What the next update does. The result of {@link plan}. */
export interface Plan {
  readonly action: Action;
  /** The update also fetches the newest sources (`update_all_source_versions`). */
  readonly updateSources: boolean;
  /** The new deployment ignores the build cache (`force_build`). */
  readonly forceBuild: boolean;
  /** The app moves to another project; that deploys nothing. */
  readonly moveProject: boolean;
  readonly changes: readonly Change[];
  readonly components: readonly ComponentPlan[];
  /** What the user should know before, one sentence each. */
  readonly warnings: readonly string[];
}

const RUNNING = new Set(["PENDING_BUILD", "BUILDING", "PENDING_DEPLOY", "DEPLOYING", "UNKNOWN"]);
const FINE = new Set(["ACTIVE", "SUPERSEDED"]);

/**
 * What has to be done to get from `olds` to `news`, component by component. Pure: no I/O, no clock, and `plan(x, x)` is
 * `none` when the last deployment went well.
 * @param olds what the service took last; absent when the app is still to be created
 */
export function plan(olds: Accepted | undefined, news: Wanted): Plan {
  const wanted = { ...news, spec: toKeyed(news.spec) };
  return olds ? change({ ...olds, spec: toKeyed(olds.spec) }, wanted) : creation(wanted);
}

function change(olds: Accepted, news: Wanted): Plan {
  const changed = changes(olds.spec, news.spec);
  const redeployAsked = !isEqual(olds.redeployOn ?? {}, news.redeployOn ?? {});
  const action = decide(olds, changed, redeployAsked);
  const updateSources = action === "update" && (redeployAsked || news.updateSources === true);
  const forceBuild = action === "redeploy" && news.forceBuild === true;
  const fetchesSources = updateSources || action === "redeploy";
  return {
    action,
    updateSources,
    forceBuild,
    moveProject: news.projectId !== undefined && news.projectId !== olds.projectId,
    changes: changed,
    components:
      action === "none" ? [] : componentPlans(olds.spec, news.spec, changed, { fetchesSources, forceBuild }),
    warnings: [...dangers(olds.spec, news.spec, changed), ...cacheWarning(action, redeployAsked, news)],
  };
}

function decide(olds: Accepted, changed: readonly Change[], redeployAsked: boolean): Action {
  if (changed.length > 0) return "update";
  if (redeployAsked) return "redeploy";
  if (olds.lastPhase === undefined || FINE.has(olds.lastPhase)) return "none";
  return RUNNING.has(olds.lastPhase) ? "resume" : "redeploy";
}

function creation(news: Wanted): Plan {
  return {
    action: "create",
    updateSources: false,
    forceBuild: false,
    moveProject: false,
    changes: [],
    components: componentsOf(news.spec).map(({ name, kind }) => {
      return { name, kind, effect: "created", inferred: false, reasons: [] };
    }),
    warnings: [],
  };
}

function cacheWarning(action: Action, redeployAsked: boolean, news: Wanted): string[] {
  if (action === "update" && redeployAsked && news.forceBuild === true)
    return [
      "The spec changes together with redeployOn, which is one update of the app: forceBuild does not apply to it, so the build cache may be reused.",
    ];
  return [];
}

const KINDS: Readonly<Record<string, ComponentKind>> = {
  services: "service",
  static_sites: "static site",
  workers: "worker",
  jobs: "job",
  functions: "functions",
  databases: "database",
};

interface Component {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly path: Path;
  readonly spec: unknown;
}

function componentsOf(spec: unknown): Component[] {
  return Object.entries(KINDS).flatMap(([list, kind]) => {
    const map = valueAt(spec, [list]);
    return isPlainObject(map)
      ? Object.entries(map).map(([name, component]) => ({ name, kind, path: [list, name], spec: component }))
      : [];
  });
}

interface Causes {
  readonly fetchesSources: boolean;
  readonly forceBuild: boolean;
}

function componentPlans(
  olds: unknown,
  news: unknown,
  changed: readonly Change[],
  causes: Causes,
): ComponentPlan[] {
  const before = new Map(componentsOf(olds).map((component) => [component.path.join("/"), component]));
  const after = componentsOf(news);
  const shared = sharedCauses(news, changed);
  const kept = after.map((component): ComponentPlan => {
    const { name, kind } = component;
    if (!before.delete(component.path.join("/")))
      return { name, kind, effect: "created", inferred: false, reasons: [] };
    return { name, kind, ...effectOn(component, changed, shared, causes) };
  });
  const removed = [...before.values()].map(({ name, kind }): ComponentPlan => {
    return { name, kind, effect: "removed", inferred: false, reasons: [] };
  });
  return [...kept, ...removed];
}

/** A change as it looks from inside a component, or from the top of the spec. */
interface Cause {
  readonly path: Path;
  readonly change: Change;
  /** What `path` starts from, as it will be. */
  readonly holder: unknown;
}

/** Changes at the top of the spec that reach every component. */
function sharedCauses(spec: unknown, changed: readonly Change[]): Cause[] {
  return changed
    .filter(({ path }) => path[0] === "envs" || path[0] === "region")
    .map((change) => ({ path: change.path, change, holder: spec }));
}

function effectOn(
  component: Component,
  changed: readonly Change[],
  shared: readonly Cause[],
  causes: Causes,
): Pick<ComponentPlan, "effect" | "inferred" | "reasons"> {
  const own = changed
    .filter(({ path }) => component.path.every((step, index) => path[index] === step))
    .map((change): Cause => {
      return { path: change.path.slice(component.path.length), change, holder: component.spec };
    });
  const isDatabase = component.kind === "database";
  const all = isDatabase ? own : [...own, ...shared];
  const reasons = [...new Set(all.map(({ path, change }) => reason(path, change)))];
  const fetched = causes.fetchesSources && !isDatabase;
  const isBuilt = !hasImage(component.spec);
  if (fetched)
    reasons.push(causes.forceBuild && isBuilt ? "new deployment without build cache" : "new deployment");
  if (reasons.length === 0) return { effect: "unchanged", inferred: true, reasons };
  if (isDatabase || !isBuilt) return { effect: "redeployed", inferred: isDatabase, reasons };
  if (fetched) return { effect: "rebuilt", inferred: false, reasons };
  const rebuilt = all.some((cause) => touchesBuild(cause, component.kind));
  return { effect: rebuilt ? "rebuilt" : "redeployed", inferred: rebuilt, reasons };
}

const hasImage = (component: unknown): boolean => valueAt(component, ["image"]) !== undefined;

const BUILD_FIELDS = new Set([
  "git",
  "github",
  "gitlab",
  "bitbucket",
  "image",
  "dockerfile_path",
  "build_command",
  "source_dir",
  "environment_slug",
  "output_dir",
]);

function touchesBuild({ path, change, holder }: Cause, kind: ComponentKind): boolean {
  const [field, , part] = path;
  if (typeof field !== "string") return true;
  if (BUILD_FIELDS.has(field)) return true;
  if (field !== "envs") return false;
  if (kind === "static site" || part === "scope") return true;
  const variable = valueAt(holder, path.slice(0, 2)) ?? change.before;
  return valueAt(variable, ["scope"]) !== "RUN_TIME";
}

function reason(path: Path, change: Change): string {
  const place = path.length === 0 ? "settings" : path.join(".");
  const words = { add: "added", remove: "removed", change: "changed" };
  return `${place} ${words[change.kind]}`;
}

/** The plan in lines for a person, one per component. */
export function explain(planned: Plan): string[] {
  return planned.components.map((component) => {
    const { sign, text } = effectText(component, planned.action);
    const why = component.reasons.length > 0 ? `: ${shorten(component.reasons)}` : "";
    return `${sign} ${component.name} (${component.kind}) ${text}${why}`;
  });
}

function effectText(
  { effect, inferred, kind }: ComponentPlan,
  action: Action,
): { sign: string; text: string } {
  const expected = inferred ? "is expected to be" : "is";
  switch (effect) {
    case "created":
      return { sign: "+", text: kind === "database" ? "is created" : "is built and deployed" };
    case "removed":
      return {
        sign: "-",
        text: kind === "database" ? "is removed, with its data if it is a dev database" : "is removed",
      };
    case "rebuilt":
      return { sign: "~", text: `${expected} rebuilt and redeployed` };
    case "redeployed":
      return {
        sign: "~",
        text: kind === "database" ? "changes" : `${expected} redeployed without a new build`,
      };
    case "unchanged":
      return { sign: "=", text: action === "resume" ? "is as it was" : "is expected to stay as it is" };
  }
}

const MOST_REASONS = 3;

function shorten(reasons: readonly string[]): string {
  const shown = reasons.slice(0, MOST_REASONS).join(", ");
  return reasons.length > MOST_REASONS ? `${shown} and ${reasons.length - MOST_REASONS} more` : shown;
}
