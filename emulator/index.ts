import { behaviorOtherwise, type Otherwise } from "./assumptions";
import { systemClock, type Clock } from "./clock";
import { Faults } from "./http/faults";
import { ApiError } from "./errors";
import { createIds } from "./model/ids";
import { RateLimiter, type RateLimits } from "./http/rate-limiter";
import { Recorder, type CallMatch, type RecordedCall } from "./http/recorder";
import { Replicas } from "./http/replicas";
import type { Scopes } from "./http/scopes";
import type { LiveLogs } from "./routes/context";
import type { Controls } from "./routes/control";
import { buildApp, listen, type Wiring } from "./server";
import { SnapshotFile } from "./snapshot/file";
import type { StoreState } from "./model/state";
import { Store } from "./model/store";
import type { StoredApp } from "./model/stored-app";
import { serveSockets } from "./websockets";
import { Tickets } from "./logs/signed-urls";
import { appView } from "./views/app";

export {
  ASSUMPTIONS,
  SWITCHABLE,
  parseOtherwise,
  type Assumption,
  type AssumptionId,
  type Otherwise,
  type Strength,
} from "./assumptions";
export { steppedClock, systemClock, type Clock, type SteppedClock } from "./clock";
export type { Altering } from "./http/altered-responses";
export type { Fault, FaultRule } from "./http/faults";
export type { RateLimits } from "./http/rate-limiter";
export type { CallMatch, RecordedCall } from "./http/recorder";
export type { FailureRequest } from "./model/requested-failures";
export type { StoredApp } from "./model/stored-app";
export type { LiveLogs } from "./routes/context";
export type { Component, Spec } from "./model/spec";

export interface EmulatorOptions {
  /** 0 picks a free port. @default 0 */
  port?: number;
  /** The only token accepted. @default any non-empty token */
  token?: string;
  /** Scopes of every token, such as "app:read". @default all */
  scopes?: Scopes;
  /**
   * Host names to accept besides localhost and addresses such as 127.0.0.1: those of a proxy in front of the emulator.
   * Any other name could be one that a web page has pointed to this machine.
   * @default none
   */
  allowedHosts?: readonly string[];
  /** Seconds that a whole deployment takes. @default 25 */
  deploySeconds?: number;
  /**
   * Assumptions about the service to switch to the opposite, such as "unchanged-put-deploys"; see docs/assumptions.md. Those that
   * take time can be given seconds: "deleted-at-once=5".
   * @default none: the best evidence
   */
  otherwise?: readonly Otherwise[];
  /** Per token. @default true: 250 a minute, 5000 an hour */
  rateLimit?: boolean | RateLimits;
  /** The protocol that addresses of live logs are meant for. Both kinds can be opened over either. @default "http" */
  liveLogs?: LiveLogs;
  /** @default the system's */
  clock?: Clock;
  /** Makes ids and ciphertext the same in each run. @default random */
  seed?: string;
  /**
   * A file that stores the state: read at the start, created if missing, and written before the response to a change
   * is sent. Contains apps with the keys of their secrets, deployments, projects, and failures requested by
   * `failNext`; not recorded calls, faults, rate limits and addresses of logs. @default none: the state is lost when
   * the process exits
   */
  snapshot?: string;
  /** Called for each request once its response was sent or its connection was reset. */
  onCall?: (call: RecordedCall) => void;
}

export interface Emulator extends Controls {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The last 20,000 requests served, oldest first, without control requests. */
  readonly calls: readonly RecordedCall[];
  readonly faults: Faults;
  /** From now on connections are refused, as if nothing listened. Requests in flight still get their response. */
  refuse(): void;
  /** Ends {@link refuse}: listens again on the same port. */
  accept(): Promise<void>;
  /** Stops listening and closes open connections. @throws Error when the snapshot cannot be written */
  close(): Promise<void>;
  clearCalls(): void;
  /** The next request that matches, as soon as it arrives. */
  nextCall(match: CallMatch): Promise<RecordedCall>;
  /** The stored apps, for assertions. */
  apps(): readonly StoredApp[];
}

