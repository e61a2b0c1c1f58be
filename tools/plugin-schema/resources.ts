import { docsOf, type Docs } from "./docs";
import { ANY, FLAG, listOf, mapOf, NUMBER, TEXT, token, typeRef, type Json } from "../../plugin/schema/json";

/** Describes each property with its docstring. @throws Error if one side has a property that the other one lacks */
export function described(types: Readonly<Record<string, Json>>, { members }: Docs, where: string): Json {
  const missing = Object.keys(members).filter((name) => !types[name]);
  if (missing.length > 0) throw new Error(`${where}: the schema of the plugin has no ${missing.join(", ")}`);
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const description = type["description"] ?? members[name];
      if (description === undefined) throw new Error(`${where}: ${name} is not documented`);
      return [name, { ...type, ...(description !== "" && { description }) }];
    }),
  );
}

const SECRET_VALUES = {
  ...mapOf(TEXT),
  secret: true,
  description:
    "With `specFile`: values of secrets by address, such as `KEY` for a variable of the app and `web.KEY` for one of a component. They replace the values in the file and are secrets.",
};

const APP_INPUTS = {
  spec: {
    ...typeRef("AppSpec"),
    description:
      "The AppSpec, under its own field names. `name` defaults to the resource's name if that is a valid name of an app. Set either `spec` or `specFile`.",
  },
  specFile: {
    ...TEXT,
    description:
      "The file of the AppSpec instead of `spec`: an `app.yaml`, the same as JSON, a deploy template, or a backup of a deleted app. Relative to the program's folder.",
  },
  secrets: SECRET_VALUES,
  projectId: TEXT,
  redeployOn: mapOf(ANY),
  updateSources: FLAG,
  forceBuild: FLAG,
  wait: FLAG,
  timeouts: typeRef("Timeouts"),
  adopt: { oneOf: [FLAG, TEXT] },
  backup: ANY,
  propose: FLAG,
  maxMonthlyCost: NUMBER,
  alertDestinations: listOf(typeRef("AlertDestination")),
  onFailedDeployment: TEXT,
  emptySecrets: listOf(TEXT),
  allowUnknown: FLAG,
};

const APP_OUTPUTS = {
  spec: { ...typeRef("AppSpec"), description: "The applied AppSpec, without the values of secrets." },
  liveSpec: {
    ...typeRef("AppSpec"),
    description: "The AppSpec at the service, with its defaults and without the values of secrets.",
  },
  liveUrl: TEXT,
  consoleUrl: TEXT,
  liveDomain: { ...TEXT, description: "Host name of `liveUrl`." },
  defaultIngress: TEXT,
  activeDeploymentId: TEXT,
  phase: TEXT,
  region: TEXT,
  tier: TEXT,
  project: TEXT,
  createdAt: TEXT,
  updatedAt: TEXT,
};

interface Resource {
  readonly name: string;
  readonly file: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly required: readonly string[];
  readonly outputs: Readonly<Record<string, Json>>;
}

const RESOURCES: readonly Resource[] = [
  { name: "App", file: "dynamic/app.ts", inputs: APP_INPUTS, required: [], outputs: APP_OUTPUTS },
  {
    name: "Deployment",
    file: "dynamic/deployment.ts",
    inputs: { appId: TEXT, triggers: ANY, forceBuild: FLAG, wait: FLAG, timeouts: typeRef("Timeouts") },
    required: ["appId"],
    outputs: {
      appId: { ...TEXT, description: "The app's id." },
      deploymentId: TEXT,
      phase: TEXT,
      cause: TEXT,
      createdAt: TEXT,
    },
  },
  {
    name: "Rollback",
    file: "dynamic/rollback.ts",
    inputs: { appId: TEXT, deploymentId: TEXT, state: TEXT, timeouts: typeRef("Timeouts") },
    required: ["appId"],
    outputs: {
      appId: { ...TEXT, description: "The app's id." },
      deploymentId: TEXT,
      state: TEXT,
      pinned: FLAG,
      phase: TEXT,
    },
  },
];

export const resources = (): Json =>
  Object.fromEntries(RESOURCES.map((resource) => [token(resource.name), resourceOf(resource)]));

function resourceOf({ name, file, inputs, required, outputs }: Resource): Json {
  const own = docsOf(file, name);
  return {
    description: own.description,
    // A stack of the TypeScript package continues without a change.
    aliases: [{ type: `pulumi-nodejs:dynamic/app-platform:${name}` }],
    inputProperties: described(inputs, docsOf(file, `${name}Args`), `${name}Args`),
    ...(required.length > 0 && { requiredInputs: required }),
    properties: described(outputs, own, name),
    required: Object.keys(outputs),
  };
}

const file = "resources/app/alerts/destinations.ts";

/** Types of arguments beside the AppSpec. */
export const argumentTypes = (): Record<string, Json> => ({
  [token("AlertDestination")]: objectOf(
    {
      component: TEXT,
      rule: TEXT,
      operator: TEXT,
      window: TEXT,
      emails: listOf(TEXT),
      slackWebhooks: listOf(typeRef("SlackWebhook")),
    },
    docsOf(file, "AlertDestination"),
    ["rule"],
  ),
  [token("SlackWebhook")]: objectOf(
    {
      url: { ...TEXT, secret: true, description: "The webhook's URL, a secret." },
      channel: { ...TEXT, description: "Its channel." },
    },
    docsOf(file, "SlackWebhook"),
    ["url", "channel"],
  ),
  [token("Timeouts")]: objectOf(
    {
      create: { ...TEXT, description: "For the creation and its deployment." },
      update: { ...TEXT, description: "For an update and its deployment." },
      delete: { ...TEXT, description: "For the deletion." },
    },
    {
      description: 'Time limits of operations, as durations such as `"90s"`, `"20m"`, `"1.5h"`.',
      members: {},
    },
    [],
  ),
});

const objectOf = (types: Readonly<Record<string, Json>>, docs: Docs, required: readonly string[]): Json => ({
  type: "object",
  ...(docs.description !== "" && { description: docs.description }),
  properties: described(types, docs, "types"),
  ...(required.length > 0 && { required }),
});
