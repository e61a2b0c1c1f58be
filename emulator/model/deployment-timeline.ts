import { canonical, components, SOURCES, type Component, type DeployedKind, type Spec } from "./spec";

export interface Reason {
  code: string;
  message: string;
}

/** What makes a deployment fail: the leaf step of a component (or of none), the reason, and the end of its log. */
export interface Failure {
  component?: string;
  step: StepName;
  reason: Reason;
  log?: string[];
}

export const STEPS = ["initialize", "build", "deploy", "wait", "finalize"] as const;
export type StepName = (typeof STEPS)[number];

/** A step without children. Times are fractions of the whole deployment, from 0 to 1. */
export interface Leaf {
  stage: "build" | "deploy";
  step: StepName;
  component?: string;
  kind?: DeployedKind;
  start: number;
  end: number;
  /** An image that exists already: its build step succeeds at once and says so. */
  prebuilt?: true;
  /** A job that runs only after a failure: its step stays pending and does not delay the others. */
  never?: true;
}

/** Everything that will happen in a deployment, computed when it starts. */
export interface Plan {
  leaves: Leaf[];
  /** When each phase begins, as fractions of the whole. */
  phases: { phase: string; at: number }[];
  built: string[];
  failure?: Failure;
  /** Whether counters that are zero are shown. */
  zeroCounters?: true;
}

/** Details that a client may not rely on. */
export interface PlanOptions {
  /** Whether prebuilt images have a build step. @default true */
  imageBuildStage?: boolean;
  /** Whether counters that are zero are shown. @default false */
  zeroCounters?: boolean;
}

const BUILD_TIME = new Set(["BUILD_TIME", "RUN_AND_BUILD_TIME", "UNSET", undefined]);
const BUILD_FIELDS = [
  "build_command",
  "dockerfile_path",
  "source_dir",
  "environment_slug",
  "output_dir",
] as const;

const buildVariables = (envs: Spec["envs"]): unknown[] =>
  (envs ?? []).filter((env) => BUILD_TIME.has(env.scope));

/** Equal for two components that can use the same build. */
function buildInputs(spec: Spec, component: Component): string {
  return canonical([
    ...SOURCES.map((source) => component[source] ?? null),
    ...BUILD_FIELDS.map((field) => component[field] ?? null),
    buildVariables(spec.envs),
    buildVariables(component.envs),
    spec.features ?? [],
  ]);
}

/** Names of the components that must be built; prebuilt images never are. */
export function componentsToBuild(spec: Spec, previous: Spec | undefined, all: boolean): string[] {
  const before = new Map(
    previous === undefined || all
      ? []
      : components(previous).map(({ component }) => [component.name, buildInputs(previous, component)]),
  );
  return components(spec)
    .filter(({ component }) => component.image === undefined)
    .filter(({ component }) => before.get(component.name) !== buildInputs(spec, component))
    .map(({ component }) => component.name);
}

const EXITS = /\bexit [1-9]|^\s*false\s*$/;

/** Whether a component's command requests a failure. */
export const runFails = (component: Component): boolean => EXITS.test(component.run_command ?? "");

/** The failure that a spec itself requests, so that one can be shown without any control call. */
export function failureInSpec(spec: Spec, built: readonly string[]): Failure | undefined {
  for (const { component } of components(spec)) {
    if (built.includes(component.name) && EXITS.test(component.build_command ?? "")) {
      return { component: component.name, step: "build", reason: REASONS.build };
    }
  }
  for (const { component } of components(spec)) {
    if (component.kind === "FAILED_DEPLOY" || component.kind === "SCHEDULED") continue;
    if (runFails(component)) {
      return { component: component.name, step: "wait", reason: REASONS.deploy };
    }
    if (component.health_check?.http_path?.startsWith("/fail") === true) {
      return { component: component.name, step: "wait", reason: REASONS.health };
    }
  }
  return undefined;
}

export const REASONS = {
  build: {
    code: "BuildJobExitNonZero",
    message:
      "Your build failed because of a non-zero exit code. Check your build logs for the failing command.",
  },
  deploy: {
    code: "DeployContainerExitNonZero",
    message: "Your deploy failed because your container exited with a non-zero exit code.",
  },
  health: {
    code: "DeployContainerHealthChecksFailed",
    message: "Your deploy failed because your container did not respond to health checks.",
  },
} satisfies Record<string, Reason>;

/** As in a list of apps that a user published. */
export const PREBUILT: Reason = {
  code: "PreBuiltImage",
  message: "Your build job was skipped because you specified a pre-built image.",
};

