import type { Fault, FaultRule } from "../../emulator/index";
import type { Random } from "./random";

/** Faults of the way to the service, and errors of the service itself. */
const OPEN: readonly Fault[] = [
  "reset-before",
  "reset-after",
  "timeout",
  "truncated",
  "stalled",
  "html-502",
  "wrong-types",
  { status: 500 },
  { status: 503, headers: { "retry-after": "2" } },
  { status: 429, headers: { "retry-after": "2" } },
  { status: 401, body: { id: "unauthorized", message: "unable to authenticate you" } },
  { status: 404, body: { id: "not_found", message: "not found" } },
  { status: 409, body: { id: "conflict", message: "conflict" } },
  { status: 422, body: { id: "unprocessable_entity", message: "not possible" } },
  { delayMs: 20_000 },
];

/** Well-formed responses that are wrong. */
const MISLEADING: readonly Fault[] = [
  { lagMs: 60_000 },
  { lagMs: 20_000 },
  { lagMs: 5_000 },
  "other-object",
  "without-deployment",
  { lateMs: 8_000 },
  { lateMs: 20_000 },
  "doubled",
  "nulls",
  "discarded",
  "moving-updated-at",
  "frozen-updated-at",
  { phase: "WARMING_UP" },
];

/** Node's HTTP/2 client, which stands in for the engine in process, accepts 64 KB in the details of a failed operation. */
const PADDED: Fault = { padBytes: 20_000 };
const PADDED_MORE: Fault = { padBytes: 300_000 };

/** Faults that take long to survive in real time. */
const isSlow = (fault: Fault): boolean =>
  fault === "timeout" ||
  fault === "stalled" ||
  fault === "discarded" ||
  (typeof fault === "object" && ("delayMs" in fault || ("lateMs" in fault && fault.lateMs > 10_000)));

const quick = (faults: readonly Fault[]): readonly Fault[] => faults.filter((fault) => !isSlow(fault));

/** Which faults a campaign uses. */
export interface FaultKinds {
  readonly open: readonly Fault[];
  readonly misleading: readonly Fault[];
}

export const ALL_FAULTS: FaultKinds = { open: OPEN, misleading: [...MISLEADING, PADDED] };

/** Those that can be survived without long waits, for runs in real time. */
export const QUICK_FAULTS: FaultKinds = {
  open: quick(OPEN),
  misleading: [...quick(MISLEADING), PADDED_MORE],
};

/** Requests that the provider makes, as a rule matches them; the frequent ones appear several times. */
const REQUESTS: readonly Pick<FaultRule, "method" | "path">[] = [
  {},
  { method: "GET" },
  { method: "GET" },
  { method: "GET", path: /^\/v2\/apps\/[^/]+$/ },
  { method: "GET", path: /^\/v2\/apps\/[^/]+$/ },
  { method: "GET", path: /^\/v2\/apps$/ },
  { method: "GET", path: /\/deployments$/ },
  { method: "GET", path: /\/deployments\/[^/]+$/ },
  { method: "GET", path: /\/deployments\/[^/]+$/ },
  { method: "POST" },
  { method: "POST", path: /^\/v2\/apps$/ },
  { method: "PUT" },
  { method: "PUT" },
  { method: "POST", path: /\/deployments$/ },
  { method: "POST", path: /\/rollback/ },
  { method: "DELETE" },
];

/** More than a call retries; the service may ask for more retries than that. */
const MANY = 40;

export function randomRule(random: Random, { open, misleading }: FaultKinds): FaultRule {
  return {
    ...random.pick(REQUESTS),
    after: random.pick([0, 0, 0, 0, 1, 2, 4]),
    times: random.pick([1, 1, 2, 2, 3, 5, MANY]),
    fault: random.pick(random.chance(0.5) ? open : misleading),
  };
}
