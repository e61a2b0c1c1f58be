import type { Deployment, DeploymentStep, LogType } from "../api/types";
import { deploymentPage } from "../service/control-panel";

/** A log of a deployment. */
export interface LogName {
  readonly appId: string;
  readonly deploymentId: string;
  readonly component?: string | undefined;
  readonly type: LogType;
  /** Show the lines to come as well. */
  readonly follow?: boolean;
}

/** The command that prints a log, ready to be pasted into a shell. Pure. */
export function logCommand({ appId, deploymentId, component, type, follow }: LogName): string {
  const words = [
    "npx app-platform logs",
    shellWord(appId),
    ...(component === undefined ? [] : [shellWord(component)]),
    `--type ${type.toLowerCase()}`,
    `--deployment ${shellWord(deploymentId)}`,
    ...(follow ? ["--follow"] : []),
  ];
  return words.join(" ");
}

/** Names of the service are such words already; whatever else comes is not to run. */
const shellWord = (text: string): string =>
  /^\w[\w.-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Where a person looks further. Pure. @param log absent where there is none to read */
export function whereToLook(appId: string, deploymentId: string, log?: LogName): string {
  const page = `Control panel: ${deploymentPage(appId, deploymentId)}`;
  return log ? `${page}\n${log.follow ? "Follow its log" : "Full log"}: ${logCommand(log)}` : page;
}

/** Which log shows how far a deployment came: that of its deploy stage, if it began, else that of its build. Pure. */
export function newestLogType(deployment: Deployment | undefined): LogType {
  const steps = deployment?.progress?.steps ?? [];
  return steps.some((step) => step.name === "deploy" && hasBegun(step)) ? "DEPLOY" : "BUILD";
}

function hasBegun({ status, steps = [] }: DeploymentStep): boolean {
  return (
    (status !== undefined && status !== "PENDING" && status !== "UNKNOWN") || (steps ?? []).some(hasBegun)
  );
}
