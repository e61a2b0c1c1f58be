import type { Fault } from "app-platform-emulator";

/** Faults and their expected outcomes: the fault matrix and the tables in docs/faults.md are generated from this. */

/** How long a fault lasts: it affects one request, or every matching request until it is repaired. */
export type Duration = "once" | "stays";

/**
 * The purpose of a call, which decides what its failure means:
 * - `read`: a request whose response is required
 * - `wait`: a status check of a running deployment
 * - `write`: a change that must not happen twice
 * - `setting`: a change that is safe to repeat
 * - `advice`: optional for the operation: prices in previews, logs that explain a failure
 * - `log`: reads an archived log from its address
 * - `stream`: reads a log that is still being written
 */
export const KINDS = ["read", "wait", "write", "setting", "advice", "log", "stream"] as const;
export type Kind = (typeof KINDS)[number];

/**
 * - `succeeds`: the operation is not affected: the call is retried, or a check shows that it took effect
 * - `fails at once`: fails after one attempt
 * - `gives up`: fails after several attempts
 * - `stays true`: fails, or succeeds with the service in the requested state, depending on the call and the fault
 *
 * Every failure reports the call and what happened to it, and the next `up` completes the operation.
 */
export type Outcome = "succeeds" | "fails at once" | "gives up" | "stays true";

export interface FaultClass {
  readonly name: string;
  /** `refused`: the emulator does not listen, so it never receives the request. */
  readonly fault: Fault | "refused";
  /** Matches the message of an operation that fails because of this fault. */
  readonly words: RegExp;
  readonly outcomes: Readonly<Record<Duration, Readonly<Record<Kind, Outcome>>>>;
}

/** One outcome for each of {@link KINDS}, in the same order. */
const row = (...outcomes: readonly Outcome[]): Record<Kind, Outcome> =>
  Object.fromEntries(KINDS.map((kind, index) => [kind, outcomes[index]])) as Record<Kind, Outcome>;

const PASSES = row("succeeds", "succeeds", "succeeds", "succeeds", "succeeds", "succeeds", "succeeds");
const REFUSAL = row(
  "fails at once",
  "fails at once",
  "fails at once",
  "fails at once",
  "succeeds",
  "fails at once",
  "fails at once",
);
const OUTAGE = row("gives up", "gives up", "gives up", "gives up", "succeeds", "gives up", "gives up");
/** The address of a log may have expired, so a new one is requested. */
const TOKEN_REFUSED: typeof REFUSAL = { ...REFUSAL, log: "succeeds", stream: "succeeds" };
const TOKEN_REFUSED_FOR_EVER: typeof REFUSAL = { ...REFUSAL, log: "gives up", stream: "gives up" };
/** A deleted archive does not come back. A live log may still appear, and so may a deployment within some seconds. */
const GONE: typeof REFUSAL = { ...REFUSAL, wait: "succeeds", stream: "succeeds" };
const GONE_FOR_EVER: typeof REFUSAL = { ...REFUSAL, wait: "gives up", stream: "gives up" };
/** The change took effect, so a check finds it. */
const LOST = row("gives up", "gives up", "succeeds", "gives up", "succeeds", "gives up", "gives up");
/** A repeated read returns the same malformed response, but a later check of a deployment or a write may succeed. */
const STRANGE = row(
  "fails at once",
  "succeeds",
  "succeeds",
  "fails at once",
  "succeeds",
  "succeeds",
  "succeeds",
);
const STRANGE_FOR_EVER: typeof STRANGE = { ...STRANGE, wait: "gives up", write: "gives up" };
/** An endless log is read as it arrives. */
const ENDLESS: typeof OUTAGE = { ...OUTAGE, log: "succeeds", stream: "succeeds" };

const passing = (once: Record<Kind, Outcome>, stays: Record<Kind, Outcome>): FaultClass["outcomes"] => ({
  once,
  stays,
});

/** Services may echo the request in an error: samples of a secret, a token and a ciphertext. */
export const QUOTED = "hunter2-the-value-nobody-may-see dop_v1_0a5ec4e70a5ec4e7 EV[1:Zm9v:YmFy]";

