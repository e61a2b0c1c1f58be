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
 * An app as the App Platform describes it: the content of `app.yaml`, under its own names. Fields that end in a list of
 * quoted words accept other words too, since the service learns new ones faster than any client.
 */
export interface AppSpec {
  /**
   * Unique among all apps of the account; lower case letters, digits and dashes. Left out, the resource's own name is
   * taken.
   * @minLength 2
   * @maxLength 32
   * @pattern ^[a-z][a-z0-9-]{0,30}[a-z0-9]$
   */
  name?: string;
  /** Where the app runs, as a slug. Left out, the service takes the nearest region that has room. */
  region?: AppRegion;
  /** Programs that answer HTTP requests. */
  services?: AppService[];
  /** Files that are built once and served without a program. */
  static_sites?: AppStaticSite[];
  /** Programs that run all the time and take no HTTP requests. */
  workers?: AppWorker[];
  /** Programs that run to their end: around deployments or on a schedule. */
  jobs?: AppJob[];
  /** Serverless functions that answer HTTP requests. */
  functions?: AppFunctions[];
  /** Databases the components can bind to: dev databases of the app's own, or managed clusters that exist already. */
  databases?: AppDatabase[];
  /** Host names under which the app answers, beside its default one. */
  domains?: AppDomain[];
  /** Environment variables that every component gets. */
  envs?: AppVariable[];
  /** Alerts about the app as a whole: its deployments and domains. */
  alerts?: AppAlert[];
  /** Which requests go to which component. */
  ingress?: AppIngress;
  /** From which addresses the app calls out. */
  egress?: AppEgress;
  /** Names of platform features switched on for this app, such as `buildpack-stack=ubuntu-22`. */
  features?: string[];
  /** Takes the app offline for a while. */
  maintenance?: AppMaintenance;
  /** The private network the app is attached to. */
  vpc?: AppVpc;
  /**
   * True keeps answers out of the content delivery network, for live data or a cache of your own. No effect on static
   * sites.
   * @default false
   */
  disable_edge_cache?: boolean;
  /**
   * True leaves e-mail addresses in pages readable; otherwise they are hidden from harvesters.
   * @default false
   */
  disable_email_obfuscation?: boolean;
  /**
   * True sends suspicious requests through further checks, against floods of requests.
   * @default false
   */
  enhanced_threat_control_enabled?: boolean;
}

/** Slug of a region of the App Platform. */
export type AppRegion =
  "atl" | "nyc" | "sfo" | "tor" | "ams" | "fra" | "lon" | "blr" | "sgp" | "syd" | (string & {});
