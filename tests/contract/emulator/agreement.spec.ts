import assert from "node:assert/strict";
import { validate } from "../../../provider/appspec/validate";
import { bench, webSpec, type Bench } from "./http";

const variable = (fields: object): object => webSpec("demo", { envs: [{ key: "A", value: "b", ...fields }] });
const rule = (match: object): object => ({ rules: [{ match, component: { name: "web" } }] });

describe("emulator and validation", () => {
  let b: Bench;
  before(async () => {
    b = await bench();
  });
  after(() => b.emulator.close());

  const REJECTED: [what: string, spec: object][] = [
    ["a health check on a closed port", webSpec("demo", { http_port: 80, health_check: { port: 9090 } })],
    [
      "a liveness check on a closed port",
      webSpec("demo", { http_port: 80, liveness_health_check: { port: 9090 } }),
    ],
    ["a public port among the internal ones", webSpec("demo", { http_port: 80, internal_ports: [80] })],
    [
      "an authority without a domain",
      { ...webSpec(), ingress: rule({ authority: { exact: "a.example.com" } }) },
    ],
    ["a scope in lower case", variable({ scope: "run_time" })],
    ["a type in lower case", variable({ type: "secret" })],
    ["an engine by its full name", { ...webSpec(), databases: [{ name: "db", engine: "postgres" }] }],
    [
      "a kind with a dash",
      { ...webSpec(), jobs: [{ name: "task", git: { repo_clone_url: "x" }, kind: "pre-deploy" }] },
    ],
    ["a map of variables", webSpec("demo", { envs: { A: "b" } })],
    ["text for an image", { name: "demo", services: [{ name: "web", image: "nginx" }] }],
  ];
  for (const [what, spec] of REJECTED) {
    it(`both reject ${what}`, async () => {
      assert.equal((await b.call("POST", "/v2/apps/propose", { spec })).status, 400);
      assert.ok(validate(spec).some(({ severity }) => severity === "error"));
    });
  }

  const image = (fields: object): object =>
    webSpec("demo", { github: undefined, image: { repository: "web", tag: "latest", ...fields } });
  const ACCEPTED: [what: string, spec: object][] = [
    ["a registry by name for DOCR", image({ registry_type: "DOCR", registry: "mine" })],
    ["an image on Docker Hub without a registry", image({ registry_type: "DOCKER_HUB" })],
    [
      "the same variable twice",
      webSpec("demo", {
        envs: [
          { key: "A", value: "1" },
          { key: "A", value: "2" },
        ],
      }),
    ],
    ["a match without a text", { ...webSpec(), ingress: rule({ authority: {}, path: {} }) }],
    [
      "a health check on an internal port",
      webSpec("demo", { internal_ports: [9090], health_check: { port: 9090 } }),
    ],
    [
      "a health check on the default port",
      webSpec("demo", { http_port: undefined, health_check: { port: 8080 } }),
    ],
    [
      "an authority below a wildcard domain",
      {
        ...webSpec(),
        domains: [{ domain: "example.com", wildcard: true }],
        ingress: rule({ authority: { exact: "a.example.com" } }),
      },
    ],
  ];
  for (const [what, spec] of ACCEPTED) {
    it(`both accept ${what}`, async () => {
      const answer = await b.call("POST", "/v2/apps/propose", { spec });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.deepEqual(
        validate(spec).filter(({ severity }) => severity === "error"),
        [],
      );
    });
  }

  it("reject an encrypted value for an app that does not exist, and accept the app's own", async () => {
    const secret = (value: string): object => ({
      ...webSpec("sealed"),
      envs: [{ key: "A", value, type: "SECRET" }],
    });
    const { app } = (await b.ok("POST", "/v2/apps", { spec: secret("x") })) as {
      app: { id: string; spec: { envs: { value: string }[] } };
    };
    const sealed = secret(app.spec.envs[0]?.value ?? "");
    assert.equal((await b.call("POST", "/v2/apps/propose", { spec: sealed, app_id: app.id })).status, 200);
    for (const path of ["/v2/apps", "/v2/apps/propose"]) {
      const answer = await b.call("POST", path, { spec: sealed });
      assert.equal(answer.status, 400);
      assert.match(
        String(answer.body.message),
        /"envs\.0\.value": secret env value must not be encrypted before app is created/,
      );
    }
  });
});
