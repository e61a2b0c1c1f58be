import { phaseInWords } from "../deployment-phases";
import type { Deployment, DeploymentStep } from "../api/types";

/** One short line with phase, finished steps and running components: `building 3/8: web, site`. */
export function describeProgress(deployment: Deployment): string {
  const words = phaseInWords(deployment.phase);
  const { success_steps: done, total_steps: total } = deployment.progress ?? {};
  const counter = total ? ` ${done ?? 0}/${total}` : "";
  const running = runningComponents(deployment);
  return `${words}${counter}${running.length > 0 ? `: ${running.join(", ")}` : ""}`;
}

function runningComponents(deployment: Deployment): string[] {
  const names = leaves(deployment.progress?.steps ?? [])
    .filter(({ step }) => step.status === "RUNNING")
    .map(({ component }) => component)
    .filter((component) => component !== undefined);
  return [...new Set(names)];
}

/** A failed step of a deployment. */
export interface FailedStep {
  readonly component?: string;
  /** `build`, `deploy`, or the step's own name. */
  readonly stage: string;
  /** The innermost step, such as `build` or `wait`. */
  readonly step: string;
  readonly code?: string;
  readonly message?: string;
}

/** The failed steps of a deployment without further substeps, in the service's order. Empty if it reports none. */
export function failedSteps(deployment: Deployment): FailedStep[] {
  return leaves(deployment.progress?.steps ?? [])
    .filter(({ step }) => step.status === "ERROR")
    .map(({ step, stage, component }) => ({
      stage,
      step: step.name ?? "step",
      ...(component !== undefined && { component }),
      ...(step.reason?.code && { code: step.reason.code }),
      ...(step.reason?.message && { message: step.reason.message }),
    }));
}

interface Leaf {
  readonly step: DeploymentStep;
  readonly stage: string;
  readonly component: string | undefined;
}

/** The innermost steps with their stage and component. A failed step without a failed substep counts as one. */
function leaves(steps: readonly DeploymentStep[], stage?: string, outer?: DeploymentStep): Leaf[] {
  return steps.flatMap((step) => {
    const inherited: DeploymentStep = {
      ...step,
      ...(step.component_name === undefined &&
        outer?.component_name && { component_name: outer.component_name }),
    };
    const top = stage ?? step.name ?? "deployment";
    const inner = step.steps ?? [];
    const below = inner.length > 0 ? leaves(inner, top, inherited) : [];
    const failedBelow = below.some((leaf) => leaf.step.status === "ERROR");
    if (below.length > 0 && (step.status !== "ERROR" || failedBelow)) return below;
    return [{ step: inherited, stage: top, component: inherited.component_name }];
  });
}

/** Describes a failed step: `web: build failed: BuildJobExitNonZero – The build command failed.` */
export function describeFailure(failed: FailedStep): string {
  const place = failed.component ? `${failed.component}: ${failed.stage} failed` : `${failed.stage} failed`;
  const step =
    failed.step !== failed.stage && failed.step !== failed.component ? ` at step ${failed.step}` : "";
  const why = [failed.code, failed.message].filter(Boolean).join(" – ");
  return `${place}${step}${why ? `: ${why}` : ""}`;
}
