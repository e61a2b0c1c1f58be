import type { Deployment } from "../../api/types";
import type { Awaited } from "../../service/new-deployment";
import { plain } from "../app/state";
import { awaitedIn } from "../state-repair";
import { shownInLine } from "../../text/shown";
import type { Timeouts } from "../../durations";

export interface DeploymentInputs {
  appId: string;
  triggers?: unknown;
  forceBuild?: boolean;
  wait?: boolean;
  timeouts?: Pick<Timeouts, "create" | "update">;
}

export interface DeploymentOutputs extends DeploymentInputs {
  deploymentId: string;
  phase: string;
  cause: string;
  createdAt: string;
  /** The deployment that we created; another one may have replaced it. Only this one may be canceled. */
  __made: string;
  /** Set while no run has seen the new deployment. */
  __awaited?: Awaited;
}

/** The outputs, with damaged values replaced by the resource's id. */
export function repaired(
  id: string,
  { deploymentId, phase, __made: made, __awaited, ...rest }: DeploymentOutputs,
): DeploymentOutputs {
  const awaited = awaitedIn(__awaited);
  // While no deployment was seen, the resource's id is not a deployment's id.
  const known = isText(deploymentId) ? deploymentId : awaited ? "" : id;
  return {
    ...rest,
    ...(awaited && { __awaited: awaited }),
    deploymentId: known,
    phase: isText(phase) ? phase : "UNKNOWN",
    __made: isText(made) ? made : known,
  };
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

export const phaseOf = ({ phase = "UNKNOWN" }: Deployment): string => phase;

export const asDeployment = (props: DeploymentOutputs): Deployment => ({
  id: props.deploymentId,
  phase: props.phase,
  cause: props.cause,
  created_at: props.createdAt,
});

export function outputs(
  inputs: DeploymentInputs,
  last: Deployment,
  made: string,
  awaited?: Awaited,
): DeploymentOutputs {
  return plain({
    ...inputs,
    deploymentId: last.id,
    phase: shownInLine(phaseOf(last)),
    cause: shownInLine(last.cause ?? ""),
    createdAt: shownInLine(last.created_at ?? ""),
    __made: made,
    ...(awaited && { __awaited: awaited }),
  });
}

export function inputsOf(props: DeploymentOutputs): DeploymentInputs {
  const {
    deploymentId: _id,
    phase: _phase,
    cause: _cause,
    createdAt: _at,
    __made,
    __awaited,
    ...inputs
  } = props;
  return inputs;
}

/** Inputs that users see and change. */
export function visible({ appId, triggers, forceBuild, wait, timeouts }: DeploymentInputs): object {
  return { appId, triggers, forceBuild, wait, timeouts };
}
