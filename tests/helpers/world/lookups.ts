import { SHOP } from "./provider-world";

/** What the look-ups of a test ask about. */
export interface Subject {
  readonly appId: string;
  deploymentId(): string;
  eventId(): string | Promise<string>;
  jobInvocationId(): string | Promise<string>;
}

type Arguments = (of: Subject) => readonly unknown[] | Promise<readonly unknown[]>;

const DAY = "2026-03-04T00:00:00Z";

/**
 * Every look-up with its arguments; a name may have a suffix that distinguishes several calls of one function. The fault matrix
 * combines each with every fault, and the test of docs/endpoints.md calls each to see which operation it reaches.
 */
export const LOOKUP_CALLS: Readonly<Record<string, Arguments>> = {
  "getApp by id": ({ appId }) => [{ id: appId }],
  "getApp by name": () => [{ name: "shop" }],
  getApps: () => [{ withProjects: true }],
  getProposal: ({ appId }) => [{ spec: SHOP, appId }],
  getAppHealth: ({ appId }) => [appId],
  getInstances: ({ appId }) => [appId],
  "getBandwidth of one app": ({ appId }) => [appId, { date: DAY }],
  "getBandwidth of several": ({ appId }) => [[appId], { date: DAY }],
  "getExecUrl in what is active": ({ appId }) => [appId, { component: "web" }],
  "getExecUrl in a deployment": ({ appId, deploymentId }) => [
    appId,
    { component: "web", deploymentId: deploymentId() },
  ],
  getAlerts: ({ appId }) => [appId],
  getRegions: () => [],
  getInstanceSizes: () => [],
  getInstanceSize: () => ["apps-s-1vcpu-1gb"],
  "getDeployments, all": ({ appId }) => [appId],
  "getDeployments, a page": ({ appId }) => [appId, { page: 1 }],
  getDeployment: ({ appId, deploymentId }) => [appId, deploymentId()],
  validateRollback: ({ appId, deploymentId }) => [appId, deploymentId()],
  getEvents: ({ appId }) => [appId],
  getEvent: async ({ appId, eventId }) => [appId, await eventId()],
  getJobInvocations: ({ appId }) => [appId],
  getJobInvocation: async ({ appId, jobInvocationId }) => [appId, await jobInvocationId()],
  getLogUrls: ({ appId }) => [{ appId, type: "BUILD" }],
  "getLogs of a build that has ended": ({ appId }) => [{ appId, type: "BUILD" }],
  "getLogsText of a build that has ended": ({ appId }) => [{ appId, type: "BUILD" }],
};

/** The name of the function that a call of {@link LOOKUP_CALLS}, or a scenario with its name, calls. */
export const functionOf = ({ name }: { readonly name: string }): string => /^\w+/.exec(name)?.[0] ?? "";
