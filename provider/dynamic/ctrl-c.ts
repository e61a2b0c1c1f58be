/** The parts of Pulumi's protocol that show when a run is being stopped. */
interface EmptyType {
  deserializeBinary(bytes: Uint8Array): unknown;
}
interface CancelMethod {
  requestDeserialize(bytes: Buffer): unknown;
}

/**
 * Calls `listener` when the engine sends Cancel after Ctrl-C. The host handles that call without notifying the provider, but it
 * decodes the call's empty request, and it decodes no other empty message while the provider is running.
 * @param require resolves modules like the host
 * @returns false if this SDK works differently, so that Cancel cannot be detected
 */
export function onCancel(require: NodeJS.Require, listener: () => void): boolean {
  try {
    const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as { Empty: EmptyType };
    const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb") as {
      ResourceProviderService: { cancel: CancelMethod };
    };
    const decode = Empty.deserializeBinary.bind(Empty);
    let heard: () => void = () => (tried = true);
    let tried = false;
    Empty.deserializeBinary = (bytes) => {
      heard();
      return decode(bytes);
    };
    // Check that the host's own decoding of the call reaches this function.
    ResourceProviderService.cancel.requestDeserialize(Buffer.alloc(0));
    heard = tried ? listener : () => {};
    return tried;
  } catch {
    return false;
  }
}
