import assert from "node:assert/strict";
import { bench, webSpec, type Bench } from "./http";

describe("emulator: rejected requests", () => {
  let b: Bench;
  before(async () => {
    b = await bench();
    await b.ok("POST", "/v2/apps", { spec: webSpec("taken") });
  });
  after(() => b.emulator.close());

  const missing = "/v2/apps/4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf";
  const requests: [title: string, method: string, path: string, body: unknown, status: number, id: string][] =
    [
      ["a malformed id", "GET", "/v2/apps/nonsense", undefined, 400, "bad_request"],
      ["an unknown app", "GET", missing, undefined, 404, "not_found"],
      ["an unknown path", "GET", "/v2/droplets", undefined, 404, "not_found"],
      ["malformed JSON", "POST", "/v2/apps", '{"spec":', 400, "bad_request"],
      ["a body that is no object", "POST", "/v2/apps", "[]", 400, "bad_request"],
      [
        "a huge body",
        "POST",
        "/v2/apps",
        JSON.stringify({ spec: "x".repeat(2 ** 21) }),
        413,
        "request_entity_too_large",
      ],
      ["a name that exists", "POST", "/v2/apps", { spec: webSpec("taken") }, 409, "conflict"],
      ["no spec", "POST", "/v2/apps", {}, 400, "bad_request"],
      ["page 0", "GET", "/v2/apps?page=0", undefined, 400, "bad_request"],
    ];
  for (const [title, method, path, body, status, id] of requests) {
    it(`${title}: ${status}`, async () => {
      const answer = await b.call(method, path, body);
      assert.deepEqual([answer.status, answer.body.id], [status, id]);
      assert.equal(answer.body.request_id, answer.headers.get("x-request-id"));
    });
  }

  const rule = (authority: object): object => ({ match: { authority }, component: { name: "web" } });
  const specs: [title: string, spec: unknown, message: RegExp][] = [
    ["a bad name", webSpec("Bad_Name"), /"name"/],
    ["no component", { name: "demo" }, /at least one component/],
    ["no source", { name: "demo", services: [{ name: "web" }] }, /services\.0.*source/],
    ["two sources", webSpec("demo", { git: { repo_clone_url: "x" } }), /more than one source/],
    ["a name twice", { ...webSpec(), databases: [{ name: "web" }] }, /databases\.0\.name.*more than once/],
    [
      "an unknown enum value",
      webSpec("demo", { envs: [{ key: "A", scope: "SOMETIMES" }] }),
      /envs\.0\.scope.*RUN_TIME/,
    ],
    [
      "a size that is none",
      webSpec("demo", { instance_size_slug: "huge" }),
      /services\.0\.instance_size_slug.*apps-s-1vcpu-0\.5gb/,
    ],
    [
      "an empty size",
      { ...webSpec(), jobs: [{ name: "job", git: {}, instance_size_slug: "" }] },
      /jobs\.0\.instance_size_slug/,
    ],
    ["a wrong type", webSpec("demo", { http_port: "eighty" }), /services\.0\.http_port.*integer/],
    ["a list that is none", { name: "demo", services: {} }, /services.*list/],
    ["an unknown region", { ...webSpec(), region: "moon" }, /region.*moon/],
    [
      "an address that is none",
      { ...webSpec(), ingress: { custom_error_page_url: "https://" } },
      /ingress\.custom_error_page_url.*address/,
    ],
    [
      "a zone that is no host",
      { ...webSpec(), domains: [{ domain: "a.example.com", zone: "" }] },
      /domains\.0\.zone/,
    ],
    ["a rule to nowhere", { ...webSpec(), ingress: { rules: [{ component: { name: "gone" } }] } }, /gone/],
    [
      "a health check on a port that is not open",
      webSpec("demo", { http_port: 80, health_check: { port: 9090 } }),
      /"services\.health_check\.port": health check port "9090" not found in internal_ports/,
    ],
    [
      "a liveness check on a port that is not open",
      webSpec("demo", { http_port: 80, internal_ports: [81], liveness_health_check: { port: 8080 } }),
      /"services\.liveness_health_check\.port": .*port "8080" not found in internal_ports/,
    ],
    [
      "an internal port that is the public one",
      webSpec("demo", { http_port: 80, internal_ports: [80] }),
      /internal port should not match the http_port/,
    ],
    [
      "an authority that is no domain of the app",
      { ...webSpec(), ingress: { rules: [rule({ exact: "a.example.com" })] } },
      /Authority "a\.example\.com" does not have a matching custom domain/,
    ],
    [
      "an authority of another domain",
      { ...webSpec(), domains: [{ domain: "b.example.com" }], ingress: { rules: [rule({ prefix: "a." })] } },
      /Authority "a\." does not have/,
    ],
    [
      "tag and digest",
      webSpec("demo", { github: undefined, image: { tag: "1", digest: "sha256:1" } }),
      /not both/,
    ],
  ];
  for (const [title, spec, message] of specs) {
    it(`a spec with ${title}: 400, on create and propose alike`, async () => {
      for (const path of ["/v2/apps", "/v2/apps/propose"]) {
        const answer = await b.call("POST", path, { spec });
        assert.deepEqual([answer.status, answer.body.id], [400, "bad_request"]);
        assert.match(answer.body.message, message);
      }
    });
  }

  it("a body of another type than JSON and YAML: 415; one without a type is JSON", async () => {
    const status = async (type: string): Promise<number> => {
      const headers = { authorization: "Bearer t", "content-type": type };
      const body = JSON.stringify({ spec: webSpec("typed") });
      return (await fetch(`${b.emulator.url}/v2/apps/propose`, { method: "POST", headers, body })).status;
    };
    for (const type of [
      "application/xml",
      "image/png",
      "multipart/form-data; boundary=x",
      "json",
      "application/jsonx",
    ])
      assert.equal(await status(type), 415, type);
    for (const type of [
      "",
      "application/json",
      "Application/JSON; charset=utf-8",
      "application/vnd.api+json",
      "text/plain;charset=UTF-8",
      "application/x-www-form-urlencoded",
      "application/yaml",
      "text/x-yaml",
    ])
      assert.equal(await status(type), 200, type);
  });

  it("a request without a token or with a wrong one: 401", async () => {
    assert.equal((await b.call("GET", "/v2/apps", undefined, "")).status, 401);
    const strict = await bench({ token: "right" });
    assert.equal((await strict.call("GET", "/v2/apps", undefined, "wrong")).status, 401);
    assert.equal((await strict.call("GET", "/v2/apps", undefined, "right")).status, 200);
    await strict.emulator.close();
  });
});

describe("emulator: rate limits", () => {
  it("counts down the hour, rejects a burst with retry-after, and recovers", async () => {
    const b = await bench({ rateLimit: { perMinute: 3 } });
    const first = await b.call("GET", "/v2/apps");
    assert.equal(first.headers.get("ratelimit-limit"), "5000");
    assert.equal(first.headers.get("ratelimit-remaining"), "4999");
    await b.call("GET", "/v2/apps");
    await b.call("GET", "/v2/apps");
    const refused = await b.call("GET", "/v2/apps");
    assert.deepEqual([refused.status, refused.body.id], [429, "too_many_requests"]);
    assert.equal(refused.headers.get("retry-after"), "60");
    assert.equal((await b.call("GET", "/v2/apps", undefined, "someone-else")).status, 200);
    b.clock.advance(60_000);
    assert.equal((await b.call("GET", "/v2/apps")).status, 200);
    await b.emulator.close();
  });

  it("sends no retry time once the hour is used up", async () => {
    const b = await bench({ rateLimit: { perHour: 1 } });
    await b.call("GET", "/v2/apps");
    const refused = await b.call("GET", "/v2/apps");
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), null);
    assert.equal(refused.headers.get("ratelimit-remaining"), "0");
    await b.emulator.close();
  });
});
