import * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { ServiceError } from "@grpc/grpc-js";
import { packageVersion } from "../provider/net/version";
import { settingsIn } from "./configuration";
import { asStatus } from "./failures";
import { SERVICE, type Checked, type CheckedInputs, type Compared } from "./messages";
import type { Plugin } from "./plugin";
import type { CheckFailure, Difference, Known } from "./resources/resource";
import { propertiesIn, structOf } from "./values/struct";

/** Specs and logs may be large. */
const LARGEST_MESSAGE = 400 * 1024 * 1024;

/** The server of Pulumi's provider protocol. */
export function createServer(plugin: Plugin): grpc.Server {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": LARGEST_MESSAGE,
    "grpc.max_send_message_length": LARGEST_MESSAGE,
  });
  server.addService(SERVICE, { ...ofPlugin(plugin), ...ofResources(plugin) });
  return server;
}

/** Listens on a free port of this machine. @returns the port */
export function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

function unary<Request, Response>(
  work: (request: Request) => Promise<Response> | Response,
  statusOf: (error: unknown, request: Request) => ServiceError = (error) => asStatus(error),
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    Promise.resolve()
      .then(() => work(request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(statusOf(error, request)),
      );
  };
}

function ofPlugin(plugin: Plugin): grpc.UntypedServiceImplementation {
  return {
    handshake: unary(() =>
      new messages.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(false)
        .setAcceptOutputs(false),
    ),
    getPluginInfo: unary(() => new PluginInfo().setVersion(packageVersion())),
    getSchema: unary(() => new messages.GetSchemaResponse().setSchema(JSON.stringify(plugin.schema()))),
    attach: unary(() => new Empty()),
    cancel: unary(() => {
      plugin.stop();
      return new Empty();
    }),
    checkConfig: unary((request: messages.CheckRequest) =>
      new messages.CheckResponse().setInputs(request.getNews()),
    ),
    // Another token or address never replaces an app.
    diffConfig: unary(() => new messages.DiffResponse()),
    configure: unary((request: messages.ConfigureRequest) => {
      plugin.configure(settingsIn(propertiesIn(request.getArgs()), request.getUrn() ?? ""));
      return new messages.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(false)
        .setAcceptoutputs(false);
    }),
    invoke: unary(async (request: messages.InvokeRequest) => {
      const args = propertiesIn(request.getArgs());
      const result = await plugin.call(request.getTok(), args, request.getPreview());
      return new messages.InvokeResponse().setReturn(structOf(result));
    }),
    getMapping: unary(() => new messages.GetMappingResponse()),
    getMappings: unary(() => new messages.GetMappingsResponse()),
  };
}

function ofResources(plugin: Plugin): grpc.UntypedServiceImplementation {
  const failed = (error: unknown, request: { getUrn(): string }): ServiceError =>
    asStatus(error, ({ id, properties }) =>
      plugin.resource(request.getUrn()).partial(request.getUrn(), id, properties),
    );
  return {
    check: unary(async ({ urn, olds, news }: Checked): Promise<CheckedInputs> => {
      const { inputs, failures } = await plugin.resource(urn).check(urn, olds, news);
      return { inputs, failures: failures.map(failureOf) };
    }),
    diff: unary(async ({ id, urn, olds, news, ignored }: Compared) =>
      diffOf(await plugin.resource(urn).diff({ id, urn, olds }, news, ignored)),
    ),
    create: unary(async (request: messages.CreateRequest) => {
      const urn = request.getUrn();
      const news = propertiesIn(request.getProperties());
      const resource = plugin.resource(urn);
      const { id, outs } = request.getPreview()
        ? { id: "", outs: await resource.previewCreate(urn, news) }
        : await resource.create(urn, news);
      return new messages.CreateResponse().setId(id).setProperties(structOf(outs));
    }, failed),
    update: unary(async (request: messages.UpdateRequest) => {
      const resource = plugin.resource(request.getUrn());
      const news = propertiesIn(request.getNews());
      const ignored = request.getIgnorechangesList();
      const outs = request.getPreview()
        ? await resource.previewUpdate(known(request), news, ignored)
        : await resource.update(known(request), news, ignored);
      return new messages.UpdateResponse().setProperties(structOf(outs));
    }, failed),
    read: unary(async (request: messages.ReadRequest) => {
      const olds = propertiesIn(request.getProperties());
      const found = await plugin
        .resource(request.getUrn())
        .read({ id: request.getId(), urn: request.getUrn(), olds });
      const response = new messages.ReadResponse();
      if (!found) return response;
      return response.setId(found.id).setProperties(structOf(found.outs)).setInputs(structOf(found.inputs));
    }, failed),
    delete: unary(async (request: messages.DeleteRequest) => {
      const [id, urn] = [request.getId(), request.getUrn()];
      await plugin.resource(urn).delete({ id, urn, olds: propertiesIn(request.getProperties()) });
      return new Empty();
    }, failed),
  };
}

const known = (request: messages.UpdateRequest): Known => ({
  id: request.getId(),
  urn: request.getUrn(),
  olds: propertiesIn(request.getOlds()),
});

const failureOf = ({ property, reason }: CheckFailure): messages.CheckFailure =>
  new messages.CheckFailure().setProperty(property).setReason(reason);

const { Kind } = messages.PropertyDiff;
const KINDS = { add: Kind.ADD, remove: Kind.DELETE, change: Kind.UPDATE };
const REPLACING_KINDS = { add: Kind.ADD_REPLACE, remove: Kind.DELETE_REPLACE, change: Kind.UPDATE_REPLACE };

function diffOf({ isChanged, properties, replaces = [] }: Difference): messages.DiffResponse {
  const { DiffChanges } = messages.DiffResponse;
  const response = new messages.DiffResponse()
    .setChanges(isChanged ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
    .setReplacesList([...replaces])
    // Names are unique at the service, and a pinned app accepts no other rollback.
    .setDeletebeforereplace(true);
  if (!isChanged) return response;
  response
    .setHasdetaileddiff(properties.length > 0)
    .setDiffsList([...new Set(properties.map(({ path }) => path.split(/[.[]/)[0] ?? ""))]);
  for (const { path, kind, isReplacing } of properties)
    response
      .getDetaileddiffMap()
      .set(
        path,
        new messages.PropertyDiff().setKind((isReplacing ? REPLACING_KINDS : KINDS)[kind]).setInputdiff(true),
      );
  return response;
}
