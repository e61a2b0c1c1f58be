import assert from "node:assert/strict";
import type { App, Deployment } from "../../../provider/api/types";
import { ApiError } from "../../../provider/errors";
import { SharedReads, type AppSource } from "../../../provider/service/shared-reads";
import { FakeClock } from "../../helpers/clocks/fake-clock";

const request = { method: "GET", path: "/" };
const ids = Array.from({ length: 10 }, (_, index) => `app-${index}`);

/** A service of apps with one running deployment each, which counts the requests. */
class Service implements AppSource {
  readonly asked: string[] = [];
  /** For each listing, whether it was to contain the projects of the apps. */
  readonly projectsAsked: boolean[] = [];
  readonly gone = new Set<string>();
  /** Apps that exist but are missing from listings. */
  readonly unlisted = new Set<string>();
  /** Apps whose deployment has finished. */
  readonly ended = new Set<string>();
  phase = "BUILDING";
  broken: Error | undefined;

  async getApp(id: string): Promise<App> {
    this.asked.push(id);
    if (this.gone.has(id)) throw gone();
    return this.app(id);
  }

  async getDeployment(appId: string, id: string): Promise<Deployment> {
    this.asked.push(`${appId}/${id}`);
    return { id, phase: this.phase };
  }

  async findAppByName(name: string): Promise<App | undefined> {
    this.asked.push(`name ${name}`);
    return ids.includes(name) && !this.gone.has(name) ? this.app(name) : undefined;
  }

  async *listApps({ withProjects }: { withProjects?: boolean } = {}): AsyncGenerator<App> {
    this.asked.push("list");
    this.projectsAsked.push(withProjects === true);
    if (this.broken) throw this.broken;
    for (const id of ids) if (!this.gone.has(id) && !this.unlisted.has(id)) yield this.app(id);
  }

  private app(id: string): App {
    if (this.ended.has(id))
      return { id, spec: { name: id }, active_deployment: { id: `${id}-d`, phase: "ACTIVE" } };
    return { id, spec: { name: id }, pending_deployment: { id: `${id}-d`, phase: this.phase } };
  }
}

const gone = (): ApiError => new ApiError("not-found", "gone", { request, status: 404 });

/** The service's methods as an object whose parts can be replaced. */
const reading = (service: Service): AppSource => ({
  getApp: (id) => service.getApp(id),
  getDeployment: (appId, id) => service.getDeployment(appId, id),
  listApps: (options) => service.listApps(options),
  findAppByName: (name) => service.findAppByName(name),
});

