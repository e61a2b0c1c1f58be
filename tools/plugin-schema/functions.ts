import { docsOf } from "./docs";
import { ANY, FLAG, listOf, mapOf, NUMBER, TEXT, token, typeRef, type Json } from "./types";

interface Call {
  readonly file: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  /** The only property of the result. */
  readonly result: string;
  readonly type?: Json;
  /** Replaces the docstring of the TypeScript function. */
  readonly description?: string;
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

const CALLS: Readonly<Record<string, Call>> = {
  getApp: {
    file: "apps",
    inputs: { id: of("The app's id."), name: of("The app's name, instead of its id.") },
    result: "app",
  },
  getApps: {
    file: "apps",
    inputs: { withProjects: of("Include the `project_id` of each app.", FLAG) },
    result: "apps",
    type: LIST,
  },
  getProposal: {
    file: "apps",
    inputs: {
      spec: of("The AppSpec.", typeRef("AppSpec")),
      appId: of("Propose the spec as an update of this app."),
    },
    required: ["spec"],
    result: "proposal",
  },
  restartApp: {
    file: "apps",
    inputs: { ...APP_ID, components: of("Names of components; all if left out.", listOf(TEXT)) },
    result: "deployment",
  },
  getAppHealth: { file: "apps", inputs: APP_ID, result: "health" },
  getInstances: { file: "apps", inputs: APP_ID, result: "instances", type: LIST },
  getBandwidth: {
    file: "apps",
    inputs: {
      appIds: of("Ids of up to 100 apps.", listOf(TEXT)),
      date: of("ISO 8601; yesterday if left out."),
    },
    required: ["appIds"],
    result: "usage",
    description: "Outgoing traffic of each of up to 100 apps on one day.",
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
  },
  getDeployment: {
    file: "deployments",
    inputs: { ...APP_ID, ...DEPLOYMENT_ID },
    required: ["appId", "deploymentId"],
    result: "deployment",
  },
  cancelDeployment: {
    file: "deployments",
    inputs: { ...APP_ID, ...DEPLOYMENT_ID },
    required: ["appId", "deploymentId"],
    result: "deployment",
  },
  validateRollback: {
    file: "deployments",
    inputs: { ...APP_ID, ...DEPLOYMENT_ID },
    required: ["appId", "deploymentId"],
    result: "validation",
  },
  getEvents: {
    file: "events",
    inputs: { ...APP_ID, ...PAGE, types: of("Only events of these types.", listOf(TEXT)) },
    result: "events",
    type: LIST,
  },
  getEvent: {
    file: "events",
    inputs: { ...APP_ID, eventId: of("The event's id.") },
    required: ["appId", "eventId"],
    result: "event",
  },
  cancelEvent: {
    file: "events",
    inputs: { ...APP_ID, eventId: of("The event's id.") },
    required: ["appId", "eventId"],
    result: "event",
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
  },
  getJobInvocation: {
    file: "jobs",
    inputs: { ...APP_ID, invocationId: of("Id of the run.") },
    required: ["appId", "invocationId"],
    result: "invocation",
  },
  cancelJobInvocation: {
    file: "jobs",
    inputs: { ...APP_ID, invocationId: of("Id of the run.") },
    required: ["appId", "invocationId"],
    result: "invocation",
  },
  getRegions: { file: "catalogue", inputs: {}, result: "regions", type: LIST },
  getInstanceSizes: { file: "catalogue", inputs: {}, result: "sizes", type: LIST },
  getInstanceSize: {
    file: "catalogue",
    inputs: { slug: of("The size's slug.") },
    required: ["slug"],
    result: "size",
  },
  getAlerts: { file: "alerts", inputs: APP_ID, result: "alerts", type: { ...LIST, secret: true } },
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
  },
  getLogUrls: { file: "logs", inputs: LOG, result: "urls", type: { ...ANY, secret: true } },
};

const LOAD_SPEC = {
  description: "Reads an AppSpec from a file. The argument `specFile` of an App does the same.",
  inputs: {
    properties: {
      path: of("The file, relative to the program's folder."),
      secrets: of("Values of secrets by address, as in the argument `secrets` of an App.", {
        ...mapOf(TEXT),
        secret: true,
      }),
    },
    required: ["path"],
  },
  outputs: { properties: { spec: of("The AppSpec.", typeRef("AppSpec")) }, required: ["spec"] },
};

export const functions = (): Json => ({
  ...Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [token(name), functionOf(name, call)])),
  [token("loadSpec")]: LOAD_SPEC,
});

function functionOf(name: string, { file, inputs, required, result, type = ANY, description }: Call): Json {
  const needed = required ?? (Object.hasOwn(inputs, "appId") ? ["appId"] : []);
  return {
    description: description ?? docsOf(`dynamic/functions/${file}.ts`, name).description,
    inputs: { properties: inputs, ...(needed.length > 0 && { required: needed }) },
    outputs: { properties: { [result]: type }, required: [result] },
  };
}
