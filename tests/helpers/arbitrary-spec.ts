import fc from "fast-check";
import type { AppSpec } from "../../provider/appspec/types";
import { arbitraryTopology } from "./arbitrary-topology";

type Json = Record<string, unknown>;

const optional = { requiredKeys: [] };

/** Part of every secret of an arbitrary spec, so that a leak is found wherever it is. */
export const SECRET_MARK = "s3cr3t-";

/** Texts that are easily misread as something else, or truncated. */
const anyText = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "yes",
    "null",
    "007",
    "1.10",
    "a: b # c",
    "two\nlines\n",
    "grüße 🚀",
    "{}",
    "[secret]",
  ),
  // Text that looks like a placeholder is rejected in most places.
  fc.string({ maxLength: 8 }).filter((text) => !/[<$#]|\{[{%]/.test(text)),
);

const secretText = anyText.map((text) => SECRET_MARK + text);

/** As programs write it: numbers and booleans as such, or as text. */
const integer = (min: number, max: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.integer({ min, max }) }, fc.integer({ min, max }).map(String));
const flag = fc.oneof({ weight: 3, arbitrary: fc.boolean() }, fc.boolean().map(String));

const KEYS = [
  "PORT",
  "DATABASE_URL",
  "TOKEN",
  "_private",
  "__hidden",
  "a",
  "constructor",
  "toString",
  "hasOwnProperty",
  "X1",
  "LONG_".repeat(10),
];
const bindable = fc.constantFrom("${db.DATABASE_URL}", "${_self.PRIVATE_URL}", "${APP_URL}", "a ${web.B} c");
const scope = fc.constantFrom("RUN_TIME", "BUILD_TIME", "RUN_AND_BUILD_TIME", "UNSET");

const generalVariable = fc.record(
  {
    key: fc.constantFrom(...KEYS),
    value: fc.oneof(
      anyText,
      bindable,
      fc.integer(),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    scope,
    type: fc.constant("GENERAL"),
  },
  { requiredKeys: ["key", "value"] },
);
const secretVariable = fc.record(
  {
    key: fc.constantFrom(...KEYS),
    value: fc.oneof(
      { weight: 8, arbitrary: secretText },
      fc.constant(""),
      bindable,
      fc.integer({ min: 0, max: 2 ** 40 }),
    ),
    scope,
    type: fc.constant("SECRET"),
  },
  { requiredKeys: ["key", "type", "value"] },
);
const variables = fc.uniqueArray(fc.oneof(generalVariable, secretVariable), {
  selector: ({ key }) => key,
  maxLength: 4,
});

const alertNumbers = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(82.5, "80.5", "3"));
const componentAlerts = fc.uniqueArray(
  fc.record(
    {
      rule: fc.constantFrom("CPU_UTILIZATION", "CPU_UTILIZATION", "MEM_UTILIZATION", "RESTART_COUNT"),
      operator: fc.constantFrom("GREATER_THAN", "LESS_THAN"),
      value: alertNumbers,
      window: fc.constantFrom("FIVE_MINUTES", "TEN_MINUTES", "ONE_HOUR"),
      disabled: flag,
    },
    { requiredKeys: ["rule", "operator", "value", "window"] },
  ),
  { selector: ({ rule, operator, window }) => `${rule} ${operator} ${window}`, maxLength: 4 },
);
const appAlerts = fc.uniqueArray(
  fc.record(
    {
      rule: fc.constantFrom("DEPLOYMENT_FAILED", "DEPLOYMENT_LIVE", "DOMAIN_FAILED", "DOMAIN_LIVE"),
      disabled: flag,
    },
    { requiredKeys: ["rule"] },
  ),
  { selector: ({ rule }) => rule, maxLength: 3 },
);

const destinations = fc
  .uniqueArray(
    fc.oneof(
      fc.record({ papertrail: fc.constant({ endpoint: "logs.example.com:12345" }) }),
      fc.record({
        datadog: fc.record({ endpoint: fc.constant("https://dog.example.com"), api_key: secretText }),
      }),
      fc.record({ logtail: fc.record({ token: secretText }) }),
      fc.record({
        open_search: fc.record(
          {
            endpoint: fc.constant("https://search.example.com:9200"),
            basic_auth: fc.record({ user: fc.constant("writer"), password: secretText }),
            index_name: anyText,
          },
          { requiredKeys: ["endpoint", "basic_auth"] },
        ),
      }),
      fc.record({ open_search: fc.constant({ cluster_name: "search" }) }),
      fc.record(
        {
          endpoint: fc.constant("https://collect.example.com"),
          tls_insecure: flag,
          headers: fc.uniqueArray(
            fc.record({ key: fc.constantFrom("Authorization", "X-Key", "x.y z"), value: secretText }),
            { selector: ({ key }) => key, maxLength: 3 },
          ),
        },
        { requiredKeys: ["endpoint"] },
      ),
    ),
    { selector: (one) => JSON.stringify(Object.keys(one)), maxLength: 3 },
  )
  .map((list) => list.map((one, index) => ({ name: `logs ${index}.x`, ...one })));

