import assert from "node:assert/strict";
import { describeRules, problems } from "./cases";
import { github, service, withImage, job, site, top, rule, scaling, database } from "./specs";

describeRules("components", [
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
    "no-registry",
    "warning",
    "services.0.image",
    withImage({ registry_type: "DOCKER_HUB" }),
    withImage({ registry_type: "DOCKER_HUB", registry: "library" }),
  ],
  [
    "no-registry",
    "warning",
    "services.0.image",
    withImage({ registry_type: "GHCR", registry: "" }),
    withImage({ registry_type: "DOCR", registry: "" }),
  ],
  [
    "repo-format",
    "error",
    "services.0.gitlab.repo",
    service({ github: undefined, gitlab: { repo: "shop" } }),
    service({ github: undefined, gitlab: { repo: "group/team/shop" } }),
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
    "error",
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
]);

describe("a malformed image or repository name", () => {
  const hintOf = (code: string, spec: object): string => problems(code, spec)[0]?.hint ?? "";

  it("is reported with the owner taken from the name", () => {
    const hint = (repository: string): string =>
      hintOf("no-registry", withImage({ registry_type: "DOCKER_HUB", repository }));
    assert.match(hint("apache/superset"), /registry: apache and repository: superset/);
    assert.match(hint("docker.io/apache/superset"), /registry: apache and repository: superset/);
    assert.match(hint("nginx"), /library/);
  });

  it("is reported with the URL shortened to owner and name", () => {
    for (const repo of [
      "https://github.com/example/shop",
      "https://github.com/example/shop.git",
      "git@github.com:example/shop.git",
      "ssh://git@github.com/example/shop",
      "github.com/example/shop",
      "/example/shop/",
    ])
      assert.match(hintOf("repo-format", service({ github: { repo } })), /write example\/shop$/, repo);
    assert.match(hintOf("repo-format", service({ github: { repo: "shop" } })), /write owner\/shop$/);
  });
});
