import type {
  AppDatabase,
  AppFunctions,
  AppJob,
  AppService,
  AppStaticSite,
  AppWorker,
} from "./types/components";
import type { AppDomain, AppEgress, AppIngress, AppMaintenance, AppVpc } from "./types/network";
import type { AppAlert } from "./types/alerts-and-logs";
import type { AppVariable } from "./types/source";

export type * from "./types/components";
export type * from "./types/network";
export type * from "./types/alerts-and-logs";
export type * from "./types/scaling";
export type * from "./types/source";

/**
 * The specification of an app: the content of `app.yaml`, with the same field names. Fields with a list of known values
 * accept other strings too, so that new values of App Platform work without an update of this package.
 */
export interface AppSpec {
  /**
   * Name of the app, unique within the account; lowercase letters, digits and dashes. If omitted, the resource name is
   * used.
   * @minLength 2
   * @maxLength 32
   * @pattern ^[a-z][a-z0-9-]{0,30}[a-z0-9]$
   */
  name?: string;
  /** Slug of the region. If omitted, App Platform uses the nearest region with capacity. */
  region?: AppRegion;
  /** Programs that serve HTTP requests. */
  services?: AppService[];
  /** Static files that are built once and served without a running program. */
  static_sites?: AppStaticSite[];
  /** Background programs that run continuously and receive no HTTP requests. */
  workers?: AppWorker[];
  /** Programs that run to completion: around deployments or on a schedule. */
  jobs?: AppJob[];
  /** Serverless functions that serve HTTP requests. */
  functions?: AppFunctions[];
  /** Databases for the components: dev databases of the app, or existing managed clusters. */
  databases?: AppDatabase[];
  /** Host names of the app, in addition to its default one. */
  domains?: AppDomain[];
  /** Environment variables of all components. */
  envs?: AppVariable[];
  /** Alerts for the whole app: deployments and domains. */
  alerts?: AppAlert[];
  /** Routing of requests to components. */
  ingress?: AppIngress;
  /** Outbound IP addresses of the app. */
  egress?: AppEgress;
  /** Platform features enabled for this app, such as `buildpack-stack=ubuntu-22`. */
  features?: string[];
  /** Takes the app offline temporarily. */
  maintenance?: AppMaintenance;
  /** Private network (VPC) of the app. */
  vpc?: AppVpc;
  /**
   * True disables the CDN cache, for live data or your own cache. No effect on static sites.
   * @default false
   */
  disable_edge_cache?: boolean;
  /**
   * True disables the obfuscation of email addresses in pages, which hides them from bots.
   * @default false
   */
  disable_email_obfuscation?: boolean;
  /**
   * True enables additional checks of suspicious requests, to mitigate DDoS attacks.
   * @default false
   */
  enhanced_threat_control_enabled?: boolean;
}

/** Slug of an App Platform region. */
export type AppRegion =
  "atl" | "nyc" | "sfo" | "tor" | "ams" | "fra" | "lon" | "blr" | "sgp" | "syd" | (string & {});
