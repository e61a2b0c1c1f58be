import assert from "node:assert/strict";
import fc from "fast-check";
import type { App, Deployment } from "../../../provider/api/types";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import { ApiError, type ErrorCode } from "../../../provider/errors";
import type { AppSpec } from "../../../provider/appspec/types";
import {
  createAppOnce,
  createDeploymentOnce,
  deleteAppOnce,
  writeOnce,
  updateAppOnce,
  type AppService,
} from "../../../provider/service/safe-writes";
import { InstantClock } from "../../helpers/clocks/instant-clock";

const NOW = Date.parse("2026-03-04T05:06:07Z");

function failed(code: ErrorCode, ambiguous = false): ApiError {
  return new ApiError(code, code, { request: { method: "POST", path: "/v2/apps" }, ambiguous });
}
const lost = (): ApiError => failed("network", true);

/** Mishaps of a write: the response is lost after the work, or the work is not done. */
type Mishap = "lost after" | "lost before" | ApiError | undefined;

/** A service with a list of apps; writes meet the mishaps in order, then succeed. */
class Service implements AppService {
  apps: App[] = [];
  deployments: Deployment[] = [{ id: "d-0" }];
  writes = 0;

  constructor(private readonly mishaps: Mishap[]) {}

  private write<T>(work: () => T): T {
    this.writes += 1;
    const mishap = this.mishaps.shift();
    if (mishap instanceof ApiError) throw mishap;
    if (mishap === "lost before") throw lost();
    const done = work();
    if (mishap === "lost after") throw lost();
    return done;
  }

  private stored(id: string): App {
    const found = this.apps.find((app) => app.id === id);
    if (!found) throw failed("not-found");
    return found;
  }

  getApp = async (id: string): Promise<App> => ({ ...this.stored(id) });
  findAppByName = async (name: string): Promise<App | undefined> =>
    this.apps.find((app) => app.spec.name === name);
  createApp = async ({ spec }: { spec: AppSpec }): Promise<App> =>
    this.write(() => {
      if (this.apps.some((app) => app.spec.name === spec.name)) throw failed("conflict");
      const created_at = new Date(NOW).toISOString();
      const app = { id: `app-${this.apps.length + 1}`, spec: { region: "ams", ...spec }, created_at };
      this.apps.push(app);
      return app;
    });
  updateApp = async (id: string, { spec }: { spec: AppSpec }): Promise<App> =>
    this.write(() => Object.assign(this.stored(id), { spec, updated_at: `update ${this.writes}` }));
  deleteApp = async (id: string): Promise<void> =>
    this.write(() => {
      this.stored(id);
      this.apps = this.apps.filter((app) => app.id !== id);
    });
  createDeployment = async (): Promise<Deployment> =>
    this.write(() => {
      const made = { id: `d-${this.deployments.length}` };
      this.deployments.unshift(made);
      return made;
    });
  listDeploymentPage = async (): Promise<{ items: readonly Deployment[] }> => ({
    items: [...this.deployments],
  });
}

const SPEC: AppSpec = { name: "shop", services: [{ name: "web" }] };

const waits = (): { clock: InstantClock } => ({ clock: new InstantClock() });

describe("once", () => {
  it("checks for the work only after a lost response", async () => {
    assert.equal(
      await writeOnce(
        async () => 1,
        async () => assert.fail("looked"),
        waits(),
      ),
      1,
    );
    const refused = failed("invalid-spec");
    await assert.rejects(
      writeOnce(
        () => Promise.reject(refused),
        async () => assert.fail("looked"),
        waits(),
      ),
      (error) => error === refused,
    );
  });

  it("gives up after three lost tries, with the last failure", async () => {
    const errors = [lost(), lost(), lost(), lost()];
    let tries = 0;
    const write = (): Promise<never> => Promise.reject(errors[tries++]);
    await assert.rejects(
      writeOnce(write, async () => undefined, waits()),
      (error) => error === errors[2],
    );
    assert.equal(tries, 3);
  });

  it("does not write again when it cannot find out whether the work was done", async () => {
    let tries = 0;
    const blind = failed("service-error");
    const write = async (): Promise<never> => {
      tries += 1;
      throw lost();
    };
    await assert.rejects(
      writeOnce(write, () => Promise.reject(blind), waits()),
      (error) => error === blind,
    );
    assert.equal(tries, 1);
  });

  it("rethrows errors that are not from the service unchanged", async () => {
    const mistake = new TypeError("a mistake");
    await assert.rejects(
      writeOnce(
        () => Promise.reject(mistake),
        async () => 1,
        waits(),
      ),
      (error) => error === mistake,
    );
  });
});

