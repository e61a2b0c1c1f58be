/** Size of an instance: how many processors and how much memory. The `basic-…` and `professional-…` ones are deprecated. */
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

/** Instances come and go with the load of a service. Takes the place of `instance_count`. */
export interface ServiceAutoscaling {
  /**
   * Instances that run at least.
   * @asType integer
   * @minimum 1
   */
  min_instance_count?: number;
  /**
   * Instances that run at most. Not below `min_instance_count`.
   * @asType integer
   * @minimum 1
   * @maximum 250
   */
  max_instance_count?: number;
  /** What the load is measured by; at least one. */
  metrics?: ServiceAutoscalingMetrics;
}

/** What a service is scaled by. */
export interface ServiceAutoscalingMetrics {
  /** Processor load. */
  cpu?: CpuMetric;
  /** Requests a second. */
  requests_per_second?: RequestsPerSecondMetric;
  /** How long requests take. */
  request_duration?: RequestDurationMetric;
}

/** Instances come and go with the load of a worker. Takes the place of `instance_count`. */
export interface WorkerAutoscaling {
  /**
   * Instances that run at least.
   * @asType integer
   * @minimum 1
   */
  min_instance_count?: number;
  /**
   * Instances that run at most. Not below `min_instance_count`.
   * @asType integer
   * @minimum 1
   * @maximum 250
   */
  max_instance_count?: number;
  /** What the load is measured by. */
  metrics?: WorkerAutoscalingMetrics;
}

/** What a worker is scaled by: it has no requests, so by processor load alone. */
export interface WorkerAutoscalingMetrics {
  /** Processor load. */
  cpu?: CpuMetric;
}

/** Target for the processor load. */
export interface CpuMetric {
  /**
   * Average load of an instance to aim at, in percent.
   * @asType integer
   * @minimum 1
   * @maximum 100
   * @default 80
   */
  percent?: number;
}

/** Target for the number of requests. */
export interface RequestsPerSecondMetric {
  /**
   * Requests a second on each instance to aim at.
   * @asType integer
   * @minimum 1
   */
  per_instance?: number;
}

/** Target for the duration of requests. */
export interface RequestDurationMetric {
  /**
   * Milliseconds within which 95 of 100 requests are to be answered.
   * @asType integer
   * @minimum 1
   */
  p95_milliseconds?: number;
}

/** How an instance of a service is stopped. */
export interface ServiceTermination {
  /**
   * Seconds between taking an instance out of the load balancer and telling it to end. Requests in flight finish here.
   * @asType integer
   * @minimum 1
   * @maximum 110
   * @default 15
   */
  drain_seconds?: number;
  /**
   * Seconds between telling an instance to end (TERM) and ending it by force (KILL).
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
   * Seconds between telling an instance to end (TERM) and ending it by force (KILL).
   * @asType integer
   * @minimum 1
   * @maximum 600
   * @default 120
   */
  grace_period_seconds?: number;
}

/** Puts a service to sleep when nobody asks for it. */
export interface InactivitySleep {
  /**
   * Seconds without a request after which the service sleeps.
   * @asType integer
   */
  after_seconds?: number;
  /** What visitors see while the service wakes up. */
  loading_page?: LoadingPage;
}

/** The page shown while a service wakes up. */
export interface LoadingPage {
  /** True shows a page; otherwise the request waits. */
  enabled?: boolean;
  /** Address of a page of your own. */
  custom_url?: string;
}
