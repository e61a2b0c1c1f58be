/** Instance size: CPUs and memory. The `basic-…` and `professional-…` sizes are deprecated. */
export type InstanceSizeSlug =
  | "apps-s-1vcpu-0.5gb"
  | "apps-s-1vcpu-1gb-fixed"
  | "apps-s-1vcpu-1gb"
  | "apps-s-1vcpu-2gb"
  | "apps-s-2vcpu-4gb"
  | "apps-d-1vcpu-0.5gb"
  | "apps-d-1vcpu-1gb"
  | "apps-d-1vcpu-2gb"
  | "apps-d-1vcpu-4gb"
  | "apps-d-2vcpu-4gb"
  | "apps-d-2vcpu-8gb"
  | "apps-d-4vcpu-8gb"
  | "apps-d-4vcpu-16gb"
  | "apps-d-8vcpu-32gb"
  | "basic-xxs"
  | "basic-xs"
  | "basic-s"
  | "basic-m"
  | "professional-xs"
  | "professional-s"
  | "professional-m"
  | "professional-1l"
  | "professional-l"
  | "professional-xl"
  | (string & {});

/** Autoscaling of a service. Replaces `instance_count`. */
export interface ServiceAutoscaling {
  /**
   * Minimum number of instances.
   * @asType integer
   * @minimum 1
   */
  min_instance_count?: number;
  /**
   * Maximum number of instances. Must be at least `min_instance_count`.
   * @asType integer
   * @minimum 1
   * @maximum 250
   */
  max_instance_count?: number;
  /** Metrics to scale on; at least one. */
  metrics?: ServiceAutoscalingMetrics;
}

/** Metrics a service scales on. */
export interface ServiceAutoscalingMetrics {
  /** CPU utilization. */
  cpu?: CpuMetric;
  /** Requests per second. */
  requests_per_second?: RequestsPerSecondMetric;
  /** Request duration. */
  request_duration?: RequestDurationMetric;
}

/** Autoscaling of a worker. Replaces `instance_count`. */
export interface WorkerAutoscaling {
  /**
   * Minimum number of instances.
   * @asType integer
   * @minimum 1
   */
  min_instance_count?: number;
  /**
   * Maximum number of instances. Must be at least `min_instance_count`.
   * @asType integer
   * @minimum 1
   * @maximum 250
   */
  max_instance_count?: number;
  /** Metrics to scale on. */
  metrics?: WorkerAutoscalingMetrics;
}

/** Metrics a worker scales on. A worker receives no requests, so CPU utilization is the only one. */
export interface WorkerAutoscalingMetrics {
  /** CPU utilization. */
  cpu?: CpuMetric;
}

/** CPU utilization target. */
export interface CpuMetric {
  /**
   * Target for the average CPU utilization of an instance, in percent.
   * @asType integer
   * @minimum 1
   * @maximum 100
   * @default 80
   */
  percent?: number;
}

/** Request rate target. */
export interface RequestsPerSecondMetric {
  /**
   * Target for requests per second per instance.
   * @asType integer
   * @minimum 1
   */
  per_instance?: number;
}

/** Request duration target. */
export interface RequestDurationMetric {
  /**
   * Target for the 95th percentile of the request duration, in milliseconds.
   * @asType integer
   * @minimum 1
   */
  p95_milliseconds?: number;
}

/** How an instance of a service is stopped. */
export interface ServiceTermination {
  /**
   * Seconds between removing an instance from the load balancer and sending TERM. In-flight requests finish in this time.
   * @asType integer
   * @minimum 1
   * @maximum 110
   * @default 15
   */
  drain_seconds?: number;
  /**
   * Seconds between TERM and KILL.
   * @asType integer
   * @minimum 1
   * @maximum 600
   * @default 120
   */
  grace_period_seconds?: number;
}

/** How an instance of a worker or a job is stopped. */
export interface Termination {
  /**
   * Seconds between TERM and KILL.
   * @asType integer
   * @minimum 1
   * @maximum 600
   * @default 120
   */
  grace_period_seconds?: number;
}

/** Puts a service to sleep when it receives no requests. */
export interface InactivitySleep {
  /**
   * Seconds without a request after which the service sleeps.
   * @asType integer
   */
  after_seconds?: number;
  /** Page shown while the service wakes up. */
  loading_page?: LoadingPage;
}

/** The page shown while a service wakes up. */
export interface LoadingPage {
  /** True shows the page; otherwise requests wait. */
  enabled?: boolean;
  /** URL of a custom page. */
  custom_url?: string;
}
