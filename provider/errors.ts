import { inspect, type InspectOptions } from "node:util";
import type { ErrorCode } from "./error-codes";
import { shown, shownInLine } from "./text/shown";

export type { ErrorCode };

/** `ErrorOptions` of the library es2022, which the programs of Pulumi's template, with es2020, do not have. */
interface Cause {
  cause?: unknown;
}

/**
 * Base of all errors of this package: a stable code, and a message that explains what happened and what to do next. The message
 * is safe to print, even if it contains text from the service.
 */
export class AppPlatformError extends Error {
  override readonly name: string = "AppPlatformError";
  /** Pulumi's marker for errors that users can act on: it prints the message without the program's stack. */
  readonly __pulumiRunError = true;

  constructor(
    readonly errorCode: ErrorCode,
    message: string,
    options?: Cause,
  ) {
    super(shown(message), options);
  }

  /**
   * Prints like any error, but never with colors. Node.js 20 takes extremely long to color a frame in a file directly below
   * node_modules (nodejs/node#64011). Errors in `apply` have such a frame, and Pulumi prints every error that ends a program in
   * color, which could take half a minute and gigabytes of memory, or crash the program.
   */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return inspect(this, { ...options, colors: false, customInspect: false });
  }
}

/** The request that failed, without anything secret in it. */
export interface RequestInfo {
  readonly method: string;
  /** Path and query as sent, for example `/v2/apps?page=2`. */
  readonly path: string;
}

/** The service rejected the request, failed, or was unreachable. Never contains a token, a request body or a header. */
export class ApiError extends AppPlatformError {
  override readonly name = "ApiError";
  readonly request: RequestInfo;
  /** HTTP status; absent if there was no response. */
  readonly status?: number;
  /** The service's own short id of the error, such as `not_found`. */
  readonly serviceId?: string;
  /** The service's message. */
  readonly serviceMessage?: string;
  /** From the body's `request_id`, else the `x-request-id` header: needed for support requests. */
  readonly requestId?: string;
  /** True if the service may have applied the change although no usable response arrived. */
  readonly ambiguous: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    details: {
      request: RequestInfo;
      status?: number | undefined;
      serviceId?: string | undefined;
      serviceMessage?: string | undefined;
      requestId?: string | undefined;
      ambiguous?: boolean;
    },
    options?: Cause,
  ) {
    super(code, message, options);
    this.request = details.request;
    if (details.status !== undefined) this.status = details.status;
    if (details.serviceId !== undefined) this.serviceId = shownInLine(details.serviceId);
    if (details.serviceMessage !== undefined) this.serviceMessage = shown(details.serviceMessage);
    if (details.requestId !== undefined) this.requestId = shownInLine(details.requestId);
    this.ambiguous = details.ambiguous ?? false;
  }
}

/** True for an ApiError with one of these codes; narrows `error`. */
export function isApiError(error: unknown, ...codes: ErrorCode[]): error is ApiError {
  return error instanceof ApiError && (codes.length === 0 || codes.includes(error.errorCode));
}

/** True for a temporary failure that says nothing about the requested object. `more`: additional codes that are temporary here. */
export const isTransient = (error: unknown, ...more: ErrorCode[]): boolean =>
  isApiError(error, "network", "timeout", "service-error", "rate-limited", "unreadable-answer", ...more);

/** What a request finds; undefined if the service does not know it. */
export async function orUndefinedIfNotFound<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isApiError(error, "not-found")) return undefined;
    throw error;
  }
}

/** The error for an app that the service reports as missing but still lists. */
export function contradicted({ message, request, ...facts }: ApiError): ApiError {
  const words = `${message} However, the app list still contains it, so the result is inconclusive. Try again.`;
  return new ApiError("service-error", words, { ...facts, request });
}

/** The error for an app that the service reports as missing while its apps cannot be listed. */
export function unconfirmed({ message, request, ...facts }: ApiError, cause: unknown): unknown {
  if (!isApiError(cause) || cause.errorCode === "unauthorized") return cause;
  const words = `${message} The list of apps, which has to confirm it, failed too: ${cause.message}`;
  return new ApiError("service-error", words, { ...facts, request });
}

/**
 * An operation that left a resource incomplete. Pulumi records the resource with its outputs,
 * shows the reasons, and calls update in the next `up`, whether the program changed or not.
 */
export class InitializationError extends AppPlatformError {
  override readonly name = "InitializationError";
  readonly reasons: string[];

  constructor(
    code: ErrorCode,
    /** The resource's id at the service. */
    readonly id: string,
    /** The outputs to record; free of `undefined`. */
    readonly properties: object,
    /** Messages for the user; never empty. */
    reasons: readonly string[],
  ) {
    super(code, reasons[0] ?? "The resource is not ready.");
    this.reasons = readable(reasons);
  }
}

/** Total limit of all reasons. They reach the engine in a response header, and the message repeats the first one. */
const LONGEST_REASONS = 262_144;

function readable(reasons: readonly string[]): string[] {
  let size = 0;
  const kept = reasons.map(shown).filter((reason) => (size += reason.length) <= LONGEST_REASONS);
  const leftOut = reasons.length - kept.length;
  return leftOut === 0 ? kept : [...kept, `… (${leftOut} more failures)`];
}

/** Converts anything thrown to an error with a code. Internal errors count as `service-error`, so that the state is kept. */
export function asAppPlatformError(error: unknown): AppPlatformError {
  if (error instanceof AppPlatformError) return error;
  return new AppPlatformError("service-error", error instanceof Error ? error.message : String(error));
}
