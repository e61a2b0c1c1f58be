import type { Deployment, DeploymentStep, LogType } from "../api/types";
import { deploymentPage } from "../service/control-panel";
import type { ProgramTexts } from "../text/program-texts";

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
export function logCommand(
  { command }: ProgramTexts,
  { appId, deploymentId, component, type, follow }: LogName,
): string {
  const words = [
    `${command} logs`,
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

/** Where to see a deployment at the service. Pure. */
export const whereToLook = (appId: string, deploymentId: string): string =>
  `Control panel: ${deploymentPage(appId, deploymentId)}`;

/** The same, with the command for its log. Pure. */
export function whereToRead(texts: ProgramTexts, log: LogName): string {
  const label = log.follow ? "Follow its log" : "Full log";
  return `${whereToLook(log.appId, log.deploymentId)}\n${label}: ${logCommand(texts, log)}`;
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
