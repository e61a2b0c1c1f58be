import { systemClock } from "../clock";
import { connectEngine, hostRequire } from "./engine";
import { terminalColumns } from "../host/terminal";
import { ManagedApps } from "../resources/managed-apps";
import { Program } from "../resources/program";
import { KnownSecrets } from "../secrets/known-secrets";
import type { ProviderDeps } from "../resources/base-provider";
import { SharedReads } from "../service/shared-reads";
import { hosted, type HostedProvider } from "./hosted";
import { LateRows } from "./late-rows";
import { Requests } from "./requests";
import { ExportedState } from "./stack-state";

interface Host {
  readonly deps: Omit<ProviderDeps, "managed">;
  /** Undefined where the engine's requests cannot be seen: the URNs among the inputs have to do. */
  readonly named: { readonly requests: Requests; readonly rows: LateRows } | undefined;
}

let host: Host | undefined;

/** A provider as Pulumi's host of dynamic providers calls it, with the dependencies of this process. */
export function inHost(make: (deps: ProviderDeps) => HostedProvider): HostedProvider {
  const { deps, named } = (host ??= connect());
  // A provider serves one run, and what the run shows of its apps is of no use to another.
  const provider = make({ ...deps, managed: new ManagedApps(new ExportedState(process.env)) });
  return named ? hosted(provider, named.requests, named.rows) : provider;
}

/** One connection to the engine, and one set of reads, whatever the number of providers in the process. */
function connect(): Host {
  const engine = connectEngine(process.argv, leave, process);
  const requests = engine && Requests.observe(hostRequire());
  const rows = engine && new LateRows(engine);
  return {
    deps: {
      env: process.env,
      clock: systemClock,
      engine: rows?.engine,
      columns: terminalColumns,
      reads: new SharedReads(systemClock),
      knownSecrets: new KnownSecrets(),
      program: new Program(),
    },
    named: requests && rows && { requests, rows },
  };
}

/** Other packages' providers in this process get this long to come to an end, once nobody waits for it any more. */
const LEAVE_AFTER_MS = 10_000;

/** The host would stay for ever: it ends only when the engine ends it, and the engine was killed. */
function leave(): void {
  setTimeout(() => process.exit(1), LEAVE_AFTER_MS).unref();
}
