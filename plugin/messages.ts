import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CheckResponse, type CheckFailure } from "@pulumi/pulumi/proto/provider_pb";
import { FieldReader, messageWith, readStruct } from "./values/codec";
import type { Properties } from "./values/wire";

/** What the plugin uses of a check's request. */
export interface Checked {
  urn: string;
  olds: Properties;
  news: Properties;
}

/** What the plugin uses of a diff's request. */
export interface Compared extends Checked {
  id: string;
  ignored: string[];
}

export interface CheckedInputs {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/** The protocol, with the messages that every `pulumi up` sends for every resource read and written directly. */
export const SERVICE = {
  ...ResourceProviderService,
  check: {
    ...ResourceProviderService.check,
    requestDeserialize: checkedIn,
    responseSerialize: ({ inputs, failures }: CheckedInputs): Buffer =>
      // Messages are united by writing one after the other.
      Buffer.concat([
        messageWith(inputs),
        new CheckResponse().setFailuresList([...failures]).serializeBinary(),
      ]),
  },
  diff: { ...ResourceProviderService.diff, requestDeserialize: comparedIn },
};

function checkedIn(message: Buffer): Checked {
  const request: Checked = { urn: "", olds: {}, news: {} };
  const reader = new FieldReader(message);
  while (reader.next())
    if (reader.field === 1) request.urn = reader.text();
    else if (reader.field === 2) request.olds = reader.message(readStruct);
    else if (reader.field === 3) request.news = reader.message(readStruct);
    else reader.skip();
  return request;
}

function comparedIn(message: Buffer): Compared {
  const request: Compared = { id: "", urn: "", olds: {}, news: {}, ignored: [] };
  const reader = new FieldReader(message);
  while (reader.next())
    if (reader.field === 1) request.id = reader.text();
    else if (reader.field === 2) request.urn = reader.text();
    else if (reader.field === 3) request.olds = reader.message(readStruct);
    else if (reader.field === 4) request.news = reader.message(readStruct);
    else if (reader.field === 5) request.ignored.push(reader.text());
    else reader.skip();
  return request;
}
