import { stringify } from "yaml";
import { configKey, type ProgramApp } from "./program-lines";

/** The folder with the plugin, after `npm install pulumi-app-platform`. */
const PLUGIN = "node_modules/pulumi-app-platform/plugin";

/** The parts of a `Pulumi.yaml` that declare an app: plugin, configuration, resource, output. Pure. */
export function yamlProgram({ name, file, adopt, secrets = [] }: ProgramApp): string {
  const keys = new Map(secrets.map((address) => [address, configKey(address)] as const));
  const resource = freeName(name, new Set(keys.values()));
  const config = Object.fromEntries([...keys.values()].map((key) => [key, { type: "string", secret: true }]));
  const supplied = Object.fromEntries([...keys].map(([address, key]) => [address, `\${${key}}`]));
  return text({
    plugins: { providers: [{ name: "app-platform", path: PLUGIN }] },
    ...(keys.size > 0 && { config }),
    resources: {
      [resource]: {
        type: "app-platform:App",
        // The resource's name decides about its identity.
        ...(resource !== name && { name: literal(name) }),
        properties: {
          specFile: literal(file.replaceAll("\\", "/")),
          ...(keys.size > 0 && { secrets: supplied }),
          ...(adopt !== undefined && { adopt }),
        },
      },
    },
    outputs: { url: `\${${resource}.liveUrl}` },
  });
}

/** Programs in YAML refer to configuration and resources in the same way, so their names must differ. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "-");
  return taken.has(plain) || plain === "pulumi" ? freeName(`${plain}-app`, taken) : plain;
}

/** A text in which Pulumi finds no reference. */
const literal = (value: string): string => value.replaceAll("${", () => "$${");

const text = (value: object): string => stringify(value, { lineWidth: 0, defaultStringType: "PLAIN" });
