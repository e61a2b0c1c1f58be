import { resultOf } from "../deployment-phases";
import type { Deployment } from "../api/types";
import { AppPlatformError } from "../errors";
import { failureLog, shortLine, shortReason, type LogSource, type LogTail } from "./failure-tail";
import { describeFailure, failedSteps, type FailedStep } from "./progress";
import type { Reporter } from "../host/reporter";
import { waitForDeployment, type DeploymentSource, type WaitOptions } from "./wait";
import { logCommand, newestLogType, whereToLook } from "./next-steps";

/** How a deployment ended. */
export interface Outcome {
  readonly deployment: Deployment;
  /** Why it failed, for the user: several lines each. Empty when it succeeded. */
  readonly failures: readonly string[];
}

/**
 * Waits for a deployment, reports its progress on the resource's row, and explains its failure: component, step, reason, the
 * end of the log, and where to look further.
 * @param secrets values never to be shown, whatever the log says
 * @throws AppPlatformError `wait-timeout`, with where to look; `interrupted`; ApiError
 */
export async function waitForOutcome(
  source: DeploymentSource & LogSource,
  appId: string,
  deploymentId: string,
  reporter: Reporter,
  secrets: readonly string[],
  options: WaitOptions,
): Promise<Outcome> {
  reporter.waits();
  let seen: Deployment | undefined;
  const deployment = await waitForDeployment(source, appId, deploymentId, {
    ...options,
    onSeen(now) {
      seen = now;
      options.onSeen?.(now);
    },
    onProgress: (line) => reporter.status(line),
    onFollow: ({ id }) => reporter.info(`Superseded by deployment ${id}; waiting for that one.`),
  }).catch((error: unknown) => {
    throw withPlace(error, appId, seen?.id ?? deploymentId, seen);
  });
  // Superseded by one that is gone again: this one was live.
  if (resultOf(deployment.phase) === "good") return { deployment, failures: [] };
  return { deployment, failures: await explainFailure(source, appId, deployment, secrets, options.signal) };
}

/** A wait that was too long ends with where to see what goes on. */
function withPlace(
  error: unknown,
  appId: string,
  deploymentId: string,
  seen: Deployment | undefined,
): unknown {
  if (!(error instanceof AppPlatformError) || error.errorCode !== "wait-timeout") return error;
  const log = { appId, deploymentId, type: newestLogType(seen), follow: true };
  const message = `${error.message}\n${whereToLook(appId, deploymentId, log)}`;
  return new AppPlatformError("wait-timeout", message, { cause: error });
}

/** Of more failed steps than these, the log is not read, or nothing said. */
const MOST_LOGS = 10;
const MOST_STEPS = 20;

async function explainFailure(
  source: LogSource,
  appId: string,
  deployment: Deployment,
  secrets: readonly string[],
  stopped: AbortSignal | undefined,
): Promise<string[]> {
  const { id: deploymentId } = deployment;
  const wholeLog = { appId, deploymentId, type: newestLogType(deployment) };
  if (deployment.phase === "CANCELED")
    return [
      `Deployment ${deploymentId} was canceled at the service, and no other one followed. The next pulumi up starts a new one.\n` +
        whereToLook(appId, deploymentId, wholeLog),
    ];
  const failed = failedSteps(deployment);
  if (failed.length === 0)
    return [
      `Deployment ${deploymentId} failed; the service did not report a failed step.\n` +
        whereToLook(appId, deploymentId, wholeLog),
    ];
  const reasons = await Promise.all(
    failed.slice(0, MOST_STEPS).map(async (step, index) => {
      const log =
        index < MOST_LOGS ? await failureLog(source, appId, deploymentId, step, secrets, stopped) : undefined;
      const { component } = step;
      const type = log?.type ?? (step.stage === "build" ? "BUILD" : "DEPLOY");
      return [
        describeFailure(withoutSecrets(step, secrets)),
        ...(log ? tailText(log, component) : []),
        `Full log: ${logCommand({ appId, deploymentId, component, type })}`,
      ].join("\n");
    }),
  );
  const more = failed.length > MOST_STEPS ? `, in ${failed.length} steps` : "";
  const last = `${reasons.at(-1)}\nDeployment ${deploymentId} failed${more}. ${whereToLook(appId, deploymentId)}`;
  return [...reasons.slice(0, -1), last];
}

function tailText({ lines }: LogTail, component: string | undefined): string[] {
  const title = lines.length === 1 ? "Last log line:" : `Last ${lines.length} log lines:`;
  return [title, ...lines.map((line) => `  | ${shortLine(line, component)}`)];
}

/** The reason may quote the command that failed, with what was in it. Names of components and steps are no secrets. */
function withoutSecrets({ code, message, ...names }: FailedStep, secrets: readonly string[]): FailedStep {
  return {
    ...names,
    ...(code !== undefined && { code: shortReason(code, secrets) }),
    ...(message !== undefined && { message: shortReason(message, secrets) }),
  };
}
