import { ApiError } from "../errors";
import { isObject, unreadableError } from "../net/failures";
import type { Answered } from "../net/transport";
import type {
  Account,
  Alert,
  App,
  AppEvent,
  AppHealth,
  AppInstance,
  BandwidthUsage,
  Deployment,
  InstanceSize,
  JobInvocation,
  LogUrls,
  Project,
  Proposal,
  Region,
  RollbackValidation,
} from "./types";

/**
 * Checks of what the product relies on, and no more: unknown fields stay, optional ones may be absent or null. An
 * unexpected response must be detected here, not as an `undefined` elsewhere.
 */

function wrong(answered: Answered, field: string, expected: string): ApiError {
  return unreadableError(answered, answered.status, `${field} is not ${expected}`);
}

function objectAt(answered: Answered, value: unknown, field: string): Record<string, unknown> {
  if (!isObject(value)) throw wrong(answered, `"${field}"`, "an object");
  return value;
}

function textAt(answered: Answered, holder: Record<string, unknown>, field: string, name: string): void {
  const value = holder[name];
  if (typeof value !== "string" || value === "") throw wrong(answered, `"${field}.${name}"`, "a text");
}

/** The response body as an object. */
export function bodyOf(answered: Answered): Record<string, unknown> {
  if (!isObject(answered.body)) throw wrong(answered, "the body", "an object");
  return answered.body;
}

export function checkApp(answered: Answered, value: unknown, field = "app"): App {
  const app = objectAt(answered, value, field);
  textAt(answered, app, field, "id");
  textAt(answered, objectAt(answered, app.spec, `${field}.spec`), `${field}.spec`, "name");
  // A token without project:read gets an empty id.
  if (app.project_id === "") delete app.project_id;
  for (const slot of ["active", "in_progress", "pending", "pinned"]) {
    const deployment = app[`${slot}_deployment`];
    // An empty object is how some JSON serializers encode "none".
    if (isObject(deployment) && Object.keys(deployment).length === 0) delete app[`${slot}_deployment`];
    else if (deployment != null) checkDeployment(answered, deployment, `${field}.${slot}_deployment`);
  }
  return app as App;
}

export function checkDeployment(answered: Answered, value: unknown, field = "deployment"): Deployment {
  const deployment = objectAt(answered, value, field);
  textAt(answered, deployment, field, "id");
  return deployment as Deployment;
}

export function checkAlert(answered: Answered, value: unknown, field: string): Alert {
  const alert = objectAt(answered, value, field);
  textAt(answered, alert, field, "id");
  return alert as Alert;
}

export function checkRollbackValidation(answered: Answered): RollbackValidation {
  const body = bodyOf(answered);
  if (typeof body.valid !== "boolean") throw wrong(answered, '"valid"', "true or false");
  return body as unknown as RollbackValidation;
}

export function checkProject(answered: Answered, value: unknown): Project {
  const project = objectAt(answered, value, "project");
  textAt(answered, project, "project", "id");
  return project as Project;
}

/** The service accepts every assignment request and reports the result per resource. */
export function checkAssigned(answered: Answered, urn: string): void {
  const resources = checkList(answered, "resources", objectAt);
  const status = resources.find((resource) => resource.urn === urn)?.status;
  if (typeof status === "string" && ASSIGNED.has(status)) return;
  const said = typeof status === "string" ? `; it says "${status}"` : "";
  if (status === "not_found" || status === "service_down") throw notAssigned(answered, urn, status);
  throw wrong(answered, '"resources"', `a list in which ${urn} is assigned${said}`);
}

/** The service reports each resource's outcome in a successful response. */
function notAssigned({ request }: Answered, urn: string, status: "not_found" | "service_down"): ApiError {
  const [code, what] =
    status === "not_found"
      ? (["not-found", `the service did not find ${urn}, so it was not assigned to the project`] as const)
      : (["service-error", `the service could not assign ${urn} to the project. Try again later`] as const);
  return new ApiError(code, `${request.method} ${request.path}: ${what} (status ${status}).`, { request });
}

const ASSIGNED = new Set(["ok", "assigned", "already_assigned"]);

export function checkAccount(answered: Answered, value: unknown): Account {
  return objectAt(answered, value, "account");
}

export function checkProposal(answered: Answered): Proposal {
  const body = bodyOf(answered);
  const { app_cost: cost, app_name_available: available } = body;
  if (cost != null && typeof cost !== "number") throw wrong(answered, '"app_cost"', "a number");
  if (available != null && typeof available !== "boolean")
    throw wrong(answered, '"app_name_available"', "true or false");
  return body as Proposal;
}

export function checkRegion(answered: Answered, value: unknown, field: string): Region {
  const region = objectAt(answered, value, field);
  textAt(answered, region, field, "slug");
  return region as Region;
}

export function checkInstanceSize(answered: Answered, value: unknown, field: string): InstanceSize {
  const size = objectAt(answered, value, field);
  textAt(answered, size, field, "slug");
  return size as InstanceSize;
}

export function checkHealth(answered: Answered, value: unknown): AppHealth {
  return objectAt(answered, value, "app_health");
}

export function checkInstance(answered: Answered, value: unknown, field: string): AppInstance {
  const instance = objectAt(answered, value, field);
  textAt(answered, instance, field, "instance_name");
  return instance as AppInstance;
}

export function checkEvent(answered: Answered, value: unknown, field = "event"): AppEvent {
  const event = objectAt(answered, value, field);
  textAt(answered, event, field, "id");
  return event as AppEvent;
}

export function checkInvocation(answered: Answered, value: unknown, field = "job_invocation"): JobInvocation {
  const invocation = objectAt(answered, value, field);
  textAt(answered, invocation, field, "id");
  return invocation as JobInvocation;
}

export function checkExecUrl(answered: Answered): string {
  const { url } = bodyOf(answered);
  if (typeof url !== "string" || url === "") throw wrong(answered, '"url"', "a text");
  return url;
}

export function checkBandwidth(answered: Answered): BandwidthUsage {
  checkList(answered, "app_bandwidth_usage", objectAt);
  return bodyOf(answered) as BandwidthUsage;
}

/** A list of the body, each item checked. Absent and null are the empty list: that is how the service may write it. */
export function checkList<T>(
  answered: Answered,
  name: string,
  check: (answered: Answered, value: unknown, field: string) => T,
): T[] {
  const list = bodyOf(answered)[name] ?? [];
  if (!Array.isArray(list)) throw wrong(answered, `"${name}"`, "a list");
  return list.map((item, index) => check(answered, item, `${name}[${index}]`));
}

/** The archived logs are `historic_urls` in the schema and in the Go client, `historic_logs` in the example. */
export function checkLogUrls(answered: Answered): LogUrls {
  const body = bodyOf(answered);
  const urls: LogUrls = {};
  for (const name of ["live_url", "url"] as const) {
    const value = body[name];
    if (value == null || value === "") continue;
    if (typeof value !== "string") throw wrong(answered, `"${name}"`, "a text");
    urls[name] = value;
  }
  const field = body.historic_urls == null ? "historic_logs" : "historic_urls";
  const historic = body[field] ?? [];
  if (!Array.isArray(historic) || historic.some((url) => typeof url !== "string")) {
    throw wrong(answered, `"${field}"`, "a list of texts");
  }
  urls.historic_urls = historic as string[];
  return urls;
}
