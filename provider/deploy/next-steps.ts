import type { Deployment, DeploymentStep, LogType } from "../api/types";
import { deploymentPage } from "../service/control-panel";

/** A log of a deployment. */
export interface LogName {
  readonly appId: string;
  readonly deploymentId: string;
  readonly component?: string | undefined;
  readonly type: LogType;
  /** Also show new lines. */
  readonly follow?: boolean;
}

/** The command that prints a log, safe to paste into a shell. Pure. */
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

/** Names at the service need no quotes; anything else is quoted, so that the shell does not run it. */
export const shellWord = (text: string): string =>
  /^\w[\w.-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Links and commands for more information. Pure. @param log absent if there is no log to read */
export function whereToLook(appId: string, deploymentId: string, log?: LogName): string {
  const page = `Control panel: ${deploymentPage(appId, deploymentId)}`;
  return log ? `${page}\n${log.follow ? "Follow its log" : "Full log"}: ${logCommand(log)}` : page;
}

/** The log with the latest progress of a deployment: DEPLOY once its deploy stage has started, otherwise BUILD. Pure. */
export function newestLogType(deployment: Deployment | undefined): LogType {
  const steps = deployment?.progress?.steps ?? [];
  return steps.some((step) => step.name === "deploy" && hasBegun(step)) ? "DEPLOY" : "BUILD";
}

function hasBegun({ status, steps = [] }: DeploymentStep): boolean {
  return (
    (status !== undefined && status !== "PENDING" && status !== "UNKNOWN") || (steps ?? []).some(hasBegun)
  );
}
