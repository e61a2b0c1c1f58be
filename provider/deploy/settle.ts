import type { Deployment } from "../api/types";
import { failureLog, shortLine, TAIL_LINES, type LogSource, type LogTail } from "./logs";
import { redact } from "../secrecy/redact";
import { describeFailure, failedSteps, standing, type FailedStep } from "./progress";
import type { Reporter } from "./report";
import { waitForDeployment, type DeploymentSource, type WaitOptions } from "./wait";

/** How a deployment ended. */
export interface Outcome {
  readonly deployment: Deployment;
  /** Why it did not go well, for the user: several lines each. Empty when it did. */
  readonly failures: readonly string[];
}

/**
 * Waits for a deployment, tells its progress on the resource's row, and says why it failed if it did: component, step,
 * reason, and the end of the log.
 * @param secrets values never to be shown, whatever the log says
 */
export async function settle(
  source: DeploymentSource & LogSource,
  appId: string,
  deploymentId: string,
  reporter: Reporter,
  secrets: readonly string[],
  options: WaitOptions,
): Promise<Outcome> {
  reporter.waits();
  const deployment = await waitForDeployment(source, appId, deploymentId, {
    ...options,
    onProgress: (line) => reporter.status(line),
    onFollow: ({ id }) =>
      reporter.info(`Another deployment took the place of this one; waiting for ${id}, the newest.`),
  });
  // Superseded by one that is gone again: this one was live.
  if (standing(deployment.phase) === "succeeded" || deployment.phase === "SUPERSEDED")
    return { deployment, failures: [] };
  return { deployment, failures: await explainFailure(source, appId, deployment, secrets) };
}

async function explainFailure(
  source: LogSource,
  appId: string,
  deployment: Deployment,
  secrets: readonly string[],
): Promise<string[]> {
  if (deployment.phase === "CANCELED")
    return [
      `Deployment ${deployment.id} was canceled at the service, and no other followed it. The next pulumi up makes a new one.`,
    ];
  const failed = failedSteps(deployment);
  if (failed.length === 0) return [`Deployment ${deployment.id} failed, and the service names no step.`];
  return Promise.all(
    failed.map(async (step) => {
      const log = await failureLog(source, appId, deployment.id, step, secrets);
      const tail = log ? tailText(log, appId, deployment.id, step.component) : [];
      return [describeFailure(withoutSecrets(step, secrets)), ...tail].join("\n");
    }),
  );
}

function tailText(
  { type, lines }: LogTail,
  appId: string,
  deploymentId: string,
  component: string | undefined,
): string[] {
  const there = component === undefined ? "" : ` ${component}`;
  return [
    `the last ${lines.length === 1 ? "line" : `${lines.length} lines`} of its log:`,
    ...lines.map((line) => `  | ${shortLine(line, component)}`),
    ...(lines.length < TAIL_LINES
      ? []
      : [
          "all of it:",
          `  npx app-platform logs ${appId}${there} --type ${type.toLowerCase()} --deployment ${deploymentId}`,
        ]),
  ];
}

/** The reason may quote the command that failed, with what was in it. Names of components and steps are no secrets. */
function withoutSecrets({ code, message, ...names }: FailedStep, secrets: readonly string[]): FailedStep {
  return {
    ...names,
    ...(code !== undefined && { code: redact(code, secrets) }),
    ...(message !== undefined && { message: redact(message, secrets) }),
  };
}