describe("reads that resources share", () => {
  let clock: FakeClock;
  let service: Service;
  let reads: SharedReads;

  beforeEach(() => {
    clock = new FakeClock();
    service = new Service();
    reads = new SharedReads(clock);
  });

  /** Advances the clock in small steps until the work is done. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    let done = false;
    void work.catch(() => undefined).finally(() => (done = true));
    for (let step = 0; !done && step < 1_000; step++) await clock.advance(5);
    return work;
  }

  /** The service with a listing that responds only when told to. */
  function slowService(): { slow: AppSource; answer: () => void } {
    let arrived = (): void => {};
    const slow: AppSource = {
      getApp: (id) => service.getApp(id),
      getDeployment: (appId, id) => service.getDeployment(appId, id),
      findAppByName: (name) => service.findAppByName(name),
      async *listApps() {
        await new Promise<void>((resolve) => (arrived = resolve));
        yield* service.listApps();
      },
    };
    return { slow, answer: () => arrived() };
  }

  const all = <T>(read: (id: string) => Promise<T>, of = ids): Promise<T[]> =>
    inTime(Promise.all(of.map(read)));
  const apps = (): Promise<App[]> => all((id) => reads.app(service, id, 5_000));

  it("request a few apps one by one", async () => {
    await all((id) => reads.app(service, id, 5_000), ids.slice(0, 3));
    assert.deepEqual(service.asked, ids.slice(0, 3));
  });

  it("serve many apps from one listing while it is fresh", async () => {
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

  it("ask for the projects of apps only in listings for apps", async () => {
    await apps();
    await clock.advance(6_000);
    await all((id) => reads.deployment(service, id, `${id}-d`));
    assert.deepEqual(service.projectsAsked, [true, false]);
  });

  it("never serve an app from a listing older than our own write to it", async () => {
    await apps();
    reads.noteWrite("app-3");
    await clock.advance(10);
    await inTime(reads.app(service, "app-3", 5_000));
    await inTime(reads.app(service, "app-4", 5_000));
    assert.deepEqual(service.asked, ["list", "list"]);
  });

  it("request an app that is missing from a listing before treating it as gone", async () => {
    service.unlisted.add("app-5");
    assert.equal((await apps())[5]?.id, "app-5");
    service.gone.add("app-6");
    await clock.advance(6_000);
    await assert.rejects(apps(), (error: ApiError) => error.errorCode === "not-found");
    assert.ok(service.asked.includes("app-6"));
  });

  it("treat an app as gone only if the list lacks it too, and report contradictory responses", async () => {
    service.gone.add("app-5");
    assert.equal(await inTime(reads.find(service, "app-5", 0)), undefined);
    assert.deepEqual(service.asked, ["app-5", "list"]);
    service.getApp = (id) => Promise.reject(new ApiError("not-found", `no ${id}.`, { request, status: 404 }));
    await clock.advance(60_000);
    await assert.rejects(inTime(reads.find(service, "app-4", 0)), (error: ApiError) => {
      assert.match(error.message, /^no app-4\. .*app list/);
      return error.errorCode === "service-error" && error.status === 404;
    });
  });

  it("treat an app as gone only after a list request that began after the read", async () => {
    const { slow, answer } = slowService();
    const earlier = Promise.allSettled(ids.map((id) => reads.app(slow, id, 0)));
    await clock.advance(10_000);
    service.gone.add("app-1");
    const found = reads.find(slow, "app-1", 0);
    await clock.advance(100);
    assert.equal(service.asked.filter((what) => what === "list").length, 0);
    answer();
    await clock.advance(100);
    answer();
    assert.equal(await inTime(found), undefined);
    assert.equal(service.asked.filter((what) => what === "list").length, 2);
    await earlier;
  });

  it("do not treat an app as gone when no list is available", async () => {
    service.gone.add("app-5");
    service.broken = gone();
    const isOpen = (error: ApiError): boolean =>
      error.errorCode === "service-error" && /list of apps/.test(error.message);
    await assert.rejects(inTime(reads.find(service, "app-5", 0)), isOpen);
    service.broken = undefined;
    await clock.advance(2_000);
    assert.equal(await inTime(reads.find(service, "app-5", 0)), undefined);
  });

  it("poll many deployments with one listing per second, whatever was written in between", async () => {
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

  it("poll running deployments sooner when others have finished, up to a limit per minute", async () => {
    const look = (): Promise<Deployment[]> => all((id) => reads.deployment(service, id, `${id}-d`));
    await look();
    assert.equal(reads.untilNews(), undefined);
    const pauses: number[] = [];
    for (const id of ids.slice(0, 8)) {
      service.ended.add(id);
      await clock.advance(1_000);
      await look();
      pauses.push(reads.untilNews() ?? 1_000);
    }
    assert.deepEqual(
      pauses.map((pause) => pause < 500),
      [true, true, true, true, true, true, false, false],
    );
    await clock.advance(60_000);
    service.ended.add("app-8");
    await look();
    assert.ok((reads.untilNews() ?? 1_000) < 500);
    service.ended.add("app-9");
    await clock.advance(1_000);
    await look();
    assert.equal(reads.untilNews(), undefined);
  });

  it("request a deployment individually when a listing omits it", async () => {
    await all((id) => reads.deployment(service, id, id === "app-1" ? "older" : `${id}-d`));
    assert.deepEqual(service.asked, ["list", "app-1/older"]);
  });

  const listings = (): number => service.asked.filter((what) => what === "list").length;

  it("fall back to single requests for a minute after two failed listings in a row", async () => {
    service.broken = new ApiError("service-error", "524", { request, status: 524 });
    await apps();
    assert.deepEqual(service.asked.toSorted(), [...ids, "list"]);
    await clock.advance(1_100);
    await apps();
    assert.equal(listings(), 2);
    service.broken = undefined;
    await clock.advance(30_000);
    await apps();
    assert.equal(listings(), 2);
    await clock.advance(31_000);
    await apps();
    assert.equal(listings(), 3);
  });

  it("wait for the next listing after a failed one instead of requesting a hundred deployments", async () => {
    service.broken = new ApiError("service-error", "502", { request, status: 502 });
    const looks = Promise.all(ids.map((id) => reads.deployment(service, id, `${id}-d`)));
    await clock.advance(100);
    service.broken = undefined;
    assert.equal((await inTime(looks)).length, ids.length);
    assert.deepEqual(service.asked, ["list", "list"]);
  });

  it("do not poll a slow service continuously", async () => {
    const { slow, answer } = slowService();
    const look = (): Promise<Deployment[]> =>
      Promise.all(ids.map((id) => reads.deployment(slow, id, `${id}-d`)));
    const first = look();
    await clock.advance(8_000);
    answer();
    await inTime(first);
    await clock.advance(7_000);
    await inTime(look());
    assert.deepEqual(service.asked, ["list"]);
  });

  it("stop a wait for a listing when the user stops the run, while the others continue", async () => {
    const stop = new AbortController();
    const { slow, answer } = slowService();
    const looks = ids.map((id, index) =>
      reads.deployment(slow, id, `${id}-d`, index === 0 ? { signal: stop.signal } : {}),
    );
    await clock.advance(100);
    stop.abort(new Error("stopped"));
    await assert.rejects(looks[0] ?? Promise.resolve(), { message: "stopped" });
    answer();
    assert.equal((await inTime(Promise.all(looks.slice(1)))).length, ids.length - 1);
  });

  it("return the app and the end of its deployment from the same listing", async () => {
    service.phase = "ACTIVE";
    const [ended] = await all((id) => reads.deployment(service, id, `${id}-d`));
    const shown = await reads.appAfter(service, "app-0", ended ?? assert.fail());
    assert.equal(shown.pending_deployment?.phase, "ACTIVE");
    assert.deepEqual(service.asked, ["list"]);
    await reads.appAfter(service, "app-0", { id: "app-0-d", phase: "ERROR" });
    assert.deepEqual(service.asked, ["list", "app-0"]);
  });

  it("check whether names are free: a few individually, many with one listing while it is fresh", async () => {
    const free = (names: string[]) =>
      all(async (name) => !(await reads.appNamed(service, name, 5_000)), names);
    assert.deepEqual(await free(["app-1", "new"]), [false, true]);
    assert.deepEqual(service.asked, ["name app-1", "name new"]);
    service.asked.length = 0;
    const names = ids.map((id) => `new-${id}`);
    for (let time = 0; time < 2; time++) assert.ok((await free(names)).every(Boolean));
    assert.deepEqual(service.asked, ["list"]);
  });

  it("request the app of a taken name again, since it may be gone", async () => {
    await apps();
    service.gone.add("app-1");
    assert.equal(await inTime(reads.appNamed(service, "app-1", 5_000)), undefined);
    assert.deepEqual(service.asked, ["list", "name app-1"]);
  });

  it("report a rejected token to everyone waiting for the listing", async () => {
    service.broken = new ApiError("unauthorized", "401", { request, status: 401 });
    await assert.rejects(apps(), (error: ApiError) => error.errorCode === "unauthorized");
  });

  it("treat a deleted app as gone after two listings in a row without it", async () => {
    service.gone.add("app-2");
    assert.deepEqual((await all((id) => reads.isGone(service, id))).includes(true), false);
    await clock.advance(1_100);
    assert.deepEqual(
      await all((id) => reads.isGone(service, id)),
      ids.map((id) => id === "app-2"),
    );
  });

  it("do not treat deleted apps as gone without a listing from after the deletion", async () => {
    await all((id) => reads.isGone(service, id));
    service.gone.add("app-2");
    service.broken = gone();
    await clock.advance(1_100);
    for (let round = 0; round < 2; round++)
      assert.ok(!(await all((id) => reads.isGone(service, id))).includes(true));
    const unread = new SharedReads(clock);
    assert.ok(!(await all((id) => unread.isGone(service, id))).includes(true));
  });

  it("treat a deleted app as gone after a 404 and a list request without it that began later", async () => {
    service.gone.add("app-2");
    assert.equal(await inTime(reads.isGone(service, "app-2")), true);
    assert.deepEqual(service.asked, ["app-2", "list"]);
  });

  it("do not treat a deleted app as gone while the list contains it", async () => {
    const lying = { ...reading(service), getApp: () => Promise.reject(gone()) };
    assert.equal(await inTime(reads.isGone(lying, "app-2")), false);
    await clock.advance(60_000);
    assert.equal(await inTime(reads.isGone(lying, "app-2")), false);
  });

  it("treat a deleted app as gone after half a minute of 404 in a row when no list is available", async () => {
    service.broken = gone();
    const isGone = (): Promise<boolean> => inTime(reads.isGone(service, "app-2"));
    service.gone.add("app-2");
    assert.equal(await isGone(), false);
    await clock.advance(20_000);
    service.gone.delete("app-2");
    assert.equal(await isGone(), false);
    service.gone.add("app-2");
    await clock.advance(20_000);
    assert.equal(await isGone(), false);
    await clock.advance(29_000);
    assert.equal(await isGone(), false);
    await clock.advance(1_000);
    assert.equal(await isGone(), true);
  });
});
