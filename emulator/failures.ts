import { badRequest } from "./errors";
import { REASONS, STEPS, type Failure, type StepName } from "./plan";

/** What the next deployment fails with. */
export interface FailureRequest {
  component?: string;
  /** @default "build" */
  step?: StepName;
  reason?: { code: string; message: string };
  /** Last lines of the log of the failing step. */
  log?: string[];
}

/** @param component the one that fails, if any */
export function failureOf(asked: FailureRequest, component: string | undefined): Failure {
  const step = asked.step ?? "build";
  const reason =
    asked.reason ?? (step === "build" ? REASONS.build : step === "wait" ? REASONS.health : REASONS.deploy);
  return {
    step,
    reason,
    ...(component === undefined ? {} : { component }),
    ...(asked.log === undefined ? {} : { log: asked.log }),
  };
}

/** A request that came as JSON. @throws {@link ApiError} 400 naming what is wrong */
export function parseFailure(body: Record<string, unknown>): FailureRequest {
  const { component, step, reason, log } = body;
  if (component !== undefined && typeof component !== "string") throw badRequest("component must be a text");
  if (step !== undefined && !STEPS.includes(step as StepName))
    throw badRequest(`step must be one of ${STEPS.join(", ")}`);
  if (reason !== undefined && !isReason(reason))
    throw badRequest("reason must be an object with code and message");
  if (log !== undefined && !(Array.isArray(log) && log.every((line) => typeof line === "string")))
    throw badRequest("log must be a list of lines");
  return {
    ...(component === undefined ? {} : { component }),
    ...(step === undefined ? {} : { step: step as StepName }),
    ...(reason === undefined ? {} : { reason }),
    ...(log === undefined ? {} : { log: log as string[] }),
  };
}

function isReason(value: unknown): value is { code: string; message: string } {
  const { code, message } = (value ?? {}) as Record<string, unknown>;
  return typeof code === "string" && typeof message === "string";
}
