import type { Behavior } from "./behavior";
import { DEFAULT_SIZE } from "./costs";
import {
  DEPLOYED_KINDS,
  type Component,
  type DeployedKind,
  type IngressRule,
  type Spec,
  type Variable,
} from "./spec";

export const DEFAULT_PORT = 8080;

/** A service that only other components can reach: it has internal ports and no public one. */
export const isInternal = ({ http_port: port, internal_ports: internal }: Component): boolean =>
  port === undefined && Array.isArray(internal) && internal.length > 0;

const SIZED: readonly DeployedKind[] = ["services", "workers", "jobs"];

/** Defaults that are disputed, or not known. */
export type Fill = Partial<
  Pick<Behavior, "fillInstanceCount" | "keepDisabledPush" | "keepGeneralType" | "keepZeroCount" | "omitSize">
>;

function fillVariable(variable: Variable, fill: Fill): Variable {
  const { type, ...rest } = variable;
  const isKept = type === "SECRET" || (type === "GENERAL" && fill.keepGeneralType === true);
  return { ...rest, scope: variable.scope ?? "RUN_AND_BUILD_TIME", ...(isKept ? { type } : {}) };
}

function fillComponent(kind: DeployedKind, given: Component, fill: Fill): Component {
  const component: Component = { ...given };
  if (component.envs !== undefined) component.envs = component.envs.map((one) => fillVariable(one, fill));
  for (const source of ["github", "gitlab", "bitbucket"] as const) {
    // A false flag is the zero value, which the service omits from its responses.
    const { deploy_on_push: push, ...rest } = component[source] ?? {};
    if (component[source] !== undefined && push === false) component[source] = rest;
  }
  const { image } = component;
  const push = image?.deploy_on_push as { enabled?: unknown } | undefined;
  if (push?.enabled === false && fill.keepDisabledPush !== true) {
    const { enabled: _, ...rest } = push;
    component.image = { ...image, deploy_on_push: rest };
  }
  if (SIZED.includes(kind)) {
    if (fill.omitSize !== true) component.instance_size_slug ??= DEFAULT_SIZE;
    if (component.instance_count === 0 && fill.keepZeroCount !== true) component.instance_count = 1;
    if (fill.fillInstanceCount === true && component.autoscaling === undefined)
      component.instance_count ??= 1;
  }
  if (kind === "services" && !isInternal(component)) component.http_port ??= DEFAULT_PORT;
  if (kind === "jobs" && (component.kind ?? "UNSPECIFIED") === "UNSPECIFIED") component.kind = "POST_DEPLOY";
  return component;
}

function fillDatabase(given: Component): Component {
  const engine = typeof given.engine === "string" && given.engine !== "UNSET" ? given.engine : "PG";
  return { ...given, engine };
}

/** Routes of the components, with their cors, as ingress rules; the first component without any gets the root. */
function ingressRules(spec: Spec): IngressRule[] {
  const served = (["services", "static_sites", "functions"] as const)
    .flatMap((kind) => spec[kind] ?? [])
    .filter((component) => !isInternal(component));
  let rootTaken = served.some((component) => component.routes?.some((route) => (route.path ?? "/") === "/"));
  return served.flatMap((component) => {
    let routes = component.routes ?? [];
    if (routes.length === 0) {
      routes = [{ path: rootTaken ? `/${component.name}` : "/" }];
      rootTaken = true;
    }
    const { cors } = component;
    return routes.map(({ path, preserve_path_prefix: preserve, ...rest }) => ({
      ...rest,
      match: { path: { prefix: path ?? "/" } },
      component: { name: component.name, ...(preserve === true ? { preserve_path_prefix: true } : {}) },
      ...(cors === undefined ? {} : { cors }),
    }));
  });
}

/**
 * The spec as the service stores it: defaults filled in, legacy routes and cors as ingress, everything else kept.
 * Alerts, database versions and, unless asked for, instance counts are not filled in: Terraform's provider would show
 * such additions as permanent changes, and its own tests against the service see none.
 */
export function withDefaults(given: Spec, fill: Fill = {}): Spec {
  const spec: Spec = structuredClone(given);
  spec.region ??= "nyc";
  for (const kind of DEPLOYED_KINDS) {
    if (spec[kind] !== undefined)
      spec[kind] = spec[kind].map((component) => fillComponent(kind, component, fill));
  }
  if (spec.databases !== undefined) spec.databases = spec.databases.map(fillDatabase);
  if (spec.envs !== undefined) spec.envs = spec.envs.map((one) => fillVariable(one, fill));
  if (spec.ingress?.rules === undefined) {
    const rules = ingressRules(spec);
    if (rules.length > 0) spec.ingress = { ...spec.ingress, rules };
    for (const kind of DEPLOYED_KINDS) {
      if (spec[kind] !== undefined)
        spec[kind] = spec[kind].map(({ routes: _routes, cors: _cors, ...rest }) => rest);
    }
  }
  spec.features ??= ["buildpack-stack=ubuntu-22"];
  return JSON.parse(JSON.stringify(spec)) as Spec;
}
