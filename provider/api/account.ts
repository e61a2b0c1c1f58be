import { path } from "../net/address";
import type { Expected } from "../net/identity";
import * as shapes from "./shapes";
import type { Call, CallOptions, Transport } from "../net/transport";
import type {
  Account,
  Alert,
  AlertDestinations,
  BandwidthUsage,
  InstanceSize,
  Project,
  Region,
} from "./types";

export type AlertCalls = ReturnType<typeof alertCalls>;

/** Alerts of an app. */
export function alertCalls(transport: Transport) {
  return {
    /** The alerts of the app and of its components, one for each rule, with their destinations. */
    async listAlerts(appId: string, options?: CallOptions): Promise<Alert[]> {
      const list = path`/v2/apps/${appId}/alerts`;
      const answered = await transport.call({ method: "GET", path: list, ...options });
      return shapes.checkList(answered, "alerts", shapes.checkAlert);
    },

    /** Replaces the recipients of an alert. Starts no deployment. */
    async assignAlertDestinations(
      appId: string,
      alertId: string,
      body: AlertDestinations,
      options?: CallOptions,
    ): Promise<Alert> {
      const assign = path`/v2/apps/${appId}/alerts/${alertId}/destinations`;
      // Idempotent: sending the same recipients twice changes nothing.
      const expects = { "alert.id": alertId };
      const call: Call = { method: "POST", path: assign, body, repeatable: true, expects, ...options };
      const answered = await transport.call(call);
      return shapes.checkAlert(answered, shapes.bodyOf(answered).alert, "alert");
    },
  };
}

/** The apps whose usage a response reports. */
const USAGE_OF = "app_bandwidth_usage.*.app_id";

export type AccountCalls = ReturnType<typeof accountCalls>;

/** Account endpoints: the account itself, projects, regions, instance sizes and bandwidth usage. */
export function accountCalls(transport: Transport) {
  return {
    async getAccount(options?: CallOptions): Promise<Account> {
      const answered = await transport.call({ method: "GET", path: "/v2/account", ...options });
      return shapes.checkAccount(answered, shapes.bodyOf(answered).account);
    },

    /** Moves an app to a project. @throws {ApiError} `unreadable-answer` also if the app was not moved */
    async assignProject(projectId: string, appId: string, options?: CallOptions): Promise<void> {
      const resources = path`/v2/projects/${projectId}/resources`;
      const urn = `do:app:${appId}`;
      const call: Call = { method: "POST", path: resources, body: { resources: [urn] }, ...options };
      // Idempotent: assigning the same app twice changes nothing.
      shapes.checkAssigned(await transport.call({ repeatable: true, ...call }), urn);
    },

    /** `id`: a project's id, or `default`. */
    async getProject(id: string, options?: CallOptions): Promise<Project> {
      const project = path`/v2/projects/${id}`;
      const expects: Expected = id === "default" ? {} : { "project.id": id };
      const answered = await transport.call({ method: "GET", path: project, expects, ...options });
      return shapes.checkProject(answered, shapes.bodyOf(answered).project);
    },

    async listRegions(options?: CallOptions): Promise<Region[]> {
      const answered = await transport.call({ method: "GET", path: "/v2/apps/regions", ...options });
      return shapes.checkList(answered, "regions", shapes.checkRegion);
    },

    async listInstanceSizes(options?: CallOptions): Promise<InstanceSize[]> {
      const sizes = "/v2/apps/tiers/instance_sizes";
      const answered = await transport.call({ method: "GET", path: sizes, ...options });
      return shapes.checkList(answered, "instance_sizes", shapes.checkInstanceSize);
    },

    async getInstanceSize(slug: string, options?: CallOptions): Promise<InstanceSize> {
      const size = path`/v2/apps/tiers/instance_sizes/${slug}`;
      const field = "instance_size";
      const expects = { [`${field}.slug`]: slug };
      const answered = await transport.call({ method: "GET", path: size, expects, ...options });
      return shapes.checkInstanceSize(answered, shapes.bodyOf(answered)[field], field);
    },

    /** Outbound bandwidth of one app on a day. `date`: ISO 8601. @default yesterday */
    async getBandwidth(
      appId: string,
      { date }: { date?: string | undefined } = {},
      options?: CallOptions,
    ): Promise<BandwidthUsage> {
      const daily = path`/v2/apps/${appId}/metrics/bandwidth_daily`;
      const expects = { [USAGE_OF]: appId };
      const call: Call = { method: "GET", path: daily, query: { date }, expects, ...options };
      return shapes.checkBandwidth(await transport.call(call));
    },

    /** The same for up to 100 apps. */
    async getBandwidths(
      body: { app_ids: readonly string[]; date?: string | undefined },
      options?: CallOptions,
    ): Promise<BandwidthUsage> {
      const daily = "/v2/apps/metrics/bandwidth_daily";
      const expects = { [USAGE_OF]: body.app_ids };
      const call: Call = { method: "POST", path: daily, body, write: false, expects, ...options };
      return shapes.checkBandwidth(await transport.call(call));
    },
  };
}
