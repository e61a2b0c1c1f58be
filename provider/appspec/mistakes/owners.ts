import { mapShapes, type MapShape } from "../schema-shape";

/** Names of schema types in messages. */
const NAMES: Readonly<Record<string, string>> = {
  AppSpec: "an app",
  AppService: "a service",
  AppStaticSite: "a static site",
  AppWorker: "a worker",
  AppJob: "a job",
  AppFunctions: "a functions component",
  AppDatabase: "a database",
  AppDomain: "a domain",
  AppVariable: "a variable",
  AppAlert: "an alert",
  AppIngress: "ingress",
  AppIngressRule: "an ingress rule",
  AppEgress: "egress",
  AppMaintenance: "maintenance",
  AppVpc: "vpc",
  VpcEgressIp: "an egress address",
  AppRoute: "a route",
  GitSource: "git",
  GitHubSource: "github",
  GitLabSource: "gitlab",
  BitbucketSource: "bitbucket",
  ImageSource: "an image",
  ImageDeployOnPush: "deploy_on_push",
  IngressMatch: "the match of an ingress rule",
  IngressStringMatch: "a path or authority match",
  IngressComponent: "the component of an ingress rule",
  IngressRedirect: "a redirect",
  SecureHeader: "secure_header",
  CorsPolicy: "cors",
  StringMatch: "an origin",
  ServiceHealthCheck: "a health check",
  HealthCheck: "a liveness health check",
  ServiceAutoscaling: "autoscaling",
  WorkerAutoscaling: "worker autoscaling",
  ServiceAutoscalingMetrics: "autoscaling metrics",
  WorkerAutoscalingMetrics: "worker autoscaling metrics",
  CpuMetric: "the cpu metric",
  RequestsPerSecondMetric: "the requests_per_second metric",
  RequestDurationMetric: "the request_duration metric",
  ServiceTermination: "termination",
  Termination: "termination of a worker or job",
  InactivitySleep: "inactivity_sleep",
  LoadingPage: "a loading page",
  JobSchedule: "a schedule",
  LogDestination: "a log destination",
  LogDestinationHeader: "a header of a log destination",
  PapertrailDestination: "papertrail",
  DatadogDestination: "datadog",
  LogtailDestination: "logtail",
  OpenSearchDestination: "open_search",
  OpenSearchBasicAuth: "basic_auth",
};

/** `a service`, `github`; `this section` for a type without a name. */
export const ownerName = (type: string): string => NAMES[type] ?? "this section";

let owners: ReadonlyMap<string, readonly MapShape[]> | undefined;

/** The types that have a field of this name; empty if unknown. */
export function ownersOf(field: string): readonly MapShape[] {
  if (!owners) {
    const found = new Map<string, MapShape[]>();
    for (const shape of mapShapes().values())
      for (const name of shape.fields.keys()) found.set(name, [...(found.get(name) ?? []), shape]);
    owners = found;
  }
  return owners.get(field) ?? [];
}

export function allFields(): Iterable<string> {
  ownersOf("");
  return owners?.keys() ?? [];
}

/** `a, b or c`. */
export function either(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}
