import * as grpc from "@grpc/grpc-js";
import { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { engineAddress, GrpcEngine } from "../provider/host/grpc-engine";

/** Signals that stop all processes of a job; the engine stops its plugins with SIGINT after it has received their responses. */
const STOP_SIGNALS = ["SIGTERM", "SIGHUP"] as const;

/** Time for the last responses after the engine is gone. */
const LEAVE_AFTER_MS = 1_000;

/** The engine that started this process; undefined if it was started by hand. */
export function connectEngine(
  args: readonly string[],
  signals: Pick<NodeJS.EventEmitter, "on">,
): GrpcEngine | undefined {
  const address = engineAddress(args);
  if (address === undefined) return undefined;
  const protocol = { grpc, newRequest: () => new LogRequest(), hearsCtrlC: true };
  const engine = new GrpcEngine(address, protocol, leave);
  // By default these end the process at once, and resources that it has just created would be missing from the state.
  for (const signal of STOP_SIGNALS) signals.on(signal, () => engine.stop());
  return engine;
}

/** Without this, the process would run forever: only the engine stops it, and the engine was killed. */
function leave(): void {
  setTimeout(() => process.exit(1), LEAVE_AFTER_MS).unref();
}
