import type { AppAlert, AppSpec } from "../appspec/types";

/**
 * Responses of the service, as far as this product reads them. Fields are as the OpenAPI description and the official Go
 * client document them; every deployment field of an app may be null or absent, and fields unknown here are kept.
 */
export interface App {
  id: string;
  owner_uuid?: string;
  spec: AppSpec;
  default_ingress?: string;
  live_url?: string;
  live_url_base?: string;
  live_domain?: string;
  created_at?: string;
  updated_at?: string;
  last_deployment_created_at?: string;
  project_id?: string;
  tier_slug?: string;
  region?: { slug?: string; label?: string; [field: string]: unknown };
  active_deployment?: Deployment | null;
  in_progress_deployment?: Deployment | null;
  /** In responses to create and update: the deployment of that call. Elsewhere: the newest one that was not canceled. */
  pending_deployment?: Deployment | null;
  pinned_deployment?: Deployment | null;
  [field: string]: unknown;
}

/** Phases the service documents. Unknown phases are treated as still running. */
export type DeploymentPhase =
  | "UNKNOWN"
  | "PENDING_BUILD"
  | "BUILDING"
  | "PENDING_DEPLOY"
  | "DEPLOYING"
  | "ACTIVE"
  | "SUPERSEDED"
  | "ERROR"
  | "CANCELED"
  | (string & {});

/** What triggered a deployment. */
export type DeploymentType =
  | "MANUAL"
  | "DEPLOY_ON_PUSH"
  | "MAINTENANCE"
  | "MANUAL_ROLLBACK"
  | "AUTO_ROLLBACK"
  | "UPDATE_DATABASE_TRUSTED_SOURCES"
  | "AUTOSCALED"
  | (string & {});

export interface Deployment {
  id: string;
  phase?: DeploymentPhase;
  cause?: string;
  previous_deployment_id?: string;
  cloned_from?: string;
  progress?: DeploymentProgress;
  spec?: AppSpec;
  services?: DeployedComponent[];
  static_sites?: DeployedComponent[];
  workers?: DeployedComponent[];
  jobs?: DeployedComponent[];
  functions?: DeployedComponent[];
  created_at?: string;
  updated_at?: string;
  phase_last_updated_at?: string;
  tier_slug?: string;
  [field: string]: unknown;
}

export interface DeployedComponent {
  name: string;
  source_commit_hash?: string;
  source_image_digest?: string;
  [field: string]: unknown;
}

export interface DeploymentProgress {
  pending_steps?: number;
  running_steps?: number;
  success_steps?: number;
  error_steps?: number;
  total_steps?: number;
  steps?: DeploymentStep[];
  summary_steps?: DeploymentStep[];
}

export interface DeploymentStep {
  name?: string;
  component_name?: string;
  status?: "UNKNOWN" | "PENDING" | "RUNNING" | "ERROR" | "SUCCESS" | (string & {});
  message_base?: string;
  reason?: { code?: string; message?: string };
  started_at?: string;
  ended_at?: string;
  steps?: DeploymentStep[];
  [field: string]: unknown;
}

export type LogType =
  "UNSPECIFIED" | "BUILD" | "DEPLOY" | "RUN" | "RUN_RESTARTED" | "AUTOSCALE_EVENT" | "JOB" | (string & {});

/** Addresses of logs. They are credentials in themselves: fetch at once, never store, never print. */
export interface LogUrls {
  live_url?: string;
  url?: string;
  historic_urls?: string[];
}

/** Recipients of an alert. */
export interface AlertDestinations {
  emails?: string[];
  /** The addresses are credentials in themselves. */
  slack_webhooks?: { url: string; channel: string }[];
}

/** One alert of an app; its rule is defined in the AppSpec. */
export interface Alert extends AlertDestinations {
  id: string;
  /** Absent for alerts of the whole app. */
  component_name?: string;
  spec?: AppAlert;
  phase?: string;
  [field: string]: unknown;
}

/** Why a rollback is not possible, or not as good as it could be. */
export interface RollbackCondition {
  /** Such as `database_config_conflict`. */
  code?: string;
  message?: string;
  components?: string[];
}

