/** The parts of Pulumi's protocol that are used here. */
interface Struct {
  toJavaScript(): object;
}
interface Request {
  getUrn(): string;
  setUrn(urn: string): void;
  getId?(): string;
  getNews?(): Struct | undefined;
  getProperties?(): Struct | undefined;
  getInputs?(): Struct | undefined;
  getIgnorechangesList?(): string[];
  setProperties?(struct: Struct): void;
  serializeBinary(): Uint8Array;
}
interface RequestType {
  new (): Request;
  readonly prototype: Request;
}

type Reader = "getNews" | "getProperties" | "getInputs";

/** The requests from which the host reads properties, and the methods. Newer hosts use either method for reads. */
const READERS = {
  CheckRequest: ["getNews"],
  DiffRequest: ["getNews"],
  CreateRequest: ["getProperties"],
  ReadRequest: ["getProperties", "getInputs"],
  UpdateRequest: ["getNews"],
  DeleteRequest: ["getProperties"],
} as const satisfies Record<string, readonly Reader[]>;
type RequestName = keyof typeof READERS;

/** Requests from which the host also reads the id, immediately before it calls the provider. */
const WITH_ID = ["DiffRequest", "UpdateRequest", "DeleteRequest"] as const;

const PROBE = "probe";

/**
 * Observes the URNs in the engine's requests. The host of dynamic providers only forwards the properties, and a URN in the state
 * may be outdated, since resources and stacks can be renamed and moved. This records the URN when the host reads the properties
 * from a request.
 */
export class Requests {
  private readonly urns = new WeakMap<object, string>();
  private readonly ignored = new WeakMap<object, readonly string[]>();
  private latest: { readonly id: string; readonly urn: string } | undefined;

  private constructor() {}

  /**
   * @param require resolves modules like the host
   * @returns undefined if this SDK works differently, so that nothing can be observed
   */
  static observe(require: NodeJS.Require): Requests | undefined {
    try {
      const types = require("@pulumi/pulumi/proto/provider_pb") as Record<RequestName, RequestType>;
      const requests = new Requests();
      const names = Object.keys(READERS) as RequestName[];
      for (const name of names)
        for (const reader of READERS[name]) requests.noteProperties(types[name].prototype, reader);
      for (const name of WITH_ID) requests.noteId(types[name].prototype);
      return requests.works(require, types.DeleteRequest) ? requests : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * The URN of the resource in a provider call. Undefined if unknown: for a read that is the first request of the process, since
   * the host reads its properties before it loads this package.
   * @param props the same object that the host passed: the new properties, or those of the state
   * @param id the id that the host passed to diff, update or delete; valid only during the call
   */
  urnOf(props: object, id?: string): string | undefined {
    const urn = this.urns.get(props);
    if (urn !== undefined) return urn;
    return id !== undefined && this.latest?.id === id ? this.latest.urn : undefined;
  }

  /**
   * The paths of `ignoreChanges` in the request that contained the properties, including those added by transforms; undefined if
   * there are none.
   */
  ignoredIn(props: object): readonly string[] | undefined {
    return this.ignored.get(props);
  }

  private noteProperties(type: Request, reader: Reader): void {
    const read = type[reader];
    if (read === undefined) return;
    const { urns, ignored } = this;
    type[reader] = function (this: Request) {
      const struct = read.call(this);
      const urn = this.getUrn();
      if (struct === undefined || urn === "") return struct;
      const convert = struct.toJavaScript.bind(struct);
      struct.toJavaScript = () => {
        const props = convert();
        urns.set(props, urn);
        const paths = this.getIgnorechangesList?.() ?? [];
        if (paths.length > 0) ignored.set(props, paths);
        return props;
      };
      return struct;
    };
  }

  private noteId(type: Request): void {
    const read = type.getId;
    const note = (id: string, urn: string): void => {
      this.latest = urn === "" ? undefined : { id, urn };
    };
    type.getId = function (this: Request) {
      const id = read?.call(this) ?? "";
      note(id, this.getUrn());
      return id;
    };
  }

  /** Checks that a request decoded like the host's is observed. */
  private works(require: NodeJS.Require, type: RequestType): boolean {
    const { ResourceProviderService: service } = require("@pulumi/pulumi/proto/provider_grpc_pb") as {
      ResourceProviderService: { delete: { requestDeserialize(bytes: Buffer): Request } };
    };
    const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as {
      Struct: { fromJavaScript(value: object): Struct };
    };
    const sent = new type();
    sent.setUrn(PROBE);
    sent.setProperties?.(Struct.fromJavaScript({}));
    const received = service.delete.requestDeserialize(Buffer.from(sent.serializeBinary()));
    const props = received.getProperties?.()?.toJavaScript();
    return props !== undefined && this.urnOf(props) === PROBE;
  }
}
