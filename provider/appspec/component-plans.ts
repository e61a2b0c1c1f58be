import { valueAt, type Change, type Path } from "./diff";
import { KIND_OF_LIST, type ComponentKind } from "./component-lists";
import { DEFAULT_COUNT, DEFAULT_SIZE } from "./defaults";
import { isPlainObject } from "./lists-by-name";
import { isUnknown, type Differences } from "./unknown";

/** `rebuilt` implies redeployed. */
export type Effect = "created" | "removed" | "rebuilt" | "redeployed" | "unchanged";

/** The containers of a new component. */
export interface Instances {
  /** Slug of the size, as in `apps-s-1vcpu-1gb`. */
  readonly size: string;
  readonly count: number;
  /** With autoscaling, the most there may be; `count` is the least then. */
  readonly most?: number;
}

export interface ComponentPlan {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly effect: Effect;
  /** True if the effect is likely, but not documented. */
  readonly inferred: boolean;
  /** Why, in a few words each, such as `envs.PORT.value changed`. */
  readonly reasons: readonly string[];
  /** The possible additional effect, depending on values that are not known yet. */
  readonly possible?: "removed" | "rebuilt" | "redeployed";
  /** Those values' places, such as `envs.API_URL.value`. Empty unless there is `possible`. */
  readonly unknown: readonly string[];
  /** When a job runs with each deployment; absent for scheduled jobs. `unknown`: its kind is not known yet. */
  readonly runs?: "before" | "after" | "on failure" | "unknown";
  /** The instances of a new component, if known. */
  readonly instances?: Instances;
  /** True for a database in a managed cluster, whose data is kept when it is removed from the app. */
  readonly production?: boolean;
}

interface Component {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly path: Path;
  readonly spec: unknown;
}

function componentsOf(spec: unknown): Component[] {
  return Object.entries(KIND_OF_LIST).flatMap(([list, kind]) => {
    const map = valueAt(spec, [list]);
    return isPlainObject(map)
      ? Object.entries(map).map(([name, component]) => ({ name, kind, path: [list, name], spec: component }))
      : [];
  });
}

/** Whether the newest sources are fetched. `openTo`: values not known yet that may lead to it. */
export interface Fetch {
  readonly fetched: boolean;
  readonly openTo: readonly string[];
}

interface Causes extends Fetch {
  readonly forceBuild: boolean;
}

/** The components of an app that is created. Pure. */
export function createdComponents(spec: unknown): ComponentPlan[] {
  return componentsOf(spec).map(created);
}

function created(component: Component): ComponentPlan {
  const instances = instancesOf(component);
  return {
    ...about(component),
    effect: "created",
    inferred: false,
    reasons: [],
    unknown: [],
    ...(instances && { instances }),
  };
}

type About = Pick<ComponentPlan, "name" | "kind" | "runs" | "production">;

function about(component: Component): About {
  const { name, kind, spec } = component;
  const runs = kind === "job" ? runsWhen(valueAt(spec, ["kind"])) : undefined;
  const production = kind === "database" && valueAt(spec, ["production"]) === true;
  return { name, kind, ...(runs && { runs }), ...(production && { production }) };
}

/** Without a kind, the service runs a job after the deployment. */
function runsWhen(kind: unknown): ComponentPlan["runs"] {
  if (isUnknown(kind)) return "unknown";
  if (kind === "PRE_DEPLOY") return "before";
  if (kind === "FAILED_DEPLOY") return "on failure";
  return kind === "SCHEDULED" ? undefined : "after";
}

const SIZED: ReadonlySet<ComponentKind> = new Set(["service", "worker", "job"]);

/** As given, or the documented defaults. */
function instancesOf({ kind, spec }: Component): Instances | undefined {
  if (!SIZED.has(kind) || !isPlainObject(spec)) return undefined;
  const size = spec["instance_size_slug"] ?? DEFAULT_SIZE;
  const scaling = spec["autoscaling"];
  const count = valueAt(scaling, ["min_instance_count"]) ?? spec["instance_count"] ?? DEFAULT_COUNT;
  const most = valueAt(scaling, ["max_instance_count"]);
  const number = (value: unknown): number | undefined =>
    isUnknown(value) || !Number.isFinite(Number(value)) ? undefined : Number(value);
  const least = number(count);
  if (typeof size !== "string" || isUnknown(size) || isUnknown(scaling) || least === undefined)
    return undefined;
  if (scaling === undefined || scaling === null) return { size, count: least };
  const limit = number(most);
  return limit === undefined ? undefined : { size, count: least, most: limit };
}

/** The effect of an update on each component, including removed ones. Pure. */
export function componentPlans(
  olds: unknown,
  news: unknown,
  { known, unknown }: Differences,
  causes: Causes,
): ComponentPlan[] {
  const before = new Map(componentsOf(olds).map((component) => [component.path.join("/"), component]));
  const kept = componentsOf(news).map((component): ComponentPlan => {
    if (!before.delete(component.path.join("/"))) return created(component);
    const known_ = causesFor(component, known, news);
    return {
      ...about(component),
      ...effectOn(component, known_, causesFor(component, unknown, news), causes),
    };
  });
  const gone = [...before.values()].map((component): ComponentPlan => {
    const list = unknown.find(({ path }) => path.every((step, index) => component.path[index] === step));
    if (!list) return { ...about(component), effect: "removed", inferred: false, reasons: [], unknown: [] };
    return {
      ...about(component),
      ...unchanged,
      possible: "removed",
      unknown: [list.path.join(".") || "spec"],
    };
  });
  return [...kept, ...gone];
}

