import { components, type Component, type Spec } from "./spec";

export interface InstanceSize {
  name: string;
  slug: string;
  cpu_type: "SHARED" | "DEDICATED";
  cpus: string;
  memory_bytes: string;
  usd_per_month: string;
  usd_per_second: string;
  tier_slug: "basic" | "professional";
  single_instance_only: boolean;
  scalable: boolean;
  bandwidth_allowance_gib: string;
  deprecation_intent: boolean;
}

const SECONDS_A_MONTH = 2_419_200;
const GIB = 1024 ** 3;

function size(
  slug: string,
  cpus: number,
  gib: number,
  usd: number,
  bandwidth: number,
  flags = "",
): InstanceSize {
  const dedicated = flags.includes("dedicated");
  return {
    name: `${dedicated ? "Dedicated" : "Shared"} ${cpus} vCPU, ${gib} GB`,
    slug,
    cpu_type: dedicated ? "DEDICATED" : "SHARED",
    cpus: String(cpus),
    memory_bytes: String(gib * GIB),
    usd_per_month: usd.toFixed(2),
    usd_per_second: (usd / SECONDS_A_MONTH).toFixed(12),
    tier_slug: flags.includes("single") ? "basic" : "professional",
    single_instance_only: flags.includes("single"),
    scalable: dedicated,
    bandwidth_allowance_gib: String(bandwidth),
    deprecation_intent: flags.includes("deprecated"),
  };
}

export const INSTANCE_SIZES: readonly InstanceSize[] = [
  size("apps-s-1vcpu-0.5gb", 1, 0.5, 5, 50, "single"),
  size("apps-s-1vcpu-1gb-fixed", 1, 1, 10, 100, "single"),
  size("apps-s-1vcpu-1gb", 1, 1, 12, 150),
  size("apps-s-1vcpu-2gb", 1, 2, 25, 200),
  size("apps-s-2vcpu-4gb", 2, 4, 50, 250),
  size("apps-d-1vcpu-0.5gb", 1, 0.5, 29, 100, "dedicated"),
  size("apps-d-1vcpu-1gb", 1, 1, 34, 200, "dedicated"),
  size("apps-d-1vcpu-2gb", 1, 2, 39, 300, "dedicated"),
  size("apps-d-1vcpu-4gb", 1, 4, 49, 400, "dedicated"),
  size("apps-d-2vcpu-4gb", 2, 4, 78, 500, "dedicated"),
  size("apps-d-2vcpu-8gb", 2, 8, 98, 600, "dedicated"),
  size("apps-d-4vcpu-8gb", 4, 8, 156, 700, "dedicated"),
  size("apps-d-4vcpu-16gb", 4, 16, 196, 800, "dedicated"),
  size("apps-d-8vcpu-32gb", 8, 32, 392, 900, "dedicated"),
  size("basic-xxs", 1, 0.5, 5, 40, "single deprecated"),
  size("basic-xs", 1, 1, 10, 40, "single deprecated"),
  size("basic-s", 1, 2, 20, 40, "single deprecated"),
  size("basic-m", 2, 4, 40, 40, "single deprecated"),
  size("professional-xs", 1, 1, 12, 100, "deprecated"),
  size("professional-s", 1, 2, 25, 100, "deprecated"),
  size("professional-m", 2, 4, 50, 100, "deprecated"),
  size("professional-1l", 1, 4, 75, 100, "dedicated deprecated"),
  size("professional-l", 2, 8, 150, 100, "dedicated deprecated"),
  size("professional-xl", 4, 16, 300, 100, "dedicated deprecated"),
];

export const DEFAULT_SIZE = "apps-s-1vcpu-0.5gb";
const DEV_DATABASE = 7;
const DEDICATED_EGRESS = 25;
const STATIC_SITE = 3;
/** Number of free static sites per account. */
export const FREE_STATIC_APPS = 3;

export const sizeOf = (slug: string): InstanceSize | undefined =>
  INSTANCE_SIZES.find((candidate) => candidate.slug === slug);

function componentCost(component: Component): number {
  const price = Number(sizeOf(component.instance_size_slug ?? DEFAULT_SIZE)?.usd_per_month ?? 0);
  return price * (component.autoscaling?.min_instance_count ?? component.instance_count ?? 1);
}

/** Whether the app contains only static sites. */
export const isStatic = (spec: Spec): boolean =>
  components(spec).every(({ kind }) => kind === "static_sites");

/**
 * What an app costs, in US dollars a month. Jobs and functions are billed by use and count as nothing; a production
 * database is a separate cluster with its own bill. @param freeStatic whether a static app is among the free ones
 */
export function monthlyCost(spec: Spec, freeStatic: boolean): number {
  const running = [...(spec.services ?? []), ...(spec.workers ?? [])];
  const databases = (spec.databases ?? []).filter((database) => database.production !== true);
  const egress = spec.egress as { type?: string } | undefined;
  const total =
    running.reduce((sum, component) => sum + componentCost(component), 0) +
    databases.length * DEV_DATABASE +
    (isStatic(spec) && !freeStatic ? STATIC_SITE : 0) +
    (egress?.type === "DEDICATED_IP" ? DEDICATED_EGRESS : 0);
  return Math.round(total * 100) / 100;
}
