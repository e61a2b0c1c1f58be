import { Client } from "../../provider/api/client";
import { collect } from "../../provider/api/pages";
import * as alerts from "../../provider/functions/alerts";
import * as apps from "../../provider/functions/apps";
import * as catalogue from "../../provider/functions/catalogue";
import * as deployments from "../../provider/functions/deployments";
import * as events from "../../provider/functions/events";
import * as jobs from "../../provider/functions/jobs";
import * as logs from "../../provider/functions/log-lines";
import { Hidden, markLeaves, type Properties } from "../values/wire";
import { ANY, FLAG, listOf, NUMBER, TEXT, typeRef, type Json } from "../schema/json";

/** Arguments of a call, without marks. The schema lists their names and types. */
export type Args = { readonly appId: string; readonly id: string } & Properties;

const as = <T>(args: Properties): T => args as T;

/** A function for programs in all languages. */
export interface Call {
  /** Where programs in TypeScript get it: a file of provider/dynamic/functions/, with its docstring. */
  readonly file: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  /** The only property of the result. */
  readonly result: string;
  readonly type?: Json;
  /** Replaces the docstring of the TypeScript function. */
  readonly description?: string;
  readonly work: (client: Client, args: Args, preview: boolean) => unknown;
}

const APP_ID = { appId: { ...TEXT, description: "The app's id." } };
const of = (description: string, type: Json = TEXT): Json => ({ ...type, description });
const DEPLOYMENT_ID = { deploymentId: of("The deployment's id.") };
const PAGE = {
  page: of("Number of a page, from 1; all pages if it is left out.", { type: "integer" }),
  perPage: of("Items of a page.", { type: "integer" }),
};
const LIST = listOf(ANY);

const LOG = {
  ...APP_ID,
  component: of("Name of a component; all components if it is left out."),
  deploymentId: of("The deployment; the active or newest one if it is left out."),
  type: of("`BUILD`, `DEPLOY`, `RUN`, `RUN_RESTARTED`, `JOB` or `AUTOSCALE_EVENT`."),
};

