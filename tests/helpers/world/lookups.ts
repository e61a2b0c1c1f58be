import type { BandwidthUsage } from "../../../provider/api/types";
import { SHOP } from "./provider-world";

/** What the look-ups of a test ask about. */
export interface Subject {
  readonly appId: string;
  deploymentId(): string;
  eventId(): string | Promise<string>;
  jobInvocationId(): string | Promise<string>;
}

/** A call of a look-up: its arguments, and whether its result is the right one for that subject. */
interface LookupCall {
  readonly args: (of: Subject) => readonly unknown[] | Promise<readonly unknown[]>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each look-up has another result
  readonly finds: (result: any, of: Subject) => boolean | Promise<boolean>;
}

const DAY = "2026-03-04T00:00:00Z";

/**
 * Every look-up; a name may have a suffix that distinguishes several calls of one function. The fault matrix combines each with
 * every fault, and the test of docs/endpoints.md calls each to see which operation it reaches and what it finds.
 */
export const LOOKUP_CALLS: Readonly<Record<string, LookupCall>> = {
  "getApp by id": { args: ({ appId }) => [{ id: appId }], finds: ({ id }, { appId }) => id === appId },
  "getApp by name": { args: () => [{ name: "shop" }], finds: ({ id }, { appId }) => id === appId },
  getApps: {
    args: () => [{ withProjects: true }],
    finds: ([app, ...more], { appId }) =>
      app.id === appId && app.project_id !== undefined && more.length === 0,
  },
  getProposal: {
    args: ({ appId }) => [{ spec: SHOP, appId }],
    finds: ({ app_cost: cost, spec }) => cost > 0 && spec.name === SHOP.name,
  },
  getAppHealth: {
    args: ({ appId }) => [appId],
    finds: ({ components }) => components.some(({ name }: Named) => name === "web"),
  },
  getInstances: {
    args: ({ appId }) => [appId],
    finds: ([first]) => first.component_name === "web",
  },
  "getBandwidth of one app": { args: ({ appId }) => [appId, { date: DAY }], finds: ofApp },
  "getBandwidth of several": { args: ({ appId }) => [[appId], { date: DAY }], finds: ofApp },
  "getExecUrl in what is active": { args: ({ appId }) => [appId, { component: "web" }], finds: isSocket },
  "getExecUrl in a deployment": {
    args: ({ appId, deploymentId }) => [appId, { component: "web", deploymentId: deploymentId() }],
    finds: isSocket,
  },
  getAlerts: { args: ({ appId }) => [appId], finds: ([first]) => first.id !== undefined },
  getRegions: { args: () => [], finds: (all) => all.some(({ slug }: { slug: string }) => slug === "ams") },
  getInstanceSizes: { args: () => [], finds: (all) => all.length > 5 },
  getInstanceSize: {
    args: () => ["apps-s-1vcpu-1gb"],
    finds: ({ slug, usd_per_month: price }) => slug === "apps-s-1vcpu-1gb" && Number(price) > 0,
  },
  "getDeployments, all": { args: ({ appId }) => [appId], finds: ofDeployment },
  "getDeployments, a page": { args: ({ appId }) => [appId, { page: 1 }], finds: ofDeployment },
  getDeployment: {
    args: ({ appId, deploymentId }) => [appId, deploymentId()],
    finds: ({ id }, { deploymentId }) => id === deploymentId(),
  },
  validateRollback: {
    args: ({ appId, deploymentId }) => [appId, deploymentId()],
    finds: ({ valid }) => typeof valid === "boolean",
  },
  getEvents: { args: ({ appId }) => [appId], finds: (all) => all.length > 0 },
  getEvent: {
    args: async ({ appId, eventId }) => [appId, await eventId()],
    finds: async ({ id }, { eventId }) => id === (await eventId()),
  },
  getJobInvocations: {
    args: ({ appId }) => [appId],
    finds: (all) => all.every(({ id }: { id?: string }) => id !== undefined),
  },
  getJobInvocation: {
    args: async ({ appId, jobInvocationId }) => [appId, await jobInvocationId()],
    finds: ({ id, phase }) => id !== undefined && phase !== undefined,
  },
  getLogUrls: {
    args: ({ appId }) => [{ appId, type: "BUILD" }],
    finds: ({ historic_urls: [first] }) => first.startsWith("http"),
  },
  "getLogs of a build that has ended": {
    args: ({ appId }) => [{ appId, type: "BUILD" }],
    finds: (lines) => lines.length > 0,
  },
  "getLogsText of a build that has ended": {
    args: ({ appId }) => [{ appId, type: "BUILD" }],
    finds: (text) => text.includes("\n"),
  },
};

interface Named {
  readonly name: string;
}

function ofApp({ app_bandwidth_usage: all }: BandwidthUsage, { appId }: Subject): boolean {
  return all?.length === 1 && all[0]?.app_id === appId;
}

function isSocket(url: string): boolean {
  return url.startsWith("ws");
}

function ofDeployment(all: { id: string }[], { deploymentId }: Subject): boolean {
  return all.some(({ id }) => id === deploymentId());
}

/** The name of the function that a call of {@link LOOKUP_CALLS}, or a scenario with its name, calls. */
export const functionOf = ({ name }: { readonly name: string }): string => /^\w+/.exec(name)?.[0] ?? "";
