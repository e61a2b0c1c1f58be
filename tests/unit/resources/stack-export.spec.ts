import assert from "node:assert/strict";
import { appsOfStack } from "../../../provider/resources/stack-export";

const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::web";
const APP = { urn: URN, type: "pulumi-nodejs:dynamic/app-platform:App", id: "app-1", custom: true };

describe("the apps of an exported stack", () => {
  const managedIn = (resources: unknown): unknown => appsOfStack({ version: 3, deployment: { resources } });

  it("are those of this package and of the bridged provider, with their URNs", () => {
    const bridged = { urn: "urn:other", type: "digitalocean:index/app:App", id: "app-2" };
    const others = [
      { urn: "urn:stack", type: "pulumi:pulumi:Stack" },
      { urn: "urn:d", type: "pulumi-nodejs:dynamic/app-platform:Deployment", id: "deployment-1" },
    ];
    assert.deepEqual(managedIn([APP, bridged, ...others]), {
      managed: [
        { id: "app-1", urn: URN },
        { id: "app-2", urn: "urn:other" },
      ],
      pendingCreates: [],
    });
  });

  it("are read from a state file of a local backend as well, also from one without resources", () => {
    const found = appsOfStack({ version: 3, checkpoint: { stack: "dev", latest: { resources: [APP] } } });
    assert.deepEqual(found?.managed, [{ id: "app-1", urn: URN }]);
    assert.deepEqual(appsOfStack({ version: 3, checkpoint: { stack: "dev" } })?.managed, []);
  });

  it("do not include an app that the program only reads, nor a resource without an id", () => {
    assert.deepEqual(
      managedIn([
        { ...APP, external: true },
        { ...APP, id: "" },
        { ...APP, id: undefined },
      ]),
      {
        managed: [],
        pendingCreates: [],
      },
    );
  });

  it("come with the creations that were interrupted", () => {
    const operations = [
      { type: "creating", resource: { urn: URN, type: APP.type } },
      { type: "updating", resource: { urn: "urn:updated", type: APP.type } },
      { type: "creating", resource: { urn: "urn:bucket", type: "aws:s3:Bucket" } },
    ];
    const found = appsOfStack({ deployment: { resources: [], pending_operations: operations } });
    assert.deepEqual(found, { managed: [], pendingCreates: [URN] });
  });

  it("are undefined for anything that is not a state", () => {
    for (const other of [undefined, null, "text", 1, [], {}, { resources: [APP] }, { deployment: [] }])
      assert.equal(appsOfStack(other), undefined, JSON.stringify(other));
  });

  it("survive damaged entries", () => {
    const found = appsOfStack({
      deployment: { resources: [null, 1, "x", APP], pending_operations: [null, {}] },
    });
    assert.deepEqual(found?.managed, [{ id: "app-1", urn: URN }]);
  });
});
