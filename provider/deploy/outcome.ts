import { resultOf } from "../deployment-phases";
import type { Deployment } from "../api/types";
import { AppPlatformError } from "../errors";
import { failureLog, shortLine, shortReason, type LogSource, type LogTail } from "./failure-tail";
import { describeFailure, failedSteps, type FailedStep } from "./progress";
import type { Reporter } from "../host/reporter";
import { waitForDeployment, type DeploymentSource, type WaitOptions } from "./wait";
import { isUnprompted } from "../service/new-deployment";
import { boundedLine } from "../text/bounded";
import type { ProgramTexts } from "../text/program-texts";
import { logCommand, newestLogType, whereToLook, whereToRead } from "./next-steps";

/** Result of a finished deployment. */
export interface Outcome {
  readonly deployment: Deployment;
  /** Messages about why it failed, several lines each. Empty if it succeeded. */
  readonly failures: readonly string[];
  /** The deployment that nobody requested and that canceled this one. */
  readonly displacedBy?: Deployment | undefined;
}

export interface OutcomeOptions extends WaitOptions {
  readonly texts: ProgramTexts;
}

/**
 * Waits for a deployment, reports its progress on the resource's row, and explains a failure: component, step, reason, the last
 * log lines, and where to find more.
 * @param secrets values to mask everywhere, including in the log
 * @throws AppPlatformError `wait-timeout`, with links and commands; `interrupted`; ApiError
 */
export async function waitForOutcome(
  source: DeploymentSource & LogSource,
  appId: string,
  deploymentId: string,
  reporter: Reporter,
  secrets: readonly string[],
  options: OutcomeOptions,
): Promise<Outcome> {
  reporter.waits();
  let seen: Deployment | undefined;
  let displacedBy: Deployment | undefined;
  const deployment = await waitForDeployment(source, appId, deploymentId, {
    ...options,
    onSeen(now) {
      seen = now;
      options.onSeen?.(now);
    },
    onProgress: (line) => reporter.status(line),
    onFollow: (other) => reporter.info(followed(other)),
    onDisplaced: (by) => (displacedBy = by),
  }).catch((error: unknown) => {
    throw withPlace(error, options.texts, appId, seen?.id ?? deploymentId, seen);
  });
  // Superseded by a deployment that no longer exists: this one was live.
  if (resultOf(deployment.phase) === "good") return { deployment, failures: [] };
  const failures = displacedBy
    ? [wasDisplaced(appId, deployment, displacedBy)]
    : await explainFailure(source, appId, deployment, secrets, options);
  return { deployment, failures, displacedBy };
}

const followed = (other: Deployment): string =>
  isUnprompted(other)
    ? `Canceled by deployment ${other.id}, which the service started by itself${causeOf(other)}; waiting for that one.`
    : `Superseded by deployment ${other.id}; waiting for that one.`;

const causeOf = ({ cause }: Deployment): string => (cause ? ` (${boundedLine(cause, 200)})` : "");

function wasDisplaced(appId: string, { id }: Deployment, by: Deployment): string {
  const now = `which is now ${by.phase ?? "UNKNOWN"}`;
  return (
    `Deployment ${id} was canceled when the service started deployment ${by.id} by itself${causeOf(by)}, ${now}. ` +
    `That one does not count as its result. The next pulumi up starts a new one.\n${whereToLook(appId, id)}`
  );
}

/** Adds to a wait-timeout error where to see the deployment's progress. */
function withPlace(
  error: unknown,
  texts: ProgramTexts,
  appId: string,
  deploymentId: string,
  seen: Deployment | undefined,
): unknown {
  if (!(error instanceof AppPlatformError) || error.errorCode !== "wait-timeout") return error;
  const log = { appId, deploymentId, type: newestLogType(seen), follow: true };
  const message = `${error.message}\n${whereToRead(texts, log)}`;
  return new AppPlatformError("wait-timeout", message, { cause: error });
}

/** Limits for reading logs of failed steps, and for reporting failed steps. */
const MOST_LOGS = 10;
const MOST_STEPS = 20;

async function explainFailure(
  source: LogSource,
  appId: string,
  deployment: Deployment,
  secrets: readonly string[],
  { texts, signal: stopped }: Pick<OutcomeOptions, "texts" | "signal">,
): Promise<string[]> {
  const { id: deploymentId } = deployment;
  const wholeLog = { appId, deploymentId, type: newestLogType(deployment) };
  if (deployment.phase === "CANCELED")
    return [
      `Deployment ${deploymentId} was canceled at the service, and no other deployment followed. The next pulumi up starts a new one.\n` +
        whereToRead(texts, wholeLog),
    ];
  const failed = failedSteps(deployment);
  if (failed.length === 0)
    return [
      `Deployment ${deploymentId} failed; the service did not report a failed step.\n` +
        whereToRead(texts, wholeLog),
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
        `Full log: ${logCommand(texts, { appId, deploymentId, component, type })}`,
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

/** Redacts the reason, which may quote the failed command. Names of components and steps are not secrets. */
function withoutSecrets({ code, message, ...names }: FailedStep, secrets: readonly string[]): FailedStep {
  return {
    ...names,
    ...(code !== undefined && { code: shortReason(code, secrets) }),
    ...(message !== undefined && { message: shortReason(message, secrets) }),
  };
}
