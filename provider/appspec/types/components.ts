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

/** What every component has that is built from a repository. */
export interface RepositoryComponent {
  /**
   * Unique among all components and databases of the app; lower case letters, digits and dashes.
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
  /** Folder in the repository to build in, and the context of a Dockerfile. Left out, the top. */
  source_dir?: string;
  /** Environment variables of this component. */
  envs?: AppVariable[];
}

/** What every component has that is built by a Dockerfile or a buildpack. */
export interface BuiltComponent extends RepositoryComponent {
  /** Path of the Dockerfile from the top of the repository. Left out, a buildpack is found. */
  dockerfile_path?: string;
  /** Command run while building. */
  build_command?: string;
  /** Kind of program, such as `node-js` or `go`. */
  environment_slug?: string;
}

/** What every component has that runs in instances. */
export interface RunningComponent extends BuiltComponent {
  /** Source: an image that is built already. */
  image?: ImageSource;
  /** Command that starts the program, in place of the image's or buildpack's own. */
  run_command?: string;
  /**
   * Size of each instance.
   * @default apps-s-1vcpu-0.5gb
   */
  instance_size_slug?: InstanceSizeSlug;
  /**
   * How many instances run. Not together with `autoscaling`.
   * @asType integer
   * @minimum 1
   * @default 1
   */
  instance_count?: number;
  /** Alerts about this component. */
  alerts?: AppAlert[];
  /** Where the logs go as well. */
  log_destinations?: LogDestination[];
}

/** A program that answers HTTP requests. */
export interface AppService extends RunningComponent {
  /** Instances come and go with the load. Not together with `instance_count`. */
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
   * Protocol the program speaks on `http_port`; `HTTP2` is meant without TLS (h2c).
   * @default HTTP
   */
  protocol?: ServingProtocol;
  /**
   * Path prefixes that lead here.
   * @deprecated use ingress.rules of the app
   */
  routes?: AppRoute[];
  /** Whether a new instance is ready. Failing it fails the deployment. */
  health_check?: ServiceHealthCheck;
  /** Whether a running instance still works. Failing it restarts the instance. */
  liveness_health_check?: HealthCheck;
  /**
   * Which other origins may read the answers in a browser.
   * @deprecated use the cors of an ingress rule
   */
  cors?: CorsPolicy;
  /** Ports that other components of the app can reach, beside `http_port`. */
  internal_ports?: PortNumber[];
  /** How an instance is stopped. */
  termination?: ServiceTermination;
  /** Sleep when nobody asks. */
  inactivity_sleep?: InactivitySleep;
}

/**
 * A port.
 * @asType integer
 */
export type PortNumber = number;

/** Protocol between the load balancer and a service. */
export type ServingProtocol = "HTTP" | "HTTP2" | (string & {});

/** Files that are built once and served without a program. */
export interface AppStaticSite extends BuiltComponent {
  /** Folder of the built files. Left out, the service looks for `_static`, `dist`, `public` and `build`. */
  output_dir?: string;
  /**
   * File served for a folder.
   * @default index.html
   */
  index_document?: string;
  /**
   * File served, with status 404, for what does not exist. Not together with `catchall_document`.
   * @default 404.html
   */
  error_document?: string;
  /** File served, with status 200, for what does not exist; for single-page apps. Not together with `error_document`. */
  catchall_document?: string;
  /**
   * Path prefixes that lead here.
   * @deprecated use ingress.rules of the app
   */
  routes?: AppRoute[];
  /**
   * Which other origins may read the answers in a browser.
   * @deprecated use the cors of an ingress rule
   */
  cors?: CorsPolicy;
  /** Where the logs go as well. */
  log_destinations?: LogDestination[];
}

/** A program that runs all the time and takes no HTTP requests. */
export interface AppWorker extends RunningComponent {
  /** Instances come and go with the load. Not together with `instance_count`. */
  autoscaling?: WorkerAutoscaling;
  /** Whether a running instance still works. Failing it restarts the instance. */
  liveness_health_check?: HealthCheck;
  /** How an instance is stopped. */
  termination?: Termination;
}

/** A program that runs to its end. */
export interface AppJob extends RunningComponent {
  /**
   * When it runs: before or after a deployment, after a failed one, or by `schedule`.
   * @default POST_DEPLOY
   */
  kind?: JobKind;
  /** When a job of kind `SCHEDULED` runs. */
  schedule?: JobSchedule;
  /** How long a run may take, as a duration such as `30m`. */
  timeout?: string;
  /** How an instance is stopped. */
  termination?: Termination;
}

/** When a job runs. `UNSPECIFIED` means `POST_DEPLOY`. */
export type JobKind =
  "UNSPECIFIED" | "PRE_DEPLOY" | "POST_DEPLOY" | "FAILED_DEPLOY" | "SCHEDULED" | (string & {});

/** The times at which a job runs. */
export interface JobSchedule {
  /** Minute, hour, day of the month, month, day of the week, such as `0 3 * * *`. */
  cron?: string;
  /** IANA name of the time zone `cron` is meant in, such as `Europe/Berlin`. */
  time_zone?: string;
}

/** Serverless functions, as a `project.yml` in the repository lists them. */
export interface AppFunctions extends RepositoryComponent {
  /**
   * Path prefixes that lead here.
   * @deprecated use ingress.rules of the app
   */
  routes?: AppRoute[];
  /**
   * Which other origins may read the answers in a browser.
   * @deprecated use the cors of an ingress rule
   */
  cors?: CorsPolicy;
  /** Alerts about these functions. */
  alerts?: AppAlert[];
  /** Where the logs go as well. */
  log_destinations?: LogDestination[];
}

/** A database that components can bind to. */
export interface AppDatabase {
  /**
   * Unique among all components and databases of the app; lower case letters, digits and dashes.
   * @minLength 2
   * @maxLength 32
   * @pattern ^[a-z][a-z0-9-]{0,30}[a-z0-9]$
   */
  name: string;
  /** Kind of database. */
  engine?: DatabaseEngine;
  /** Version of the engine, as text: `"17"`. */
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
  /** True binds to the managed cluster `cluster_name`; otherwise the app gets a small dev database of its own. */
  production?: boolean;
  /** Name of a managed database cluster of the account. Needed when `production` is true. */
  cluster_name?: string;
  /** Database in the cluster, for MySQL and PostgreSQL. */
  db_name?: string;
  /** User in the cluster, for MySQL and PostgreSQL. */
  db_user?: string;
}

/** Kind of database. */
export type DatabaseEngine =
  "UNSET" | "MYSQL" | "PG" | "REDIS" | "MONGODB" | "KAFKA" | "OPENSEARCH" | "VALKEY" | (string & {});
