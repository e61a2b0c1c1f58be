/** The AppSpec as far as the emulator reads it; every other field is kept unchanged. */
export interface Spec {
  name: string;
  region?: string;
  services?: Component[];
  static_sites?: Component[];
  workers?: Component[];
  jobs?: Component[];
  functions?: Component[];
  databases?: Component[];
  domains?: { domain: string; [field: string]: unknown }[];
  envs?: Variable[];
  alerts?: AlertSpec[];
  ingress?: { rules?: IngressRule[]; [field: string]: unknown };
  features?: string[];
  [field: string]: unknown;
}

export interface Component {
  name: string;
  git?: Source;
  github?: Source;
  gitlab?: Source;
  bitbucket?: Source;
  image?: Source;
  build_command?: string;
  run_command?: string;
  instance_count?: number;
  instance_size_slug?: string;
  autoscaling?: { min_instance_count?: number; max_instance_count?: number; [field: string]: unknown };
  http_port?: number;
  kind?: string;
  envs?: Variable[];
  alerts?: AlertSpec[];
  routes?: { path?: string; preserve_path_prefix?: boolean }[];
  health_check?: { http_path?: string; [field: string]: unknown };
  log_destinations?: Record<string, unknown>[];
  [field: string]: unknown;
}

export type Source = Record<string, unknown>;

export interface Variable {
  key: string;
  value?: string;
  scope?: string;
  type?: string;
}

export interface AlertSpec {
  rule?: string;
  operator?: string;
  value?: number;
  window?: string;
  disabled?: boolean;
}

export interface IngressRule {
  match?: { path?: { prefix?: string; exact?: string }; [field: string]: unknown };
  component?: { name: string; preserve_path_prefix?: boolean; [field: string]: unknown };
  [field: string]: unknown;
}

/** Lists of the spec with components that are deployed, in the service's order. */
export const DEPLOYED_KINDS = ["services", "static_sites", "workers", "jobs", "functions"] as const;
export type DeployedKind = (typeof DEPLOYED_KINDS)[number];

export const SOURCES = ["git", "github", "gitlab", "bitbucket", "image"] as const;

/** Each deployed component with the list that contains it. */
export function components(spec: Spec): { kind: DeployedKind; component: Component }[] {
  return DEPLOYED_KINDS.flatMap((kind) => (spec[kind] ?? []).map((component) => ({ kind, component })));
}

/** JSON with sorted keys: equal for values that differ only in the order of their fields. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
