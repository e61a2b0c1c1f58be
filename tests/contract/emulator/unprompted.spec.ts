import assert from "node:assert/strict";
import rollbackBody from "../../fixtures/bodies/deployment-auto-rollback.json";
import domainBody from "../../fixtures/bodies/apps-after-domain-ready.json";
import { bench, webSpec, WHOLE, type Bench } from "./http";
import type { EmulatorOptions } from "../../../emulator/index";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

describe("emulator: deployments that nobody requested", () => {
  let b: Bench;
  let app: any;
  let at: string;
  const start = async (options: EmulatorOptions = {}): Promise<void> => {
    b = await bench(options);
    app = (await b.ok("POST", "/v2/apps", { spec: webSpec() })).app;
    at = `/v2/apps/${app.id}`;
    b.clock.advance(WHOLE);
  };
  afterEach(() => b.emulator.close());

  const list = async (): Promise<any[]> => (await b.ok("GET", `${at}/deployments`)).deployments.reverse();
  const fail = async (component: Record<string, unknown> = { run_command: "exit 1" }): Promise<any> => {
    const failed = (await b.ok("PUT", at, { spec: webSpec("demo", component) })).app.pending_deployment;
    b.clock.advance(WHOLE);
    return failed;
  };

  it("include the rollback after a failed deploy stage, with the fields of a published one", async () => {
    await start();
    const failed = await fail();
    const [good, , rollback] = await list();
    assert.deepEqual(
      Object.keys(rollbackBody).filter((key) => !(key in rollback)),
      [],
    );
    assert.equal(rollback.cause, rollbackBody.cause.replace(rollbackBody.previous_deployment_id, failed.id));
    assert.deepEqual([rollback.previous_deployment_id, rollback.cloned_from], [failed.id, good.id]);
    assert.equal(rollback.cause_details.type, "AUTO_ROLLBACK");
    b.clock.advance(WHOLE);
    const now = (await b.ok("GET", at)).app;
    assert.deepEqual([now.active_deployment.id, now.active_deployment.phase], [rollback.id, "ACTIVE"]);
    assert.equal(now.spec.services[0].run_command, "exit 1", "the spec stays the failed one");
    assert.equal(now.active_deployment.spec.services[0].run_command, undefined);
    assert.equal((await list()).length, 3);
    const found = await b.ok("GET", `${at}/deployments?deployment_types=AUTO_ROLLBACK`);
    assert.deepEqual(
      found.deployments.map(({ id }: any) => id),
      [rollback.id],
    );
  });

  it("include no rollback after a failed build, a failed first deployment, or a newer deployment", async () => {
    await start();
    await fail({ build_command: "exit 1" });
    b.clock.advance(WHOLE);
    assert.equal((await list()).length, 2);
    const other = (await b.ok("POST", "/v2/apps", { spec: webSpec("other", { run_command: "exit 1" }) })).app;
    b.clock.advance(2 * WHOLE);
    assert.equal((await b.ok("GET", `/v2/apps/${other.id}/deployments`)).deployments.length, 1);
  });

  it("include no rollback when that is switched off", async () => {
    await start({ otherwise: ["own-rollback"] });
    await fail();
    b.clock.advance(WHOLE);
    assert.equal((await list()).length, 2);
  });

  it("reject updates, deployments and rollbacks during the rollback, if that is switched on", async () => {
    await start({ otherwise: ["own-rollback-blocks-nothing"] });
    await fail();
    const [good] = await list();
    const calls = [
      ["PUT", at, { spec: webSpec() }],
      ["POST", `${at}/deployments`, {}],
    ] as const;
    for (const [method, path, body] of calls) assert.equal((await b.call(method, path, body)).status, 409);
    const target = { deployment_id: good.id };
    assert.equal((await b.ok("POST", `${at}/rollback/validate`, target)).valid, false);
    assert.equal((await b.call("POST", `${at}/rollback`, target)).status, 400);
    b.clock.advance(WHOLE);
    await b.ok("PUT", at, { spec: webSpec() });
  });

  it("include one of type MAINTENANCE once a new domain is ready, as published", async () => {
    const [told] = domainBody.apps;
    await start();
    await b.ok("PUT", at, { spec: { ...webSpec(), domains: told!.spec.domains } });
    b.clock.advance(3 * WHOLE);
    const [, updated, ready, ...others] = await list();
    assert.deepEqual(others, []);
    const { cause, cause_details: details } = told!.active_deployment;
    assert.deepEqual([ready.cause, ready.cause_details], [cause, details]);
    assert.deepEqual([ready.phase, ready.previous_deployment_id], ["ACTIVE", updated.id]);
  });

  it("start on request, and cancel the one in progress", async () => {
    await start();
    const pending = (await b.ok("POST", `${at}/deployments`, {})).deployment;
    const { id } = await b.ok("POST", "/_emulator/apps/demo/deployments", { type: "AUTOSCALED" });
    const found = (await list()).at(-1);
    assert.deepEqual([found.id, found.cause_details.type], [id, "AUTOSCALED"]);
    assert.equal((await b.ok("GET", `${at}/deployments/${pending.id}`)).deployment.phase, "CANCELED");
    assert.equal((await b.call("POST", "/_emulator/apps/demo/deployments", { type: "MANUAL" })).status, 400);
  });
});
