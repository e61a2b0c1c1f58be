/** Readiness check of a new service instance. */
export interface ServiceHealthCheck {
  /**
   * HTTP path to check.
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
   * Seconds without a response after which a check fails.
   * @asType integer
   */
  timeout_seconds?: number;
  /**
   * Consecutive successful checks required.
   * @asType integer
   */
  success_threshold?: number;
  /**
   * Consecutive failed checks required.
   * @asType integer
   */
  failure_threshold?: number;
  /** HTTP path to check, such as `/health`. If omitted, a TCP connection is checked. */
  http_path?: string;
  /**
   * Port to check. If omitted, the `http_port` of the service.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  port?: number;
}

/** Liveness check of a running instance; an instance that fails it is restarted. */
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
   * Seconds without a response after which a check fails.
   * @asType integer
   * @minimum 1
   * @maximum 120
   */
  timeout_seconds?: number;
  /**
   * Consecutive successful checks required; the only valid value is 1.
   * @asType integer
   * @minimum 1
   * @maximum 1
   */
  success_threshold?: number;
  /**
   * Consecutive failed checks required.
   * @asType integer
   * @minimum 1
   * @maximum 50
   */
  failure_threshold?: number;
  /** HTTP path to check, such as `/health`. If omitted, a TCP connection is checked. */
  http_path?: string;
  /**
   * Port to check.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  port?: number;
}

/** A notification about an event or an exceeded threshold. Recipients are set outside the spec. */
export interface AppAlert {
  /** Event or metric that triggers the alert. Deployment and domain rules apply to the app, all others to a component. */
  rule?: AlertRule;
  /**
   * True disables the alert.
   * @default false
   */
  disabled?: boolean;
  /** Comparison with `value` that triggers the alert. */
  operator?: AlertOperator;
  /** Threshold: a percentage for CPU and memory, otherwise a count or milliseconds. Fractions are allowed. */
  value?: number;
  /** How long the threshold must be exceeded. */
  window?: AlertWindow;
}

/** Event or metric that triggers an alert. */
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

/** Comparison that triggers an alert. */
export type AlertOperator = "UNSPECIFIED_OPERATOR" | "GREATER_THAN" | "LESS_THAN" | (string & {});

/** How long a threshold must be exceeded. */
export type AlertWindow =
  "UNSPECIFIED_WINDOW" | "FIVE_MINUTES" | "TEN_MINUTES" | "THIRTY_MINUTES" | "ONE_HOUR" | (string & {});

/** An external destination for the logs of a component. Set exactly one: a named service or `endpoint`. */
export interface LogDestination {
  /**
   * Name of the destination, unique within the component.
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
  /** OpenSearch: a managed cluster or any other. */
  open_search?: OpenSearchDestination;
  /** Address of any HTTP collector. */
  endpoint?: string;
  /**
   * True disables certificate verification for `endpoint`.
   * @default false
   */
  tls_insecure?: boolean;
  /** Headers sent to `endpoint`. */
  headers?: LogDestinationHeader[];
}

/** Sends logs to Papertrail. */
export interface PapertrailDestination {
  /** Syslog address, `host:port`. */
  endpoint: string;
}

/** Sends logs to Datadog. */
export interface DatadogDestination {
  /** Address of the HTTP intake of your Datadog site. */
  endpoint?: string;
  /** Secret. */
  api_key: string;
}

/** Sends logs to Better Stack. */
export interface LogtailDestination {
  /** Secret. */
  token?: string;
}

/** Sends logs to OpenSearch. */
export interface OpenSearchDestination {
  /** `https://host:port`. Mutually exclusive with `cluster_name`. */
  endpoint?: string;
  /** Credentials. */
  basic_auth?: OpenSearchBasicAuth;
  /**
   * Index that logs are written to.
   * @default logs
   */
  index_name?: string;
  /** Name of a managed OpenSearch cluster in the account. Mutually exclusive with `endpoint`. */
  cluster_name?: string;
}

/** User and password for OpenSearch. */
export interface OpenSearchBasicAuth {
  /** Required with `endpoint`. For a managed cluster, the default is `doadmin`. */
  user?: string;
  /** Secret. Required with `endpoint`; not allowed with a managed cluster. */
  password?: string;
}

/** A header sent to a log collector. */
export interface LogDestinationHeader {
  /** Name of the header. */
  key?: string;
  /** Its value. Treated as secret. */
  value?: string;
}
