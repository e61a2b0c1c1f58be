import { systemClock } from "../clock";
import { connectEngine, hostRequire } from "./engine";
import { terminalColumns } from "../host/terminal";
import { engineAddress } from "../host/grpc-engine";
import { FileClaims } from "../resources/run-claims";
import { ManagedApps } from "../resources/managed-apps";
import { Program } from "../resources/program";
import { KnownSecrets } from "../secrets/known-secrets";
import type { ProviderDeps } from "../resources/base-provider";
import { SharedReads } from "../service/shared-reads";
import { hosted, type HostedProvider } from "./hosted";
import { LateRows } from "./late-rows";
import { Requests } from "./requests";
import { ExportedState } from "../resources/stack-state";
import { TYPESCRIPT } from "../text/program-texts";

interface Host {
  readonly deps: Omit<ProviderDeps, "managed">;
  /** Undefined if the engine's requests cannot be observed; the URNs in the inputs are then used. */
  readonly named: { readonly requests: Requests; readonly rows: LateRows } | undefined;
}

let host: Host | undefined;

/** Creates a provider for Pulumi's host of dynamic providers, with the dependencies of this process. */
export function inHost(make: (deps: ProviderDeps) => HostedProvider): HostedProvider {
  const { deps, named } = (host ??= connect());
  // A provider serves one run, and its knowledge about apps does not apply to other runs.
  const provider = make({ ...deps, managed: new ManagedApps(new ExportedState(process.env), claims()) });
  return named ? hosted(provider, named.requests, named.rows) : provider;
}

function claims(): FileClaims | undefined {
  const address = engineAddress(process.argv);
  return address === undefined ? undefined : FileClaims.ofRun(address);
}

/** One connection to the engine and one set of reads, shared by all providers in the process. */
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
      texts: TYPESCRIPT,
    },
    named: requests && rows && { requests, rows },
  };
}

/** After the engine is gone, providers of other packages in this process get this long to finish. */
const LEAVE_AFTER_MS = 10_000;

/** Without this, the host would run forever: only the engine stops it, and the engine was killed. */
function leave(): void {
  setTimeout(() => process.exit(1), LEAVE_AFTER_MS).unref();
}
