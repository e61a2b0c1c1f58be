import type { AppRoute, CorsPolicy } from "./network";
import type { AppAlert, HealthCheck, LogDestination, ServiceHealthCheck } from "./alerts-and-logs";
import type {
  InactivitySleep,
  InstanceSizeSlug,
  ServiceAutoscaling,
  ServiceTermination,
  Termination,
  WorkerAutoscaling,
} from "./scaling";
import type {
  AppVariable,
  BitbucketSource,
  GitHubSource,
  GitLabSource,
  GitSource,
  ImageSource,
} from "./source";

/** Fields of every component that is built from a repository. */
export interface RepositoryComponent {
  /**
   * Unique among all components and databases of the app; lowercase letters, digits and dashes.
   * @minLength 2
   * @maxLength 32
   * @pattern ^[a-z][a-z0-9-]{0,30}[a-z0-9]$
   */
  name: string;
  /** Source: any repository that can be cloned. */
  git?: GitSource;
  /** Source: GitHub. */
  github?: GitHubSource;
  /** Source: GitLab. */
  gitlab?: GitLabSource;
  /** Source: Bitbucket. */
  bitbucket?: BitbucketSource;
  /** Directory in the repository to build from, also the Docker build context. If omitted, the repository root. */
  source_dir?: string;
  /** Environment variables of this component. */
  envs?: AppVariable[];
}

/** Fields of every component that is built with a Dockerfile or a buildpack. */
export interface BuiltComponent extends RepositoryComponent {
  /** Path of the Dockerfile, relative to the repository root. If omitted, a buildpack is detected. */
  dockerfile_path?: string;
  /** Build command. */
  build_command?: string;
  /** Runtime environment, such as `node-js` or `go`. */
  environment_slug?: string;
}

/** Fields of every component that runs in instances. */
export interface RunningComponent extends BuiltComponent {
  /** Source: a prebuilt container image. */
  image?: ImageSource;
  /** Command that starts the program. Overrides the default of the image or buildpack. */
  run_command?: string;
  /**
   * Size of each instance.
   * @default apps-s-1vcpu-0.5gb
   */
  instance_size_slug?: InstanceSizeSlug;
  /**
   * Number of instances. Mutually exclusive with `autoscaling`.
   * @asType integer
   * @minimum 0
   * @default 1
   */
  instance_count?: number;
  /** Alerts for this component. */
  alerts?: AppAlert[];
  /** External log destinations. */
  log_destinations?: LogDestination[];
}

/** A program that serves HTTP requests. */
export interface AppService extends RunningComponent {
  /** Scales the number of instances with the load. Mutually exclusive with `instance_count`. */
  autoscaling?: ServiceAutoscaling;
  /**
   * Port the program listens on. The variable `PORT` is set to it unless you set one.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   * @default 8080
   */
  http_port?: number;
  /**
   * Protocol of the program on `http_port`. `HTTP2` means HTTP/2 without TLS (h2c).
   * @default HTTP
   */
  protocol?: ServingProtocol;
  /**
   * Path prefixes routed to this component.
   * @deprecated use ingress.rules of the app
   */
  routes?: AppRoute[];
  /** Readiness check of a new instance. If it fails, the deployment fails. */
  health_check?: ServiceHealthCheck;
  /** Liveness check of a running instance. If it fails, the instance is restarted. */
  liveness_health_check?: HealthCheck;
  /**
   * Origins allowed to read responses in a browser (CORS).
   * @deprecated use the cors of an ingress rule
   */
  cors?: CorsPolicy;
  /** Ports reachable by other components of the app, in addition to `http_port`. */
  internal_ports?: PortNumber[];
  /** How an instance is stopped. */
  termination?: ServiceTermination;
  /** Puts the service to sleep when it receives no requests. */
  inactivity_sleep?: InactivitySleep;
}

/**
 * A port.
 * @asType integer
 */
export type PortNumber = number;

/** Protocol between the load balancer and a service. */
export type ServingProtocol = "HTTP" | "HTTP2" | (string & {});

