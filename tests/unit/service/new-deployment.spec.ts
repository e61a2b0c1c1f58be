import assert from "node:assert/strict";
import type { App, Deployment } from "../../../provider/api/types";
import {
  isAutomaticRollback,
  isUnprompted,
  lookForStarted,
  newDeployment,
  NONE_KNOWN,
  shownDeployments,
  type Known,
} from "../../../provider/service/new-deployment";
import { ApiError, type ErrorCode } from "../../../provider/errors";
import { InstantClock } from "../../helpers/clocks/instant-clock";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const known = (...ids: string[]): Known => ({ ids, complete: true });
const failed = (code: ErrorCode): ApiError =>
  new ApiError(code, code, { request: { method: "GET", path: "/v2/apps/a" } });

describe("newDeployment", () => {
  it("returns the first deployment started since then, never an earlier one", () => {
    const now: Deployment[] = [
      { id: "newer", created_at: at(3) },
      { id: "old", created_at: at(1) },
      { id: "new", created_at: at(2) },
    ];
    assert.equal(newDeployment(now, known("old"))?.id, "new");
    assert.equal(newDeployment(now, known("old", "new", "newer")), undefined);
    assert.equal(newDeployment([], NONE_KNOWN), undefined);
  });

  it("returns one started by the service or a push only when no other deployment is known", () => {
    for (const type of ["MAINTENANCE", "AUTO_ROLLBACK", "AUTOSCALED", "DEPLOY_ON_PUSH"]) {
      const own = { id: "own", cause_details: { type } };
      assert.equal(newDeployment([own], known("old")), undefined, type);
      assert.equal(newDeployment([own], NONE_KNOWN)?.id, "own", type);
    }
    assert.equal(newDeployment([{ id: "m", cause_details: { type: "MANUAL" } }], known("old"))?.id, "m");
  });

  it("returns a canceled one only when all earlier canceled ones are known", () => {
    const canceled = [{ id: "c", phase: "CANCELED" }];
    assert.equal(newDeployment(canceled, known("old"))?.id, "c");
    assert.equal(newDeployment(canceled, { ids: ["old"], complete: false }), undefined);
  });
});

describe("deployments that nobody requested", () => {
  it("are recognized by their type, or by a cause set by the service", () => {
    const cause = 'automated rollback after failed deployment of "x"';
    assert.ok(isAutomaticRollback({ cause }) && isUnprompted({ cause }));
    assert.ok(isAutomaticRollback({ cause_details: { type: "AUTO_ROLLBACK" } }));
    assert.ok(!isAutomaticRollback({ cause_details: { type: "MAINTENANCE" } }));
    for (const one of [{}, { cause: "manual" }, { cause_details: null }, { cause_details: { type: 7 } }])
      assert.ok(!isUnprompted(one as Partial<Deployment>));
  });
});

describe("lookForStarted", () => {
  const app = (slots: Partial<App>): App => ({ id: "a", spec: {}, ...slots });
  const one = { id: "new" };

  it("checks every slot of the app, and the list", async () => {
    const clock = new InstantClock();
    const slots = ["pending", "in_progress", "active", "pinned"].map((slot) => ({
      [`${slot}_deployment`]: one,
    }));
    for (const slot of slots) {
      const source = { app: async () => app(slot), deployments: async () => assert.fail("listed") };
      assert.equal((await lookForStarted(source, NONE_KNOWN, 1, { clock }))?.id, "new");
    }
    const listed = { app: async () => app({}), deployments: async () => [one] };
    assert.equal((await lookForStarted(listed, NONE_KNOWN, 1, { clock }))?.id, "new");
    assert.deepEqual(shownDeployments(app({ pending_deployment: one, active_deployment: one })), [one]);
  });

  it("checks until the timeout expires, less and less often, through temporary failures", async () => {
    const clock = new InstantClock();
    const began = clock.now();
    let looks = 0;
    const source = {
      app: async () => {
        looks += 1;
        throw failed(looks % 2 === 0 ? "service-error" : "not-found");
      },
      deployments: async () => (clock.now() - began < 20_000 ? [] : [one]),
    };
    assert.equal((await lookForStarted(source, NONE_KNOWN, 30_000, { clock }))?.id, "new");
    assert.ok(looks < 10, String(looks));
    const never = { app: async () => app({}), deployments: async () => [] };
    const since = clock.now();
    assert.equal(await lookForStarted(never, NONE_KNOWN, 30_000, { clock }), undefined);
    assert.equal(clock.now() - since, 30_000);
  });

  it("does not treat a failed last check as an absence, and fails immediately when a retry cannot help", async () => {
    const clock = new InstantClock();
    const source = (code: ErrorCode) => ({
      app: async () => Promise.reject(failed(code)),
      deployments: async () => [],
    });
    await assert.rejects(lookForStarted(source("timeout"), NONE_KNOWN, 5_000, { clock }), {
      errorCode: "timeout",
    });
    const since = clock.now();
    await assert.rejects(lookForStarted(source("unauthorized"), NONE_KNOWN, 5_000, { clock }), {
      errorCode: "unauthorized",
    });
    assert.equal(clock.now(), since);
  });

  it("checks only once when the run is stopped", async () => {
    let looks = 0;
    const source = { app: async () => app({}), deployments: async () => (looks++, []) };
    const clock = new InstantClock();
    await lookForStarted(source, NONE_KNOWN, 60_000, { clock, signal: AbortSignal.abort() });
    assert.equal(looks, 1);
  });
});
