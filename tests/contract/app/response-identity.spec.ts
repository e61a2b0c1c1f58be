import assert from "node:assert/strict";
import type { Client } from "../../../provider/api/client";
import { failure, faultyService, ONCE } from "../../helpers/world/faulty-service";
import { json } from "../../helpers/world/scripted-server";

const app = (id: string, name = "shop"): object => ({ id, spec: { name } });

/** Every call whose response identifies its object: the call, a response about another object, and the right one. */
const READS: [string, (client: Client) => Promise<unknown>, object, object][] = [
  ["getApp", (c) => c.getApp("a"), { app: app("b") }, { app: app("a") }],
  [
    "getDeployment",
    (c) => c.getDeployment("a", "d"),
    { deployment: { id: "e" } },
    { deployment: { id: "d" } },
  ],
  ["getEvent", (c) => c.getEvent("a", "d"), { event: { id: "e" } }, { event: { id: "d" } }],
  ["getJobInvocation", (c) => c.getJobInvocation("a", "d"), { job_invocation: { id: "e" } }, { id: "d" }],
  ["getJobInvocation, not wrapped", (c) => c.getJobInvocation("a", "d"), { id: "e" }, { id: "d" }],
  ["getProject", (c) => c.getProject("p"), { project: { id: "q" } }, { project: { id: "p" } }],
  [
    "getInstanceSize",
    (c) => c.getInstanceSize("s"),
    { instance_size: { slug: "t" } },
    { instance_size: { slug: "s" } },
  ],
  [
    "getBandwidth",
    (c) => c.getBandwidth("a"),
    { app_bandwidth_usage: [{ app_id: "b" }] },
    { app_bandwidth_usage: [{ app_id: "a" }] },
  ],
  [
    "getBandwidths",
    (c) => c.getBandwidths({ app_ids: ["a", "b"], date: undefined }),
    { app_bandwidth_usage: [{ app_id: "a" }, { app_id: "c" }] },
    { app_bandwidth_usage: [{ app_id: "b" }] },
  ],
  [
    "assignAlertDestinations",
    (c) => c.assignAlertDestinations("a", "l", {}),
    { alert: { id: "m" } },
    { alert: { id: "l" } },
  ],
];

const WRITES: [string, (client: Client) => Promise<unknown>, object][] = [
  ["createApp", (c) => c.createApp({ spec: { name: "shop" } }), { app: app("a", "other") }],
  ["updateApp", (c) => c.updateApp("a", { spec: { name: "shop" } }), { app: app("b") }],
  ["deleteApp", (c) => c.deleteApp("a"), { id: "b" }],
  ["cancelDeployment", (c) => c.cancelDeployment("a", "d"), { deployment: { id: "e" } }],
  ["cancelEvent", (c) => c.cancelEvent("a", "d"), { event: { id: "e" } }],
  ["cancelJobInvocation", (c) => c.cancelJobInvocation("a", "d"), { job_invocation: { id: "e" } }],
];

describe("Client: responses about another object", () => {
  const service = faultyService();

  for (const [name, call, other, right] of READS)
    it(`${name} is retried, and fails when every response is about another object`, async () => {
      service.server.script(json(200, other), json(200, right));
      await call(service.client());
      assert.equal(service.server.received.length, 2);
      service.server.script(json(200, other));
      const error = await failure(call(service.client({ retry: ONCE })));
      assert.equal(error.errorCode, "unreadable-answer");
      assert.match(error.message, /it is about another object/);
    });

  for (const [name, call, other] of WRITES)
    it(`${name} is not sent twice, and its outcome is reported as unknown`, async () => {
      service.server.script(json(200, other));
      const error = await failure(call(service.client()));
      assert.equal(error.errorCode, "unreadable-answer");
      assert.equal(error.ambiguous, true);
      assert.equal(service.server.received.length, 1);
    });

  it("getProject accepts any project as the default one", async () => {
    service.server.script(json(200, { project: { id: "p" } }));
    assert.equal((await service.client().getProject("default")).id, "p");
  });

  it("findAppByName accepts an app that is listed twice, and does not choose between two with the same name", async () => {
    service.server.script(json(200, { apps: [app("a"), app("b", "other"), app("a")], meta: { total: 3 } }));
    assert.equal((await service.client().findAppByName("shop"))?.id, "a");
    service.server.script(json(200, { apps: [app("a"), app("b")], meta: { total: 2 } }));
    const error = await failure(service.client().findAppByName("shop"));
    assert.match(error.message, /two apps named shop \(ids a and b\)/);
  });
});
