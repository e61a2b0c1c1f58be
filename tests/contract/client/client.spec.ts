import assert from "node:assert/strict";
import { InstantClock } from "../../helpers/clocks/instant-clock";
import type { Client } from "../../../provider/api/client";
import { APP, failure, faultyService } from "../../helpers/world/faulty-service";
import { type Answer, json } from "../../helpers/world/scripted-server";

describe("Client: requests", () => {
  const service = faultyService();

  describe("findAppByName", () => {
    const app = (name: string): typeof APP => ({ id: `id-${name}`, spec: { name } });
    const list = (...names: string[]): Answer =>
      json(200, { apps: names.map(app), meta: { total: names.length } });

    it("accepts a response with a single app", async () => {
      service.server.script(json(200, { app: app("shop") }));
      assert.equal((await service.client().findAppByName("shop"))?.id, "id-shop");
      assert.deepEqual(
        service.server.received.map(({ path }) => path),
        ["/v2/apps?name=shop&per_page=200"],
      );
    });

    it("accepts a response with a list, and matches only the exact name", async () => {
      service.server.script(list("shop-2", "shop"));
      assert.equal((await service.client().findAppByName("shop"))?.id, "id-shop");
      assert.equal(await service.client().findAppByName("sho"), undefined);
      assert.equal(service.server.received.length, 2);
    });

    it("searches all pages when the service ignores the name filter", async () => {
      const links = { pages: { next: "/v2/apps?page=2" } };
      const first = json(200, { apps: [app("a")], links });
      for (const answer of [
        json(200, { app: app("other") }),
        json(404, { id: "not_found" }),
        json(400, {}),
        first,
      ]) {
        service.server.script(answer, first, list("shop"));
        assert.equal((await service.client().findAppByName("shop"))?.id, "id-shop");
      }
    });

    it("does not treat a failed request as a missing app", async () => {
      service.server.script(json(403, { id: "forbidden" }));
      assert.equal((await failure(service.client().findAppByName("shop"))).errorCode, "forbidden");
    });
  });

  it("tells the time by the clock of the service, as its latest response showed it", async () => {
    const clock = new InstantClock(Date.parse("2027-01-01T00:00:00Z"));
    const client = service.client({ clock });
    for (const date of ["2027-01-01T03:00:00Z", "2026-12-31T22:30:00Z"]) {
      service.server.script((response) => {
        response.writeHead(200, { date: new Date(date).toUTCString() }).end(JSON.stringify({ app: APP }));
      });
      await client.getApp("app-1");
      assert.equal(new Date(client.serviceTime()).toISOString(), new Date(date).toISOString());
    }
  });

  describe("requests", () => {
    const cases: [string, (client: Client) => Promise<unknown>, string, string, unknown, unknown][] = [
      ["getApp", (c) => c.getApp("a/1"), "GET", "/v2/apps/a%2F1", "", { app: { ...APP, id: "a/1" } }],
      [
        "createApp",
        (c) => c.createApp({ spec: { name: "shop" }, project_id: "p" }),
        "POST",
        "/v2/apps",
        { spec: { name: "shop" }, project_id: "p" },
        { app: APP },
      ],
      [
        "updateApp",
        (c) => c.updateApp("a", { spec: { name: "s" }, update_all_source_versions: true }),
        "PUT",
        "/v2/apps/a",
        { spec: { name: "s" }, update_all_source_versions: true },
        { app: { ...APP, id: "a" } },
      ],
      ["deleteApp", (c) => c.deleteApp("a"), "DELETE", "/v2/apps/a", "", { id: "a" }],
      [
        "proposeApp",
        (c) => c.proposeApp({ spec: { name: "s" }, app_id: "a" }),
        "POST",
        "/v2/apps/propose",
        { spec: { name: "s" }, app_id: "a" },
        {},
      ],
      [
        "listDeploymentPage",
        (c) => c.listDeploymentPage("a", { page: 2, perPage: 5 }),
        "GET",
        "/v2/apps/a/deployments?page=2&per_page=5",
        "",
        { deployments: [] },
      ],
      [
        "getDeployment",
        (c) => c.getDeployment("a", "d"),
        "GET",
        "/v2/apps/a/deployments/d",
        "",
        { deployment: { id: "d" } },
      ],
      [
        "createDeployment",
        (c) => c.createDeployment("a", { force_build: true }),
        "POST",
        "/v2/apps/a/deployments",
        { force_build: true },
        { deployment: { id: "d" } },
      ],
      [
        "cancelDeployment",
        (c) => c.cancelDeployment("a", "d"),
        "POST",
        "/v2/apps/a/deployments/d/cancel",
        "",
        { deployment: { id: "d" } },
      ],
      [
        "assignProject",
        (c) => c.assignProject("p", "a"),
        "POST",
        "/v2/projects/p/resources",
        { resources: ["do:app:a"] },
        { resources: [{ urn: "do:app:a", status: "assigned" }] },
      ],
      [
        "getProject",
        (c) => c.getProject("default"),
        "GET",
        "/v2/projects/default",
        "",
        { project: { id: "p" } },
      ],
      ["listRegions", (c) => c.listRegions(), "GET", "/v2/apps/regions", "", { regions: [{ slug: "ams" }] }],
      [
        "listInstanceSizes",
        (c) => c.listInstanceSizes(),
        "GET",
        "/v2/apps/tiers/instance_sizes",
        "",
        { instance_sizes: [{ slug: "s" }] },
      ],
      ["getAccount", (c) => c.getAccount(), "GET", "/v2/account", "", { account: { email: "a@b.c" } }],
      [
        "getLogUrls of an app",
        (c) => c.getLogUrls("a", { type: "RUN", follow: true, tailLines: 9, podConnectionTimeout: "1m" }),
        "GET",
        "/v2/apps/a/logs?type=RUN&follow=true&tail_lines=9&pod_connection_timeout=1m",
        "",
        {},
      ],
      [
        "getLogUrls of a deployment's component",
        (c) => c.getLogUrls("a", { type: "BUILD", deploymentId: "d", component: "web" }),
        "GET",
        "/v2/apps/a/deployments/d/components/web/logs?type=BUILD",
        "",
        {},
      ],
      [
        "getLogUrls of a component",
        (c) => c.getLogUrls("a", { type: "RUN", component: "web" }),
        "GET",
        "/v2/apps/a/components/web/logs?type=RUN",
        "",
        {},
      ],
    ];
    for (const [name, call, method, path, body, answer] of cases) {
      it(`${name} sends the documented request`, async () => {
        service.server.script(json(200, answer));
        await call(service.client());
        const { received } = service.server;
        assert.deepEqual(
          received.map((request) => [request.method, request.path, request.body]),
          [[method, path, body]],
        );
      });
    }

    it("never sends an ID that would turn the request into a different one", async () => {
      await assert.rejects(async () => service.client().deleteApp(".."), { errorCode: "invalid-input" });
      await assert.rejects(async () => service.client().deleteApp(""), { errorCode: "invalid-input" });
      assert.deepEqual(service.server.received, []);
    });

    it("accepts both field names for the archived logs", async () => {
      service.server.script(
        json(200, { historic_urls: ["a"], live_url: "wss://b" }),
        json(200, { historic_logs: ["c"] }),
        json(200, {}),
      );
      const urls = [];
      for (let i = 0; i < 3; i++) urls.push(await service.client().getLogUrls("a", { type: "RUN" }));
      assert.deepEqual(urls, [
        { historic_urls: ["a"], live_url: "wss://b" },
        { historic_urls: ["c"] },
        { historic_urls: [] },
      ]);
    });
  });
});
