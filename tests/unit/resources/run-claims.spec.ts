import assert from "node:assert/strict";
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ManagedApps } from "../../../provider/resources/managed-apps";
import { FileClaims } from "../../../provider/resources/run-claims";
import { temporaryFolder } from "../../helpers/temporary-folder";

const ID = "4f6c71e2-fa90-4762-8b11-3bb0bb2bd1a4";
const OLD = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::web";
const NEW = "urn:pulumi:dev::shop::app-platform:index:App::web";

describe("apps of several processes of a run", () => {
  const folder = temporaryFolder();
  const running = new Set([1, 2]);
  const process = (pid: number): ManagedApps =>
    new ManagedApps(undefined, new FileClaims(join(folder.path, "run"), pid, (one) => running.has(one)));
  beforeEach(() => running.add(1).add(2));

  it("are not deleted by a process while a resource of another one manages them", async () => {
    const [one, other] = [process(1), process(2)];
    one.hold(OLD, ID);
    other.hold(NEW, ID);
    assert.deepEqual(await one.release(ID, OLD, "web"), { action: "leave", heir: NEW });
    assert.deepEqual(await other.release(ID, NEW, "web"), { action: "delete" });
  });

  it("are deleted if the other process has ended, or never managed them", async () => {
    process(2).hold(NEW, ID);
    running.delete(2);
    assert.deepEqual(await process(1).release(ID, OLD, "web"), { action: "delete" });
    assert.deepEqual(await process(1).release("another", OLD, "web"), { action: "delete" });
  });

  it("are deleted if the other process no longer manages them", async () => {
    const [one, other] = [process(1), process(2)];
    other.hold(NEW, ID);
    other.hold(NEW, "another");
    assert.deepEqual(await other.release(ID, NEW, "web"), { action: "delete" });
    assert.deepEqual(await one.release(ID, OLD, "web"), { action: "delete" });
    assert.deepEqual(await one.release("another", OLD, "web"), { action: "leave", heir: NEW });
  });

  it("are deleted if only an earlier process with the id of a running one managed them", async () => {
    process(2).hold(NEW, ID);
    process(2).hold(NEW, "another");
    assert.deepEqual(await process(1).release(ID, OLD, "web"), { action: "delete" });
  });

  it("are found although the file of another process is incomplete, or cannot be read", async () => {
    const [one, other] = [process(1), process(2)];
    other.hold(NEW, ID);
    appendFileSync(join(folder.path, "run", "2"), '["another","urn:pu');
    running.add(0);
    mkdirSync(join(folder.path, "run", "0"));
    assert.deepEqual(await one.release(ID, OLD, "web"), { action: "leave", heir: NEW });
    running.delete(0);
  });

  it("are only known to their own process if the folder cannot be used", async () => {
    const claims = new FileClaims(join("/dev/null", "run"), 1);
    const apps = new ManagedApps(undefined, claims);
    apps.hold(OLD, ID);
    assert.deepEqual(await apps.release(ID, OLD, "web"), { action: "delete" });
  });
});