const refusal = (status: number, words: RegExp): Pick<FaultClass, "fault" | "words"> => ({
  fault: { status, body: { id: "refused", message: `not this: ${QUOTED}`, request_id: "r-4711" } },
  words,
});

export const FAULT_CLASSES: readonly FaultClass[] = [
  {
    name: "connection refused",
    fault: "refused",
    words: /refused the connection/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "connection reset before processing",
    fault: "reset-before",
    words: /broke before .* complete/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "connection reset after processing",
    fault: "reset-after",
    words: /broke before .* complete/,
    outcomes: passing(PASSES, LOST),
  },
  {
    name: "no response",
    fault: "timeout",
    words: /no complete response/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "slow response (20 s)",
    fault: { delayMs: 20_000 },
    words: /never/,
    outcomes: passing(PASSES, PASSES),
  },
  {
    name: "401",
    ...refusal(401, /token \(401 refused, request id r-4711\)|no longer valid \(401\)/),
    outcomes: passing(TOKEN_REFUSED, TOKEN_REFUSED_FOR_EVER),
  },
  {
    name: "404",
    ...refusal(404, /\(404 refused, request id r-4711\)|no longer exists \(404\)/),
    outcomes: passing(GONE, GONE_FOR_EVER),
  },
  {
    name: "409",
    ...refusal(
      409,
      /reports a conflict \(409 refused, request id r-4711\)|the service refuses it: not this|status 409/,
    ),
    outcomes: passing(REFUSAL, REFUSAL),
  },
  {
    name: "422",
    ...refusal(422, /content \(422 refused, request id r-4711\)|the service refuses it: not this|status 422/),
    outcomes: passing(REFUSAL, REFUSAL),
  },
  {
    name: "429 with retry-after",
    fault: { status: 429, headers: { "retry-after": "60" } },
    words: /too many requests/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "429 without retry-after",
    fault: { status: 429 },
    words: /too many requests/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "500",
    fault: { status: 500, body: { id: "server_error", message: `trouble with ${QUOTED}` } },
    words: /the service failed \(500( server_error|\))/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "502 with an HTML page",
    fault: "html-502",
    words: /the service failed \(502/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "503 with retry-after",
    fault: { status: 503, headers: { "retry-after": "3" } },
    words: /the service failed \(503/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "truncated response",
    fault: "truncated",
    words: /broke before .* complete|its JSON is invalid or truncated/,
    outcomes: passing(PASSES, LOST),
  },
  {
    name: "stalled response",
    fault: "stalled",
    words: /no complete response|no data for/,
    outcomes: passing(PASSES, LOST),
  },
  {
    name: "response with wrong types",
    fault: "wrong-types",
    words:
      /the response cannot be used|still exists after its deletion was accepted|still pinned to the rollback \S+ after its commit was accepted/,
    outcomes: passing(STRANGE, STRANGE_FOR_EVER),
  },
  {
    name: "endless response",
    fault: "endless",
    words: /no complete response/,
    outcomes: passing(PASSES, ENDLESS),
  },
];

const TRUE = row(...KINDS.map(() => "stays true" as const));

const misleading = (name: string, fault: Fault): FaultClass => ({
  name,
  fault,
  words: /[a-z]/,
  outcomes: passing(TRUE, TRUE),
});

/** Responses that are well-formed but incorrect. */
export const MISLEADING: readonly FaultClass[] = [
  misleading("response about another object", "other-object"),
  misleading("response without a deployment", "without-deployment"),
  misleading("deployment that appears 20 s late", { lateMs: 20_000 }),
  misleading("response from a replica that lags by 20 s", { lagMs: 20_000 }),
  misleading("success response to a write that was discarded", "discarded"),
  misleading("updated_at that changes on every read", "moving-updated-at"),
  misleading("updated_at that never changes", "frozen-updated-at"),
  misleading("unknown phase", { phase: "THINKING" }),
  misleading("list that contains every item twice", "doubled"),
  misleading("list that starts with null", "nulls"),
];
