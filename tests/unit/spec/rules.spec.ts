import assert from "node:assert/strict";
import { validate } from "../../../provider/spec/validate";

const github = { repo: "example/shop", branch: "main" };
const image = { registry_type: "DOCR", repository: "shop", tag: "v1" };
const service = (fields: object): object => ({
  name: "shop",
  services: [{ name: "web", github, ...fields }],
});
const withImage = (fields: object): object => ({
  name: "shop",
  services: [{ name: "web", image: { ...image, ...fields } }],
});
const job = (fields: object): object => ({ name: "shop", jobs: [{ name: "task", github, ...fields }] });
const site = (fields: object): object => ({
  name: "shop",
  static_sites: [{ name: "web", github, ...fields }],
});
const top = (fields: object): object => ({ ...service({}), ...fields });
const match = { path: { prefix: "/" } };
const rule = (fields: object): object =>
  top({ ingress: { rules: [{ match, component: { name: "web" }, ...fields }] } });
const redirect = (fields: object): object => top({ ingress: { rules: [{ match, redirect: fields }] } });
const scaling = (fields: object): object =>
  service({
    autoscaling: {
      min_instance_count: 1,
      max_instance_count: 3,
      metrics: { cpu: { percent: 70 } },
      ...fields,
    },
  });
const logs = (fields: object): object => service({ log_destinations: [{ name: "logs", ...fields }] });
const search = (fields: object): object => logs({ open_search: fields });
const variable = (value: string, rest: object = {}): object =>
  top({ databases: [{ name: "db", engine: "PG" }], envs: [{ key: "A", value, ...rest }] });
const database = (fields: object): object => top({ databases: [{ name: "db", engine: "PG", ...fields }] });
const limit = { operator: "GREATER_THAN", value: 80, window: "FIVE_MINUTES" };

type Severity = "error" | "warning";

