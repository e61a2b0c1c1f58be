import { stringify } from "yaml";
import { configKey, type ProgramApp } from "./program-lines";

/** The folder with the plugin, after `npm install pulumi-app-platform`. */
const PLUGIN = "node_modules/pulumi-app-platform/plugin";

/** The parts of a `Pulumi.yaml` that declare apps: plugin, configuration, resources, outputs. Pure. */
export function yamlProgram(apps: readonly ProgramApp[]): string {
  const keys = apps.flatMap(({ secrets = [] }) => secrets.map(configKey));
  const taken = new Set(keys);
  const named = apps.map((app) => ({ app, resource: freeName(app.name, taken) }));
  const output = (resource: string): string => (apps.length === 1 ? "url" : `${resource}-url`);
  return text({
    plugins: { providers: [{ name: "app-platform", path: PLUGIN }] },
    ...(keys.length > 0 && {
      config: Object.fromEntries(keys.map((key) => [key, { type: "string", secret: true }])),
    }),
    resources: Object.fromEntries(named.map(({ app, resource }) => [resource, declaration(app, resource)])),
    outputs: Object.fromEntries(named.map(({ resource }) => [output(resource), `\${${resource}.liveUrl}`])),
  });
}

function declaration({ name, file, adopt, secrets = [] }: ProgramApp, resource: string): object {
  const supplied = Object.fromEntries(secrets.map((address) => [address, `\${${configKey(address)}}`]));
  return {
    type: "app-platform:App",
    // The resource's name decides about its identity.
    ...(resource !== name && { name: literal(name) }),
    properties: {
      specFile: literal(file.replaceAll("\\", "/")),
      ...(secrets.length > 0 && { secrets: supplied }),
      ...(adopt !== undefined && { adopt }),
    },
  };
}

/** Programs in YAML refer to configuration and resources in the same way, so their names must differ. */
function freeName(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "-");
  if (taken.has(plain) || plain === "pulumi") return freeName(`${plain}-app`, taken);
  taken.add(plain);
  return plain;
}

/** A text in which Pulumi finds no reference. */
const literal = (value: string): string => value.replaceAll("${", () => "$${");

const text = (value: object): string => stringify(value, { lineWidth: 0, defaultStringType: "PLAIN" });
