/** An App in the lines of a program. */
export interface ProgramApp {
  readonly name: string;
  readonly file: string;
  /** An id, or `true` for the app with the name in the spec. */
  readonly adopt?: string | true;
  /** Addresses of secrets that the program supplies from its configuration. */
  readonly secrets?: readonly string[];
}

/** The lines of a TypeScript program that declares the apps. Pure. */
export function programLines(apps: readonly ProgramApp[]): string {
  const names = new Set<string>();
  const usesConfig = apps.some(({ secrets = [] }) => secrets.length > 0);
  return [
    ...(usesConfig ? [`import * as pulumi from "@pulumi/pulumi";`] : []),
    `import { App, loadSpec } from "pulumi-app-platform";`,
    "",
    ...(usesConfig ? ["const config = new pulumi.Config();", ""] : []),
    ...apps.flatMap((app) => [...declaration(app, variableName(app.name, names)), ""]),
  ].join("\n");
}

function declaration({ name, file, adopt, secrets = [] }: ProgramApp, variable: string): string[] {
  const path = JSON.stringify(file.replaceAll("\\", "/"));
  const supplied = secrets.map(
    (address) =>
      `      ${JSON.stringify(address)}: config.requireSecret(${JSON.stringify(configKey(address))}),`,
  );
  const spec =
    supplied.length === 0
      ? [`  spec: loadSpec(${path}),`]
      : [`  spec: loadSpec(${path}, {`, "    secrets: {", ...supplied, "    },", "  }),"];
  return [
    `const ${variable} = new App(${JSON.stringify(name)}, {`,
    ...spec,
    ...(adopt === undefined ? [] : [`  adopt: ${JSON.stringify(adopt)},`]),
    "});",
    `export const ${variable}Url = ${variable}.liveUrl;`,
  ];
}

/** A key for `pulumi config set`, such as `webSessionKey` for `web.SESSION_KEY`. Pure. */
export const configKey = (address: string): string =>
  camelCase(address.replace(/[^A-Za-z0-9]+/g, " ").split(" "));

function camelCase(words: readonly string[]): string {
  const [first = "", ...rest] = words
    .filter(Boolean)
    .map((word) => (/^[^a-z]+$/.test(word) ? word.toLowerCase() : word));
  return (
    first.charAt(0).toLowerCase() +
    first.slice(1) +
    rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")
  );
}

const RESERVED = new Set(
  "App abstract arguments await break case catch class config const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let loadSpec new null package private protected public pulumi return static super switch this throw true try typeof var void while with yield".split(
    " ",
  ),
);

function variableName(name: string, taken: Set<string>): string {
  const plain = camelCase(name.split(/[^A-Za-z0-9]+/)) || "app";
  const base =
    RESERVED.has(plain) || /^\d/.test(plain) ? `${/^\d/.test(plain) ? "app" : ""}${plain}App` : plain;
  for (let number = 1; ; number++) {
    const variable = number === 1 ? base : `${base}${number}`;
    if (taken.has(variable)) continue;
    taken.add(variable);
    return variable;
  }
}
