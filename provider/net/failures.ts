import { ApiError, type ErrorCode, type RequestInfo } from "../errors";
import { redact } from "../secrets/redact";
import { bounded } from "../text/bounded";
import { scopeHelp } from "./scopes";
import { meaningOf429 } from "./too-many";

/** The parts of a response that are needed for an error. */
export interface FailedAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** The parsed JSON body; undefined if it is not JSON. */
  readonly body?: unknown;
}

/** Facts about a failed request. */
export interface FailureContext {
  readonly request: RequestInfo;
  /** True if the request changes something at the service. */
  readonly write: boolean;
  /** Host and port of the service, for messages. */
  readonly host: string;
  /** Strings that must not appear in the error. */
  readonly secrets: readonly string[];
  /** What to do if the token is rejected. */
  readonly tokenHelp?: string | undefined;
}

/** Long enough for every message of the service, and too short for an HTML page. */
const LONGEST_SERVICE_MESSAGE = 2000;

const TOKEN_HELP =
  "Set DIGITALOCEAN_TOKEN to a valid token; new tokens: https://cloud.digitalocean.com/account/api/tokens.";
const ADDRESS_HELP = "Check DIGITALOCEAN_API_URL.";

/** The error for a response whose status is not 2xx. */
export function statusError(context: FailureContext, answer: FailedAnswer): ApiError {
  const { request, write, secrets } = context;
  const { status } = answer;
  const body = isObject(answer.body) ? answer.body : {};
  const clean = (value: unknown): string | undefined =>
    typeof value === "string" && value.trim() !== ""
      ? bounded(redact(value.trim(), secrets), LONGEST_SERVICE_MESSAGE, LONGEST_SERVICE_MESSAGE)
      : undefined;
  const serviceId = clean(body.id);
  const serviceMessage = clean(body.message);
  const requestId = clean(body.request_id) ?? clean(answer.header("x-request-id"));
  const { code, what, help } = describeStatus(status, answer, context);

  const facts = [[status, serviceId].filter(Boolean).join(" "), requestId && `request id ${requestId}`];
  const said = serviceMessage === undefined ? "" : `: ${serviceMessage}`;
  const message = `${request.method} ${request.path}: ${what} (${facts.filter(Boolean).join(", ")})${said}`;
  return new ApiError(code, redact(`${sentence(message)} ${help}`.trim(), secrets), {
    request,
    status,
    serviceId,
    serviceMessage,
    requestId,
    ambiguous: write && mayHaveWorked(status, answer),
  });
}

/**
 * A 5xx does not show whether the service applied the request: a gateway may respond while the service is still working. Only a 503
 * with a time to retry is a clear "not now".
 */
function mayHaveWorked(status: number, answer: FailedAnswer): boolean {
  return status >= 500 && !(status === 503 && answer.header("retry-after") !== undefined);
}

function describeStatus(
  status: number,
  answer: FailedAnswer,
  { request, host, tokenHelp = TOKEN_HELP }: FailureContext,
): { code: ErrorCode; what: string; help: string } {
  switch (status) {
    case 400:
      return { code: "bad-request", what: "the service rejected the request", help: "" };
    case 401:
      return { code: "unauthorized", what: "the service rejected the token", help: tokenHelp };
    case 403:
      return {
        code: "forbidden",
        what: "the token does not allow this",
        help: scopeHelp(request.method, request.path),
      };
    case 404:
      return { code: "not-found", what: "the service found no such object", help: "" };
    case 409:
      return { code: "conflict", what: "the service reports a conflict", help: "" };
    case 422:
      return { code: "invalid-spec", what: "the service rejected the content", help: "" };
    case 429:
      if (meaningOf429(answer) === "quota")
        return {
          code: "quota-exceeded",
          what: "a limit of the account is reached",
          help: "Delete what is no longer needed, or ask DigitalOcean's support for a higher limit.",
        };
      return {
        code: "rate-limited",
        what: "too many requests with this token",
        help: "Other programs with the same token count too; try again later.",
      };
  }
  if (status >= 500) {
    return {
      code: "service-error",
      what: "the service failed",
      help: "Try again later; for the service's status, see https://status.digitalocean.com.",
    };
  }
  if (status >= 300 && status < 400) {
    const target = hostOf(answer.header("location"));
    return {
      code: "unexpected-status",
      what: `${host} responded with a redirect${target ? ` to ${target}` : ""}, which is not followed`,
      help: `The token is only sent to the configured address. ${ADDRESS_HELP}`,
    };
  }
  return {
    code: "unexpected-status",
    what: "the service responded with an unexpected status",
    help: "",
  };
}

