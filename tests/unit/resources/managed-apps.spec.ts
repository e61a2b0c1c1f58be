import assert from "node:assert/strict";
import { ManagedApps, type StackState } from "../../../provider/resources/managed-apps";
import type { ManagedApp } from "../../../provider/resources/stack-export";
import { UNKNOWN } from "../../../provider/appspec/unknown";

const [ONE, TWO] = ["urn:pulumi:dev::p::t:App::one", "urn:pulumi:dev::p::t:App::two"];

describe("the apps that the resources of a run manage", () => {
  let managed: ManagedApps;
  beforeEach(() => {
    managed = new ManagedApps();
  });

  it("refuses two Apps of one name, naming both", () => {
    assert.deepEqual(managed.declare(ONE, { name: "shop" }), []);
    const [conflict, ...more] = managed.declare(TWO, { name: "shop" });
    assert.match(conflict ?? "", /one and two both have the name shop/);
    assert.deepEqual(more, []);
  });

  it("refuses two Apps that adopt one app, naming both", () => {
    assert.deepEqual(managed.declare(ONE, { name: "a", adopt: "id-1" }), []);
    assert.match(
      managed.declare(TWO, { name: "b", adopt: "id-1" }).join(),
      /one and two both adopt the app id-1/,
    );
  });

  it("takes an App that is checked again for the same one, and unknown names for different ones", () => {
    managed.declare(ONE, { name: "shop", adopt: true });
    assert.deepEqual(managed.declare(ONE, { name: "shop", adopt: true }), []);
    managed.declare(ONE, { name: UNKNOWN });
    assert.deepEqual(managed.declare(TWO, { name: UNKNOWN, adopt: true }), []);
  });

  it("leaves an app to another resource that manages it", () => {
    managed.hold(ONE, "id-1");
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "leave", heir: ONE });
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "delete" });
    assert.deepEqual(managed.fateOf("id-2", TWO, "shop"), { action: "delete" });
  });

  it("leaves an app to a resource that created or adopted it in this run, also to the same one", () => {
    managed.take(ONE, "id-1");
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "leave", heir: ONE });
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "leave", heir: ONE });
  });

  it("leaves an app to a resource whose adopt names it", () => {
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

  it("leaves an app to a resource that the program keeps, where only the record of an interrupted replacement is deleted", () => {
    managed.declare(ONE, { name: "shop" }, { name: "shop" });
    managed.hold(ONE, "id-1");
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "leave", heir: ONE });
    assert.deepEqual(managed.fateOf("id-2", ONE, "other"), { action: "delete" });
  });

  it("deletes the app of a resource that is to be replaced", () => {
    managed.declare(ONE, { name: "shop" }, { name: "shop" });
    managed.hold(ONE, "id-1");
    managed.declare(ONE, { name: "shop" });
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "delete" });
  });

  it("keeps an app whose name a resource needs that could not be created", () => {
    managed.declare(TWO, { name: "shop" });
    managed.fail(TWO);
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "keep", heir: TWO });
    assert.deepEqual(managed.fateOf("id-1", TWO, "shop"), { action: "keep", heir: TWO });
    assert.deepEqual(managed.fateOf("id-2", ONE, "other"), { action: "delete" });
    managed.declare(TWO, { name: "shop" });
    assert.deepEqual(managed.fateOf("id-1", ONE, "shop"), { action: "delete" });
  });

  it("takes a creation that left the app in the state for none that failed", () => {
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

  it("are left to the resources that manage them according to the state, until those are deleted", async () => {
    const managed = new ManagedApps(state(true, apps));
    assert.deepEqual(await managed.release("id-1", ONE, "shop"), { action: "leave", heir: TWO });
    assert.deepEqual(await managed.release("id-1", TWO, "shop"), { action: "delete" });
  });

  it("are not left to the record of a replaced resource, or to one in the state of another stack", async () => {
    const condemned = apps.map((app) => (app.urn === TWO ? { ...app, toBeDeleted: true as const } : app));
    const managed = new ManagedApps(state(true, condemned));
    assert.deepEqual(await managed.release("id-1", ONE, "shop"), { action: "delete" });
    const other = new ManagedApps(state(true, [{ ...apps[1]!, urn: `${TWO}-elsewhere` }]));
    assert.deepEqual(await other.release("id-1", ONE, "shop"), { action: "delete" });
  });

  it("are deleted where there is no state to see, and where no resource is left out", async () => {
    for (const managed of [new ManagedApps(state(true)), new ManagedApps(state(false, apps))])
      assert.deepEqual(await managed.release("id-1", ONE, "shop"), { action: "delete" });
  });
});

describe("the resource that manages an app", () => {
  const apps = [{ id: "id-1", urn: ONE }];
  const managed = new ManagedApps({ skipsResources: false, managedApps: async () => apps });

  it("is taken from the state where the run has not shown it", async () => {
    const manager = await managed.managerOf("id-1", TWO);
    assert.deepEqual([manager?.urn, manager?.isOwn, manager?.isDeclared], [ONE, false, false]);
    assert.equal((await managed.managerOf("id-1", ONE))?.isOwn, true);
  });

  it("is none, or not known, where the state does not have one", async () => {
    assert.equal(await managed.managerOf("id-2", TWO), null);
    assert.equal(await managed.managerOf("id-1", "urn:pulumi:other::p::t:App::one"), undefined);
    assert.equal(await new ManagedApps().managerOf("id-1", TWO), undefined);
  });
});