export interface RollbackValidation {
  valid: boolean;
  error?: RollbackCondition | null;
  warnings?: RollbackCondition[] | null;
}

/** The response to `propose`. */
export interface Proposal {
  app_name_available?: boolean;
  app_name_suggestion?: string;
  existing_static_apps?: string;
  max_free_static_apps?: string;
  spec?: AppSpec;
  /** US dollars per month. */
  app_cost?: number;
  app_tier_upgrade_cost?: number;
  app_tier_downgrade_cost?: number;
  [field: string]: unknown;
}

export interface Project {
  id: string;
  name?: string;
  is_default?: boolean;
  [field: string]: unknown;
}

/** A region of the App Platform. */
export interface Region {
  slug: string;
  label?: string;
  continent?: string;
  data_centers?: string[];
  default?: boolean;
  /** True when the region accepts no new apps; `reason` explains why. */
  disabled?: boolean;
  reason?: string;
  [field: string]: unknown;
}

/** An instance size. The service sends numbers as strings. */
export interface InstanceSize {
  slug: string;
  name?: string;
  cpu_type?: string;
  cpus?: string;
  memory_bytes?: string;
  tier_slug?: string;
  /** US dollars. */
  usd_per_month?: string;
  usd_per_second?: string;
  scalable?: boolean;
  single_instance_only?: boolean;
  deprecation_intent?: boolean;
  [field: string]: unknown;
}

/** Percentages and containers of components, as the service measured them last. */
export interface AppHealth {
  components?: ComponentHealth[];
  functions_components?: FunctionsHealth[];
  [field: string]: unknown;
}

export interface ComponentHealth {
  name?: string;
  state?: "UNKNOWN" | "HEALTHY" | "UNHEALTHY" | (string & {});
  cpu_usage_percent?: number;
  memory_usage_percent?: number;
  replicas_desired?: number;
  replicas_ready?: number;
  [field: string]: unknown;
}

export interface FunctionsHealth {
  name?: string;
  functions_component_health_metrics?: {
    metric_label?: string;
    metric_value?: number;
    /** Such as `1h`. */
    time_window?: string;
  }[];
  [field: string]: unknown;
}

/** A running container; the next deployment or restart replaces it. */
export interface AppInstance {
  instance_name: string;
  instance_alias?: string;
  component_name?: string;
  component_type?: "SERVICE" | "WORKER" | "JOB" | (string & {});
  [field: string]: unknown;
}

export type EventType = "UNKNOWN" | "DEPLOYMENT" | "AUTOSCALING" | (string & {});

export interface AppEvent {
  id: string;
  type?: EventType;
  created_at?: string;
  /** Of an autoscaling: the deployment that was scaled. */
  deployment_id?: string;
  deployment?: Deployment | null;
  autoscaling?: Autoscaling | null;
  [field: string]: unknown;
}

export interface Autoscaling {
  phase?: "UNKNOWN" | "PENDING" | "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "CANCELED" | (string & {});
  /** Containers before and after, by component. */
  components?: Record<string, { from?: number; to?: number; [field: string]: unknown }>;
  [field: string]: unknown;
}

export type InvocationPhase =
  "UNKNOWN" | "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELED" | "SKIPPED" | (string & {});

/** One run of a job. */
export interface JobInvocation {
  id: string;
  job_name?: string;
  deployment_id?: string;
  phase?: InvocationPhase;
  trigger?: { type?: "MANUAL" | "SCHEDULE" | "UNKNOWN" | (string & {}); [field: string]: unknown };
  created_at?: string;
  started_at?: string;
  completed_at?: string;
  [field: string]: unknown;
}

/** Outbound bandwidth per app on one day. */
export interface BandwidthUsage {
  /** ISO 8601. */
  date?: string;
  app_bandwidth_usage?: {
    app_id?: string;
    /** An integer as a string. */
    bandwidth_bytes?: string;
  }[];
  [field: string]: unknown;
}

export interface Account {
  uuid?: string;
  email?: string;
  status?: string;
  team?: { uuid?: string; name?: string };
  [field: string]: unknown;
}