/**
 * The reason why there is no complete response. Used as an error's `cause` instead of the raw error, which contains the address.
 */
export class ConnectionFailure extends Error {
  override readonly name = "ConnectionFailure";
  constructor(
    /** The system's code, such as `ECONNREFUSED`. */
    readonly code: string,
    /** False if the request cannot have reached the service. */
    readonly sent: boolean,
    /** True if a retry would fail in the same way. */
    readonly final: boolean,
  ) {
    super(code);
  }
}

const NAME_UNKNOWN = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]);
const UNREACHABLE = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "EADDRNOTAVAIL"]);
const TLS =
  /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;

/** The error for a connection that could not be opened or broke. `code` and `syscall` are the system's. */
export function connectionError(context: FailureContext, code: string, syscall?: string): ApiError {
  const { request, write, host } = context;
  const fail = (what: string, failure: ConnectionFailure): ApiError =>
    new ApiError(
      "network",
      `${request.method} ${request.path}: ${what}`,
      { request, ambiguous: write && failure.sent },
      { cause: failure },
    );
  if (NAME_UNKNOWN.has(code)) {
    return fail(
      `the name of ${host} could not be resolved (${code}). Check the network. ${ADDRESS_HELP}`,
      new ConnectionFailure(code, false, false),
    );
  }
  if (UNREACHABLE.has(code) || (code === "ETIMEDOUT" && syscall !== "read" && syscall !== "write")) {
    const what = code === "ECONNREFUSED" ? "refused the connection" : "could not be reached";
    return fail(
      `${host} ${what} (${code}). Check that a service is listening there. ${ADDRESS_HELP}`,
      new ConnectionFailure(code, false, false),
    );
  }
  if (TLS.test(code)) {
    return fail(
      `no secure connection to ${host} (${code}). Check for a proxy or an invalid certificate. ${ADDRESS_HELP} ` +
        "If you use a private CA, point NODE_EXTRA_CA_CERTS at its certificate.",
      new ConnectionFailure(code, false, true),
    );
  }
  return fail(
    `the connection to ${host} broke before the response was complete (${code}).${afterWrite(write)}`,
    new ConnectionFailure(code, true, false),
  );
}

/** The error for a response that exceeded the request's time limit. */
export function timeoutError({ request, write, host }: FailureContext, timeoutMs: number): ApiError {
  return new ApiError(
    "timeout",
    `${request.method} ${request.path}: no complete response from ${host} within ${timeoutMs / 1000} s.${afterWrite(write)}`,
    { request, ambiguous: write },
  );
}

/** The error for a response that stalled. */
export function stalledError({ request, host }: FailureContext, silentMs: number): ApiError {
  return new ApiError(
    "timeout",
    `${request.method} ${request.path}: the response from ${host} stalled: no data for ${silentMs / 1000} s.`,
    { request },
  );
}

/** The error for a request stopped by the caller's signal. `sent`: the request may have reached the service. */
export function abortedError(
  { request, write }: Pick<FailureContext, "request" | "write">,
  sent: boolean,
): ApiError {
  return new ApiError(
    "aborted",
    `${request.method} ${request.path}: stopped ${sent ? "before the response arrived" : "before it was sent"}.` +
      (sent ? afterWrite(write) : ""),
    { request, ambiguous: write && sent },
  );
}

/** The error for an unusable response with a success status. `final`: a retry does not help. */
export function unreadableError(
  { request, write }: Pick<FailureContext, "request" | "write">,
  status: number | undefined,
  what: string,
  final = true,
): ApiError {
  return new ApiError(
    "unreadable-answer",
    `${request.method} ${request.path}: the response cannot be used: ${what}.${afterWrite(write)}`,
    { request, status, ambiguous: write },
    { cause: new ConnectionFailure("UNREADABLE", true, final) },
  );
}

function afterWrite(write: boolean): string {
  return write ? " The change may still have been applied; check before retrying." : "";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hostOf(location: string | undefined): string | undefined {
  if (location === undefined) return undefined;
  try {
    return new URL(location).host;
  } catch {
    return undefined;
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
