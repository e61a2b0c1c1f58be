import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { connectEngine } from "../../../provider/dynamic/engine";
import type { Engine, LogLine } from "../../../provider/host/engine";

/** The parts of `@grpc/grpc-js` that a server needs. */
interface Grpc {
  Server: new () => GrpcServer;
  ServerCredentials: { createInsecure(): unknown };
}
interface GrpcServer {
  addService(definition: unknown, methods: Record<string, Handler>): void;
  bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void;
  forceShutdown(): void;
}
type Handler = (
  call: { request: LogRequest },
  answer: (error: { code: number } | null, empty?: unknown) => void,
) => void;
interface LogRequest {
  getSeverity(): number;
  getMessage(): string;
  getUrn(): string;
  getEphemeral(): boolean;
}

// Resolved the same way as by the engine: from the installed @pulumi/pulumi.
const require_ = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));
const grpc = require_("@grpc/grpc-js") as Grpc;
const { EngineService } = require_("@pulumi/pulumi/proto/engine_grpc_pb") as { EngineService: unknown };
const { ResourceProviderService } = require_("@pulumi/pulumi/proto/provider_grpc_pb") as {
  ResourceProviderService: { cancel: { requestDeserialize(bytes: Buffer): unknown } };
};
interface EmptyMessage {
  serializeBinary(): Uint8Array;
}
const { Empty } = require_("google-protobuf/google/protobuf/empty_pb") as {
  Empty: { new (): EmptyMessage; deserializeBinary(bytes: Uint8Array): EmptyMessage };
};

const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::web";
const INFO = 1;
const WARNING = 2;

describe("connectEngine", () => {
  const decode = Empty.deserializeBinary;
  let server: GrpcServer;
  let address: string;
  let received: LogRequest[];
  let handle: Handler;

  beforeEach(async () => {
    received = [];
    handle = ({ request }, answer) => {
      received.push(request);
      answer(null, new Empty());
    };
    server = new grpc.Server();
    server.addService(EngineService, { log: (call, answer) => handle(call, answer) });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    address = `127.0.0.1:${port}`;
  });

  afterEach(() => {
    server.forceShutdown();
    Empty.deserializeBinary = decode;
  });

  const connect = (): Engine => connectEngine(["node", "host.js", address]) ?? assert.fail("no engine");

  it("sends lines to the engine in order, with severity, URN and whether they are ephemeral", async () => {
    const engine = connect();
    const lines: LogLine[] = [
      { severity: "info", message: "building 1/4", urn: URN, ephemeral: true },
      { severity: "warning", message: "take care: ünïcödé", urn: URN },
      { severity: "info", message: "for the stack" },
    ];
    for (const line of lines) await engine.log(line);
    assert.deepEqual(
      received.map((one) => [one.getSeverity(), one.getMessage(), one.getUrn(), one.getEphemeral()]),
      [
        [INFO, "building 1/4", URN, true],
        [WARNING, "take care: ünïcödé", URN, false],
        [INFO, "for the stack", "", false],
      ],
    );
  });

  it("is not stopped by an engine that responds with an empty message", async () => {
    const engine = connect();
    await engine.log({ severity: "info", message: "x" });
    assert.equal(engine.stopped.aborted, false);
  });

  it("is stopped when Cancel arrives, which the host decodes as an empty message", () => {
    const engine = connect();
    const bytes = new Empty().serializeBinary();
    assert.equal(engine.stopped.aborted, false);
    assert.ok(Empty.deserializeBinary(bytes) instanceof Empty);
    assert.equal(engine.stopped.aborted, true);
  });

  it("reports when an SDK has no such decoding, or a frozen one, which never stops it", () => {
    assert.equal(connect().hearsCtrlC, true);
    const bytes = new Empty().serializeBinary();
    Empty.deserializeBinary = decode;
    const { cancel } = ResourceProviderService;
    const own = cancel.requestDeserialize;
    cancel.requestDeserialize = () => new Empty();
    const engine = connect();
    cancel.requestDeserialize = own;
    assert.equal(engine.hearsCtrlC, false);
    Empty.deserializeBinary(bytes);
    assert.equal(engine.stopped.aborted, false);

    Object.defineProperty(Empty, "deserializeBinary", { value: decode, writable: false, configurable: true });
    try {
      assert.equal(connect().hearsCtrlC, false);
    } finally {
      Object.defineProperty(Empty, "deserializeBinary", { value: decode, writable: true });
    }
  });

  it("is stopped, and does not hang, when the engine is dead", async () => {
    const engine = connect();
    server.forceShutdown();
    await engine.log({ severity: "info", message: "into the void", urn: URN });
    assert.equal(engine.stopped.aborted, true);
  });

  it("is stopped when the engine dies while a line is in flight", async () => {
    const engine = connect();
    const arrived = new Promise<void>((resolve) => (handle = () => resolve()));
    const sent = engine.log({ severity: "info", message: "x" });
    await arrived;
    server.forceShutdown();
    await sent;
    assert.equal(received.length, 0);
  });

  it("checks with the OS whether the engine is alive, and is stopped immediately if it is not", async () => {
    let told = 0;
    const engine = connectEngine([address], () => (told += 1)) ?? assert.fail("no engine");
    assert.deepEqual([await engine.isThere(), engine.stopped.aborted], [true, false]);
    server.forceShutdown();
    assert.deepEqual([await engine.isThere(), engine.stopped.aborted], [false, true]);
    assert.deepEqual([await engine.isThere(), told], [false, 1]);
  });

  it("is stopped, and reports it once, when the engine dies while idle", async () => {
    let told = 0;
    let engine: Engine | undefined;
    await new Promise<void>((gone) => {
      engine = connectEngine([address], () => {
        told += 1;
        gone();
      });
      void engine?.log({ severity: "info", message: "it is there" }).then(() => server.forceShutdown());
    });
    assert.equal(engine?.stopped.aborted, true);
    await engine?.log({ severity: "info", message: "into the void" });
    assert.equal(told, 1);
  });

  it("continues when the engine rejects a line", async () => {
    const engine = connect();
    handle = (_call, answer) => answer({ code: 3 });
    await engine.log({ severity: "info", message: "x" });
    assert.equal(engine.stopped.aborted, false);
  });

  it("finds no engine when the last argument is not a local address", () => {
    for (const args of [
      [],
      ["node"],
      ["node", "script.js"],
      ["example.com:80"],
      ["127.0.0.1"],
      [`x${address}`],
      [address, "--flag"],
    ])
      assert.equal(connectEngine(args), undefined, args.join(" "));
  });

  it("works without an engine when the host's modules cannot be found", () => {
    const script = process.argv[1];
    process.argv[1] = "/nowhere/host.js";
    try {
      assert.equal(connectEngine([address]), undefined);
    } finally {
      process.argv[1] = script as string;
    }
  });
});
