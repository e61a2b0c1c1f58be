import { LIST_OF_KIND } from "../appspec/component-lists";
import { valueAt, withValueAt, mapLeaves, isEqual } from "../appspec/diff";
import { nameIn } from "../appspec/app-name";
import { explain, type SizePrices } from "../appspec/explain";
import { comparable } from "../appspec/covers";
import { isPlainObject, listsToMaps } from "../appspec/lists-by-name";
import { plan, type Plan, type Wanted } from "../appspec/plan";
import { databasesLost } from "../appspec/warnings";
import { INPUT_KEYS } from "../resources/app/state";
import { parsePropertyPath } from "../resources/options/property-path";
import { listOf } from "../resources/stack-export";
import { resourceName } from "../resources/urn";

/** What `pulumi preview --json` prints about a run, as far as it concerns apps. Contains no secrets. */
export interface PreviewedRun {
  readonly project: string | undefined;
  readonly stack: string | undefined;
  readonly apps: readonly PreviewedApp[];
  /** Deployments and Rollbacks of this package. */
  readonly actions: readonly PreviewedAction[];
  /** How many other resources change, by operation. */
  readonly others: Readonly<Record<string, number>>;
  readonly errors: readonly RunError[];
}

export type AppOperation = "create" | "adopt" | "update" | "replace" | "delete";

