import assert from "node:assert/strict";
import { bench, WHOLE, type Bench } from "./http";
import { TerraformApp } from "./terraform-life";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

const git = { repo_clone_url: "https://example.com/acme/app.git", branch: "main" };
const image = { registry_type: "DOCKER_HUB", registry: "acme", repository: "app", tag: "2.2" };
const service = (more: object = {}): any => ({
  name: "web",
  instance_count: 1,
  instance_size_slug: "basic-xxs",
  git,
  ...more,
});
const site = {
  name: "site",
  build_command: "make",
  output_dir: "/public",
  catchall_document: "404.html",
  git,
};
const app = (more: object): any => ({ name: "tf-app", region: "ams", ...more });

interface Step {
  spec: any;
  /** Further assertions about the spec after this step. */
  then?: (spec: any) => void;
}

/** The rules' components, paths and prefix flags, as the provider shows them. */
const routes = (spec: any): unknown[] =>
  (spec.ingress?.rules ?? []).map(({ component, match }: any) => [
    component.name,
    match.path?.prefix,
    component.preserve_path_prefix ?? false,
  ]);

const variables = (list: any[]): unknown[] => list.map(({ key, value, scope }) => [key, value, scope]);

const ROOT = [["web", "/", false]];

/** One life per test of the provider's own suite, in our words; each step is an apply followed by an empty plan. */
const LIVES: Record<string, Step[]> = {
  "a service from an image, with a tag": [
    {
      spec: app({ services: [{ ...service({ image, http_port: 80 }), git: undefined }] }),
      then: (spec) => assert.deepEqual(routes(spec), ROOT),
    },
  ],
  "a service from an image, with a digest": [
    {
      spec: app({
        services: [
          {
            ...service({ http_port: 80 }),
            git: undefined,
            image: { ...image, tag: undefined, digest: `sha256:${"9".repeat(64)}` },
          },
        ],
      }),
    },
  ],
  "a service with alerts and logs that gains a second service, a database and edge settings": [
    {
      spec: app({
        alerts: [{ rule: "DEPLOYMENT_FAILED" }],
        services: [
          service({
            environment_slug: "go",
            health_check: { http_path: "/", timeout_seconds: 10, port: 1234 },
            alerts: [{ rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 75, window: "TEN_MINUTES" }],
            log_destinations: [{ name: "logs", papertrail: { endpoint: "syslog+tls://example.com:12345" } }],
          }),
        ],
      }),
      then: (spec) => assert.deepEqual(routes(spec), ROOT),
    },
    {
      spec: app({
        services: [service(), service({ name: "api" })],
        ingress: {
          rules: [
            { match: { path: { prefix: "/web" } }, component: { name: "web" } },
            { match: { path: { prefix: "/api" } }, component: { name: "api", preserve_path_prefix: true } },
          ],
        },
      }),
      then: (spec) =>
        assert.deepEqual(routes(spec), [
          ["web", "/web", false],
          ["api", "/api", true],
        ]),
    },
    {
      spec: app({
        services: [service()],
        ingress: { rules: [{ match: { path: { prefix: "/" } }, component: { name: "web" } }] },
        databases: [{ name: "db", engine: "PG" }],
      }),
      then: (spec) => assert.deepEqual(routes(spec), ROOT),
    },
    {
      spec: app({
        services: [service()],
        disable_edge_cache: true,
        disable_email_obfuscation: true,
        enhanced_threat_control_enabled: true,
      }),
    },
    {
      spec: app({
        services: [service()],
        domains: [{ domain: "example.com" }],
        ingress: {
          rules: [
            { match: { authority: { exact: "example.com" } }, component: { name: "web" } },
            {
              match: { authority: { exact: "example.com" }, path: { prefix: "/web" } },
              component: { name: "web" },
            },
          ],
        },
      }),
    },
  ],
  "jobs of all kinds, one with a token for its logs": [
    {
      spec: app({
        services: [service()],
        jobs: [
          { kind: "PRE_DEPLOY", run_command: "echo before" },
          {
            kind: "POST_DEPLOY",
            run_command: "echo after",
            log_destinations: [{ name: "dog", datadog: { endpoint: "https://example.com", api_key: "k3y" } }],
          },
          { kind: "FAILED_DEPLOY", run_command: "echo sorry" },
          { kind: "SCHEDULED", schedule: { cron: "0 4 * * *", time_zone: "America/New_York" } },
        ].map((job, index) => ({
          name: `job-${index}`,
          instance_count: 1,
          instance_size_slug: "basic-xxs",
          image,
          ...job,
        })),
      }),
      then: ({ jobs }) => assert.equal(jobs[1].log_destinations[0].datadog.api_key, "k3y"),
    },
  ],
  "a static site": [
    {
      spec: app({ static_sites: [site] }),
      then: (spec) => assert.deepEqual(routes(spec), [["site", "/", false]]),
    },
  ],
  "a service with internal ports only": [{ spec: app({ services: [service({ internal_ports: [5000] })] }) }],
  "a public service that becomes internal": [
    {
      spec: app({ services: [service()] }),
      then: (spec) => assert.deepEqual([routes(spec), spec.services[0].http_port], [ROOT, 8080]),
    },
    {
      spec: app({ services: [service({ http_port: 0, internal_ports: [8080] })], ingress: {} }),
      then: (spec) => {
        assert.equal(spec.services[0].http_port, undefined);
        assert.deepEqual(spec.ingress, {});
      },
    },
  ],
  "variables of the app and of a component": [
    [{ key: "FOO", value: "bar", scope: "RUN_AND_BUILD_TIME" }],
    [
      { key: "FOO", value: "bar", scope: "RUN_AND_BUILD_TIME" },
      { key: "FIZZ", value: "pop", scope: "BUILD_TIME" },
    ],
    [{ key: "FOO", value: "baz", scope: "RUN_TIME" }],
  ].map((envs) => ({
    spec: app({ services: [service({ envs })], envs }),
    then: (spec: any) => {
      assert.deepEqual(variables(spec.envs), variables(envs));
      assert.deepEqual(variables(spec.services[0].envs), variables(envs));
    },
  })),
  "a worker with a token for its logs, and a larger size": ["basic-xxs", "professional-xs"].map((size) => ({
    spec: app({
      workers: [
        {
          ...service({ name: "worker", instance_size_slug: size }),
          log_destinations: [{ name: "tail", logtail: { token: "t0ken" } }],
        },
      ],
    }),
    then: ({ workers }: any) => {
      assert.equal(workers[0].instance_size_slug, size);
      assert.equal(workers[0].log_destinations[0].logtail.token, "t0ken");
    },
  })),
  "a function, without and with CORS": [
    {},
    {
      cors: {
        allow_origins: [{ prefix: "https://example.com" }],
        allow_methods: ["GET"],
        allow_headers: ["X-Custom"],
        expose_headers: ["Content-Encoding", "ETag"],
        max_age: "1h",
      },
    },
  ].map((cors) => ({
    spec: app({
      region: "nyc",
      functions: [{ name: "example", source_dir: "/", git }],
      ingress: {
        rules: [{ match: { path: { prefix: "/api" } }, component: { name: "example" }, ...cors }],
      },
    }),
  })),
  "a domain that is replaced, and its wildcard": [
    { domain: "tf-app.com", wildcard: true },
    { domain: "tf-app.net", wildcard: true },
    { domain: "tf-app.net" },
  ].map((domain) => ({
    spec: app({ services: [service()], domains: [domain] }),
    then: ({ domains }: any) =>
      assert.deepEqual([domains[0].domain, domains[0].wildcard], [domain.domain, domain.wildcard]),
  })),
  "CORS of a rule, in all forms": [
    { allow_origins: [{ exact: "https://example.com" }] },
    { allow_origins: [{ regex: "https://[0-9a-z]*.example.com" }] },
    { allow_methods: ["GET", "PUT"], allow_headers: ["X-Custom", "Upgrade-Insecure-Requests"] },
    {
      allow_origins: [{ exact: "https://example.com" }],
      allow_methods: ["GET", "PUT"],
      expose_headers: ["ETag"],
      max_age: "1h",
      allow_credentials: true,
    },
  ].map((cors) => ({
    spec: app({
      services: [service()],
      ingress: { rules: [{ match: { path: { prefix: "/" } }, component: { name: "web" }, cors }] },
    }),
  })),
  "a feature, and a service without an instance count": [
    {
      spec: app({
        features: ["buildpack-stack=ubuntu-18"],
        services: [service({ instance_count: undefined })],
      }),
      then: ({ features }) => assert.deepEqual(features, ["buildpack-stack=ubuntu-18"]),
    },
  ],
  "autoscaling of a service and a worker": [
    {
      spec: app({
        services: [
          service({
            instance_count: undefined,
            instance_size_slug: "apps-d-1vcpu-0.5gb",
            autoscaling: { min_instance_count: 2, max_instance_count: 4, metrics: { cpu: { percent: 60 } } },
          }),
        ],
        workers: [
          {
            name: "worker",
            instance_size_slug: "apps-d-1vcpu-0.5gb",
            git,
            autoscaling: { min_instance_count: 1, max_instance_count: 2, metrics: { cpu: { percent: 80 } } },
          },
        ],
      }),
    },
  ],
  "termination settings": [
    {
      spec: app({
        services: [service({ termination: { drain_seconds: 30, grace_period_seconds: 60 } })],
        workers: [service({ name: "worker", termination: { grace_period_seconds: 30 } })],
      }),
    },
  ],
  "an app with a scheduled job only, whose schedule changes": [
    { cron: "0 4 * * *", time_zone: "America/New_York" },
    { cron: "0 5 * * *" },
  ].map((schedule) => ({
    spec: app({
      jobs: [{ ...service({ name: "nightly" }), kind: "SCHEDULED", schedule }],
    }),
  })),
  "an app that is put into maintenance, archived, and resumed": [
    { enabled: true, offline_page_url: "https://example.com/offline" },
    { enabled: true, archive: true },
    undefined,
  ].map((maintenance) => ({ spec: app({ services: [service()], maintenance }) })),
  "a source on each host": ["github", "gitlab", "bitbucket"].map((host) => ({
    spec: app({
      services: [
        { ...service(), git: undefined, [host]: { repo: "acme/app", branch: "main", deploy_on_push: true } },
      ],
    }),
  })),
  "rules that rewrite a path, keep its prefix, or redirect": [
    {
      spec: app({
        services: [service()],
        static_sites: [site],
        ingress: {
          rules: [
            { match: { path: { prefix: "/" } }, component: { name: "web", rewrite: "/v1" } },
            { match: { path: { prefix: "/docs" } }, component: { name: "site", preserve_path_prefix: true } },
            { match: { path: { prefix: "/old" } }, redirect: { uri: "/new", redirect_code: 301 } },
          ],
        },
      }),
    },
  ],
  "images of three registries, one of which deploys what is pushed": [
    {
      spec: app({
        services: [
          {
            ...service({ http_port: 80 }),
            git: undefined,
            image: {
              registry_type: "DOCR",
              repository: "web",
              tag: "latest",
              deploy_on_push: { enabled: true },
            },
          },
        ],
        workers: [
          { ...service({ name: "hub" }), git: undefined, image },
          { ...service({ name: "ghcr" }), git: undefined, image: { ...image, registry_type: "GHCR" } },
        ],
      }),
      then: ({ services }) => assert.deepEqual(services[0].image.deploy_on_push, { enabled: true }),
    },
  ],
  "a primary domain in a zone, an alias, a disabled alert, and a database of a version": [
    {
      spec: app({
        services: [service()],
        domains: [
          { domain: "a.example.org", type: "PRIMARY", zone: "example.org" },
          { domain: "b.example.org", type: "ALIAS" },
        ],
        alerts: [{ rule: "DOMAIN_FAILED" }, { rule: "DEPLOYMENT_LIVE", disabled: true }],
        databases: [{ name: "db", engine: "PG", version: "16" }],
        egress: { type: "AUTOASSIGN" },
      }),
    },
  ],
  "liveness checks, maintenance, a secure header and a VPC": [
    {
      spec: app({
        services: [
          service({ http_port: 8080, liveness_health_check: { http_path: "/live", failure_threshold: 3 } }),
        ],
        workers: [service({ name: "worker", liveness_health_check: { port: 9000, period_seconds: 20 } })],
        maintenance: { enabled: true, offline_page_url: "https://example.com/offline" },
        vpc: { id: "c22d8f48-4bc4-49f5-8ca0-58e7164427ac" },
        ingress: {
          rules: [{ match: { path: { prefix: "/" } }, component: { name: "web" } }],
          secure_header: { key: "X-Origin", value: "s3cret" },
        },
      }),
    },
  ],
};

