// A provider plugin whose resources do nothing: the time that Pulumi itself takes.
const { createRequire } = require("node:module");
const ofSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const grpc = ofSdk("@grpc/grpc-js");
const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const messages = require("@pulumi/pulumi/proto/provider_pb");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");

const ANY = { spec: { $ref: "pulumi.json#/Any" } };
const SCHEMA = {
  name: "nothing",
  version: "1.0.0",
  resources: { "nothing:index:Nothing": { inputProperties: ANY, properties: ANY } },
};

const configured = () => {
  const response = new messages.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  return response;
};
const filled = (Message, values) => {
  const message = new Message();
  for (const [name, value] of Object.entries(values)) message[`set${name}`](value);
  return message;
};

const METHODS = {
  getPluginInfo: () => filled(PluginInfo, { Version: "1.0.0" }),
  getSchema: () => filled(messages.GetSchemaResponse, { Schema: JSON.stringify(SCHEMA) }),
  checkConfig: (request) => filled(messages.CheckResponse, { Inputs: request.getNews() }),
  diffConfig: () => new messages.DiffResponse(),
  configure: configured,
  check: (request) => filled(messages.CheckResponse, { Inputs: request.getNews() }),
  diff: () => filled(messages.DiffResponse, { Changes: messages.DiffResponse.DiffChanges.DIFF_NONE }),
  create: (request) => filled(messages.CreateResponse, { Id: "1", Properties: request.getProperties() }),
  delete: () => new Empty(),
  cancel: () => new Empty(),
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
server.addService(
  ResourceProviderService,
  Object.fromEntries(
    Object.entries(METHODS).map(([name, respond]) => [
      name,
      (call, done) => done(null, respond(call.request)),
    ]),
  ),
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
