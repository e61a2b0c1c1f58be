import assert from "node:assert/strict";
import { createEmulator, type Emulator, type StoredApp } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";

type Json = Record<string, unknown>;

const service = (more: Json = {}): Json => ({
  name: "web",
  image: { registry_type: "DOCR", repository: "web", tag: "v1" },
  instance_count: 1,
  ...more,
});
const spec = (more?: Json): Json => ({ services: [service(more)] });

describe("apps whose name already exists", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let first: CommandResult;
  let ids: Record<string, string>;
  let declared: Record<string, Declaration>;

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    for (const name of ["taken", "by-id", "by-name", "other"]) await createOutside(name);
    ids = Object.fromEntries(emulator.apps().map((app) => [app.spec.name, app.id]));
    stack = await TestStack.create(emulator);
    declared = {
      taken: { spec: spec() },
      "by-id": { spec: spec(), adopt: ids["by-id"] },
      "by-name": { spec: spec(), adopt: true },
      other: { spec: spec({ instance_count: 2 }), adopt: true },
      "not-there-yet": { spec: spec(), adopt: true },
    };
    stack.declare(declared);
    first = await stack.up(["--continue-on-error", "--parallel", "20"]);
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  async function createOutside(name: string): Promise<void> {
    const answer = await fetch(`${emulator.url}/v2/apps`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ spec: { name, ...spec() } }),
    });
    assert.equal(answer.status, 200);
  }

  const appOf = (name: string): StoredApp | undefined =>
    emulator.apps().find((app) => app.spec.name === name);

  it("fail without adoption, and the error gives the id and the line that adopts the app", () => {
    assert.notEqual(first.code, 0);
    assert.match(first.output, new RegExp(`An app named taken already exists \\(id ${ids["taken"]},`));
    assert.ok(first.output.includes(`: adopt: "${ids["taken"]}"`), first.output);
    assert.equal(stack.resources()["taken"], undefined);
    assert.equal(appOf("taken")?.deployments.length, 1);
  });

  it("are adopted by id or by name, without a deployment if they match the program", () => {
    for (const name of ["by-id", "by-name"]) {
      assert.deepEqual(writes(emulator, name), [], name);
      assert.equal(stack.resource(name).id, ids[name]);
      assert.equal(appOf(name)?.deployments.length, 1);
    }
  });

  it("are adopted and updated once if they differ from the program", () => {
    assert.deepEqual(writes(emulator, "other"), ["PUT /v2/apps/other"]);
    assert.equal(stack.resource("other").id, ids["other"]);
    assert.equal(appOf("other")?.spec.services?.[0]?.instance_count, 2);
  });

  it("are created if no app has the name", () => {
    assert.deepEqual(writes(emulator, "not-there-yet"), ["POST /v2/apps"]);
    assert.equal(stack.resource("not-there-yet").id, appOf("not-there-yet")?.id);
  });

  it("end up as one app, one update and one deployment each when responses to writes are lost", async () => {
    emulator.faults.add({ method: "POST", path: /\/v2\/apps$/, fault: "reset-after" });
    emulator.faults.add({
      method: "PUT",
      path: new RegExp(`/v2/apps/${ids["by-id"]}$`),
      fault: "reset-after",
    });
    emulator.faults.add({
      method: "POST",
      path: new RegExp(`/v2/apps/${ids["by-name"]}/deployments$`),
      fault: "reset-after",
    });
    stack.declare({
      ...declared,
      taken: { spec: spec(), adopt: ids["taken"] },
      "by-id": { spec: spec({ instance_count: 3 }), adopt: ids["by-id"] },
      "by-name": { spec: spec(), adopt: true, redeployOn: { commit: "b" } },
      lost: { spec: spec() },
    });
    await stack.mustUp(["--parallel", "20"]);
    assert.deepEqual(writes(emulator, "lost"), ["POST /v2/apps"]);
    assert.equal(emulator.apps().filter((app) => app.spec.name === "lost").length, 1);
    assert.equal(stack.resource("lost").id, appOf("lost")?.id);
    assert.equal(appOf("lost")?.deployments.length, 1);
    assert.equal(appOf("by-id")?.deployments.length, 2);
    assert.equal(appOf("by-id")?.spec.services?.[0]?.instance_count, 3);
    assert.equal(appOf("by-name")?.deployments.length, 2);
    assert.equal(stack.resource("taken").id, ids["taken"]);
    assert.equal(appOf("taken")?.deployments.length, 1);
  });

  it("are managed by the stack afterwards, and the next up has no changes", async () => {
    const again = await stack.mustUp();
    assert.deepEqual(writes(emulator), []);
    assert.match(again.output, /7 unchanged/);
  });
});
