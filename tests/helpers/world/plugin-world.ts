import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Plugin, type PluginDeps } from "../../../plugin/plugin";
import { createServer, listen } from "../../../plugin/server";
import type { Engine } from "../../../provider/host/engine";
import { fromWire } from "../../../plugin/values/wire";

/** Properties in Pulumi's protocol, with its marks of secrets. */
export type Wire = Record<string, unknown>;

export const PLUGIN_URN = "urn:pulumi:dev::shop::app-platform:index:App::shop";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A value that the program marks as secret. */
export const secret = (value: unknown): Wire => ({
  [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270",
  value,
});

const structOf = (value: Wire): Struct => Struct.fromJavaScript(value as { [key: string]: JavaScriptValue });
const wireOf = (struct: Struct | undefined): Wire => struct?.toJavaScript() ?? {};

export interface State {
  readonly id: string;
  readonly inputs: Wire;
  readonly outs: Wire;
}

/** A resource that was recorded although its operation failed. */
export class RecordedFailure extends Error {
  constructor(
    message: string,
    readonly reasons: readonly string[],
    readonly state: State,
  ) {
    super(message);
  }
}

/** What a plugin runs with. */
export interface PluginWorld {
  deps(): Pick<PluginDeps, "env" | "clock"> & { readonly engine: Engine | undefined };
  readonly stop: AbortController;
}

/** Notation of TypeScript, which no text of the plugin contains: it does not know the program's language. */
const TYPESCRIPT_NOTATION =
  /\bnew \w+\(|loadSpec\(|\bconst \w+ =|\bimport \{|npx app-platform|@pulumi\/|\b(adopt|aliases|deleteBeforeReplace|backup|wait|state|emptySecrets|propose|protect|ignoreChanges): (true|false|"|\[|\{)/;

type Done<Response> = (error: grpc.ServiceError | null, response: Response) => void;

/**
 * Calls a plugin's server over HTTP/2, as the engine does. Each one is a process of a run. When it is closed, it asserts that all
 * texts that the plugin has shown fit every language.
 */
export class PluginClient {
  private constructor(
    private readonly server: grpc.Server,
    private readonly client: ResourceProviderClient,
    private readonly texts: string[],
  ) {}

  static async start(world: PluginWorld, more: Partial<PluginDeps> = {}): Promise<PluginClient> {
    const { env, clock, engine } = world.deps();
    const texts: string[] = [];
    const log: Engine["log"] = (line) => {
      texts.push(line.message);
      return engine?.log(line) ?? Promise.resolve();
    };
    const plugin = new Plugin({
      env,
      clock,
      engine: engine && { ...engine, log, stop: () => world.stop.abort() },
      ...more,
    });
    const server = createServer(plugin);
    const address = `127.0.0.1:${await listen(server)}`;
    const client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
    const started = new PluginClient(server, client, texts);
    await started.configure({});
    return started;
  }

  close(): void {
    this.client.close();
    this.server.forceShutdown();
    for (const text of this.texts) assert.doesNotMatch(text, TYPESCRIPT_NOTATION);
  }

  /** @param inputs of the resource, for an error that records it */
  private sent<Response>(call: (done: Done<Response>) => unknown, inputs: Wire = {}): Promise<Response> {
    return new Promise((resolve, reject) => {
      call((error, response) => {
        if (!error) return resolve(response);
        const failure = recorded(error, inputs);
        this.texts.push(failure.message, ...(failure instanceof RecordedFailure ? failure.reasons : []));
        reject(failure);
      });
    });
  }

  async checkConfig(news: Wire): Promise<{ inputs: Wire; failures: number }> {
    const request = new messages.CheckRequest().setNews(structOf(news));
    const response = await this.sent<messages.CheckResponse>((done) =>
      this.client.checkConfig(request, done),
    );
    return { inputs: wireOf(response.getInputs()), failures: response.getFailuresList().length };
  }

  async diffConfig(olds: Wire, news: Wire): Promise<{ replaces: string[] }> {
    const request = new messages.DiffRequest().setOlds(structOf(olds)).setNews(structOf(news));
    const response = await this.sent<messages.DiffResponse>((done) => this.client.diffConfig(request, done));
    return { replaces: response.getReplacesList() };
  }

  async configure(args: Wire, provider = "default"): Promise<messages.ConfigureResponse> {
    const request = new messages.ConfigureRequest()
      .setArgs(structOf(args))
      .setUrn(`urn:pulumi:dev::shop::pulumi:providers:app-platform::${provider}`);
    return this.sent<messages.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  async check(
    news: Wire,
    olds: Wire = {},
    urn = PLUGIN_URN,
  ): Promise<{ inputs: Wire; failures: { property: string; reason: string }[] }> {
    const request = new messages.CheckRequest().setUrn(urn).setNews(structOf(news)).setOlds(structOf(olds));
    const response = await this.sent<messages.CheckResponse>((done) => this.client.check(request, done));
    const failures = response.toObject().failuresList;
    this.texts.push(...failures.map(({ reason }) => reason));
    return { inputs: wireOf(response.getInputs()), failures };
  }

  async diff(
    { id, outs }: State,
    news: Wire,
    ignored: string[] = [],
    urn = PLUGIN_URN,
  ): Promise<{ isChanged: boolean; paths: string[]; replaces: string[] }> {
    const request = new messages.DiffRequest()
      .setId(id)
      .setUrn(urn)
      .setOlds(structOf(outs))
      .setNews(structOf(news))
      .setIgnorechangesList(ignored);
    const response = await this.sent<messages.DiffResponse>((done) => this.client.diff(request, done));
    return {
      isChanged: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      paths: response
        .getDetaileddiffMap()
        .getEntryList()
        .map(([path]) => path),
      replaces: response.getReplacesList(),
    };
  }

  async create(inputs: Wire, { preview = false, urn = PLUGIN_URN } = {}): Promise<State> {
    const request = new messages.CreateRequest()
      .setUrn(urn)
      .setProperties(structOf(inputs))
      .setPreview(preview);
    const response = await this.sent<messages.CreateResponse>(
      (done) => this.client.create(request, done),
      inputs,
    );
    return { id: response.getId(), inputs, outs: wireOf(response.getProperties()) };
  }

  async update(
    { id, outs, inputs }: State,
    news: Wire,
    { preview = false, ignored = [] as string[], urn = PLUGIN_URN } = {},
  ): Promise<State> {
    const request = new messages.UpdateRequest()
      .setId(id)
      .setUrn(urn)
      .setOlds(structOf(outs))
      .setOldInputs(structOf(inputs))
      .setNews(structOf(news))
      .setPreview(preview)
      .setIgnorechangesList(ignored);
    const response = await this.sent<messages.UpdateResponse>(
      (done) => this.client.update(request, done),
      news,
    );
    return { id, inputs: news, outs: wireOf(response.getProperties()) };
  }

  async read(id: string, state: Partial<State> = {}, urn = PLUGIN_URN): Promise<State> {
    const request = new messages.ReadRequest()
      .setId(id)
      .setUrn(urn)
      .setProperties(structOf(state.outs ?? {}))
      .setInputs(structOf(state.inputs ?? {}));
    const response = await this.sent<messages.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      inputs: wireOf(response.getInputs()),
      outs: wireOf(response.getProperties()),
    };
  }

  async delete({ id, outs }: State, urn = PLUGIN_URN): Promise<void> {
    const request = new messages.DeleteRequest().setId(id).setUrn(urn).setProperties(structOf(outs));
    await this.sent<Empty>((done) => this.client.delete(request, done));
  }

  async invoke(name: string, args: Wire, preview = false): Promise<Wire> {
    const request = new messages.InvokeRequest()
      .setTok(`app-platform:index:${name}`)
      .setArgs(structOf(args))
      .setPreview(preview);
    return wireOf(
      (await this.sent<messages.InvokeResponse>((done) => this.client.invoke(request, done))).getReturn(),
    );
  }

  async cancel(): Promise<void> {
    await this.sent<Empty>((done) => this.client.cancel(new Empty(), done));
  }

  /** Checks and creates an App as `up` does. */
  async up(news: Wire): Promise<State> {
    const { inputs, failures } = await this.check(news);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return this.create(inputs);
  }
}

function recorded(error: grpc.ServiceError, inputs: Wire): Error {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (bytes === undefined) return new Error(error.details);
  const [detail] = Status.deserializeBinary(bytes as Buffer).getDetailsList();
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(
    detail?.getValue_asU8() ?? new Uint8Array(),
  );
  const state = { id: failed.getId(), inputs, outs: wireOf(failed.getProperties()) };
  return new RecordedFailure(error.details, failed.getReasonsList(), state);
}

/** Whether the value at a place is marked as a secret, by itself or within another one. */
export const isMarked = (value: unknown): boolean => JSON.stringify(value ?? null).includes(SIGNATURE);

export const plainWire = (value: unknown): unknown => fromWire(value);
