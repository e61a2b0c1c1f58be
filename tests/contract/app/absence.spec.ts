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
  /** A replica on which the app is not there yet serves reads of it and lists, for so many requests. */
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

  it("is deleted all the same, after a backup of the recorded spec that says what it is", async () => {
    const repair = hidden(1);
    await world.run().delete(made.id, made.outs);
    repair();
    assert.equal(deletions(), 1);
    assert.deepEqual(world.emulator.apps(), []);
    const [backup] = backups();
    assert.match(backup ?? "", /^# The service did not show the app\..*state/m);
    assert.match(backup ?? "", /GREETING/);
    assert.ok(!backup?.includes(SECRET));
    assert.match(
      world.messages("warning").join("\n"),
      /does not show the app shop .*as the Pulumi state has it/s,
    );
  });

  it("is deleted all the same where the service lists it, and does not know it otherwise", async () => {
    world.emulator.faults.add({ method: "GET", path: APP, fault: NOT_FOUND });
    await world.run().delete(made.id, made.outs);
    assert.deepEqual([deletions(), world.emulator.apps()], [1, []]);
    assert.match(backups()[0] ?? "", /GREETING/);
  });

  it("is reported as deleted before where DELETE finds none either", async () => {
    world.emulator.reset();
    await world.run().delete(made.id, made.outs);
    assert.equal(deletions(), 1);
    assert.ok(world.messages("info").some((line) => /knows no such app any more.*404/.test(line)));
  });

  it("is deleted without a backup where the state has no spec of it", async () => {
    world.emulator.reset();
    const { __liveSpec: _lost, ...outs } = made.outs;
    await world.run().delete(made.id, outs as Made["outs"]);
    assert.equal(deletions(), 1);
    assert.match(world.messages("warning").join("\n"), /no backup/);
  });

  it("stays in the state where only the first check of a refresh misses it", async () => {
    hidden(1);
    const read = await world.run().read(made.id, made.outs);
    assert.equal(read.id, made.id);
    assert.ok(world.clock.sleeps.some((ms) => ms >= 3_000));
  });

  it("is taken out of the state where two checks agree, seconds apart", async () => {
    world.emulator.reset();
    const started = world.clock.now();
    assert.deepEqual(await world.run().read(made.id, made.outs), {});
    assert.ok(world.clock.now() - started >= 3_000);
  });

  it("is refreshed without a pause where it is there", async () => {
    const before = world.clock.sleeps.length;
    await world.run().read(made.id, made.outs);
    assert.ok(world.clock.sleeps.slice(before).every((ms) => ms < 1_000));
  });
});
