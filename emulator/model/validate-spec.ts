import { region } from "./catalogue";
import type { Behavior } from "./behavior";
import { ApiError, badRequest, unprocessable } from "../errors";
import { firstSchemaError } from "./schema";
import { components, DEPLOYED_KINDS, SOURCES, type Component, type IngressRule, type Spec } from "./spec";

const NAME = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const REGISTRY_TYPES: unknown[] = ["UNSPECIFIED", "DOCR", "DOCKER_HUB", "GHCR"];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const invalid = (path: string, what: string): Error =>
  badRequest(`error validating app spec field "${path}": ${what}`);

function checkName(path: string, name: unknown): void {
  if (typeof name !== "string" || !NAME.test(name)) {
    throw invalid(path, "must be 2 to 32 lower-case letters, digits and dashes, starting with a letter");
  }
}

function checkLists(spec: Record<string, unknown>): void {
  for (const kind of [...DEPLOYED_KINDS, "databases", "domains", "envs", "alerts"]) {
    const list = spec[kind];
    if (list === undefined) continue;
    if (!Array.isArray(list)) throw invalid(kind, "must be a list");
    list.forEach((item, index) => {
      if (!isRecord(item)) throw invalid(`${kind}.${index}`, "must be an object");
    });
  }
}

function checkSource(path: string, component: Component): void {
  const given = SOURCES.filter((source) => component[source] !== undefined);
  if (given.length === 0) throw invalid(path, "needs a source: git, github, gitlab, bitbucket or image");
  if (given.length > 1) throw invalid(path, `has more than one source: ${given.join(", ")}`);
  const registry = component.image?.registry_type;
  // The schema has no images for static sites and functions, but the service's documentation does.
  if (registry !== undefined && !REGISTRY_TYPES.includes(registry))
    throw invalid(`${path}.image.registry_type`, `must be one of ${REGISTRY_TYPES.join(", ")}`);
  if (component.image?.tag !== undefined && component.image.digest !== undefined) {
    throw invalid(`${path}.image`, "takes a tag or a digest, not both");
  }
}

function checkAddress(path: string, value: unknown): void {
  if (value === undefined) return;
  // Characters beyond ASCII must be encoded in a URL.
  if (
    typeof value !== "string" ||
    !/^[\x21-\x7e]+$/.test(value) ||
    !URL.canParse(value) ||
    new URL(value).host === ""
  )
    throw invalid(path, "must be an address such as https://status.example.com/");
}

const numbers = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((port): port is number => typeof port === "number") : [];

/**
 * With the service's message, without the index of the component. A component without any port may check a port other
 * than the default, as the service's acceptance tests for Terraform do.
 */
function checkPorts(service: Component): void {
  const internal = numbers(service.internal_ports);
  if (service.http_port !== undefined && internal.includes(service.http_port))
    throw invalid("services.internal_ports", "internal port should not match the http_port");
  const open = [...internal, ...(service.http_port === undefined ? [] : [service.http_port])];
  if (open.length === 0) return;
  for (const [field, what] of [
    ["health_check", "health check"],
    ["liveness_health_check", "liveness health check"],
  ] as const) {
    const check = service[field];
    const port = isRecord(check) ? check.port : undefined;
    if (typeof port === "number" && !open.includes(port))
      throw invalid(`services.${field}.port`, `${what} port "${port}" not found in internal_ports`);
  }
}

const plainHost = (host: string): string => host.toLowerCase().replace(/\.$/, "");

function checkAuthority(rule: IngressRule, domains: Spec["domains"] = []): void {
  const { authority } = rule.match ?? {};
  if (!isRecord(authority)) return;
  const { exact, prefix } = authority;
  const text = [exact, prefix].find((one) => typeof one === "string" && one !== "");
  if (typeof text !== "string") return;
  const wanted = plainHost(text);
  const found = domains.some(({ domain, wildcard }) => {
    const name = plainHost(domain);
    const below = wildcard === true && (wanted.endsWith(`.${name}`) || text === prefix);
    return below || (text === prefix ? name.startsWith(wanted) : name === wanted);
  });
  if (!found)
    throw invalid(
      "ingress.rules.match.authority",
      `Authority "${text}" does not have a matching custom domain`,
    );
}

/**
 * Rejects what the service rejects; like the service, at the first error.
 * @throws {@link ApiError} 400 naming the field, or 422 if the behavior says so
 */
export function checkSpec(value: unknown, { invalidSpecStatus }: Behavior): asserts value is Spec {
  try {
    checkAll(value);
  } catch (error) {
    throw error instanceof ApiError && invalidSpecStatus === 422 ? unprocessable(error.message) : error;
  }
}

function checkAll(value: unknown): asserts value is Spec {
  if (!isRecord(value)) throw badRequest("spec is required and must be an object");
  checkName("name", value.name);
  checkLists(value);
  const wrong = firstSchemaError(value);
  if (wrong !== undefined) throw invalid(wrong.path, wrong.message);
  const spec = value as Spec;
  if (spec.region !== undefined && region(spec.region) === undefined) {
    throw invalid("region", `there is no region "${spec.region}"`);
  }
  const all = components(spec);
  if (all.length === 0) throw badRequest("an app needs at least one component");
  const seen = new Set<string>();
  for (const kind of [...DEPLOYED_KINDS, "databases"] as const) {
    (spec[kind] ?? []).forEach((component, index) => {
      const path = `${kind}.${index}`;
      checkName(`${path}.name`, component.name);
      if (seen.has(component.name))
        throw invalid(`${path}.name`, `"${component.name}" is used more than once`);
      seen.add(component.name);
      if (kind !== "databases") checkSource(path, component);
      if (kind === "services") checkPorts(component);
      if (component.autoscaling !== undefined && component.instance_count !== undefined) {
        throw invalid(`${path}.instance_count`, "must not be set together with autoscaling");
      }
    });
  }
  (spec.domains ?? []).forEach(({ zone }, index) => {
    if (zone !== undefined && (typeof zone !== "string" || !HOST.test(zone)))
      throw invalid(`domains.${index}.zone`, "must be a host name such as example.com");
  });
  checkAddress("ingress.custom_error_page_url", spec.ingress?.custom_error_page_url);
  checkAddress(
    "maintenance.offline_page_url",
    (spec.maintenance as Record<string, unknown> | undefined)?.offline_page_url,
  );
  for (const rule of spec.ingress?.rules ?? []) {
    const name = rule.component?.name;
    if (name !== undefined && !seen.has(name))
      throw invalid("ingress.rules", `there is no component "${name}"`);
    checkAuthority(rule, spec.domains);
  }
}

/**
 * Rejects encrypted values in the variables of an app that does not exist yet, with the service's message.
 * @throws {@link ApiError} 400 naming the field
 */
export function refuseEncrypted(spec: Spec): void {
  const refuse = (path: string, envs: unknown): void => {
    if (!Array.isArray(envs)) return;
    envs.forEach((variable: unknown, index) => {
      if (!isRecord(variable) || typeof variable.value !== "string" || !variable.value.startsWith("EV["))
        return;
      throw badRequest(
        `errors validating app spec; first error in field "${path}.${index}.value": secret env value must not be encrypted before app is created`,
      );
    });
  };
  refuse("envs", spec.envs);
  for (const kind of DEPLOYED_KINDS)
    (spec[kind] ?? []).forEach((component, index) => refuse(`${kind}.${index}.envs`, component.envs));
}