const isPreDeploy = (component: Component): boolean => component.kind === "PRE_DEPLOY";
const isPostDeploy = (kind: DeployedKind, component: Component): boolean =>
  kind === "jobs" && !isPreDeploy(component) && component.kind !== "SCHEDULED";

/** Steps and phases of a deployment of `spec` that builds `built`, ending early with `failure`. */
export function planDeployment(
  spec: Spec,
  built: readonly string[],
  failure?: Failure,
  { imageBuildStage = true, zeroCounters = false }: PlanOptions = {},
): Plan {
  const all = components(spec);
  const toBuild = all.filter(({ component }) => built.includes(component.name));
  const buildEnd = toBuild.length > 0 ? 0.55 : 0.1;
  const deployStart = buildEnd + 0.05;
  const phases = [{ phase: "PENDING_BUILD", at: 0 }];
  const leaves: Leaf[] = [];
  const prebuilt = imageBuildStage ? all.filter(({ component }) => component.image !== undefined) : [];
  if (toBuild.length > 0) phases.push({ phase: "BUILDING", at: 0.05 });
  if (toBuild.length + prebuilt.length > 0) {
    leaves.push({ stage: "build", step: "initialize", start: 0.05, end: 0.08 });
    for (const { kind, component } of prebuilt) {
      const { name } = component;
      leaves.push({
        stage: "build",
        step: "build",
        component: name,
        kind,
        start: 0.08,
        end: 0.1,
        prebuilt: true,
      });
    }
    for (const { kind, component } of toBuild) {
      leaves.push({
        stage: "build",
        step: "build",
        component: component.name,
        kind,
        start: 0.08,
        end: buildEnd,
      });
    }
  }
  phases.push({ phase: "PENDING_DEPLOY", at: buildEnd }, { phase: "DEPLOYING", at: deployStart });
  leaves.push({ stage: "deploy", step: "initialize", start: deployStart, end: deployStart + 0.05 });
  const [first, last] = [deployStart + 0.05, 0.95];
  const at = (part: number): number => first + (last - first) * part;
  for (const { kind, component } of all) {
    const name = component.name;
    const step = (which: StepName, start: number, end: number): Leaf => {
      const never = component.kind === "FAILED_DEPLOY" ? ({ never: true } as const) : {};
      return {
        stage: "deploy",
        step: which,
        component: name,
        kind,
        start: at(start),
        end: at(end),
        ...never,
      };
    };
    if (kind === "jobs" && isPreDeploy(component)) leaves.push(step("wait", 0, 0.25));
    else if (isPostDeploy(kind, component)) leaves.push(step("wait", 0.8, 1));
    else leaves.push(step("deploy", 0.25, 0.4), step("wait", 0.4, 0.8));
  }
  leaves.push({ stage: "deploy", step: "finalize", start: last, end: 1 });
  const plan: Plan = { leaves, phases, built: [...built], ...(zeroCounters ? { zeroCounters } : {}) };
  const placed = failure === undefined ? undefined : placeFailure(plan, failure);
  return placed === undefined ? plan : { ...plan, failure: placed };
}

/** The failure on an existing leaf: a component that is not built fails in its deploy step instead. */
function placeFailure(plan: Plan, failure: Failure): Failure | undefined {
  const leaves = plan.leaves.filter((leaf) => leaf.never !== true && leaf.prebuilt !== true);
  const found =
    leaves.find((leaf) => leaf.step === failure.step && matches(leaf, failure.component)) ??
    leaves.find((leaf) => leaf.step === "wait" && matches(leaf, failure.component)) ??
    leaves.find((leaf) => leaf.step === "finalize");
  if (found === undefined) return undefined;
  const { component: _asked, ...rest } = failure;
  return {
    ...rest,
    step: found.step,
    ...(found.component === undefined ? {} : { component: found.component }),
  };
}

const matches = (leaf: Leaf, component: string | undefined): boolean =>
  component === undefined || leaf.component === undefined || leaf.component === component;

/** The leaf that fails. */
export const failingLeaf = (plan: Plan): Leaf | undefined =>
  plan.failure === undefined
    ? undefined
    : plan.leaves.find(
        (leaf) => leaf.step === plan.failure?.step && leaf.component === plan.failure.component,
      );

/** When the deployment finishes unless it is canceled, as a fraction of the whole. */
export const planEnd = (plan: Plan): number => failingLeaf(plan)?.end ?? 1;