const repository = fc.record(
  { repo: fc.constantFrom("example/shop", "example/group/shop"), branch: anyText, deploy_on_push: flag },
  { requiredKeys: ["repo"] },
);
const built = fc.oneof(
  fc.record({
    git: fc.record({ repo_clone_url: fc.constant("https://git.example.com/shop.git"), branch: anyText }),
  }),
  ...["github", "gitlab", "bitbucket"].map((name) => repository.map((source) => ({ [name]: source }))),
);
const image = fc.record(
  {
    registry_type: fc.constantFrom("DOCKER_HUB", "GHCR"),
    registry: fc.constant("acme"),
    repository: fc.constantFrom("web", "a/b"),
    tag: fc.constantFrom("v1", "1.10", 2),
    registry_credentials: secretText,
  },
  { requiredKeys: ["registry_type", "repository"] },
);
const anySource = fc.oneof(built, fc.record({ image }));

/** Fields that this version of the package does not know. */
const unknownFields = fc.record(
  {
    zz_novel_map: fc.dictionary(
      fc.constantFrom("q", "r", "s"),
      // Pulumi drops this key, and a file that contains one is rejected.
      fc
        .jsonValue({ maxDepth: 1 })
        .filter((value) => value !== null && !JSON.stringify(value).includes('"__proto__"')),
    ),
    zz_novel_list: fc.array(anyText),
  },
  optional,
);

const seconds = (max: number) => integer(1, max);
const health = fc.record(
  {
    http_path: anyText,
    period_seconds: seconds(300),
    timeout_seconds: seconds(120),
    failure_threshold: integer(1, 50),
    port: integer(1, 65_535),
  },
  optional,
);
const cors = fc.record(
  {
    allow_origins: fc.array(
      fc.constantFrom({ exact: "https://a.example.com" }, { regex: "^x$" }, { prefix: "" }),
    ),
    allow_methods: fc.array(fc.constantFrom("GET", "POST")),
    max_age: fc.constant("1h"),
    allow_credentials: flag,
  },
  optional,
);
const scaling = fc.oneof(
  fc.record({ instance_count: integer(1, 9) }, optional),
  fc.record({
    autoscaling: fc.record({
      min_instance_count: integer(1, 3),
      max_instance_count: integer(4, 250),
      metrics: fc.record({ cpu: fc.record({ percent: integer(1, 100) }) }),
    }),
  }),
);

const buildFields = {
  source_dir: anyText,
  dockerfile_path: anyText,
  build_command: fc.constantFrom("npm run build", "", "make\nmake install"),
  environment_slug: fc.constantFrom("node-js", "go"),
  envs: variables,
};
const runFields = {
  ...buildFields,
  run_command: fc.constantFrom("bin/run", "", "two\nlines"),
  instance_size_slug: fc.constantFrom("apps-s-1vcpu-1gb", "basic-xs", "apps-d-1vcpu-1gb"),
  alerts: componentAlerts,
  log_destinations: destinations,
};

function kind(
  list: string,
  source: fc.Arbitrary<object>,
  fields: Record<string, fc.Arbitrary<unknown>>,
  ...more: fc.Arbitrary<object>[]
) {
  const parts = [source, fc.record(fields, optional), unknownFields, ...more];
  return fc.tuple(...parts).map((all): { list: string; fields: Json } => ({
    list,
    fields: Object.assign({}, ...all) as Json,
  }));
}

/** Health checks use open ports, and the public port is not among the internal ones. */
function withOpenPorts(fields: Json): Json {
  const http = fields["http_port"] ?? 8080;
  const internal = (fields["internal_ports"] as number[] | undefined)?.filter(
    (port) => port !== Number(http),
  );
  const checks = ["health_check", "liveness_health_check"].flatMap((field) => {
    const check = fields[field] as Json | undefined;
    return check?.["port"] === undefined ? [] : [[field, { ...check, port: http }] as const];
  });
  return {
    ...fields,
    ...(internal && { http_port: http, internal_ports: internal }),
    ...Object.fromEntries(checks),
  };
}

