import { setMaxListeners } from "node:events";
import { connect } from "node:net";
import type { Engine, LogLine } from "./engine";

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
  ): unknown;
  getChannel(): Channel;
}
interface Channel {
  getConnectivityState(connect: boolean): number;
  watchConnectivityState(state: number, deadline: number, changed: (error?: Error) => void): void;
}
export interface Grpc {
  Client: new (address: string, credentials: never, options: Record<string, number>) => GrpcClient;
  credentials: { createInsecure(): unknown };
}
export interface LogRequest {
  setSeverity(severity: number): unknown;
  setMessage(message: string): unknown;
  setUrn(urn: string): unknown;
  setEphemeral(ephemeral: boolean): unknown;
  serializeBinary(): Uint8Array;
}

/** What a front end provides for the connection. */
export interface Protocol {
  readonly grpc: Grpc;
  readonly newRequest: () => LogRequest;
  /** False if Ctrl-C cannot be detected. */
  readonly hearsCtrlC: boolean;
}

/** The engine's address in the arguments of a process that it started: the last one. */
export function engineAddress(args: readonly string[]): string | undefined {
  const address = args.at(-1);
  return address && /^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(address) ? address : undefined;
}

/** A connection to the engine over gRPC. */
export class GrpcEngine implements Engine {
  private readonly stopping = new AbortController();
  private readonly client: GrpcClient;
  private readonly newRequest: () => LogRequest;
  readonly hearsCtrlC: boolean;
  private isGone = false;

  /** @param onGone called once if the engine exits before this process */
  constructor(
    private readonly address: string,
    { grpc, newRequest, hearsCtrlC }: Protocol,
    private readonly onGone: () => void,
  ) {
    // A proxy from the environment is not meant for the local engine.
    const options = { "grpc.enable_http_proxy": 0 };
    this.client = new grpc.Client(address, grpc.credentials.createInsecure() as never, options);
    this.newRequest = newRequest;
    this.hearsCtrlC = hearsCtrlC;
    // Every operation of the run listens, possibly hundreds at once; Node reports more than ten as a leak.
    setMaxListeners(0, this.stopping.signal);
    this.watch();
  }

  /** Ends the waits of all operations; each one records what it has reached. */
  stop(): void {
    this.stopping.abort();
  }

  get stopped(): AbortSignal {
    return this.stopping.signal;
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
    this.stop();
    if (this.isGone) return;
    this.isGone = true;
    this.onGone();
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
        // The response is empty. In the host of dynamic providers, decoding it would look like a cancellation; returning nothing
        // would count as a missing response, an error with a stack for each line.
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
