/** Whether a new instance of a service is ready for requests. */
export interface ServiceHealthCheck {
  /**
   * Route to ask.
   * @deprecated use http_path
   */
  path?: string;
  /**
   * Seconds to wait before the first check.
   * @asType integer
   */
  initial_delay_seconds?: number;
  /**
   * Seconds between checks.
   * @asType integer
   */
  period_seconds?: number;
  /**
   * Seconds after which a check without answer counts as failed.
   * @asType integer
   */
  timeout_seconds?: number;
  /**
   * Checks in a row that have to pass.
   * @asType integer
   */
  success_threshold?: number;
  /**
   * Checks in a row that have to fail.
   * @asType integer
   */
  failure_threshold?: number;
  /** Route to ask over HTTP, such as `/health`. Left out, a TCP connection is enough. */
  http_path?: string;
  /**
   * Port to ask. Left out, it is the `http_port` of the service.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  port?: number;
}

/** Whether a running instance still works; one that does not is restarted. */
export interface HealthCheck {
  /**
   * Seconds to wait before the first check.
   * @asType integer
   * @minimum 0
   * @maximum 3600
   */
  initial_delay_seconds?: number;
  /**
   * Seconds between checks.
   * @asType integer
   * @minimum 1
   * @maximum 300
   */
  period_seconds?: number;
  /**
   * Seconds after which a check without answer counts as failed.
   * @asType integer
   * @minimum 1
   * @maximum 120
   */
  timeout_seconds?: number;
  /**
   * Checks in a row that have to pass; one is the only value there is.
   * @asType integer
   * @minimum 1
   * @maximum 1
   */
  success_threshold?: number;
  /**
   * Checks in a row that have to fail.
   * @asType integer
   * @minimum 1
   * @maximum 50
   */
  failure_threshold?: number;
  /** Route to ask over HTTP, such as `/health`. Left out, a TCP connection is enough. */
  http_path?: string;
  /**
   * Port to ask.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  port?: number;
}

/** Tells somebody when something happens or a limit is passed. Who is told is set beside the spec. */
export interface AppAlert {
  /** What is watched. Deployments and domains belong to the app, the rest to a component. */
  rule?: AlertRule;
  /**
   * True keeps the alert silent.
   * @default false
   */
  disabled?: boolean;
  /** Which side of `value` raises the alert. */
  operator?: AlertOperator;
  /** The limit: percent for loads, a count or milliseconds otherwise. Fractions are fine. */
  value?: number;
  /** How long the limit has to be passed. */
  window?: AlertWindow;
}

/** What an alert watches. */
export type AlertRule =
  | "UNSPECIFIED_RULE"
  | "CPU_UTILIZATION"
  | "MEM_UTILIZATION"
  | "RESTART_COUNT"
  | "DEPLOYMENT_FAILED"
  | "DEPLOYMENT_LIVE"
  | "DEPLOYMENT_STARTED"
  | "DEPLOYMENT_CANCELED"
  | "DOMAIN_FAILED"
  | "DOMAIN_LIVE"
  | "AUTOSCALE_FAILED"
  | "AUTOSCALE_SUCCEEDED"
  | "JOB_INVOCATION_FAILED"
  | "FUNCTIONS_ACTIVATION_COUNT"
  | "FUNCTIONS_AVERAGE_DURATION_MS"
  | "FUNCTIONS_ERROR_RATE_PER_MINUTE"
  | "FUNCTIONS_AVERAGE_WAIT_TIME_MS"
  | "FUNCTIONS_ERROR_COUNT"
  | "FUNCTIONS_GB_RATE_PER_SECOND"
  | "REQUESTS_PER_SECOND"
  | "REQUEST_DURATION_P95_MS"
  | (string & {});

/** Which side of a limit raises an alert. */
export type AlertOperator = "UNSPECIFIED_OPERATOR" | "GREATER_THAN" | "LESS_THAN" | (string & {});

/** How long a limit has to be passed. */
export type AlertWindow =
  "UNSPECIFIED_WINDOW" | "FIVE_MINUTES" | "TEN_MINUTES" | "THIRTY_MINUTES" | "ONE_HOUR" | (string & {});

/** Where the logs of a component are sent as well. Exactly one kind: a named service or an `endpoint`. */
export interface LogDestination {
  /**
   * Unique in the component.
   * @minLength 2
   * @maxLength 42
   * @pattern ^[A-Za-z0-9()\[\]'"][-A-Za-z0-9_. \/()\[\]]{0,40}[A-Za-z0-9()\[\]'"]$
   */
  name: string;
  /** SolarWinds Papertrail. */
  papertrail?: PapertrailDestination;
  /** Datadog. */
  datadog?: DatadogDestination;
  /** Better Stack, formerly Logtail. */
  logtail?: LogtailDestination;
  /** OpenSearch, a managed cluster or any other. */
  open_search?: OpenSearchDestination;
  /** Address of any HTTP collector. */
  endpoint?: string;
  /**
   * True accepts any certificate of `endpoint`.
   * @default false
   */
  tls_insecure?: boolean;
  /** Headers sent to `endpoint`. */
  headers?: LogDestinationHeader[];
}

/** Logs go to Papertrail. */
export interface PapertrailDestination {
  /** Syslog address, `host:port`. */
  endpoint: string;
}

/** Logs go to Datadog. */
export interface DatadogDestination {
  /** Address of the HTTP intake of your Datadog site. */
  endpoint?: string;
  /** Secret. */
  api_key: string;
}

/** Logs go to Better Stack. */
export interface LogtailDestination {
  /** Secret. */
  token?: string;
}

/** Logs go to OpenSearch. */
export interface OpenSearchDestination {
  /** `https://host:port`. Not together with `cluster_name`. */
  endpoint?: string;
  /** How to sign in. */
  basic_auth?: OpenSearchBasicAuth;
  /**
   * Index the logs are written to.
   * @default logs
   */
  index_name?: string;
  /** A managed OpenSearch cluster of the account. Not together with `endpoint`. */
  cluster_name?: string;
}

/** User and password for OpenSearch. */
export interface OpenSearchBasicAuth {
  /** Needed with `endpoint`; a managed cluster takes `doadmin` when left out. */
  user?: string;
  /** Secret. Needed with `endpoint`; not allowed with a managed cluster. */
  password?: string;
}

/** A header sent to a collector of logs. */
export interface LogDestinationHeader {
  /** Name of the header. */
  key?: string;
  /** Its value. Treated as secret. */
  value?: string;
}
