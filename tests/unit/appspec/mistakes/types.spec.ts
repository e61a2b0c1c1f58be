import assert from "node:assert/strict";
import { parseSpec } from "../../../../provider/appspec/parse";
import { mapShapes, type Shape } from "../../../../provider/appspec/schema-shape";
import { validate } from "../../../../provider/appspec/validate";
import { github, only, service } from "./found";

const image = (text: string): object => ({ name: "shop", services: [{ name: "web", image: text }] });
const job = (fields: object): object => ({ name: "shop", jobs: [{ name: "task", github, ...fields }] });
const rule = (fields: object): object =>
  service(
    {},
    { ingress: { rules: [{ match: { path: { prefix: "/" } }, component: { name: "web" }, ...fields }] } },
  );
const scaling = (metrics: unknown): object =>
  service({ autoscaling: { min_instance_count: 1, max_instance_count: 2, metrics } });
const logs = (fields: object): object => service({ log_destinations: [{ name: "logs", ...fields }] });

describe("a value of the wrong type", () => {
  const CASES: [what: string, spec: object, path: string, hint: RegExp][] = [
    ["a map for variables", service({ envs: { PORT: "8080" } }), "services.0.envs", /- key: PORT and value/],
    [
      "one variable without its dash",
      service({ envs: { key: "A", value: "b" } }),
      "services.0.envs",
      /dash.*- key/,
    ],
    ["text for variables", service({ envs: "A=b" }), "services.0.envs", /- key/],
    ["text as a variable", service({ envs: ["A=b"] }), "services.0.envs.0", /key: A and value/],
    ["a map for components", { name: "shop", services: { web: { github } } }, "services", /- name: web/],
    [
      "one component without its dash",
      { name: "shop", services: { name: "web", github } },
      "services",
      /dash.*- name/,
    ],
    ["text as a component", { name: "shop", services: ["web"] }, "services.0", /name: "web"/],
    [
      "text for domains",
      service({}, { domains: "shop.example.com" }),
      "domains",
      /- domain: "shop\.example\.com"/,
    ],
    ["text as a domain", service({}, { domains: ["shop.example.com"] }), "domains.0", /domain: "shop/],
    [
      "a map for domains",
      service({}, { domains: { domain: "shop.example.com" } }),
      "domains",
      /dash.*- domain/,
    ],
    [
      "text as an alert",
      service({}, { alerts: ["DEPLOYMENT_FAILED"] }),
      "alerts.0",
      /rule: "DEPLOYMENT_FAILED"/,
    ],
    ["a number for ports", service({ internal_ports: 9090 }), "services.0.internal_ports", /\[9090\]/],
    [
      "a map of features",
      service({}, { features: { "buildpack-stack": "ubuntu-22" } }),
      "features",
      /- buildpack-stack=/,
    ],
    [
      "a map as a feature",
      service({}, { features: [{ "buildpack-stack": "ubuntu-22" }] }),
      "features.0",
      /buildpack-stack=ubuntu-22/,
    ],
    [
      "text for features",
      service({}, { features: "buildpack-stack=ubuntu-22" }),
      "features",
      /\["buildpack-stack=ubuntu-22"\]/,
    ],
    ["an empty map for a list", service({}, { alerts: {} }), "alerts", /\[\]/],
    ["an empty item", service({}, { domains: [null] }), "domains.0", /dash/],
    [
      "text for github",
      { name: "shop", services: [{ name: "web", github: "acme/shop" }] },
      "services.0.github",
      /repo: "acme\/shop"/,
    ],
    [
      "text for git",
      { name: "shop", services: [{ name: "web", git: "https://example.com/a.git" }] },
      "services.0.git",
      /repo_clone_url: "https/,
    ],
    [
      "a list for github",
      { name: "shop", services: [{ name: "web", github: [github] }] },
      "services.0.github",
      /remove the dash/,
    ],
    [
      "a list of single fields",
      { name: "shop", services: [{ name: "web", github: [{ repo: "a/b" }, { branch: "main" }] }] },
      "services.0.github",
      /remove the dashes/,
    ],
    [
      "a list of values for a map",
      service({ health_check: ["/health"] }),
      "services.0.health_check",
      /a map with path, initial_delay_seconds, period_seconds/,
    ],
    ["an empty list for a map", service({ autoscaling: [] }), "services.0.autoscaling", /a map with min_/],
    [
      "a GHCR image",
      image("ghcr.io/acme/api:v1"),
      "services.0.image",
      /GHCR, registry: acme, repository: api, tag: v1/,
    ],
    [
      "an official image",
      image("nginx"),
      "services.0.image",
      /DOCKER_HUB, registry: library, repository: nginx, tag: latest/,
    ],
    [
      "an image on Docker Hub",
      image("acme/api:1.2"),
      "services.0.image",
      /DOCKER_HUB, registry: acme, repository: api, tag: 1\.2/,
    ],
    [
      "a DOCR image",
      image("registry.digitalocean.com/mine/api:v1"),
      "services.0.image",
      /DOCR, registry: mine, repository: api/,
    ],
    [
      "an image by its digest",
      image(`docker.io/acme/api@sha256:${"0".repeat(64)}`),
      "services.0.image",
      /DOCKER_HUB.*digest: sha256:0/,
    ],
    [
      "an image of another registry",
      image("quay.io/acme/api:v1"),
      "services.0.image",
      /registry_type.*DOCR, Docker Hub and GHCR/,
    ],
    [
      "text for a schedule",
      job({ kind: "SCHEDULED", schedule: "0 2 * * *" }),
      "jobs.0.schedule",
      /cron: "0 2 \* \* \*"/,
    ],
    [
      "text for a health check",
      service({ health_check: "/health" }),
      "services.0.health_check",
      /http_path: "\/health"/,
    ],
    [
      "a list of metrics",
      scaling([{ type: "cpu", percent: 70 }]),
      "services.0.autoscaling.metrics",
      /cpu: \{ percent/,
    ],
    ["a number for a metric", scaling({ cpu: 70 }), "services.0.autoscaling.metrics.cpu", /percent: 70/],
    ["a number for autoscaling", service({ autoscaling: 3 }), "services.0.autoscaling", /min_instance_count/],
    ["text for a path", rule({ match: { path: "/api" } }), "ingress.rules.0.match.path", /prefix: "\/api"/],
    ["text for a match", rule({ match: "/api" }), "ingress.rules.0.match", /path: \{ prefix: "\/api"/],
    ["text for a component", rule({ component: "web" }), "ingress.rules.0.component", /name: "web"/],
    [
      "a list for the ingress",
      service({}, { ingress: [{ component: { name: "web" } }] }),
      "ingress",
      /ingress\.rules/,
    ],
    ["text for egress", service({}, { egress: "DEDICATED_IP" }), "egress", /type: "DEDICATED_IP"/],
    ["a boolean for maintenance", service({}, { maintenance: true }), "maintenance", /enabled: true/],
    [
      "text as an origin",
      rule({ cors: { allow_origins: ["https://example.com"] } }),
      "ingress.rules.0.cors.allow_origins.0",
      /exact: "https/,
    ],
    [
      "a number for termination",
      service({ termination: 30 }),
      "services.0.termination",
      /grace_period_seconds: 30/,
    ],
    [
      "a token for logtail",
      logs({ logtail: "hunter2" }),
      "services.0.log_destinations.0.logtail",
      /token: …/,
    ],
    [
      "yes",
      service({ github: { ...github, deploy_on_push: "yes" } }),
      "services.0.github.deploy_on_push",
      /write true$/,
    ],
    ["the word on", service({}, { disable_edge_cache: "on" }), "disable_edge_cache", /write true$/],
    ["the word Yes", service({}, { disable_edge_cache: "Yes" }), "disable_edge_cache", /write true$/],
    ["the word no", service({}, { disable_edge_cache: "no" }), "disable_edge_cache", /write false$/],
    ["the word off", service({}, { disable_edge_cache: "off" }), "disable_edge_cache", /write false$/],
    ["a one", service({}, { disable_edge_cache: 1 }), "disable_edge_cache", /write true$/],
    ["FALSE in quotes", service({}, { disable_edge_cache: "FALSE" }), "disable_edge_cache", /write false$/],
    [
      "text without a meaning",
      service({}, { disable_edge_cache: "perhaps" }),
      "disable_edge_cache",
      /true or false/,
    ],
    [
      "a boolean for deploy_on_push of an image",
      {
        name: "shop",
        services: [
          { name: "web", image: { registry_type: "DOCR", repository: "web", deploy_on_push: true } },
        ],
      },
      "services.0.image.deploy_on_push",
      /enabled: true/,
    ],
    ["a word for a number", service({ http_port: "eighty" }), "services.0.http_port", /whole number/],
    ["a fraction for a port", service({ http_port: 80.5 }), "services.0.http_port", /whole number/],
    ["a port with its protocol", service({ http_port: "8080/tcp" }), "services.0.http_port", /8080$/],
    [
      "minutes for seconds",
      service({ health_check: { period_seconds: "5 minutes" } }),
      "services.0.health_check.period_seconds",
      /300$/,
    ],
    [
      "ports in one text",
      service({ internal_ports: "9090, 9091" }),
      "services.0.internal_ports",
      /\[9090, 9091\]/,
    ],
    [
      "seconds with their unit",
      service({ health_check: { period_seconds: "10s" } }),
      "services.0.health_check.period_seconds",
      /10$/,
    ],
    ["a list of one number", service({ http_port: [8080] }), "services.0.http_port", /without dashes/],
    [
      "a command as a list",
      service({ run_command: ["npm", "start"] }),
      "services.0.run_command",
      /one string/,
    ],
    ["a list for a region", service({}, { region: ["nyc"] }), "region", /one string/],
    ["a map for text", service({ run_command: { sh: "x" } }), "services.0.run_command", /quotes/],
  ];
  for (const [what, spec, path, hint] of CASES) {
    it(`is one error that says what to write, for ${what}`, () => {
      const problem = only(spec);
      assert.deepEqual(
        [problem.severity, problem.code, problem.path.join(".")],
        ["error", "wrong-type", path],
      );
      assert.match(problem.hint ?? "", hint);
      assert.doesNotMatch(JSON.stringify(problem), /hunter2/);
    });
  }

  it("has a hint everywhere in the AppSpec, for every type", () => {
    const wrong: Record<Shape["kind"], unknown[]> = {
      list: [{}, { a: 1 }, "text", 7, true],
      map: [[], [{}], [1, 2], "text", 7, true],
      string: [[], {}, ["a"]],
      number: ["text", [], {}, true],
      integer: ["text", 1.5, [1], {}, true],
      boolean: ["text", 7, [], {}],
    };
    const visit = (shape: Shape, wrap: (value: unknown) => object, depth: number): void => {
      for (const value of wrong[shape.kind]) {
        const found = validate(wrap(value)).filter(({ code }) => code === "wrong-type");
        assert.ok(found.length === 1 && found[0]?.hint, JSON.stringify([wrap(value), found]));
      }
      if (depth === 0) return;
      if (shape.kind === "list") visit(shape.items, (value) => wrap([value]), depth - 1);
      if (shape.kind === "map")
        for (const [name, { shape: inner }] of shape.fields)
          visit(inner, (value) => wrap({ [name]: value }), depth - 1);
    };
    const spec = mapShapes().get("AppSpec");
    assert.ok(spec);
    for (const [name, { shape }] of spec.fields) visit(shape, (value) => ({ [name]: value }), 5);
  });

  it("is never shown if it may be a secret", () => {
    const places: object[] = [
      service({ envs: "hunter2" }),
      service({ envs: ["hunter2"] }),
      service({ envs: ["hunter2: x"] }),
      service({ envs: [{ key: "A", value: ["hunter2"] }] }),
      service({
        github: undefined,
        image: { registry_type: "GHCR", registry: "a", repository: "b", registry_credentials: ["hunter2"] },
      }),
      logs({ endpoint: "https://example.com", headers: "hunter2" }),
      logs({ endpoint: "https://example.com", headers: ["hunter2"] }),
      logs({ datadog: "hunter2" }),
      logs({ open_search: { endpoint: "https://example.com", basic_auth: "hunter2" } }),
      service({}, { ingress: { secure_header: "hunter2" } }),
      { name: "shop", services: [{ name: "web", git: "https://me:hunter2@example.com/a.git" }] },
      image("https://me:hunter2@ghcr.io/acme/api"),
    ];
    for (const spec of places) {
      const problems = validate(spec);
      assert.ok(problems.length > 0);
      assert.doesNotMatch(JSON.stringify(problems), /hunter2/);
    }
  });

  it("is not reported for a number or boolean where a string is expected", () => {
    const text =
      "name: shop\ndatabases:\n- { name: db, engine: PG, version: 16 }\nenvs:\n- { key: A, value: yes }\n- { key: B, value: 1.10 }\n";
    assert.deepEqual(validate(parseSpec(text).spec), []);
  });
});
