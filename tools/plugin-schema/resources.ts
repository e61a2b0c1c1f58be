import { KINDS, type ResourceKind } from "../../provider/resources/kinds";
import { typeToken } from "../../provider/resources/state-texts";
import { docsOf, type Docs } from "./docs";
import { ANY, FLAG, listOf, mapOf, NUMBER, TEXT, token, typeRef, type Json } from "../../plugin/schema/json";

/** Describes each property with its docstring. @throws Error if one side has a property that the other one lacks */
export function described(
  types: Readonly<Record<string, Json>>,
  { members }: Pick<Docs, "members">,
  where: string,
): Json {
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

export const resources = (): Json =>
  Object.fromEntries([
    [token("App"), appResource()],
    ...KINDS.map((kind) => [token(kind.name), plainResource(kind)]),
  ]);

const appResource = (): Json =>
  resourceOf("App", "dynamic/app.ts", { inputs: APP_INPUTS, required: [], outputs: APP_OUTPUTS });

/** Everything comes from the class for programs in TypeScript and from its arguments. */
function plainResource({ name, args, outputs }: ResourceKind): Json {
  const file = `dynamic/${name.toLowerCase()}.ts`;
  const [own, given] = [docsOf(file, name), docsOf(file, `${name}Args`)];
  return resourceOf(name, file, {
    inputs: typesIn(given, [...args.fields.keys()]),
    required: given.required,
    outputs: { appId: APP_ID, ...typesIn(own, outputs) },
  });
}

const APP_ID = { ...TEXT, description: "The app's id." };

const typesIn = ({ types }: Docs, names: readonly string[]): Readonly<Record<string, Json>> =>
  Object.fromEntries(names.map((name) => [name, typeIn(name, types[name] ?? "unknown")]));

/** @param written the type in TypeScript; of those with a name, Pulumi's schema has only `Timeouts` */
function typeIn(name: string, written: string): Json {
  if (name === "timeouts") return typeRef("Timeouts");
  if (written === "boolean") return FLAG;
  if (written === "number") return NUMBER;
  return /^(string|[A-Z]\w+)$/.test(written) ? TEXT : ANY;
}

function resourceOf(
  name: string,
  file: string,
  { inputs, required, outputs }: { inputs: Types; required: readonly string[]; outputs: Types },
): Json {
  const own = docsOf(file, name);
  return {
    description: own.description,
    // A stack of the TypeScript package continues without a change.
    aliases: [{ type: typeToken(name) }],
    inputProperties: described(inputs, docsOf(file, `${name}Args`), `${name}Args`),
    ...(required.length > 0 && { requiredInputs: required }),
    properties: described(outputs, own, name),
    required: Object.keys(outputs),
  };
}

type Types = Readonly<Record<string, Json>>;

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

const objectOf = (
  types: Readonly<Record<string, Json>>,
  docs: Pick<Docs, "description" | "members">,
  required: readonly string[],
): Json => ({
  type: "object",
  ...(docs.description !== "" && { description: docs.description }),
  properties: described(types, docs, "types"),
  ...(required.length > 0 && { required }),
});
