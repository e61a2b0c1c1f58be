import { createRequire } from "node:module";
import type { Engine } from "../host/engine";
import { engineAddress, GrpcEngine, type Grpc, type LogRequest } from "../host/grpc-engine";
import { onCancel } from "./ctrl-c";

/** The part of `process` that is used here. */
type Signals = Pick<NodeJS.EventEmitter, "on">;

/** Signals that stop all processes of a job; the CLI treats SIGTERM like Ctrl-C. */
const STOP_SIGNALS = ["SIGTERM", "SIGHUP"] as const;

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
  const address = engineAddress(args);
  if (address === undefined) return undefined;
  try {
    return connected(address, onGone, signals);
  } catch {
    return undefined;
  }
}

/** Resolves modules like the host's own script: its copies, not others that are also installed. */
export function hostRequire(): NodeJS.Require {
  return createRequire(createRequire(process.argv[1] ?? __filename).resolve("@pulumi/pulumi"));
}

function connected(address: string, onGone: () => void, signals: Signals | undefined): Engine {
  const require = hostRequire();
  const grpc = require("@grpc/grpc-js") as Grpc;
  const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb") as { LogRequest: new () => LogRequest };
  let stop = (): void => {};
  const hearsCtrlC = onCancel(require, () => stop());
  const engine = new GrpcEngine(address, { grpc, newRequest: () => new LogRequest(), hearsCtrlC }, onGone);
  stop = () => engine.stop();
  // By default these end the process at once, and resources that it has just created would be missing from the state. The
  // engine itself stops its providers with SIGINT after it has received their responses.
  for (const signal of STOP_SIGNALS) signals?.on(signal, stop);
  return engine;
}
