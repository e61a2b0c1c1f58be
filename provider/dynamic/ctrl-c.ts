/** Pulumi's protocol as far as it shows that a run is being stopped. */
interface EmptyType {
  deserializeBinary(bytes: Uint8Array): unknown;
}
interface CancelMethod {
  requestDeserialize(bytes: Buffer): unknown;
}

/**
 * Calls `listener` when the engine sends Cancel, which is what Ctrl-C comes down to. The host answers that call without
 * telling the provider, but it decodes the call's empty request, and nothing else it does decodes an empty message while
 * the provider runs.
 * @param require finds modules as the host does
 * @returns false where this SDK does it in another way, so that nothing would be heard
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
    // Does the host's own decoding of the call come by here?
    ResourceProviderService.cancel.requestDeserialize(Buffer.alloc(0));
    heard = tried ? listener : () => {};
    return tried;
  } catch {
    return false;
  }
}