/**
 * Starts an emulator of the App Platform API on loopback.
 * @throws Error with the id of an assumption that cannot be switched; Error with code EADDRINUSE when the port is taken;
 * Error with the name of the snapshot, which is left unchanged, when it cannot be read, was not written by an emulator of this version, or is in use by another one
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  if (options.snapshot === undefined) return serve(options, undefined);
  const snapshot = await SnapshotFile.open(options.snapshot);
  try {
    return await serve(options, snapshot);
  } catch (error) {
    await snapshot.close().catch(() => {});
    throw error;
  }
}

async function serve(options: EmulatorOptions, snapshot: SnapshotFile | undefined): Promise<Emulator> {
  const clock = options.clock ?? systemClock;
  const behavior = behaviorOtherwise(options.otherwise);
  const deploySeconds = options.deploySeconds ?? 25;
  const limits = options.rateLimit ?? true;
  const requestIds = createIds();
  const storeWith = (kept?: StoreState): Store =>
    new Store(
      {
        clock,
        ids: createIds(options.seed, kept?.drawn),
        deployMs: deploySeconds * 1000,
        behavior,
        changed: () => {
          snapshot?.changed();
          replicas.changed();
        },
      },
      kept,
    );

  const replicas = new Replicas(() => store);
  let store = storeWith(snapshot?.found);
  await snapshot?.keep(() => store.state());
  let url = "";
  const faults = new Faults((fault) => {
    if (typeof fault === "object" && "lagMs" in fault) replicas.begin();
  });
  const recorder = new Recorder();
  const limiter = limits === false ? undefined : new RateLimiter(clock, limits === true ? {} : limits);
  const appOf = (idOrName: string): StoredApp => {
    const app = store.byName(idOrName) ?? store.list().find((candidate) => candidate.id === idOrName);
    if (app === undefined) throw new ApiError(404, "not_found", `There is no app "${idOrName}".`);
    return app;
  };
  const controls: Controls = {
    reset() {
      store = storeWith();
      snapshot?.changed();
      faults.clear();
      replicas.forget();
      recorder.clear();
      limiter?.reset();
    },
    editApp(idOrName, change) {
      const app = appOf(idOrName);
      const spec = structuredClone(app.spec);
      const deployment = store.update(app, change(spec) ?? spec);
      return appView(store, app, deployment ?? null);
    },
    failNext: (what) => store.failNext(what),
    breakNextCreate: (forGood = false) => store.breakNextCreate(forGood),
    repairApp: (idOrName) => store.repair(appOf(idOrName)),
    deployUnprompted: (idOrName, type, cause) => store.deployUnprompted(appOf(idOrName), type, cause).id,
  };
  const wiring: Wiring = {
    store: () => replicas.serving ?? store,
    replicas,
    saved: () => snapshot?.saved() ?? Promise.resolve(),
    url: () => url,
    liveLogs: options.liveLogs ?? behavior.liveLogs,
    tickets: { logs: new Tickets(), consoles: new Tickets() },
    faults,
    recorder,
    limiter,
    token: options.token,
    scopes: options.scopes,
    allowedHosts: (options.allowedHosts ?? []).map((name) => name.toLowerCase()),
    onCall: options.onCall,
    requestId: () => requestIds.uuid(),
    controls,
  };
  const { server, plain, port, refuse, accept } = await listen(buildApp(wiring), options.port ?? 0);
  url = `http://127.0.0.1:${port}`;
  const cutSockets = serveSockets(server, plain, wiring);

  return {
    url,
    port,
    calls: recorder.calls,
    faults,
    ...controls,
    refuse,
    accept,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        cutSockets();
        server.closeAllConnections();
      });
      replicas.close();
      await snapshot?.close();
    },
    clearCalls: () => recorder.clear(),
    nextCall: (match) => recorder.next(match),
    apps: () => store.list(),
  };
}
