import assert from "node:assert/strict";
import type { App, Deployment } from "../../provider/api/types";
import { ApiError } from "../../provider/errors";
import { SharedReads, type AppSource } from "../../provider/shared-reads";
import { FakeClock } from "../helpers/fake-clock";

const request = { method: "GET", path: "/" };
const ids = Array.from({ length: 10 }, (_, index) => `app-${index}`);

/** A service of apps with one running deployment each, that counts what it is asked. */
class Service implements AppSource {
  readonly asked: string[] = [];
  readonly gone = new Set<string>();
  /** Missing from listings, though they are there. */
  readonly unlisted = new Set<string>();
  phase = "BUILDING";
  broken: Error | undefined;

  async getApp(id: string): Promise<App> {
    this.asked.push(id);
    if (this.gone.has(id)) throw new ApiError("not-found", "gone", { request, status: 404 });
    return this.app(id);
  }

  async getDeployment(appId: string, id: string): Promise<Deployment> {
    this.asked.push(`${appId}/${id}`);
    return { id, phase: this.phase };
  }

  async *listApps(): AsyncGenerator<App> {
    this.asked.push("list");
    if (this.broken) throw this.broken;
    for (const id of ids) if (!this.gone.has(id) && !this.unlisted.has(id)) yield this.app(id);
  }

  private app(id: string): App {
    return { id, spec: { name: id }, pending_deployment: { id: `${id}-d`, phase: this.phase } };
  }
}

describe("reads that resources share", () => {
  let clock: FakeClock;
  let service: Service;
  let reads: SharedReads;

  beforeEach(() => {
    clock = new FakeClock();
    service = new Service();
    reads = new SharedReads(clock);
  });

  /** Moves time on in small steps until the work is done. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    let done = false;
    void work.catch(() => undefined).finally(() => (done = true));
    for (let step = 0; !done && step < 1_000; step++) await clock.advance(5);
    return work;
  }

  const all = <T>(read: (id: string) => Promise<T>, of = ids): Promise<T[]> =>
    inTime(Promise.all(of.map(read)));
  const apps = (): Promise<App[]> => all((id) => reads.app(service, id, 5_000));

  it("ask for a few apps one by one", async () => {
    await all((id) => reads.app(service, id, 5_000), ids.slice(0, 3));
    assert.deepEqual(service.asked, ids.slice(0, 3));
  });

  it("serve many apps by one listing, for as long as it may be used", async () => {
    assert.deepEqual(
      (await apps()).map(({ id }) => id),
      ids,
    );
    await apps();
    assert.deepEqual(service.asked, ["list"]);
    await clock.advance(6_000);
    await apps();
    assert.deepEqual(service.asked, ["list", "list"]);
  });

  it("never serve an app from a listing older than our own write to it", async () => {
    await apps();
    reads.noteWrite("app-3");
    await clock.advance(10);
    await inTime(reads.app(service, "app-3", 5_000));
    await inTime(reads.app(service, "app-4", 5_000));
    assert.deepEqual(service.asked, ["list", "list"]);
  });

  it("ask for an app that a listing lacks, before it counts as gone", async () => {
    service.unlisted.add("app-5");
    assert.equal((await apps())[5]?.id, "app-5");
    service.gone.add("app-6");
    await clock.advance(6_000);
    await assert.rejects(apps(), (error: ApiError) => error.errorCode === "not-found");
    assert.ok(service.asked.includes("app-6"));
  });

  it("look at many deployments by one listing a second, whatever was written meanwhile", async () => {
    const look = (): Promise<Deployment[]> =>
      all((id) => {
        reads.noteWrite(id);
        return reads.deployment(service, id, `${id}-d`);
      });
    await look();
    for (let second = 0; second < 5; second++) {
      await clock.advance(1_000);
      await look();
    }
    assert.equal(service.asked.filter((what) => what === "list").length, 6);
    assert.equal(service.asked.length, 6);
  });

  it("ask for a deployment alone that a listing does not show", async () => {
    await all((id) => reads.deployment(service, id, id === "app-1" ? "older" : `${id}-d`));
    assert.deepEqual(service.asked, ["list", "app-1/older"]);
  });

  it("fall back to single calls for a minute after a listing failed", async () => {
    service.broken = new ApiError("service-error", "524", { request, status: 524 });
    await apps();
    assert.deepEqual(service.asked.toSorted(), [...ids, "list"]);
    service.broken = undefined;
    await clock.advance(30_000);
    await apps();
    assert.equal(service.asked.filter((what) => what === "list").length, 1);
    await clock.advance(31_000);
    await apps();
    assert.equal(service.asked.filter((what) => what === "list").length, 2);
  });

  it("tell a refused token to everybody who waits for the listing", async () => {
    service.broken = new ApiError("unauthorized", "401", { request, status: 401 });
    await assert.rejects(apps(), (error: ApiError) => error.errorCode === "unauthorized");
  });

  it("take a deleted app for gone when two listings in a row lack it, or the service says 404", async () => {
    service.gone.add("app-2");
    assert.deepEqual((await all((id) => reads.isGone(service, id))).includes(true), false);
    await clock.advance(1_100);
    assert.deepEqual(
      await all((id) => reads.isGone(service, id)),
      ids.map((id) => id === "app-2"),
    );
    await clock.advance(10_000);
    assert.equal(await inTime(reads.isGone(service, "app-2")), true);
    assert.equal(service.asked.at(-1), "app-2");
  });
});
