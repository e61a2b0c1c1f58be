import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Requests } from "../../../provider/dynamic/requests";

interface Message {
  setUrn(urn: string): void;
  setId?(id: string): void;
  getId?(): string;
  serializeBinary(): Uint8Array;
  [accessor: string]: unknown;
}
type Type = { new (): Message; prototype: object; deserializeBinary(bytes: Uint8Array): Message };
interface Struct {
  toJavaScript(): object;
}

// Resolved the same way as by the host: from the installed @pulumi/pulumi.
const require_ = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));
const types = require_("@pulumi/pulumi/proto/provider_pb") as Record<string, Type>;
const { Struct } = require_("google-protobuf/google/protobuf/struct_pb") as {
  Struct: { fromJavaScript(value: object): Struct };
};

const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::web";
const READERS = {
  CheckRequest: "News",
  DiffRequest: "News",
  CreateRequest: "Properties",
  ReadRequest: "Properties",
  UpdateRequest: "News",
  DeleteRequest: "Properties",
} as const;
type Name = keyof typeof READERS;
const NAMES = Object.keys(READERS) as Name[];

/** A request as it arrives at the host. */
function received(name: Name, urn: string, id = "id", properties = READERS[name] as string): Message {
  const type = types[name] ?? assert.fail(name);
  const sent = new type();
  sent.setUrn(urn);
  sent.setId?.(id);
  (sent[`set${properties}`] as (struct: Struct) => void)(Struct.fromJavaScript({ __urn: "of before" }));
  return type.deserializeBinary(sent.serializeBinary());
}

const propsOf = (message: Message, properties: string): object =>
  (message[`get${properties}`] as () => Struct)().toJavaScript();

describe("the requests of Pulumi's engine", () => {
  const originals = new Map<object, PropertyDescriptorMap>();
  before(() => {
    for (const name of NAMES) {
      const { prototype } = types[name] ?? assert.fail(name);
      originals.set(prototype, Object.getOwnPropertyDescriptors(prototype));
    }
  });
  afterEach(() => {
    for (const [prototype, properties] of originals) Object.defineProperties(prototype, properties);
  });

  const observe = (): Requests => Requests.observe(require_) ?? assert.fail("nothing is observed");

  for (const name of ["DiffRequest", "UpdateRequest"] as const)
    it(`${name}: provides the paths of ignoreChanges, as modified by transforms`, () => {
      const requests = observe();
      const paths = ["spec.services.web.instance_count", "projectId"];
      const message = received(name, URN);
      (message["setIgnorechangesList"] as (list: string[]) => void).call(message, paths);
      assert.deepEqual(requests.ignoredIn(propsOf(message, "News")), paths);
      assert.equal(requests.ignoredIn(propsOf(received(name, URN), "News")), undefined);
    });

  for (const name of NAMES)
    it(`${name}: provides the URN of the host's properties, whatever the state contains`, () => {
      const requests = observe();
      const [one, other] = [received(name, URN), received(name, `${URN}-2`)];
      const [first, second] = [propsOf(one, READERS[name]), propsOf(other, READERS[name])];
      assert.deepEqual([requests.urnOf(first), requests.urnOf(second)], [URN, `${URN}-2`]);
      assert.deepEqual(first, { __urn: "of before" });
    });

  it("provide the URN of a read whose properties are the inputs", () => {
    const requests = observe();
    assert.equal(requests.urnOf(propsOf(received("ReadRequest", URN, "id", "Inputs"), "Inputs")), URN);
  });

  for (const name of ["DiffRequest", "UpdateRequest", "DeleteRequest"] as const)
    it(`${name}: provides the URN when the host read the properties before loading this package`, () => {
      const message = received(name, URN);
      const props = propsOf(message, READERS[name]);
      const requests = observe();
      assert.equal(requests.urnOf(props, message.getId?.()), URN);
      assert.equal(requests.urnOf(props, "another id"), undefined);
    });

  it("provide no URN for an earlier read, or for a request without a URN", () => {
    const early = propsOf(received("ReadRequest", URN), "Properties");
    const requests = observe();
    const other = received("DeleteRequest", `${URN}-2`);
    other.getId?.();
    assert.equal(requests.urnOf(early), undefined);
    assert.equal(requests.urnOf(propsOf(received("CreateRequest", ""), "Properties")), undefined);
  });

  it("are not observed when the SDK is built differently", () => {
    for (const broken of [
      () => assert.fail("no such module"),
      (name: string) => (name.endsWith("provider_pb") ? {} : (require_(name) as object)),
      (name: string) =>
        name.endsWith("grpc_pb") ? { ResourceProviderService: {} } : (require_(name) as object),
    ])
      assert.equal(Requests.observe(broken as unknown as NodeJS.Require), undefined);
  });
});
