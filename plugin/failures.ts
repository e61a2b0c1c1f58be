import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { asAppPlatformError, InitializationError } from "../provider/errors";
import { structOf } from "./values/struct";
import type { Properties } from "./values/wire";

/** An error as the engine expects it. A resource that exists but is not ready is recorded with its outputs. */
export function asStatus(
  error: unknown,
  outputsOf: (error: InitializationError) => Properties = () => ({}),
): grpc.ServiceError {
  const { message } = asAppPlatformError(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitializationError)
    metadata.add("grpc-status-details-bin", detailsOf(error, outputsOf(error)));
  const failure = new Error(message);
  return Object.assign(failure, { code: grpc.status.UNKNOWN, details: message, metadata });
}

function detailsOf({ id, reasons, message }: InitializationError, outs: Properties): Buffer {
  const failed = new ErrorResourceInitFailed();
  failed.setId(id);
  failed.setProperties(structOf(outs));
  failed.setReasonsList(reasons);
  const packed = new Any();
  packed.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  return Buffer.from(status.serializeBinary());
}
