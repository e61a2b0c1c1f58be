import { badRequest } from "../errors";
import { HOSTILE_LINES, hugeText } from "./hostile-text";
import { REASONS, STEPS, type Failure, type StepName } from "./deployment-timeline";

/** How the next deployment fails. */
export interface FailureRequest {
  component?: string;
  /** @default "build" */
  step?: StepName;
  reason?: { code: string; message: string };
  /** Last lines of the log of the failing step. */
  log?: string[];
  /** Text that terminals and CI runners act on, at the end of the log and in the reason. @default false */
  hostile?: boolean;
  /** A line of this many bytes before these. */
  lineBytes?: number;
  /** This many more bytes in the reason. */
  reasonBytes?: number;
}

/** @param component the one that fails, if any */
export function failureOf(asked: FailureRequest, component: string | undefined): Failure {
  const step = asked.step ?? "build";
  const { hostile = false, lineBytes = 0, reasonBytes = 0 } = asked;
  const plain =
    asked.reason ?? (step === "build" ? REASONS.build : step === "wait" ? REASONS.health : REASONS.deploy);
  const message = [plain.message, ...(hostile ? HOSTILE_LINES : [])].join("\n");
  const reason = { code: plain.code, message: message + hugeText(reasonBytes) };
  const log = [
    ...(lineBytes > 0 ? [hugeText(lineBytes)] : []),
    ...(asked.log ?? []),
    ...(hostile ? HOSTILE_LINES : []),
  ];
  return {
    step,
    reason,
    ...(component === undefined ? {} : { component }),
    ...(asked.log === undefined && log.length === 0 ? {} : { log }),
  };
}

/** A request in JSON. @throws {@link ApiError} 400 describing the problem */
export function parseFailure(body: Record<string, unknown>): FailureRequest {
  const { component, step, reason, log, hostile, lineBytes, reasonBytes } = body;
  if (component !== undefined && typeof component !== "string")
    throw badRequest("component must be a string");
  if (step !== undefined && !STEPS.includes(step as StepName))
    throw badRequest(`step must be one of ${STEPS.join(", ")}`);
  if (reason !== undefined && !isReason(reason))
    throw badRequest("reason must be an object with code and message");
  if (log !== undefined && !(Array.isArray(log) && log.every((line) => typeof line === "string")))
    throw badRequest("log must be a list of lines");
  if (hostile !== undefined && typeof hostile !== "boolean")
    throw badRequest("hostile must be true or false");
  for (const [name, bytes] of Object.entries({ lineBytes, reasonBytes }))
    if (bytes !== undefined && !isSize(bytes))
      throw badRequest(`${name} must be a number up to ${MOST_BYTES}`);
  return {
    ...(hostile === undefined ? {} : { hostile }),
    ...(lineBytes === undefined ? {} : { lineBytes: lineBytes as number }),
    ...(reasonBytes === undefined ? {} : { reasonBytes: reasonBytes as number }),
    ...(component === undefined ? {} : { component }),
    ...(step === undefined ? {} : { step: step as StepName }),
    ...(reason === undefined ? {} : { reason }),
    ...(log === undefined ? {} : { log: log as string[] }),
  };
}

const MOST_BYTES = 64 * 1024 * 1024;

const isSize = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_BYTES;

function isReason(value: unknown): value is { code: string; message: string } {
  const { code, message } = (value ?? {}) as Record<string, unknown>;
  return typeof code === "string" && typeof message === "string";
}