const unchanged = { effect: "unchanged", inferred: true, reasons: [], unknown: [] } as const;

/** A change as it looks from inside a component, or from the top of the spec. */
interface Cause {
  readonly path: Path;
  readonly change: Change;
  /** The new value that `path` is relative to. */
  readonly holder: unknown;
}

/** Changes in the component, and those at the top of the spec that reach every component but databases. */
function causesFor(component: Component, changed: readonly Change[], spec: unknown): Cause[] {
  const own = changed
    .filter(({ path }) => component.path.every((step, index) => path[index] === step))
    .map((change): Cause => {
      return { path: change.path.slice(component.path.length), change, holder: component.spec };
    });
  if (component.kind === "database") return own;
  const shared = changed
    .filter(({ path }) => path[0] === "envs" || path[0] === "region")
    .map((change) => ({ path: change.path, change, holder: spec }));
  return [...own, ...shared];
}

type Effects = Pick<ComponentPlan, "effect" | "inferred" | "reasons" | "possible" | "unknown">;

function effectOn(
  component: Component,
  known: readonly Cause[],
  unknown: readonly Cause[],
  causes: Causes,
): Effects {
  const certain = certainEffect(component, known, causes);
  // If the scope of a changed variable is not known yet, neither is its effect.
  const scopes = known.filter((cause) => touchesBuild(cause, component.kind) === "unknown");
  const open = [
    ...unknown.map((cause) => ({ effect: openEffect(component, cause), place: placeOf(cause.path) })),
    ...scopes.map(({ path }) => ({
      effect: built(component),
      place: [...path.slice(0, 2), "scope"].join("."),
    })),
    ...(component.kind === "database" ? [] : causes.openTo).map((place) => ({
      effect: built(component),
      place,
    })),
  ];
  const most = open.reduce<"redeployed" | "rebuilt" | undefined>(
    (top, { effect }) => (top === undefined || RANKS[effect] > RANKS[top] ? effect : top),
    undefined,
  );
  if (most === undefined || RANKS[most] <= RANKS[certain.effect]) return { ...certain, unknown: [] };
  const places = open.filter(({ effect }) => RANKS[effect] > RANKS[certain.effect]).map(({ place }) => place);
  return { ...certain, possible: most, unknown: [...new Set(places)] };
}

const RANKS: Readonly<Record<Effect, number>> = {
  unchanged: 0,
  redeployed: 1,
  rebuilt: 2,
  created: 3,
  removed: 3,
};

/** Whether a component is built from a repository or runs an image; `unknown` if not known yet. */
function sourceOf({ spec }: Component): "image" | "repository" | "unknown" {
  const image = valueAt(spec, ["image"]);
  if (isUnknown(spec) || isUnknown(image)) return "unknown";
  return image === undefined ? "repository" : "image";
}

/** The largest possible effect of the newest sources. */
const built = (component: Component): "redeployed" | "rebuilt" =>
  sourceOf(component) === "image" ? "redeployed" : "rebuilt";

function openEffect(component: Component, cause: Cause): "redeployed" | "rebuilt" {
  const { kind } = component;
  if (kind === "database" || touchesBuild(cause, kind) === "no") return "redeployed";
  return built(component);
}

function certainEffect(
  component: Component,
  known: readonly Cause[],
  { fetched, forceBuild }: Causes,
): Pick<ComponentPlan, "effect" | "inferred" | "reasons"> {
  const isDatabase = component.kind === "database";
  const isBuilt = sourceOf(component) === "repository";
  const reasons = [...new Set(known.map(({ path, change }) => reason(path, change)))];
  const fetches = fetched && !isDatabase;
  if (fetches) reasons.push(forceBuild && isBuilt ? "new deployment without build cache" : "new deployment");
  if (reasons.length === 0) return unchanged;
  if (isDatabase || !isBuilt) return { effect: "redeployed", inferred: isDatabase, reasons };
  if (fetches) return { effect: "rebuilt", inferred: false, reasons };
  const rebuilt = known.some((cause) => touchesBuild(cause, component.kind) === "yes");
  return { effect: rebuilt ? "rebuilt" : "redeployed", inferred: rebuilt, reasons };
}

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

function touchesBuild({ path, change, holder }: Cause, kind: ComponentKind): "yes" | "no" | "unknown" {
  const [field, , part] = path;
  if (typeof field !== "string" || BUILD_FIELDS.has(field)) return "yes";
  if (field !== "envs") return "no";
  if (kind === "static site" || part === "scope") return "yes";
  const variable = valueAt(holder, path.slice(0, 2)) ?? change.before;
  const scope = valueAt(variable, ["scope"]);
  if (isUnknown(scope)) return "unknown";
  return scope === "RUN_TIME" ? "no" : "yes";
}

const placeOf = (path: Path): string => (path.length === 0 ? "settings" : path.join("."));

const WORDS = { add: "added", remove: "removed", change: "changed" } as const;

const reason = (path: Path, { kind }: Change): string => `${placeOf(path)} ${WORDS[kind]}`;