export interface PreviewedApp {
  /** The resource's name in the program. */
  readonly resource: string;
  readonly name: string;
  readonly operation: AppOperation;
  readonly id: string | undefined;
  readonly liveUrl: string | undefined;
  /** Absent for a deletion, for an adoption (see {@link withAdopted}), and if the whole spec is a secret. */
  readonly plan: Plan | undefined;
  /** The app to adopt: its id, or true for the one with this name. */
  readonly adopts: string | true | undefined;
  /** The new inputs, with masks for secrets. */
  readonly wanted: Wanted | undefined;
  /** Changed arguments that lead to no deployment. */
  readonly settings: readonly string[];
  /** Lists of the spec that are secret as a whole. */
  readonly hidden: readonly string[];
  /** What is lost, one sentence each. */
  readonly warnings: readonly string[];
  /** The specs before and after, in the form by name, without secrets; for prices. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface PreviewedAction {
  readonly kind: "Deployment" | "Rollback";
  readonly resource: string;
  readonly operation: string;
}

export interface RunError {
  readonly resource: string | undefined;
  readonly message: string;
}

type Plain = Record<string, unknown>;

/** What Pulumi prints in place of a secret. */
const SECRET = "[secret]";
/** Another text, so that the plan finds the change that the masks hide. */
const CHANGED_SECRET = "[changed secret]";

/**
 * Reads the output of `pulumi preview --json`. Pure.
 * @returns undefined if it is something else
 */
export function previewedRun(content: string): PreviewedRun | undefined {
  const json = parsed(content);
  if (!isPlainObject(json) || !(Array.isArray(json["steps"]) || Array.isArray(json["diagnostics"])))
    return undefined;
  const steps = listOf(json["steps"]).filter(({ op }) => !IGNORED.has(String(op)));
  const [, stack, project] =
    /^urn:pulumi:(.+?)::(.+?)::/.exec(String(listOf(json["steps"])[0]?.["urn"])) ?? [];
  const kinds = steps.map((step) => ({ step, kind: kindOf(step) }));
  const others: Record<string, number> = {};
  for (const { step, kind } of kinds)
    if (kind === undefined && step["op"] !== "same" && !OWN_RESOURCES.test(String(step["urn"])))
      others[String(step["op"])] = (others[String(step["op"])] ?? 0) + 1;
  return {
    project,
    stack,
    apps: inOrderOfRisk(
      kinds.filter(({ kind }) => kind === "App").flatMap(({ step }) => previewedApp(step) ?? []),
    ),
    actions: kinds.flatMap(({ step, kind }) =>
      (kind === "Deployment" || kind === "Rollback") && step["op"] !== "same"
        ? [{ kind, resource: resourceName(String(step["urn"])), operation: String(step["op"]) }]
        : [],
    ),
    others,
    errors: listOf(json["diagnostics"])
      .filter(({ severity, message }) => severity === "error" && !PULUMIS_SUMMARY.test(String(message)))
      .map(({ urn, message }) => ({
        resource: typeof urn === "string" && urn !== "" ? resourceName(urn) : undefined,
        message: String(message).replace(PULUMIS_PREFIX, ""),
      })),
  };
}

/** The resource is named anyway. */
const PULUMIS_PREFIX = /^(?:\x1b\[[\d;]*m)*error: (?:\S+ resource '[^']*' has a problem: |Preview failed: )?/;

/** Follows the error of a resource. */
const PULUMIS_SUMMARY = /^[^\w]*(?:\[\d+m)?(?:error: )?(?:\S+ )?preview failed\s*$/;

/** Other programs may print lines before the JSON. */
function parsed(content: string): unknown {
  for (const text of [content, content.slice(Math.max(0, content.search(/^\{/m)))])
    try {
      return JSON.parse(text);
    } catch {
      continue;
    }
  return undefined;
}

/** Steps that change nothing in this run, and halves of a replacement. */
const IGNORED = new Set([
  ...["refresh", "read", "read-replacement", "read-discard", "discard", "import"],
  ...["delete-replaced", "discard-replaced", "remove-pending-replace"],
]);

/** The stack itself and its providers. */
const OWN_RESOURCES = /::pulumi:(?:pulumi:Stack|providers:[^:]+)::[^:]*$/;

const TYPE = /(?:^pulumi-nodejs:dynamic\/app-platform|^app-platform:[^:]+):(App|Deployment|Rollback)$/;

function kindOf({ urn, newState, oldState }: Plain): "App" | "Deployment" | "Rollback" | undefined {
  const state = isPlainObject(newState) ? newState : oldState;
  const type = isPlainObject(state) ? state["type"] : String(urn).split("::")[2];
  return TYPE.exec(String(type))?.[1] as "App" | "Deployment" | "Rollback" | undefined;
}

const OPERATIONS: Readonly<Record<string, AppOperation>> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  delete: "delete",
};

const RISK: readonly AppOperation[] = ["delete", "replace", "update", "adopt", "create"];

/** A long report is cut at its end. A replacement may have two steps. */
function inOrderOfRisk(apps: readonly PreviewedApp[]): PreviewedApp[] {
  const seen = new Set<string>();
  return apps
    .filter(({ resource, operation }) => {
      const key = `${operation} ${resource}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => RISK.indexOf(a.operation) - RISK.indexOf(b.operation));
}

function previewedApp(step: Plain): PreviewedApp | undefined {
  const given = OPERATIONS[String(step["op"])];
  if (given === undefined) return undefined;
  const olds = masked(valueAt(step, ["oldState", "inputs"])) as Plain | undefined;
  const read = masked(valueAt(step, ["newState", "inputs"])) as Plain | undefined;
  const news = read && withChangedSecrets(olds, read, step["detailedDiff"]);
  const adopt = news?.["adopt"];
  const operation = given === "create" && adopt !== undefined && adopt !== false ? "adopt" : given;
  const [before, after] = [olds?.["spec"], news?.["spec"]];
  const outputs = valueAt(step, ["oldState", "outputs"]);
  const id = valueAt(step, ["oldState", "id"]) ?? (/^[\da-f-]{36}$/.test(String(adopt)) ? adopt : undefined);
  const liveUrl = valueAt(outputs, ["liveUrl"]);
  const isHidden = [before, after].some((spec) => spec === SECRET || spec === CHANGED_SECRET);
  const hasPlan = !isHidden && news !== undefined && operation !== "adopt";
  const phase = valueAt(outputs, ["__deployment", "phase"]);
  const accepted =
    operation === "update" && olds
      ? { ...(olds as unknown as Wanted), lastPhase: typeof phase === "string" ? phase : undefined }
      : undefined;
  return {
    resource: resourceName(String(step["urn"])),
    name: nameIn(after) ?? nameIn(before) ?? resourceName(String(step["urn"])),
    operation,
    id: typeof id === "string" && id !== "" ? id : undefined,
    liveUrl: typeof liveUrl === "string" && liveUrl !== "" ? liveUrl : undefined,
    adopts: operation === "adopt" ? (typeof adopt === "string" ? adopt : true) : undefined,
    wanted: news as Wanted | undefined,
    plan: hasPlan ? plan(accepted, news as unknown as Wanted) : undefined,
    settings: operation === "update" ? changedSettings(olds ?? {}, news ?? {}) : [],
    hidden: isHidden ? ["spec"] : hiddenLists(after ?? before),
    warnings: operation === "delete" || operation === "replace" ? databasesLost(before) : [],
    before: operation === "create" || operation === "adopt" ? undefined : withoutSecrets(before),
    after: operation === "delete" ? undefined : withoutSecrets(after),
  };
}

/** The app at the service that an App adopts. */
export interface ExistingApp {
  readonly id: string;
  readonly spec: unknown;
  readonly projectId: string | undefined;
  readonly liveUrl: string | undefined;
  readonly lastPhase: string;
}

/** The same with the plan of an adoption, as in the preview. Pure. */
export function withAdopted(app: PreviewedApp, held: ExistingApp): PreviewedApp {
  const { wanted, hidden } = app;
  if (!wanted || hidden.includes("spec")) return app;
  const spec = listsToMaps(held.spec);
  const accepted = {
    ...wanted,
    spec: comparable(spec, wanted.spec),
    projectId: held.projectId ?? wanted.projectId,
    lastPhase: held.lastPhase,
  };
  return { ...app, id: held.id, liveUrl: held.liveUrl, plan: plan(accepted, wanted), before: spec };
}

/** With `--show-secrets`, the JSON contains secrets in plain text, as maps with this key. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (!isPlainObject(value)) return value;
  if (Object.hasOwn(value, SIGNATURE)) return SECRET;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]));
}

/** The new inputs, with another mask where Pulumi reports a change although both masks are the same. */
function withChangedSecrets(olds: unknown, news: Plain, detailedDiff: unknown): Plain {
  const paths = Object.keys(isPlainObject(detailedDiff) ? detailedDiff : {}).map(parsePropertyPath);
  return paths.reduce<Plain>((copy, path) => {
    if ("malformed" in path) return copy;
    const after = valueAt(copy, path);
    if (after === undefined || !isEqual(valueAt(olds, path), after)) return copy;
    return withValueAt(
      copy,
      path,
      mapLeaves(after, (leaf) => (leaf === SECRET ? CHANGED_SECRET : leaf)),
    ) as Plain;
  }, news);
}

/** Without the arguments that the plan is about. */
const PLANNED = ["spec", "redeployOn", "updateSources", "forceBuild", "projectId", "emptySecrets"];

const changedSettings = (olds: Plain, news: Plain): string[] =>
  INPUT_KEYS.filter((key) => !PLANNED.includes(key) && !isEqual(olds[key], news[key]));

const hiddenLists = (spec: unknown): string[] =>
  Object.values(LIST_OF_KIND).filter((list) =>
    [SECRET, CHANGED_SECRET].includes(valueAt(spec, [list]) as string),
  );

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== SECRET && inner !== CHANGED_SECRET)
      .map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}

/** Red in a diff, like removed components. Some viewers show `!` in green. */
const LOSS = "- ⚠ ";

/** What happens to an app, as lines of a diff: `+`, `-` and `~` for components, `- ⚠` for what is lost. Pure. */
export function appLines(app: PreviewedApp, prices?: SizePrices): string[] {
  const { operation, plan: planned, settings, hidden, warnings, before } = app;
  const lines = planned ? explain(planned, prices) : [];
  if (operation === "delete")
    lines.push(
      ...plan(undefined, { spec: before }).components.map(({ name, kind }) => `- ${name} (${kind})`),
    );
  if (operation === "adopt")
    lines.unshift(
      planned
        ? "an existing app is adopted"
        : "an existing app is adopted: the log of the run shows what changes",
    );
  if (operation === "replace")
    lines.push(`${LOSS}The app is deleted and created again: its id and address change.`);
  if (planned?.action === "resume") lines.push("waits for the deployment that is in progress");
  if (planned?.moveProject === true) lines.push("moves to another project, without a deployment");
  if (settings.length > 0) lines.push(`changes without a deployment: ${settings.join(", ")}`);
  for (const part of hidden) lines.push(`${part}: not shown, since it is a secret as a whole`);
  lines.push(...[...(planned?.warnings ?? []), ...warnings].map((warning) => LOSS + warning));
  const isIdle = planned?.action === "none" && planned.possible === undefined;
  if (isIdle && !planned.moveProject && settings.length === 0) lines.push("no deployment");
  return lines;
}
