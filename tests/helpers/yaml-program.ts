import { isPlainObject } from "../../provider/appspec/lists-by-name";
import type { Declaration } from "./e2e";

type Json = Record<string, unknown>;

/** The file `Pulumi.yaml` of a program in YAML that uses the plugin of the npm package. */
export const yamlProject = (resources: Json, outputs: Json = {}, more: Json = {}): string =>
  [
    "name: shop",
    "runtime: yaml",
    "plugins: { providers: [{ name: app-platform, path: node_modules/pulumi-app-platform/plugin }] }",
    ...Object.entries({ resources, outputs, ...more }).map(
      ([key, part]) => `${key}: ${JSON.stringify(part)}`,
    ),
  ].join("\n");

/** The same program as tests/fixtures/programs/apps, with the markers of its declarations, in YAML. */
export function yamlProgram(
  apps: Record<string, Declaration>,
  exports: Record<string, string>,
  others: {
    readonly Deployment: Record<string, Declaration>;
    readonly Rollback: Record<string, Declaration>;
  },
): string {
  const of = (kind: string, declared: Record<string, Declaration>): Json =>
    Object.fromEntries(
      Object.entries(declared).map(([name, { options, ...args }]) => [
        name,
        {
          type: `app-platform:${kind}`,
          properties: argumentsOf(args),
          ...(options !== undefined && { options }),
        },
      ]),
    );
  const resources = {
    ...of("App", apps),
    ...of("Deployment", others.Deployment),
    ...of("Rollback", others.Rollback),
  };
  return yamlProject(
    resources,
    valueOf(
      Object.fromEntries(Object.entries(exports).map(([name, output]) => [name, { $output: output }])),
    ) as Json,
  );
}

function argumentsOf({ spec, ...args }: Declaration): unknown {
  const isFile = isPlainObject(spec) && "$file" in spec;
  return valueOf(isFile ? { ...args, specFile: spec["$file"], secrets: spec["secrets"] } : { ...args, spec });
}

function valueOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(valueOf);
  if (!isPlainObject(part)) return part;
  if ("$secret" in part) return { "fn::secret": valueOf(part["$secret"]) };
  if ("$output" in part) return `\${${String(part["$output"])}}`;
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, valueOf(inner)]));
}
