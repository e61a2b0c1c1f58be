import { setMaxListeners } from "node:events";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { onCancel } from "./ctrl-c";
import type { Engine, LogLine } from "../host/engine";

/** The part of `process` that is used here. */
type Signals = Pick<NodeJS.EventEmitter, "on">;

/** How a system stops all processes of a job; the CLI takes the first like Ctrl-C. */
const STOP_SIGNALS = ["SIGTERM", "SIGHUP"] as const;

const SEVERITIES = { info: 1, warning: 2 };
const LOG_METHOD = "/pulumirpc.Engine/Log";
/** An engine with hundreds of resources may be busy for seconds. */
const LOG_DEADLINE_MS = 30_000;
const UNAVAILABLE = 14;
/** States of a connection, in gRPC's numbers. */
const READY = 2;
const TRANSIENT_FAILURE = 3;
const SHUTDOWN = 4;

/** The parts of `@grpc/grpc-js` and of Pulumi's protocol that are used here. */
interface GrpcClient {
  makeUnaryRequest(
    method: string,
    serialize: (value: LogRequest) => Buffer,
    deserialize: () => object,
    request: LogRequest,
    options: { deadline: Date },
    callback: (error: { code?: number } | null) => void,
  ): void;
  getChannel(): Channel;
}
interface Channel {
  getConnectivityState(connect: boolean): number;
  watchConnectivityState(state: number, deadline: number, changed: (error?: Error) => void): void;
}
interface Grpc {
  Client: new (address: string, credentials: unknown, options: Record<string, number>) => GrpcClient;
  credentials: { createInsecure(): unknown };
}
interface LogRequest {
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setUrn(urn: string): void;
  setEphemeral(ephemeral: boolean): void;
  serializeBinary(): Uint8Array;
}

/**
 * The engine that started this process, or undefined where there is none (a unit test, a script).
 * @param args the process's arguments; the host of dynamic providers is given the engine's address as the last one
 * @param onGone called once when the engine has ended before this process
 * @param signals emits the signals that this process receives
 */
export function connectEngine(
  args: readonly string[],
  onGone: () => void = () => {},
  signals?: Signals,
): Engine | undefined {
  const address = args.at(-1);
  if (!address || !/^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(address)) return undefined;
  try {
    return new GrpcEngine(address, onGone, signals);
  } catch {
    return undefined;
  }
}

/** Finds modules as the host's own script does: its copies, not others that are installed beside them. */
export function hostRequire(): NodeJS.Require {
  return createRequire(createRequire(process.argv[1] ?? __filename).resolve("@pulumi/pulumi"));
}

class GrpcEngine implements Engine {
  private readonly stop = new AbortController();
  private readonly client: GrpcClient;
  private readonly newRequest: () => LogRequest;
  readonly hearsCtrlC: boolean;
  private isGone = false;

  constructor(
    private readonly address: string,
    private readonly onGone: () => void,
    signals: Signals | undefined,
  ) {
    const require = hostRequire();
    const grpc = require("@grpc/grpc-js") as Grpc;
    const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb") as { LogRequest: new () => LogRequest };
    // A proxy that the environment names is for the rest of the world.
    const options = { "grpc.enable_http_proxy": 0 };
    this.client = new grpc.Client(address, grpc.credentials.createInsecure(), options);
    this.newRequest = () => new LogRequest();
    // Every operation of the run listens, a hundred at once; Node takes more than ten for a leak.
    setMaxListeners(0, this.stop.signal);
    this.hearsCtrlC = onCancel(require, () => this.stop.abort());
    // By default these would end the process at once, and what it has just created would be missing from the state. The engine
    // ends its providers itself, with SIGINT, when it has their responses.
    for (const signal of STOP_SIGNALS) signals?.on(signal, () => this.stop.abort());
    this.watch();
  }

  /**
   * The engine lives on this machine and outlives its providers: where it cannot be reached, it was killed. Nobody would
   * tell the provider, which would go on working behind the back of the next run.
   */
  private watch(wasThere = false): void {
    const channel = this.client.getChannel();
    const state = channel.getConnectivityState(true);
    if (state === SHUTDOWN) return;
    if (state === TRANSIENT_FAILURE && wasThere) return this.gone();
    channel.watchConnectivityState(state, Infinity, () => this.watch(wasThere || state === READY));
  }

  private gone(): void {
    this.stop.abort();
    if (this.isGone) return;
    this.isGone = true;
    this.onGone();
  }

  get stopped(): AbortSignal {
    return this.stop.signal;
  }

  async isThere(): Promise<boolean> {
    if (!this.isGone && !(await listens(this.address))) this.gone();
    return !this.isGone;
  }

  log(line: LogLine): Promise<void> {
    const request = this.newRequest();
    request.setSeverity(SEVERITIES[line.severity]);
    request.setMessage(line.message);
    request.setUrn(line.urn ?? "");
    request.setEphemeral(line.ephemeral ?? false);
    return new Promise((resolve) => {
      this.client.makeUnaryRequest(
        LOG_METHOD,
        (value) => Buffer.from(value.serializeBinary()),
        // The answer is empty. Decoding it as what it is would look like a cancellation, see onCancel; and nothing at all would
        // count as no answer, an error with a stack for each line.
        () => ({}),
        request,
        { deadline: new Date(Date.now() + LOG_DEADLINE_MS) },
        (error) => {
          if (error?.code === UNAVAILABLE) this.gone();
          resolve();
        },
      );
    });
  }
}

/** Whether a process listens there; true in doubt. */
function listens(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""));
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED"));
  }).finally(() => socket.destroy());
}
