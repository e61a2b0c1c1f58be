import { simplify } from "../nearest";

/** AppSpec fields by type and by the names other tools use for them. */

const BUILT = {
  env: "envs",
  environment: "envs",
  env_vars: "envs",
  environment_variables: "envs",
  variables: "envs",
  dockerfile: "dockerfile_path",
  build: "build_command",
  root: "source_dir",
  root_dir: "source_dir",
  root_directory: "source_dir",
  directory: "source_dir",
  context: "source_dir",
};

const RUNNING = {
  ...BUILT,
  command: "run_command",
  cmd: "run_command",
  start: "run_command",
  start_command: "run_command",
  size: "instance_size_slug",
  instance_size: "instance_size_slug",
  plan: "instance_size_slug",
  instances: "instance_count",
  replicas: "instance_count",
  num_instances: "instance_count",
  logs: "log_destinations",
  scaling: "autoscaling",
};

const REPOSITORY = { repository: "repo", url: "repo", repo_clone_url: "repo", name: "repo" };

const CHECK = {
  path: "http_path",
  url: "http_path",
  interval: "period_seconds",
  interval_seconds: "period_seconds",
  period: "period_seconds",
  timeout: "timeout_seconds",
  initial_delay: "initial_delay_seconds",
  retries: "failure_threshold",
};

const SCALING = {
  min: "min_instance_count",
  min_instances: "min_instance_count",
  max: "max_instance_count",
  max_instances: "max_instance_count",
};

const SYNONYMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AppSpec: { environment: "envs", app_name: "name" },
  AppService: {
    ...RUNNING,
    port: "http_port",
    ports: "http_port",
    container_port: "http_port",
    health: "health_check",
    health_check_path: "health_check.http_path",
  },
  AppStaticSite: { ...BUILT, dist: "output_dir", publish: "output_dir", publish_dir: "output_dir" },
  AppWorker: RUNNING,
  AppJob: { ...RUNNING, type: "kind", when: "kind" },
  AppFunctions: BUILT,
  AppVariable: { name: "key", variable: "key", id: "key", val: "value" },
  AppDatabase: {
    type: "engine",
    kind: "engine",
    cluster: "cluster_name",
    database: "db_name",
    user: "db_user",
    nodes: "num_nodes",
  },
  AppDomain: { name: "domain", host: "domain", hostname: "domain" },
  AppAlert: { type: "rule", name: "rule", threshold: "value", period: "window" },
  GitSource: { repo: "repo_clone_url", repository: "repo_clone_url", url: "repo_clone_url" },
  GitHubSource: REPOSITORY,
  GitLabSource: REPOSITORY,
  BitbucketSource: REPOSITORY,
  ImageSource: {
    name: "repository",
    repo: "repository",
    version: "tag",
    credentials: "registry_credentials",
    type: "registry_type",
  },
  ServiceHealthCheck: CHECK,
  HealthCheck: CHECK,
  ServiceAutoscaling: SCALING,
  WorkerAutoscaling: SCALING,
  JobSchedule: { expression: "cron", timezone: "time_zone", tz: "time_zone" },
  AppIngressRule: { path: "match.path", prefix: "match.path.prefix", host: "match.authority" },
  IngressMatch: { prefix: "path.prefix", exact: "path.exact", host: "authority", hostname: "authority" },
  IngressRedirect: { url: "uri", path: "uri", host: "authority", status: "redirect_code" },
  LogDestinationHeader: { name: "key" },
  SecureHeader: { name: "key" },
};

/** The field that `name` stands for in a map of this type, in any spelling. */
export function synonymOf(type: string, name: string): string | undefined {
  const plain = simplify(name);
  return Object.entries(SYNONYMS[type] ?? {}).find(([word]) => simplify(word) === plain)?.[1];
}