describe("emulator: what the tests of Terraform's provider expect of an app", () => {
  let b: Bench;
  let terraform: TerraformApp;
  beforeEach(async () => {
    b = await bench();
    terraform = new TerraformApp(b);
  });
  afterEach(() => b.emulator.close());

  for (const [what, steps] of Object.entries(LIVES))
    it(`${what}: every apply ends with an empty plan`, async () => {
      for (const { spec, then } of steps) {
        const plain = JSON.parse(JSON.stringify(spec));
        const held = await terraform.apply(plain);
        then?.(held);
      }
      await terraform.destroy();
    });

  it("dedicated addresses, and an address of the app once it is live", async () => {
    await terraform.apply(app({ static_sites: [site], egress: { type: "DEDICATED_IP" } }));
    const { default_ingress, live_url, live_domain, dedicated_ips, project_id } = terraform.app;
    for (const part of [default_ingress, live_url, live_domain, dedicated_ips[0].ip, project_id])
      assert.ok(part);
  });

  it("no address for an app that nobody can reach, also once a public one becomes internal", async () => {
    const addresses = (): unknown[] => {
      const { default_ingress, live_url, live_domain } = terraform.app;
      return [default_ingress, live_url, live_domain].map((address) => typeof address);
    };
    const none = ["undefined", "undefined", "undefined"];
    await terraform.apply(app({ workers: [service({ name: "worker" })] }));
    assert.deepEqual(addresses(), none);
    await terraform.apply(app({ services: [service()] }));
    assert.deepEqual(addresses(), ["string", "string", "string"]);
    await terraform.apply(
      app({ services: [service({ http_port: 0, internal_ports: [8080] })], ingress: {} }),
    );
    assert.deepEqual(addresses(), none);
  });

  it("no success within half a minute of a deployment that takes longer", async () => {
    const spec = app({ services: [service({ instance_count: undefined })] });
    terraform.app = (await b.ok("POST", "/v2/apps", { spec })).app;
    b.clock.advance(0.3 * WHOLE);
    assert.equal(await terraform.isDeployed(), false);
    await terraform.destroy();
  });

  it("a project of its own, which can be deleted after its app, together with it", async () => {
    const asked = { name: "tf-project", purpose: "Web Application" };
    const { project } = (await b.call("POST", "/v2/projects", asked)).body;
    const at = `/v2/projects/${project.id}`;
    assert.equal(project.environment, "", "nothing that the program would have to remove");
    await terraform.apply(app({ static_sites: [site] }), { project_id: project.id });
    assert.equal(terraform.app.project_id, project.id);
    const { resources } = await b.ok("GET", `${at}/resources`);
    const urns = resources.map(({ urn }: any) => urn);
    assert.deepEqual(urns, [`do:app:${terraform.app.id}`]);
    await terraform.destroy();
    // Its state still lists the app, so it moves what is already gone.
    const { project: first } = await b.ok("GET", "/v2/projects/default");
    const moved = await b.ok("POST", `/v2/projects/${first.id}/resources`, { resources: urns });
    assert.equal(moved.resources[0].status, "not_found");
    assert.equal((await b.call("DELETE", at)).status, 204);
  });
});
