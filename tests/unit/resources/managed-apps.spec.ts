import assert from "node:assert/strict";
import { ManagedApps, type StackState } from "../../../provider/resources/managed-apps";
import type { ManagedApp } from "../../../provider/resources/stack-export";
import { UNKNOWN } from "../../../provider/appspec/unknown";

const [ONE, TWO] = ["urn:pulumi:dev::p::t:App::one", "urn:pulumi:dev::p::t:App::two"];

describe("the apps managed by the resources of a run", () => {
  let managed: ManagedApps;
  beforeEach(() => {
    managed = new ManagedApps();
  });

  it("rejects two Apps with the same name and lists both", () => {
    assert.deepEqual(managed.declare(ONE, { name: "shop" }), []);
    const [conflict, ...more] = managed.declare(TWO, { name: "shop" });
    assert.match(conflict ?? "", /\bone\b.*\btwo\b.*name shop/);
    assert.deepEqual(more, []);
  });

  it("rejects two Apps that adopt the same app and lists both", () => {
    assert.deepEqual(managed.declare(ONE, { name: "a", adopt: "id-1" }), []);
    assert.match(managed.declare(TWO, { name: "b", adopt: "id-1" }).join(), /\bone\b.*\btwo\b.*adopt.*id-1/);
  });

  it("treats an App that is checked again as the same one, and unknown names as different ones", () => {
    managed.declare(ONE, { name: "shop", adopt: true });
    assert.deepEqual(managed.declare(ONE, { name: "shop", adopt: true }), []);
    managed.declare(ONE, { name: UNKNOWN });
    assert.deepEqual(managed.declare(TWO, { name: UNKNOWN, adopt: true }), []);
  });

  it("keeps an app that another resource manages", () => {
    managed.hold(ONE, "id-1");
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "leave", heir: ONE });
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "delete" });
    assert.deepEqual(managed.fateOf("id-2", TWO, "shop"), { action: "delete" });
  });

  it("keeps an app that a resource, even the same one, created or adopted in this run", () => {
    managed.take(ONE, "id-1");
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "leave", heir: ONE });
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "leave", heir: ONE });
  });

  it("keeps an app that another resource's adopt refers to", () => {
    managed.declare(ONE, { name: "shop", adopt: "id-1" });
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "leave", heir: ONE });
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "leave", heir: ONE });
  });

  it("lets the last of two resources that share an app delete it", () => {
    managed.hold(ONE, "id-1");
    managed.hold(TWO, "id-1");
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "leave", heir: TWO });
    managed.forget(ONE, "id-1");
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "delete" });
  });

  it("keeps an app when only the record of an interrupted replacement is deleted", () => {
    managed.declare(ONE, { name: "shop" }, { name: "shop" });
    managed.hold(ONE, "id-1");
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "leave", heir: ONE });
    assert.deepEqual(managed.fateOf("id-2", ONE, "other"), { action: "delete" });
  });

  it("deletes the app of a resource that is being replaced", () => {
    managed.declare(ONE, { name: "shop" }, { name: "shop" });
    managed.hold(ONE, "id-1");
    managed.declare(ONE, { name: "shop" });
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "delete" });
  });

  it("keeps an app whose name is needed by a resource that could not be created", () => {
    managed.declare(TWO, { name: "shop" });
    managed.fail(TWO);
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "keep", heir: TWO });
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "keep", heir: TWO });
    assert.deepEqual(managed.fateOf("id-2", ONE, "other"), { action: "delete" });
    managed.declare(TWO, { name: "shop" });
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "delete" });
  });

  it("does not count a creation as failed when it left the app in the state", () => {
    managed.declare(TWO, { name: "shop" });
    managed.take(TWO, "id-2");
    managed.fail(TWO);
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "delete" });
  });

  it("deletes an app once, however often it is requested, and again after a failure", async () => {
    let calls = 0;
    const work = async (): Promise<void> => {
      calls += 1;
      if (calls === 1) throw new Error("not now");
    };
    const [first, second] = [managed.deleteOnce("id-1", work), managed.deleteOnce("id-1", work)];
    await assert.rejects(first);
    await assert.rejects(second);
    await Promise.all([managed.deleteOnce("id-1", work), managed.deleteOnce("id-1", work)]);
    await managed.deleteOnce("id-1", work);
    assert.equal(calls, 2);
  });
});

describe("the apps of a run that leaves resources out", () => {
  const apps = [
    { id: "id-1", urn: ONE },
    { id: "id-1", urn: TWO },
  ];
  const state = (skipsResources: boolean, managed?: readonly ManagedApp[]): StackState => ({
    skipsResources,
    managedApps: async () => managed,
  });

  it("are kept for resources that manage them in the state, until those are deleted", async () => {
    const managed = new ManagedApps(state(true, apps));
    assert.deepEqual(await managed.release("id-1", ONE, "shop"), { action: "leave", heir: TWO });
    assert.deepEqual(await managed.release("id-1", TWO, "shop"), { action: "delete" });
  });

  it("are not kept for a replaced resource's record, or for one in another stack's state", async () => {
    const condemned = apps.map((app) => (app.urn === TWO ? { ...app, toBeDeleted: true as const } : app));
    const managed = new ManagedApps(state(true, condemned));
    assert.deepEqual(await managed.release("id-1", ONE, "shop"), { action: "delete" });
    const other = new ManagedApps(state(true, [{ ...apps[1]!, urn: `${TWO}-elsewhere` }]));
    assert.deepEqual(await other.release("id-1", ONE, "shop"), { action: "delete" });
  });

  it("are deleted when no state is available or no resource is left out", async () => {
    for (const managed of [new ManagedApps(state(true)), new ManagedApps(state(false, apps))])
      assert.deepEqual(await managed.release("id-1", ONE, "shop"), { action: "delete" });
  });
});

describe("the resource that manages an app", () => {
  const apps = [{ id: "id-1", urn: ONE }];
  const managed = new ManagedApps({ skipsResources: false, managedApps: async () => apps });

  it("is read from the state when the run has not shown it", async () => {
    const manager = await managed.managerOf("id-1", TWO);
    assert.deepEqual([manager?.urn, manager?.isOwn, manager?.isDeclared], [ONE, false, false]);
    assert.equal((await managed.managerOf("id-1", ONE))?.isOwn, true);
  });

  it("is none, or unknown, when the state does not contain one", async () => {
    assert.equal(await managed.managerOf("id-2", TWO), null);
    assert.equal(await managed.managerOf("id-1", "urn:pulumi:other::p::t:App::one"), undefined);
    assert.equal(await new ManagedApps().managerOf("id-1", TWO), undefined);
  });
});
