import { describeProblem } from "../../appspec/describe";
import { displayPath } from "../../appspec/lists-by-name";
import { rejectedPlaces, type Rejection } from "../../appspec/rejection/places";
import type { AppSpec } from "../../appspec/types";
import { ApiError, isApiError } from "../../errors";
import type { Secrecy } from "../../secrets/mask-errors";
import { redact } from "../../secrets/redact";
import { readSource } from "./spec-source";

/** A spec that was sent to the service. */
export interface SentSpec {
  /** In the list form. */
  readonly spec: AppSpec;
  /** The program's file with this spec, for line and column. */
  readonly file?: string | undefined;
  readonly secrecy: Secrecy;
}

/** The service's reasons against a spec, each with its place in the spec and in its file. */
export const describeRejection = (error: ApiError, sent: SentSpec): string[] =>
  described(error, rejectedPlaces(messageOf(error), sent.spec), sent);

/**
 * The error of a request with a spec, with the rejected places if it is a rejection and they can be found. Otherwise with its
 * message as it is, since it may be about something else in the request.
 */
export function explainRejection(error: unknown, sent: SentSpec): unknown {
  if (!isApiError(error, "invalid-spec", "bad-request")) return error;
  const rejections = rejectedPlaces(messageOf(error), sent.spec);
  const isFound = rejections.some(({ path }) => path.length > 0);
  const message = isFound ? described(error, rejections, sent).join("\n") : error.message;
  const { request, status, serviceId, serviceMessage, requestId } = error;
  const details = { request, status, serviceId, serviceMessage, requestId };
  return new ApiError("invalid-spec", message, details, { cause: error });
}

const messageOf = (error: ApiError): string => error.serviceMessage ?? error.message;

function described(
  { request, status, requestId }: ApiError,
  rejections: readonly Rejection[],
  { spec, file, secrecy }: SentSpec,
): string[] {
  const source = readSource(file, secrecy);
  const facts = [`${request.method} ${request.path}`, status, requestId && `request id ${requestId}`];
  return rejections.map(({ path, others, message }) => {
    const problem = {
      severity: "error" as const,
      code: "rejected",
      path: [...path],
      message: `the service refuses it: ${redact(message, secrecy.secrets)} (${facts.filter(Boolean).join(", ")})`,
      ...(others.length > 0 && {
        hint: `it may also be about ${others.map((one) => displayPath(spec, one)).join(", ")}`,
      }),
    };
    return describeProblem(problem, spec, source);
  });
}