/** What is wrong, where, and the same made right. */
const CASES: [code: string, severity: Severity, path: string, wrong: object, right: object][] = [
  [
    "duplicate-name",
    "error",
    "jobs.0.name",
    { ...service({}), jobs: [{ name: "web", github }] },
    { ...service({}), jobs: [{ name: "task", github }] },
  ],
  [
    "duplicate-name",
    "error",
    "databases.0.name",
    top({ databases: [{ name: "web", engine: "PG" }] }),
    database({}),
  ],
  ["no-components", "warning", "", { name: "shop" }, service({})],
  ["no-source", "error", "services.0", { name: "shop", services: [{ name: "web" }] }, service({})],
  [
    "several-sources",
    "error",
    "services.0",
    service({ git: { repo_clone_url: "https://git.example.com/a.git" } }),
    service({}),
  ],
  [
    "incomplete-source",
    "error",
    "services.0.github.repo",
    service({ github: { branch: "main" } }),
    service({}),
  ],
  [
    "incomplete-source",
    "error",
    "services.0.image.repository",
    { name: "shop", services: [{ name: "web", image: { registry_type: "DOCR" } }] },
    withImage({}),
  ],
  [
    "repo-format",
    "warning",
    "services.0.github.repo",
    service({ github: { repo: "https://github.com/example/shop" } }),
    service({}),
  ],
  ["tag-and-digest", "error", "services.0.image", withImage({ digest: "sha256:1" }), withImage({})],
  [
    "no-registry-type",
    "warning",
    "services.0.image",
    { name: "shop", services: [{ name: "web", image: { repository: "r" } }] },
    withImage({}),
  ],
  [
    "registry-of-docr",
    "error",
    "services.0.image.registry",
    withImage({ registry: "mine" }),
    withImage({ registry: "" }),
  ],
  [
    "deploy-on-push",
    "warning",
    "services.0.image.deploy_on_push",
    withImage({ registry_type: "GHCR", deploy_on_push: { enabled: true } }),
    withImage({ deploy_on_push: { enabled: true } }),
  ],
  [
    "deploy-on-push",
    "warning",
    "services.0.image.deploy_on_push",
    withImage({ tag: undefined, digest: "sha256:1", deploy_on_push: { enabled: true } }),
    withImage({ tag: undefined, digest: "sha256:1", deploy_on_push: { enabled: false } }),
  ],
  [
    "count-and-autoscaling",
    "error",
    "services.0.instance_count",
    service({ instance_count: 2, autoscaling: { metrics: { cpu: {} } } }),
    scaling({}),
  ],
  [
    "autoscaling-bounds",
    "error",
    "services.0.autoscaling.min_instance_count",
    scaling({ min_instance_count: 4 }),
    scaling({ min_instance_count: 3 }),
  ],
  ["no-metrics", "warning", "services.0.autoscaling", scaling({ metrics: {} }), scaling({})],
  [
    "deprecated-size",
    "warning",
    "services.0.instance_size_slug",
    service({ instance_size_slug: "professional-xs" }),
    service({ instance_size_slug: "apps-s-1vcpu-1gb" }),
  ],
  [
    "bad-port",
    "warning",
    "services.0.internal_ports.0",
    service({ internal_ports: [70000] }),
    service({ internal_ports: [7000] }),
  ],
  [
    "duplicate-port",
    "warning",
    "services.0.internal_ports.1",
    service({ internal_ports: [81, 81] }),
    service({ internal_ports: [81, 82] }),
  ],
  [
    "duplicate-port",
    "warning",
    "services.0.internal_ports.0",
    service({ http_port: 81, internal_ports: [81] }),
    service({ http_port: 80, internal_ports: [81] }),
  ],
  [
    "two-fallbacks",
    "error",
    "static_sites.0",
    site({ catchall_document: "a.html", error_document: "b.html" }),
    site({ catchall_document: "a.html" }),
  ],
  [
    "no-schedule",
    "error",
    "jobs.0",
    job({ kind: "SCHEDULED" }),
    job({ kind: "SCHEDULED", schedule: { cron: "0 3 * * *" } }),
  ],
  [
    "unused-schedule",
    "warning",
    "jobs.0.schedule",
    job({ kind: "PRE_DEPLOY", schedule: { cron: "0 3 * * *" } }),
    job({ kind: "PRE_DEPLOY" }),
  ],
  [
    "bad-cron",
    "warning",
    "jobs.0.schedule.cron",
    job({ kind: "SCHEDULED", schedule: { cron: "daily" } }),
    job({ kind: "SCHEDULED", schedule: { cron: "*/5 0 1 1 *" } }),
  ],
  [
    "bad-cron",
    "warning",
    "jobs.0.schedule.cron",
    job({ kind: "SCHEDULED", schedule: {} }),
    job({ kind: "SCHEDULED", schedule: { cron: "* * * * *" } }),
  ],
  ["bad-duration", "warning", "jobs.0.timeout", job({ timeout: "30 minutes" }), job({ timeout: "1h30m" })],
  [
    "bad-duration",
    "warning",
    "ingress.rules.0.cors.max_age",
    rule({ cors: { max_age: "soon" } }),
    rule({ cors: { max_age: "10s" } }),
  ],
  ["two-targets", "error", "ingress.rules.0", rule({ redirect: { uri: "/" } }), rule({})],
  ["no-target", "warning", "ingress.rules.0", rule({ component: undefined }), rule({})],
  ["no-match", "warning", "ingress.rules.0", rule({ match: undefined }), rule({})],
  [
    "no-match",
    "warning",
    "ingress.rules.0.match.path",
    rule({ match: { path: {} } }),
    rule({ match: { path: { prefix: "" } } }),
  ],
  [
    "two-matches",
    "error",
    "ingress.rules.0.match.path",
    rule({ match: { path: { prefix: "/", exact: "/" } } }),
    rule({ match: { path: { exact: "/" } } }),
  ],
  [
    "two-matches",
    "error",
    "ingress.rules.0.cors.allow_origins.0",
    rule({ cors: { allow_origins: [{ exact: "a", regex: "a" }] } }),
    rule({ cors: { allow_origins: [{ exact: "a" }] } }),
  ],
  [
    "no-match",
    "warning",
    "ingress.rules.0.cors.allow_origins.0",
    rule({ cors: { allow_origins: [{}] } }),
    rule({ cors: { allow_origins: [{ regex: "a" }] } }),
  ],
  [
    "no-such-component",
    "error",
    "ingress.rules.0.component.name",
    rule({ component: { name: "wbe" } }),
    rule({}),
  ],
  [
    "not-routable",
    "warning",
    "ingress.rules.0.component.name",
    { ...rule({ component: { name: "task" } }), jobs: [{ name: "task", github }] },
    rule({}),
  ],
  [
    "rewrite-and-preserve",
    "error",
    "ingress.rules.0.component",
    rule({ component: { name: "web", rewrite: "/", preserve_path_prefix: true } }),
    rule({ component: { name: "web", rewrite: "/" } }),
  ],
  [
    "redirect-code",
    "warning",
    "ingress.rules.0.redirect.redirect_code",
    redirect({ uri: "/", redirect_code: 200 }),
    redirect({ uri: "/", redirect_code: 308 }),
  ],
  [
    "routes-and-ingress",
    "warning",
    "services.0.routes",
    { ...rule({}), services: [{ name: "web", github, routes: [{ path: "/" }] }] },
    service({ routes: [{ path: "/" }] }),
  ],
  [
    "route-path",
    "error",
    "services.0.routes.0.path",
    service({ routes: [{ path: "api" }] }),
    service({ routes: [{ path: "/api" }] }),
  ],
  [
    "duplicate-route",
    "error",
    "services.0.routes.1.path",
    service({ routes: [{ path: "/a" }, { path: "/a" }] }),
    service({ routes: [{ path: "/a" }, { path: "/b" }] }),
  ],
  [
    "duplicate-domain",
    "error",
    "domains.1.domain",
    top({ domains: [{ domain: "a.example.com" }, { domain: "a.example.com" }] }),
    top({ domains: [{ domain: "a.example.com" }, { domain: "b.example.com" }] }),
  ],
  [
    "two-primaries",
    "error",
    "domains.1.type",
    top({
      domains: [
        { domain: "a.example.com", type: "PRIMARY" },
        { domain: "b.example.com", type: "PRIMARY" },
      ],
    }),
    top({
      domains: [
        { domain: "a.example.com", type: "PRIMARY" },
        { domain: "b.example.com", type: "ALIAS" },
      ],
    }),
  ],
  [
    "page-address",
    "warning",
    "maintenance.offline_page_url",
    top({ maintenance: { offline_page_url: "offline.html" } }),
    top({ maintenance: { offline_page_url: "https://example.com/" } }),
  ],
  [
    "duplicate-variable",
    "error",
    "envs.1.key",
    top({ envs: [{ key: "A" }, { key: "A" }] }),
    top({ envs: [{ key: "A" }, { key: "a" }] }),
  ],
  [
    "no-such-reference",
    "warning",
    "envs.0.value",
    variable("${dbb.DATABASE_URL}"),
    variable("${db.DATABASE_URL}${APP_URL}${_self.PRIVATE_URL}${db.pool.DATABASE_URL}"),
  ],
  [
    "no-such-reference",
    "warning",
    "envs.0.value",
    variable("x ${db.HOSTNAME} ${gone.pool.DATABASE_URL}"),
    variable("${user.name} ${} ${gone. $gone.URL ${web.PUBLIC_URL}"),
  ],
  [
    "alert-place",
    "warning",
    "alerts.0.rule",
    top({ alerts: [{ rule: "CPU_UTILIZATION", ...limit }] }),
    top({ alerts: [{ rule: "DOMAIN_FAILED" }] }),
  ],
  [
    "alert-place",
    "warning",
    "services.0.alerts.0.rule",
    service({ alerts: [{ rule: "DEPLOYMENT_FAILED" }] }),
    service({ alerts: [{ rule: "CPU_UTILIZATION", ...limit }] }),
  ],
  [
    "incomplete-alert",
    "warning",
    "services.0.alerts.0",
    service({ alerts: [{ rule: "RESTART_COUNT", value: 3 }] }),
    service({ alerts: [{ rule: "RESTART_COUNT", disabled: true }] }),
  ],
  [
    "duplicate-alert",
    "warning",
    "services.0.alerts.1",
    service({
      alerts: [
        { rule: "MEM_UTILIZATION", ...limit },
        { rule: "MEM_UTILIZATION", ...limit, value: 90 },
      ],
    }),
    service({
      alerts: [
        { rule: "MEM_UTILIZATION", ...limit },
        { rule: "MEM_UTILIZATION", ...limit, window: "ONE_HOUR" },
      ],
    }),
  ],
  [
    "two-destinations",
    "error",
    "services.0.log_destinations.0",
    logs({ endpoint: "https://example.com", logtail: { token: "t" } }),
    logs({ endpoint: "https://example.com" }),
  ],
  [
    "no-destination",
    "warning",
    "services.0.log_destinations.0",
    logs({}),
    logs({ papertrail: { endpoint: "example.com:1" } }),
  ],
  [
    "no-token",
    "warning",
    "services.0.log_destinations.0.logtail",
    logs({ logtail: {} }),
    logs({ logtail: { token: "t" } }),
  ],
  [
    "duplicate-destination",
    "error",
    "services.0.log_destinations.1.name",
    service({
      log_destinations: [
        { name: "ab", endpoint: "https://a" },
        { name: "ab", endpoint: "https://b" },
      ],
    }),
    service({
      log_destinations: [
        { name: "ab", endpoint: "https://a" },
        { name: "cd", endpoint: "https://b" },
      ],
    }),
  ],
  [
    "endpoint-and-cluster",
    "error",
    "services.0.log_destinations.0.open_search",
    search({ endpoint: "https://a:1", cluster_name: "c" }),
    search({ cluster_name: "c" }),
  ],
  [
    "incomplete-auth",
    "error",
    "services.0.log_destinations.0.open_search.basic_auth.password",
    search({ endpoint: "https://a:1", basic_auth: { user: "u" } }),
    search({ endpoint: "https://a:1", basic_auth: { user: "u", password: "p" } }),
  ],
  [
    "password-of-cluster",
    "error",
    "services.0.log_destinations.0.open_search.basic_auth.password",
    search({ cluster_name: "c", basic_auth: { password: "p" } }),
    search({ cluster_name: "c", basic_auth: { user: "u" } }),
  ],
  [
    "plain-endpoint",
    "error",
    "services.0.log_destinations.0.open_search.endpoint",
    search({ endpoint: "http://a:1", basic_auth: { user: "u", password: "p" } }),
    search({ endpoint: "https://a:1", basic_auth: { user: "u", password: "p" } }),
  ],
  [
    "no-cluster",
    "warning",
    "databases.0",
    database({ production: true }),
    database({ production: true, cluster_name: "c" }),
  ],
  [
    "dev-engine",
    "warning",
    "databases.0.engine",
    database({ engine: "MYSQL" }),
    database({ engine: "MYSQL", production: true, cluster_name: "c" }),
  ],
];