/** The functions by name. */
export const CALLS: Readonly<Record<string, Call>> = {
  getApp: {
    file: "apps",
    inputs: { id: of("The app's id."), name: of("The app's name, instead of its id.") },
    result: "app",
    work: (client, args) => apps.getApp(client, as<apps.AppQuery>(args)),
  },
  getApps: {
    file: "apps",
    inputs: { withProjects: of("Include the `project_id` of each app.", FLAG) },
    result: "apps",
    type: LIST,
    work: (client, args) => apps.getApps(client, as<apps.AppsQuery>(args)),
  },
  getProposal: {
    file: "apps",
    inputs: {
      spec: of("The AppSpec.", typeRef("AppSpec")),
      appId: of("Propose the spec as an update of this app."),
    },
    required: ["spec"],
    result: "proposal",
    work: (client, args) => apps.getProposal(client, as<apps.ProposalQuery>(args)),
  },
  restartApp: {
    file: "apps",
    inputs: { ...APP_ID, components: of("Names of components; all if left out.", listOf(TEXT)) },
    result: "deployment",
    work: (client, { appId, ...args }, preview) =>
      apps.restartApp(client, appId, as<apps.RestartArgs>(args), { preview }),
  },
  getAppHealth: {
    file: "apps",
    inputs: APP_ID,
    result: "health",
    work: (client, { appId }) => apps.getAppHealth(client, appId),
  },
  getInstances: {
    file: "apps",
    inputs: APP_ID,
    result: "instances",
    type: LIST,
    work: (client, { appId }) => apps.getInstances(client, appId),
  },
  getBandwidth: {
    file: "apps",
    inputs: {
      appIds: of("Ids of up to 100 apps.", listOf(TEXT)),
      date: of("ISO 8601; yesterday if left out."),
    },
    required: ["appIds"],
    result: "usage",
    description: "Outgoing traffic of each of up to 100 apps on one day.",
    work: (client, { appIds, ...args }) =>
      apps.getBandwidth(client, appIds as string[], as<apps.BandwidthQuery>(args)),
  },
  getExecUrl: {
    file: "apps",
    inputs: {
      ...APP_ID,
      component: of("Name of the component."),
      deploymentId: of("The deployment; the active one if left out."),
      instance: of("Name of a container; any if left out."),
    },
    required: ["appId", "component"],
    result: "url",
    type: { ...TEXT, secret: true },
    work: async (client, { appId, ...args }) =>
      new Hidden(await apps.getExecUrl(client, appId, as<apps.ExecQuery>(args))),
  },
  getDeployments: {
    file: "deployments",
    inputs: {
      ...APP_ID,
      ...PAGE,
      phases: of("Only deployments in these phases.", listOf(TEXT)),
      types: of("Only deployments of these types.", listOf(TEXT)),
    },
    result: "deployments",
    type: LIST,
    work: (client, { appId, ...args }) =>
      deployments.getDeployments(client, appId, as<deployments.DeploymentsQuery>(args)),
  },
  getDeployment: {
    file: "deployments",
    inputs: { ...APP_ID, ...DEPLOYMENT_ID },
    required: ["appId", "deploymentId"],
    result: "deployment",
    work: (client, { appId, deploymentId }) => deployments.getDeployment(client, appId, String(deploymentId)),
  },
  cancelDeployment: {
    file: "deployments",
    inputs: { ...APP_ID, ...DEPLOYMENT_ID },
    required: ["appId", "deploymentId"],
    result: "deployment",
    work: (client, { appId, deploymentId }, preview) =>
      deployments.cancelDeployment(client, appId, String(deploymentId), { preview }),
  },
  validateRollback: {
    file: "deployments",
    inputs: { ...APP_ID, ...DEPLOYMENT_ID },
    required: ["appId", "deploymentId"],
    result: "validation",
    work: (client, { appId, deploymentId }) =>
      deployments.validateRollback(client, appId, String(deploymentId)),
  },
  getEvents: {
    file: "events",
    inputs: { ...APP_ID, ...PAGE, types: of("Only events of these types.", listOf(TEXT)) },
    result: "events",
    type: LIST,
    work: (client, { appId, ...args }) => events.getEvents(client, appId, as<events.EventsQuery>(args)),
  },
  getEvent: {
    file: "events",
    inputs: { ...APP_ID, eventId: of("The event's id.") },
    required: ["appId", "eventId"],
    result: "event",
    work: (client, { appId, eventId }) => events.getEvent(client, appId, String(eventId)),
  },
  cancelEvent: {
    file: "events",
    inputs: { ...APP_ID, eventId: of("The event's id.") },
    required: ["appId", "eventId"],
    result: "event",
    work: (client, { appId, eventId }, preview) =>
      events.cancelEvent(client, appId, String(eventId), { preview }),
  },
  getJobInvocations: {
    file: "jobs",
    inputs: {
      ...APP_ID,
      ...PAGE,
      jobs: of("Names of jobs.", listOf(TEXT)),
      ...DEPLOYMENT_ID,
      phases: of("Only runs in these phases.", listOf(TEXT)),
    },
    result: "invocations",
    type: LIST,
    work: (client, { appId, ...args }) =>
      jobs.getJobInvocations(client, appId, as<jobs.JobInvocationsQuery>(args)),
  },
  getJobInvocation: {
    file: "jobs",
    inputs: { ...APP_ID, invocationId: of("Id of the run.") },
    required: ["appId", "invocationId"],
    result: "invocation",
    work: (client, { appId, invocationId }) => jobs.getJobInvocation(client, appId, String(invocationId)),
  },
  cancelJobInvocation: {
    file: "jobs",
    inputs: { ...APP_ID, invocationId: of("Id of the run.") },
    required: ["appId", "invocationId"],
    result: "invocation",
    work: (client, { appId, invocationId }, preview) =>
      jobs.cancelJobInvocation(client, appId, String(invocationId), { preview }),
  },
  getRegions: {
    file: "catalogue",
    inputs: {},
    result: "regions",
    type: LIST,
    work: (client) => catalogue.getRegions(client),
  },
  getInstanceSizes: {
    file: "catalogue",
    inputs: {},
    result: "sizes",
    type: LIST,
    work: (client) => catalogue.getInstanceSizes(client),
  },
  getInstanceSize: {
    file: "catalogue",
    inputs: { slug: of("The size's slug.") },
    required: ["slug"],
    result: "size",
    work: (client, { slug }) => catalogue.getInstanceSize(client, String(slug)),
  },
  getAlerts: {
    file: "alerts",
    inputs: APP_ID,
    result: "alerts",
    type: { ...LIST, secret: true },
    work: async (client, { appId }) =>
      markLeaves(await alerts.getAlerts(client, appId), (path) => path.at(-1) === "url"),
  },
  getLogs: {
    file: "logs",
    inputs: {
      ...LOG,
      tailLines: of(
        "Only this many lines at the end. Recommended: a whole log may not fit in memory.",
        NUMBER,
      ),
    },
    result: "lines",
    type: listOf(TEXT),
    description: "The lines of a log. Set `tailLines`, since a whole log may not fit in memory.",
    work: (client, args) => collect(logs.explainedLog("getLogs", client, as<logs.LogsQuery>(args))),
  },
  getLogUrls: {
    file: "logs",
    inputs: LOG,
    result: "urls",
    type: { ...ANY, secret: true },
    work: async (client, args) =>
      new Hidden(await logs.getLogUrls(client, as<Parameters<typeof logs.getLogUrls>[1]>(args))),
  },
};