const component = fc.oneof(
  kind(
    "services",
    anySource,
    {
      ...runFields,
      http_port: integer(1, 65_535),
      internal_ports: fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 2 }),
      protocol: fc.constantFrom("HTTP", "HTTP2"),
      health_check: health,
      liveness_health_check: health,
      cors,
      termination: fc.record({ drain_seconds: seconds(110) }),
    },
    scaling,
  ).map(({ list, fields }) => ({ list, fields: withOpenPorts(fields) })),
  kind("static_sites", built, {
    ...buildFields,
    output_dir: anyText,
    index_document: anyText,
    catchall_document: fc.constant("index.html"),
    cors,
    log_destinations: destinations,
  }),
  kind(
    "workers",
    anySource,
    {
      ...runFields,
      liveness_health_check: health,
      termination: fc.record({ grace_period_seconds: seconds(600) }),
    },
    scaling,
  ),
  kind(
    "jobs",
    anySource,
    { ...runFields, timeout: fc.constant("30m") },
    fc.constantFrom<object>(
      {},
      { kind: "PRE_DEPLOY" },
      { kind: "FAILED_DEPLOY" },
      { kind: "UNSPECIFIED" },
      { kind: "SCHEDULED", schedule: { cron: "0 3 * * *", time_zone: "Europe/Berlin" } },
    ),
    fc.record({ instance_count: integer(1, 3) }, optional),
  ),
  kind("functions", built, { source_dir: anyText, envs: variables, log_destinations: destinations, cors }),
);

const NAMES = ["web", "api", "constructor", "site-2", "tostring", "mailer", "valueof", "x9", "has-own"];
const databases = fc.array(
  fc.record(
    {
      engine: fc.constantFrom("PG", "UNSET", "MYSQL", "VALKEY"),
      version: fc.constantFrom("16", 17, "8.0"),
      production: flag,
      cluster_name: fc.constant("cluster"),
      db_name: anyText,
      db_user: anyText,
      num_nodes: integer(1, 3),
    },
    optional,
  ),
  { maxLength: 2 },
);
const clustered = (database: Json): Json =>
  String(database["production"]) === "true" ? { cluster_name: "cluster", ...database } : database;
const domains = fc.uniqueArray(
  fc.record(
    {
      domain: fc.constantFrom("shop.example.com", "www.example.org", "a.b.example.net", "example.io"),
      zone: fc.constant("example.com"),
      wildcard: flag,
      minimum_tls_version: fc.constantFrom("1.2", "1.3", 1.2),
    },
    { requiredKeys: ["domain"] },
  ),
  { selector: ({ domain }) => domain, maxLength: 4 },
);

/**
 * AppSpecs without `validate` errors, with everything that services are known to return in a different form than it
 * was sent. Written as programs may write them, including numbers as text.
 */
export const arbitrarySpec: fc.Arbitrary<AppSpec> = fc
  .tuple(
    fc.record(
      {
        region: fc.constantFrom("nyc", "fra", "sgp"),
        envs: variables,
        alerts: appAlerts,
        features: fc.uniqueArray(fc.constantFrom("buildpack-stack=ubuntu-22", "novel-feature", "x=y"), {
          maxLength: 3,
        }),
        disable_edge_cache: flag,
        maintenance: fc.record(
          { enabled: flag, offline_page_url: fc.constant("https://status.example.com/") },
          optional,
        ),
        egress: fc.record({ type: fc.constantFrom("AUTOASSIGN", "DEDICATED_IP") }),
        vpc: fc.constant({ id: "0b1c0d1e-0000-4000-8000-000000000002", egress_ips: [{ ip: "10.10.0.4" }] }),
      },
      optional,
    ),
    fc.array(component, { minLength: 1, maxLength: 3 }),
    databases,
    domains,
    arbitraryTopology,
    unknownFields,
    fc.option(secretText, { freq: 4, nil: undefined }),
  )
  .map(([top, components, dbs, hosts, topology, novel, header]) => {
    const spec: Json = { name: "shop", ...top, ...novel };
    components.forEach(({ list, fields }, index) =>
      ((spec[list] ??= []) as Json[]).push({ name: NAMES[index] as string, ...fields }),
    );
    if (dbs.length > 0)
      spec["databases"] = dbs.map((db, index) => ({ name: index === 0 ? "db" : "db-2", ...clustered(db) }));
    if (hosts.length > 0)
      spec["domains"] = hosts.map((host, index) => ({ ...host, type: index === 0 ? "PRIMARY" : "ALIAS" }));
    const routed = topology(spec);
    if (header !== undefined) {
      const ingress = (routed["ingress"] ?? {}) as Json;
      routed["ingress"] = { ...ingress, secure_header: { key: "X-Origin", value: header } };
    }
    return routed as AppSpec;
  });
