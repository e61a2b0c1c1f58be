import type { FaultRule } from "../../emulator/index";
import type { AppSpec } from "../../provider/appspec/types";
import type { RollbackState } from "../../provider/resources/rollback/provider";
import { SECRET } from "../helpers/world/provider-world";
import { ALL_FAULTS, randomRule } from "./faults";
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
  /** Whether a failed update is rolled back. */
  readonly rollsBack: boolean;
}

export interface DeclaredApp {
  readonly name: string;
  readonly version: Version;
  /** How the program adopts it; undefined if the program creates it. */
  readonly adopts?: "by name" | "by id" | undefined;
}

/** How a run is cut short in process: at a request, counted from the start of the run. */
export interface Ending {
  readonly how: (typeof ENDINGS)[number];
  readonly at: number;
}

/** Ctrl-C as the engine passes it on, signals to the provider alone and to the whole group, and a kill. */
export const ENDINGS = ["cancel", "SIGINT", "SIGTERM", "SIGHUP", "group", "SIGKILL"] as const;

/** A program of up to five resources. */
export interface Program {
  readonly apps: readonly DeclaredApp[];
  /** Triggers of a `Deployment` of the first app; undefined if the program has none. */
  readonly release: number | undefined;
  /** State of a `Rollback` of the last app; undefined if the program has none. */
  readonly back: RollbackState | undefined;
}

export interface Step extends Program {
  readonly action: "up" | "refresh" | "destroy";
  /** Whether the next build of a service fails. */
  readonly buildFails: boolean;
  readonly faults: readonly FaultRule[];
  readonly ending: Ending | undefined;
}

/** Several runs, and the program that must work at the end. */
export interface Plan {
  readonly seed: number;
  /** An app that exists before the first run, with the versions that it was given one after the other. */
  readonly existing: { readonly name: string; readonly versions: readonly Version[] } | undefined;
  readonly steps: readonly Step[];
  readonly last: Program;
  /** Whether any program contains a `Rollback`. */
  readonly hasRollback: boolean;
}

const NAMES = ["shop", "blog", "wiki"];
const SECRETS = [SECRET, `${SECRET}-rotated`];

/** The same seed and options give the same plan. */
export function planOf(seed: number, faults = ALL_FAULTS, mostSteps = 5): Plan {
  const random = new Random(seed);
  const names = NAMES.slice(0, random.integer(1, 3));
  const hasRollback = random.chance(0.45);
  const existing = random.chance(hasRollback ? 0.6 : 0.25) ? names.at(-1) : undefined;
  const adopts = existing === undefined ? undefined : random.pick(["by name", "by id"] as const);
  const before = [version(random), version(random)];
  let versions = names.map(() => version(random));
  let release = random.chance(0.5) ? 1 : undefined;
  let back: RollbackState | undefined;
  // A failure that no build has consumed would strike during the recovery, so allow at most one more.
  let failures = 1;
  const program = (): Program => ({
    apps: names.map((name, index) => ({
      name,
      version: versions[index] as Version,
      ...(name === existing && { adopts }),
    })),
    release,
    back,
  });
  const steps = Array.from({ length: random.integer(hasRollback ? 2 : 1, mostSteps) }, (_, nth): Step => {
    const action = nth === 0 ? "up" : random.pick(["up", "up", "up", "up", "refresh", "destroy"] as const);
    const mayRollBack = hasRollback && (nth > 0 || existing !== undefined);
    const next = mayRollBack && action === "up" ? following(random, back) : back;
    const isPinning = next !== undefined && next !== back;
    versions = versions.map((one, index) => {
      // "Change the state in a run without other changes to the app."
      const isQuiet = (isPinning || back === "pinned") && index === names.length - 1;
      return random.chance(isQuiet ? 0.1 : 0.85) ? changed(random, one) : one;
    });
    back = next;
    if (release !== undefined && random.chance(0.6)) release += 1;
    return {
      action,
      ...program(),
      buildFails: action === "up" && random.chance(0.2) && failures-- > 0,
      faults: random.list(1, 6, () => randomRule(random, faults)),
      ending: random.chance(0.35)
        ? { how: random.pick(ENDINGS), at: random.pick([1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 11]) }
        : undefined,
    };
  });
  versions = versions.map((one) => ({ ...changed(random, one), wait: true }));
  return {
    seed,
    existing: existing === undefined ? undefined : { name: existing, versions: before },
    steps,
    last: program(),
    hasRollback,
  };
}

function following(random: Random, back: RollbackState | undefined): RollbackState | undefined {
  if (back === undefined) return random.pick(["pinned", "pinned", "committed", undefined]);
  if (back === "pinned") return random.pick(["pinned", "committed", "reverted", "reverted", undefined]);
  return random.pick([back, back, undefined]);
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
    rollsBack: random.chance(0.25),
  };
}

function changed(random: Random, before: Version): Version {
  if (random.chance(0.15)) return { ...before, redeployOn: (before.redeployOn ?? 0) + 1 };
  const other = version(random);
  const keys = Object.keys(other).filter((key) => key !== "redeployOn") as (keyof Version)[];
  const picked = random.list(1, 3, () => random.pick(keys));
  return { ...before, ...Object.fromEntries(picked.map((key) => [key, other[key]])) };
}

const image = { registry_type: "DOCR" as const, repository: "web", tag: "1" };

/** The AppSpec that a program declares. */
export function specOf({ name, version: wanted }: Pick<DeclaredApp, "name" | "version">): AppSpec {
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

/** The arguments of an App. @param adopt what the program passes there */
export function argumentsOf(declared: DeclaredApp, timeouts: object, adopt?: boolean | string): object {
  const { redeployOn, wait, rollsBack } = declared.version;
  return {
    spec: specOf(declared),
    timeouts,
    ...(redeployOn !== undefined && { redeployOn: { count: redeployOn } }),
    ...(!wait && { wait }),
    ...(rollsBack && { onFailedDeployment: "rollback" }),
    ...(adopt !== undefined && { adopt }),
  };
}