describe("rules", () => {
  for (const [code, severity, path, wrong, right] of CASES) {
    it(`${code} is ${severity === "error" ? "an error" : "a warning"} at ${path || "the top"}, and only where it is earned`, () => {
      const found = validate(wrong).filter((problem) => problem.code === code);
      assert.deepEqual(
        found.map((problem) => problem.path.join(".")),
        [path],
        JSON.stringify(validate(wrong)),
      );
      assert.equal(found[0]?.severity, severity);
      assert.deepEqual(
        validate(right).filter((problem) => problem.code === code),
        [],
      );
    });
  }

  it("suggest the component that was meant", () => {
    const problem = validate(rule({ component: { name: "wbe" } })).find(
      ({ code }) => code === "no-such-component",
    );
    assert.equal(problem?.hint, "did you mean web?");
    const reference = validate(variable("${dbb.DATABASE_URL}")).find(
      ({ code }) => code === "no-such-reference",
    );
    assert.match(reference?.message ?? "", /"dbb"/);
    assert.equal(reference?.hint, "did you mean db?");
  });

  it("keep quiet about what a SECRET refers to", () => {
    const problem = validate(variable("${dbb.DATABASE_URL}", { type: "SECRET" })).find(
      ({ code }) => code === "no-such-reference",
    );
    assert.ok(problem);
    assert.ok(!JSON.stringify(problem).includes("dbb"));
  });
});
