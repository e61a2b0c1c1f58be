import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "../../../emulator/index";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { eachInItsWorld, inputs, SECRET, SHOP, type Made } from "../../helpers/world/provider-world";

const APP = /^\/v2\/apps\/[^/]+$/;
const NOT_FOUND: Fault = { status: 404, body: { id: "not_found", message: "not found" } };

describe("an app that the service does not show", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();
  let made: Made;
  const deletions = (): number => world.emulator.calls.filter(({ method }) => method === "DELETE").length;
  const backups = (): string[] =>
    readdirSync(folder.path).map((name) => readFileSync(join(folder.path, name), "utf8"));
  /** A lagging replica, which does not have the app yet, serves this many reads and lists. */
  const hidden = (times = Infinity): (() => void) => {
    const one = world.emulator.faults.add({ method: "GET", path: APP, fault: NOT_FOUND, times });
    const all = world.emulator.faults.add({
      method: "GET",
      path: /^\/v2\/apps$/,
      fault: { status: 200, body: { apps: [], meta: { total: 0 } } },
      times,
    });
    return () => (one(), all());
  };

  beforeEach(async () => {
    made = await world.create(inputs(SHOP, { backup: { directory: folder.path } }));
    world.emulator.clearCalls();
  });

  it("is deleted anyway, after a backup of the recorded spec that is labeled as such", async () => {
    const repair = hidden(1);
    await world.run().delete(made.id, made.outs);
    repair();
    assert.equal(deletions(), 1);
    assert.deepEqual(world.emulator.apps(), []);
    const [backup] = backups();
    assert.match(backup ?? "", /^# The service did not show the app\..*state/m);
    assert.match(backup ?? "", /GREETING/);
    assert.ok(!backup?.includes(SECRET));
    assert.match(world.messages("warning").join("\n"), /the app shop .*Pulumi state/s);
  });

  it("is deleted anyway when the service lists it but returns 404 for it", async () => {
    world.emulator.faults.add({ method: "GET", path: APP, fault: NOT_FOUND });
    await world.run().delete(made.id, made.outs);
    assert.deepEqual([deletions(), world.emulator.apps()], [1, []]);
    assert.match(backups()[0] ?? "", /GREETING/);
  });

  it("is reported as already deleted when DELETE returns 404 too", async () => {
    world.emulator.reset();
    await world.run().delete(made.id, made.outs);
    assert.equal(deletions(), 2);
    assert.ok(world.messages("info").some((line) => /no longer exists at the service.*404/.test(line)));
  });

  it("stays in the state when the service finds nothing at all, not even its list of apps", async () => {
    world.emulator.faults.add({ fault: NOT_FOUND, times: Infinity });
    const error = await world.failure(world.run().delete(made.id, made.outs));
    assert.equal(error.errorCode, "not-found");
    assert.match(error.message, /GET \/v2\/apps\b.*404/);
  });

  it("stays in the state when the deletion finds no app, but the list of apps contains it", async () => {
    world.emulator.faults.add({ method: "DELETE", fault: NOT_FOUND, times: Infinity });
    world.emulator.faults.add({ method: "GET", path: APP, fault: NOT_FOUND, times: Infinity });
    const error = await world.failure(world.run().delete(made.id, made.outs));
    assert.match(error.message, /list of apps.*pulumi destroy/);
  });

  it("stays in the state when its deletion was confirmed, but the list of apps still contains it", async () => {
    world.emulator.faults.add({ method: "DELETE", fault: "discarded" });
    world.emulator.faults.add({ method: "GET", path: APP, fault: NOT_FOUND, times: Infinity });
    const outs = { ...made.outs, timeouts: { delete: "20s" } };
    const error = await world.failure(world.run().delete(made.id, outs));
    assert.match(error.message, /still exists after its deletion was accepted/);
    assert.equal(world.emulator.apps().length, 1);
  });

  it("is deleted without a backup when the state contains no spec", async () => {
    world.emulator.reset();
    const { __liveSpec: _lost, ...outs } = made.outs;
    await world.run().delete(made.id, outs as Made["outs"]);
    assert.equal(deletions(), 2);
    assert.match(world.messages("warning").join("\n"), /no backup/);
  });

  it("stays in the state when only the first check of a refresh misses it", async () => {
    hidden(1);
    const read = await world.run().read(made.id, made.outs);
    assert.equal(read.id, made.id);
    assert.ok(world.clock.sleeps.some((ms) => ms >= 3_000));
  });

  it("is removed from the state when two checks, seconds apart, agree", async () => {
    world.emulator.reset();
    const started = world.clock.now();
    assert.deepEqual(await world.run().read(made.id, made.outs), {});
    assert.ok(world.clock.now() - started >= 3_000);
  });

  it("is kept by a refresh when a replica lags behind its creation", async () => {
    const LAG: Fault = { lagMs: 20_000 };
    world.emulator.reset();
    // Replicas remember what was there since the first rule of this kind.
    world.emulator.faults.add({ path: /^none$/, fault: LAG });
    made = await world.create(inputs(SHOP, { backup: false }));
    world.emulator.faults.add({ method: "GET", fault: LAG, times: Infinity });
    const read = await world.run().read(made.id, made.outs);
    assert.equal(read.id, made.id);
  });

  it("costs a refresh no pause when it exists", async () => {
    const before = world.clock.sleeps.length;
    await world.run().read(made.id, made.outs);
    assert.ok(world.clock.sleeps.slice(before).every((ms) => ms < 1_000));
  });
});
