import type { Fault, FaultRule } from "../../emulator/index";
import type { AppSpec } from "../../provider/appspec/types";
import { SECRET } from "../helpers/world/provider-world";
import { Random } from "./random";

/** What a program requests for one app. Each field can be added, changed and removed. */
export interface Version {
  readonly greeting: string | undefined;
  readonly secret: string;
  readonly count: number;
  readonly command: string | undefined;
  readonly hasSite: boolean;
  readonly hasWorker: boolean;
  readonly redeployOn: number | undefined;
  readonly wait: boolean;
}

export interface DeclaredApp {
  readonly name: string;
  readonly version: Version;
}

/** How a run is cut short: at a request, counted from the start of the run. */
export interface Ending {
  readonly how: "cancel" | "kill";
  readonly at: number;
}

export interface Step {
  readonly action: "up" | "refresh" | "destroy";
  readonly apps: readonly DeclaredApp[];
  /** Triggers of a `Deployment` of the first app; undefined if the program has none. */
  readonly release: number | undefined;
  /** Whether the next build of the first app fails. */
  readonly buildFails: boolean;
  readonly faults: readonly FaultRule[];
  readonly ending: Ending | undefined;
}

/** Several runs, and the program that must work at the end. */
export interface Plan {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly last: Pick<Step, "apps" | "release">;
}

const NAMES = ["shop", "blog", "wiki"];
const SECRETS = [SECRET, `${SECRET}-rotated`];

const APP = /^\/v2\/apps\/[^/]+$/;
const APPS = /^\/v2\/apps$/;
const DEPLOYMENTS = /\/deployments(\/|$)/;

export const FAULTS: readonly Fault[] = [
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
  { status: 404, body: { id: "not_found", message: "not found" } },
  { delayMs: 20_000 },
  { lagMs: 60_000 },
  { lagMs: 5_000 },
  "other-object",
  "without-deployment",
  { lateMs: 8_000 },
  "doubled",
  "nulls",
  "discarded",
  "moving-updated-at",
  "frozen-updated-at",
  { phase: "WARMING_UP" },
  { padBytes: 300_000 },
];

/** Faults that can be survived without long waits, for runs in real time. */
export const QUICK_FAULTS: readonly Fault[] = FAULTS.filter((fault) => {
  if (fault === "timeout" || fault === "stalled" || fault === "discarded") return false;
  return typeof fault === "string" || "status" in fault || "phase" in fault || "padBytes" in fault;
});

/** The same seed and faults give the same plan. */
export function planOf(seed: number, faults = FAULTS): Plan {
  const random = new Random(seed);
  const names = NAMES.slice(0, random.integer(1, 3));
  let versions = names.map(() => version(random));
  const releases = random.chance(0.4);
  let release = releases ? 1 : undefined;
  // A failure that no build has consumed would strike during the recovery, so allow at most one more.
  let failures = 1;
  const buildFails = (action: Step["action"]): boolean =>
    action === "up" && random.chance(0.15) && failures-- > 0;
  const steps = random.list(1, 5, (): Step => {
    versions = versions.map((one) => (random.chance(0.6) ? changed(random, one) : one));
    if (release !== undefined && random.chance(0.5)) release += 1;
    const action = random.pick(["up", "up", "up", "up", "refresh", "destroy"] as const);
    return {
      action,
      apps: names.map((name, index) => ({ name, version: versions[index] as Version })),
      release,
      buildFails: buildFails(action),
      faults: random.list(0, 4, () => rule(random, faults)),
      ending: random.chance(0.35)
        ? { how: random.pick(["cancel", "kill"] as const), at: random.integer(1, 15) }
        : undefined,
    };
  });
  const apps = names.map((name, index) => ({
    name,
    version: { ...changed(random, versions[index] as Version), wait: true },
  }));
  return { seed, steps, last: { apps, release } };
}

function version(random: Random): Version {
  return {
    greeting: random.pick(["hello", "good evening", undefined]),
    secret: random.pick(SECRETS),
    count: random.integer(1, 3),
    command: random.pick(["node server.js", undefined]),
    hasSite: random.chance(0.5),
    hasWorker: random.chance(0.5),
    redeployOn: undefined,
    wait: random.chance(0.85),
  };
}

function changed(random: Random, before: Version): Version {
  if (random.chance(0.15)) return { ...before, redeployOn: (before.redeployOn ?? 0) + 1 };
  const other = version(random);
  const keys = Object.keys(other).filter((key) => key !== "redeployOn") as (keyof Version)[];
  const picked = random.list(1, 2, () => random.pick(keys));
  return { ...before, ...Object.fromEntries(picked.map((key) => [key, other[key]])) };
}

function rule(random: Random, faults: readonly Fault[]): FaultRule {
  const method = random.pick(["GET", "GET", "POST", "PUT", "DELETE", undefined]);
  const path = random.pick([APP, APPS, DEPLOYMENTS, undefined]);
  return {
    ...(method !== undefined && { method }),
    ...(path !== undefined && { path }),
    after: random.pick([0, 0, 0, 1, 2, 5]),
    times: random.pick([1, 1, 1, 2, 3, Infinity]),
    fault: random.pick(faults),
  };
}

const image = { registry_type: "DOCR" as const, repository: "web", tag: "1" };

/** The AppSpec that a program declares. */
export function specOf({ name, version: wanted }: DeclaredApp): AppSpec {
  const { greeting, secret, count, command, hasSite, hasWorker } = wanted;
  return {
    name,
    services: [
      {
        name: "web",
        git: { repo_clone_url: "https://example.com/web.git", branch: "main" },
        http_port: 8080,
        instance_count: count,
        ...(command !== undefined && { run_command: command }),
        envs: [
          ...(greeting === undefined ? [] : [{ key: "GREETING", value: greeting }]),
          { key: "API_TOKEN", value: secret, type: "SECRET" as const },
        ],
      },
    ],
    ...(hasSite && {
      static_sites: [
        { name: "site", git: { repo_clone_url: "https://example.com/site.git", branch: "main" } },
      ],
    }),
    ...(hasWorker && { workers: [{ name: "mail", image }] }),
  };
}
