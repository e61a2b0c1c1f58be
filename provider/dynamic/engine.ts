import { setMaxListeners } from "node:events";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { onCancel } from "./ctrl-c";
import type { Engine, LogLine } from "../host/engine";

/** The part of `process` that is used here. */
type Signals = Pick<NodeJS.EventEmitter, "on">;

/** Signals that stop all processes of a job; the CLI treats SIGTERM like Ctrl-C. */
const STOP_SIGNALS = ["SIGTERM", "SIGHUP"] as const;

const SEVERITIES = { info: 1, warning: 2 };
const LOG_METHOD = "/pulumirpc.Engine/Log";
/** An engine with hundreds of resources may be busy for seconds. */
const LOG_DEADLINE_MS = 30_000;
const UNAVAILABLE = 14;
/** gRPC connectivity states. */
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
 * The engine that started this process, or undefined if there is none (a unit test, a script).
 * @param args the process's arguments; the last argument of the host of dynamic providers is the engine's address
 * @param onGone called once if the engine exits before this process
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

/** Resolves modules like the host's own script: its copies, not others that are also installed. */
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
    // A proxy from the environment is not meant for the local engine.
    const options = { "grpc.enable_http_proxy": 0 };
    this.client = new grpc.Client(address, grpc.credentials.createInsecure(), options);
    this.newRequest = () => new LogRequest();
    // Every operation of the run listens, possibly hundreds at once; Node reports more than ten as a leak.
    setMaxListeners(0, this.stop.signal);
    this.hearsCtrlC = onCancel(require, () => this.stop.abort());
    // By default these end the process at once, and resources that it has just created would be missing from the state. The
    // engine itself stops its providers with SIGINT after it has received their responses.
    for (const signal of STOP_SIGNALS) signals?.on(signal, () => this.stop.abort());
    this.watch();
  }

  /**
   * The engine runs on this machine and outlives its providers: if it is unreachable, it was killed. Without this, the provider
   * would not notice, and would interfere with the next run.
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
        // The response is empty. Decoding it would look like a cancellation, see onCancel; returning nothing would count as a
        // missing response, an error with a stack for each line.
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

/** Whether a process listens at the address; true if unclear. */
function listens(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""));
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED"));
  }).finally(() => socket.destroy());
}