describe("createAppOnce", () => {
  const create = (service: Service): Promise<App> => createAppOnce(service, { spec: SPEC }, NOW, waits());

  it("creates exactly one app, whatever gets lost in transit", async () => {
    const mishap = fc.constantFrom<Mishap>("lost after", "lost before", undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(mishap, { maxLength: 2 }), async (mishaps) => {
        const service = new Service([...mishaps]);
        const app = await create(service);
        assert.deepEqual(
          service.apps.map(({ id }) => id),
          [app.id],
        );
      }),
    );
  });

  it("treats the conflict that its own lost try caused as success", async () => {
    const service = new Service(["lost before", "lost after"]);
    assert.equal((await create(service)).id, "app-1");
  });

  it("keeps checking for some seconds for an app that appears late, also after a conflict", async () => {
    for (const [lateBy, writes] of [
      [3_000, 1],
      [12_000, 2],
    ] as const) {
      const service = new Service(["lost after"]);
      const clock = new InstantClock();
      const shownAt = clock.now() + lateBy;
      const find = service.findAppByName;
      service.findAppByName = async (name) => (clock.now() < shownAt ? undefined : find(name));
      assert.equal((await createAppOnce(service, { spec: SPEC }, NOW, { clock })).id, "app-1");
      assert.equal(service.writes, writes);
      assert.equal(service.apps.length, 1);
    }
  });

  it("does not claim an app that existed before or has different content", async () => {
    const strangers: Partial<App>[] = [
      { created_at: new Date(NOW - 60_000).toISOString() },
      { created_at: new Date(NOW).toISOString(), spec: { name: "shop", workers: [{ name: "other" }] } },
      {},
    ];
    for (const stranger of strangers) {
      const service = new Service(["lost before"]);
      service.apps.push({ id: "stranger", spec: { region: "ams", ...SPEC }, ...stranger });
      await assert.rejects(create(service), { errorCode: "conflict" });
      assert.equal(service.apps.length, 1);
    }
  });

  it("throws a conflict that none of its own tries can have caused", async () => {
    const service = new Service([]);
    service.apps.push({ id: "app-1", spec: SPEC, created_at: new Date(NOW).toISOString() });
    await assert.rejects(create(service), { errorCode: "conflict" });
  });
});

describe("updateAppOnce", () => {
  const before: App = { id: "app-1", spec: SPEC, updated_at: "before" };
  const wanted: AppSpec = { ...SPEC, region: "fra" };
  const update = (service: Service): Promise<App> => {
    service.apps = [{ ...before }];
    const sent = { before: listsToMaps(SPEC), request: listsToMaps(wanted), news: listsToMaps(wanted) };
    return updateAppOnce(service, before, { spec: wanted }, sent, waits());
  };

  it("recognizes that a lost request was applied", async () => {
    const service = new Service(["lost after"]);
    assert.deepEqual((await update(service)).spec, wanted);
    assert.equal(service.writes, 1);
  });

  it("sends it again when the lost try was not applied", async () => {
    const service = new Service(["lost before"]);
    assert.deepEqual((await update(service)).spec, wanted);
    assert.equal(service.writes, 2);
  });

  it("does not mistake someone else's change for its own", async () => {
    const service = new Service(["lost before"]);
    const promise = update(service);
    service.apps = [{ ...before, spec: { ...SPEC, region: "nyc" }, updated_at: "by someone" }];
    await promise;
    assert.equal(service.apps[0]?.spec.region, "fra");
  });
});

describe("createDeploymentOnce", () => {
  it("starts exactly one deployment and returns it, whatever gets lost in transit", async () => {
    for (const mishaps of [
      [],
      ["lost after"],
      ["lost before"],
      ["lost before", "lost after"],
    ] as Mishap[][]) {
      const service = new Service(mishaps);
      assert.equal((await createDeploymentOnce(service, "app-1", {}, waits(), [])).deployment?.id, "d-1");
      assert.equal(service.deployments.length, 2);
    }
  });
});

describe("deleteAppOnce", () => {
  const remove = async (service: Service): Promise<void> => {
    service.apps = [{ id: "app-1", spec: SPEC }];
    await deleteAppOnce(service, "app-1", waits());
    assert.deepEqual(service.apps, []);
  };

  it("deletes the app, whatever gets lost in transit", async () => {
    for (const mishaps of [[], ["lost after"], ["lost before"], ["lost before", "lost after"]] as Mishap[][])
      await remove(new Service(mishaps));
  });

  it("treats an app that is already gone as deleted", async () => {
    const service = new Service([]);
    assert.equal(await deleteAppOnce(service, "app-1", waits()), false);
    assert.equal(service.writes, 2);
  });

  it("sends the deletion once more some seconds after a 404, since a replica may lag", async () => {
    const service = new Service([failed("not-found")]);
    service.apps = [{ id: "app-1", spec: SPEC }];
    service.getApp = async () => {
      throw failed("not-found");
    };
    assert.equal(await deleteAppOnce(service, "app-1", waits()), true);
    assert.deepEqual(service.apps, []);
  });

  it("does not treat an existing app as deleted, even if the service responds with not found", async () => {
    const service = new Service([failed("not-found")]);
    service.apps = [{ id: "app-1", spec: SPEC }];
    await assert.rejects(deleteAppOnce(service, "app-1", waits()), { errorCode: "not-found" });
  });

  it("sends a deletion again after a lost response, whatever reads return", async () => {
    const service = new Service(["lost before", failed("not-found")]);
    await remove(service);
    assert.equal(service.writes, 3);
  });

  it("throws error responses, and failures of the check", async () => {
    await assert.rejects(deleteAppOnce(new Service([failed("forbidden")]), "app-1", waits()), {
      errorCode: "forbidden",
    });
    const blind = new Service([failed("not-found")]);
    blind.getApp = () => Promise.reject(failed("unauthorized"));
    await assert.rejects(deleteAppOnce(blind, "app-1", waits()), { errorCode: "unauthorized" });
    const lostThrice = new Service(["lost before", "lost before", "lost before"]);
    lostThrice.apps = [{ id: "app-1", spec: SPEC }];
    await assert.rejects(deleteAppOnce(lostThrice, "app-1", waits()), { errorCode: "network" });
  });
});