/** Static files that are built once and served without a running program. */
export interface AppStaticSite extends BuiltComponent {
  /** Directory of the built files. If omitted, App Platform looks for `_static`, `dist`, `public` and `build`. */
  output_dir?: string;
  /**
   * File served for a directory.
   * @default index.html
   */
  index_document?: string;
  /**
   * File served with status 404 for paths that do not exist. Mutually exclusive with `catchall_document`.
   * @default 404.html
   */
  error_document?: string;
  /** File served with status 200 for paths that do not exist (single-page apps). Mutually exclusive with `error_document`. */
  catchall_document?: string;
  /**
   * Path prefixes routed to this component.
   * @deprecated use ingress.rules of the app
   */
  routes?: AppRoute[];
  /**
   * Origins allowed to read responses in a browser (CORS).
   * @deprecated use the cors of an ingress rule
   */
  cors?: CorsPolicy;
  /** External log destinations. */
  log_destinations?: LogDestination[];
}

/** A background program that runs continuously and receives no HTTP requests. */
export interface AppWorker extends RunningComponent {
  /** Scales the number of instances with the load. Mutually exclusive with `instance_count`. */
  autoscaling?: WorkerAutoscaling;
  /** Liveness check of a running instance. If it fails, the instance is restarted. */
  liveness_health_check?: HealthCheck;
  /** How an instance is stopped. */
  termination?: Termination;
}

/** A program that runs to completion. */
export interface AppJob extends RunningComponent {
  /**
   * When it runs: before or after a deployment, after a failed one, or by `schedule`.
   * @default POST_DEPLOY
   */
  kind?: JobKind;
  /** When a job of kind `SCHEDULED` runs. */
  schedule?: JobSchedule;
  /** Maximum duration of a run, such as `30m`. */
  timeout?: string;
  /** How an instance is stopped. */
  termination?: Termination;
}

/** When a job runs. `UNSPECIFIED` means `POST_DEPLOY`. */
export type JobKind =
  "UNSPECIFIED" | "PRE_DEPLOY" | "POST_DEPLOY" | "FAILED_DEPLOY" | "SCHEDULED" | (string & {});

/** Schedule of a job. */
export interface JobSchedule {
  /** Minute, hour, day of the month, month, day of the week, such as `0 3 * * *`. */
  cron?: string;
  /** IANA name of the time zone of `cron`, such as `Europe/Berlin`. */
  time_zone?: string;
}

/** Serverless functions, defined in `project.yml` in the repository. */
export interface AppFunctions extends RepositoryComponent {
  /**
   * Path prefixes routed to this component.
   * @deprecated use ingress.rules of the app
   */
  routes?: AppRoute[];
  /**
   * Origins allowed to read responses in a browser (CORS).
   * @deprecated use the cors of an ingress rule
   */
  cors?: CorsPolicy;
  /** Alerts for these functions. */
  alerts?: AppAlert[];
  /** External log destinations. */
  log_destinations?: LogDestination[];
}

/** A database that components can bind to. */
export interface AppDatabase {
  /**
   * Unique among all components and databases of the app; lowercase letters, digits and dashes.
   * @minLength 2
   * @maxLength 32
   * @pattern ^[a-z][a-z0-9-]{0,30}[a-z0-9]$
   */
  name: string;
  /** Kind of database. */
  engine?: DatabaseEngine;
  /** Version of the engine, as a string: `"17"`. */
  version?: string;
  /**
   * Size of a node.
   * @deprecated set the size on the database cluster itself
   */
  size?: string;
  /**
   * Number of nodes.
   * @asType integer
   * @deprecated set the number of nodes on the database cluster itself
   */
  num_nodes?: number;
  /** True binds the managed cluster `cluster_name`; otherwise the app gets its own small dev database. */
  production?: boolean;
  /** Name of a managed database cluster in the account. Required if `production` is true. */
  cluster_name?: string;
  /** Database in the cluster, for MySQL and PostgreSQL. */
  db_name?: string;
  /** User in the cluster, for MySQL and PostgreSQL. */
  db_user?: string;
}

/** Kind of database. */
export type DatabaseEngine =
  "UNSET" | "MYSQL" | "PG" | "REDIS" | "MONGODB" | "KAFKA" | "OPENSEARCH" | "VALKEY" | (string & {});
