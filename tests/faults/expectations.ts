import type { Fault } from "app-platform-emulator";

/**
 * What may happen to a call, and what comes of it: the table that the fault matrix is generated from, and that
 * docs/faults.md shows.
 */

/** How long a fault lasts: it meets one request, or every one of its kind until somebody repairs it. */
export type Duration = "once" | "stays";

/**
 * What a call is for, which decides what its failure means:
 * - `read`: a question whose answer is needed
 * - `wait`: a look at a deployment that goes on
 * - `write`: a change that must not happen twice
 * - `setting`: a change that may be made again
 * - `advice`: what the operation can do without: prices in previews, logs that explain a failure
 * - `log`: what lies behind an address of a log that is archived
 * - `stream`: the same of a log that is still written
 */
export const KINDS = ["read", "wait", "write", "setting", "advice", "log", "stream"] as const;
export type Kind = (typeof KINDS)[number];

/**
 * - `succeeds`: the operation ends as if nothing had happened: the call is made again, or its work was found to be done
 * - `fails at once`: after one try
 * - `gives up`: fails after several tries
 * - `stays true`: fails, or succeeds and the service has what was wanted: the call and the fault decide which
 *
 * Whatever fails names the call and what happened to it, and the next `up` brings about what was wanted.
 */
export type Outcome = "succeeds" | "fails at once" | "gives up" | "stays true";

export interface FaultClass {
  readonly name: string;
  /** `refused` is not a fault of a request: there is none. */
  readonly fault: Fault | "refused";
  /** In the message of an operation that fails of it. */
  readonly words: RegExp;
  readonly outcomes: Readonly<Record<Duration, Readonly<Record<Kind, Outcome>>>>;
}

/** Of {@link KINDS}, in this order. */
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
/** An address of a log may have run out: another one is asked for. */
const TOKEN_REFUSED: typeof REFUSAL = { ...REFUSAL, log: "succeeds", stream: "succeeds" };
const TOKEN_REFUSED_FOR_EVER: typeof REFUSAL = { ...REFUSAL, log: "gives up", stream: "gives up" };
/**
 * An archive that is gone will not come back, but what is still written is somewhere; a deployment may not be known for some
 * seconds.
 */
const GONE: typeof REFUSAL = { ...REFUSAL, wait: "succeeds", stream: "succeeds" };
const GONE_FOR_EVER: typeof REFUSAL = { ...REFUSAL, wait: "gives up", stream: "gives up" };
/** The work is done, so that a look finds it. */
const LOST = row("gives up", "gives up", "succeeds", "gives up", "succeeds", "gives up", "gives up");
/** An answer of another shape is the same the next time; what a wait looks at, and a write does, may go well later. */
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
/** A text that never ends is read as it comes. */
const ENDLESS: typeof OUTAGE = { ...OUTAGE, log: "succeeds", stream: "succeeds" };

const passing = (once: Record<Kind, Outcome>, stays: Record<Kind, Outcome>): FaultClass["outcomes"] => ({
  once,
  stays,
});

/** Services repeat what they were sent; these words stand for a secret, a token and a ciphertext in such an answer. */
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
    name: "connection cut before the work",
    fault: "reset-before",
    words: /broke before the answer was complete/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "connection cut after the work",
    fault: "reset-after",
    words: /broke before the answer was complete/,
    outcomes: passing(PASSES, LOST),
  },
  {
    name: "no answer",
    fault: "timeout",
    words: /no complete answer/,
    outcomes: passing(PASSES, OUTAGE),
  },
  {
    name: "slow answer (20 s)",
    fault: { delayMs: 20_000 },
    words: /never/,
    outcomes: passing(PASSES, PASSES),
  },
  {
    name: "401",
    ...refusal(401, /refused the token \(401 refused, request id r-4711\)|not valid any more \(401\)/),
    outcomes: passing(TOKEN_REFUSED, TOKEN_REFUSED_FOR_EVER),
  },
  {
    name: "404",
    ...refusal(404, /does not know this \(404 refused, request id r-4711\)|there is none any more \(404\)/),
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
    ...refusal(
      422,
      /refuses the content \(422 refused, request id r-4711\)|the service refuses it: not this|status 422/,
    ),
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
    name: "answer cut off in the middle",
    fault: "truncated",
    words: /broke before the answer was complete|its JSON is broken or cut off/,
    outcomes: passing(PASSES, LOST),
  },
  {
    name: "answer that stops in the middle",
    fault: "stalled",
    words: /no complete answer|nothing more came/,
    outcomes: passing(PASSES, LOST),
  },
  {
    name: "answer of wrong types",
    fault: "wrong-types",
    words:
      /the answer cannot be used|still there after its deletion was accepted|still pinned to the rollback \S+ after its commit was accepted/,
    outcomes: passing(STRANGE, STRANGE_FOR_EVER),
  },
  {
    name: "endless answer",
    fault: "endless",
    words: /no complete answer/,
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

/** Responses that are well-formed and say what is not so. */
export const MISLEADING: readonly FaultClass[] = [
  misleading("response about another object", "other-object"),
  misleading("response without a deployment", "without-deployment"),
  misleading("deployment that shows up late (20 s)", { lateMs: 20_000 }),
  misleading("response from a replica that lags (20 s)", { lagMs: 20_000 }),
  misleading("response to a write that was not done", "discarded"),
  misleading("updated_at that moves each time", "moving-updated-at"),
  misleading("updated_at that never moves", "frozen-updated-at"),
  misleading("phase that nobody knows", { phase: "THINKING" }),
  misleading("list with every item twice", "doubled"),
  misleading("list that begins with a null", "nulls"),
];
