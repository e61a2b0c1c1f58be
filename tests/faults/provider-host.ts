import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import * as enginePb from "@pulumi/pulumi/proto/engine_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type * as Grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import type { FrontEnd } from "./front-ends";
import { QuickProcess, type Place } from "./quick-process";

const fromPulumi = createRequire(require.resolve("@pulumi/pulumi"));
const grpc = fromPulumi("@grpc/grpc-js") as typeof Grpc;

export type Properties = Record<string, unknown>;

/** The failure of a provider operation. */
export class OperationError extends Error {
  /**
   * @param left what is recorded for the resource if it exists despite the failure
   * @param lines of a log, received before it failed
   */
  constructor(
    message: string,
    readonly left: { id: string; properties: Properties; reasons: string[] } | undefined,
    readonly lines: readonly string[] = [],
  ) {
    super(message);
  }

  /** Everything that the user reads. */
  get told(): string {
    return [this.message, ...(this.left?.reasons ?? [])].join("\n");
  }
}

/**
 * A front end in a separate process, called like Pulumi's engine does: over `pulumirpc.ResourceProvider`, with an `Engine` service
 * that receives the log. It runs in quick time.
 */
export class ProviderHost {
  private constructor(
    readonly front: FrontEnd,
    readonly process: QuickProcess,
    private readonly engine: Grpc.Server,
    private readonly client: ResourceProviderClient,
    private readonly lines: string[],
  ) {}

  static async start(place: Place, front: FrontEnd): Promise<ProviderHost> {
    const lines: string[] = [];
    const engine = new grpc.Server();
    engine.addService(EngineService as never, {
      log: (
        { request }: { request: enginePb.LogRequest },
        answer: (error: null, empty: Empty) => void,
      ): void => {
        lines.push(`${request.getSeverity()} ${request.getUrn()}: ${request.getMessage()}`);
        answer(null, new Empty());
      },
    });
    const port = await new Promise<number>((done, fail) =>
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? fail(error) : done(bound),
      ),
    );
    const host = new QuickProcess([...front.script, `127.0.0.1:${port}`], place);
    const [first] = (await once(host.child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const address = `127.0.0.1:${Number.parseInt(String(first), 10)}`;
    const client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
    return new ProviderHost(front, host, engine, client, lines);
  }

  /** Returns what it has logged since the last call. */
  takeLog(): string[] {
    return this.lines.splice(0);
  }

  async configure(config: Properties): Promise<void> {
    const message = new pb.ConfigureRequest();
    message.setArgs(structOf(config));
    await this.call("configure", message);
  }

  async check(
    urn: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: string[] }> {
    const message = new pb.CheckRequest();
    message.setUrn(urn);
    message.setOlds(structOf(olds));
    message.setNews(structOf(news));
    const answer = await this.call<pb.CheckResponse>("check", message);
    const failures = answer
      .getFailuresList()
      .map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    return { inputs: propertiesOf(answer.getInputs()), failures };
  }

  /** `undefined`: the provider leaves comparing the inputs to the engine. */
  async diff(urn: string, id: string, olds: Properties, news: Properties): Promise<boolean | undefined> {
    const message = new pb.DiffRequest();
    message.setUrn(urn);
    message.setId(id);
    message.setOlds(structOf(olds));
    message.setNews(structOf(news));
    const answer = await this.call<pb.DiffResponse>("diff", message);
    const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
    const changes = answer.getChanges();
    if (answer.getReplacesList().length > 0) assert.fail("a replacement");
    return changes === DIFF_SOME ? true : changes === DIFF_NONE ? false : undefined;
  }

  async create(urn: string, news: Properties, preview = false): Promise<{ id: string; outputs: Properties }> {
    const message = new pb.CreateRequest();
    message.setPreview(preview);
    message.setUrn(urn);
    message.setProperties(structOf(news));
    const answer = await this.call<pb.CreateResponse>("create", message);
    return { id: answer.getId(), outputs: propertiesOf(answer.getProperties()) };
  }

  async update(
    urn: string,
    id: string,
    olds: Properties,
    news: Properties,
    preview = false,
  ): Promise<Properties> {
    const message = new pb.UpdateRequest();
    message.setPreview(preview);
    message.setUrn(urn);
    message.setId(id);
    message.setOlds(structOf(olds));
    message.setNews(structOf(news));
    return propertiesOf((await this.call<pb.UpdateResponse>("update", message)).getProperties());
  }

  /** Undefined: the resource is gone. */
  async read(
    urn: string,
    id: string,
    olds: Properties,
  ): Promise<{ outputs: Properties; inputs: Properties } | undefined> {
    const message = new pb.ReadRequest();
    message.setUrn(urn);
    message.setId(id);
    message.setProperties(structOf(olds));
    const answer = await this.call<pb.ReadResponse>("read", message);
    if (answer.getId() === "") return undefined;
    return { outputs: propertiesOf(answer.getProperties()), inputs: propertiesOf(answer.getInputs()) };
  }

  async delete(urn: string, id: string, olds: Properties): Promise<void> {
    const message = new pb.DeleteRequest();
    message.setUrn(urn);
    message.setId(id);
    message.setProperties(structOf(olds));
    await this.call("delete", message);
  }

  /** The effect of Ctrl-C. */
  async cancel(): Promise<void> {
    await this.call("cancel", new Empty());
  }

  stop(): void {
    this.client.close();
    this.engine.forceShutdown();
    this.process.stop();
  }

  private call<Answer>(method: string, message: object): Promise<Answer> {
    type Rpc = (message: object, end: (error: Grpc.ServiceError | null, answer: Answer) => void) => void;
    const client = this.client as unknown as Record<string, Rpc>;
    return new Promise((done, fail) =>
      client[method]?.(message, (error, answer) => (error ? fail(operationError(error)) : done(answer))),
    );
  }
}

function operationError(error: Grpc.ServiceError): OperationError {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (details === undefined) return new OperationError(error.details, undefined);
  const [any] = Status.deserializeBinary(details as Buffer).getDetailsList();
  const failed = pb.ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() ?? new Uint8Array());
  return new OperationError(error.details, {
    id: failed.getId(),
    properties: propertiesOf(failed.getProperties()),
    reasons: failed.getReasonsList(),
  });
}

const structOf = (properties: Properties): Struct =>
  Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);

const propertiesOf = (struct: Struct | undefined): Properties => (struct?.toJavaScript() ?? {}) as Properties;
