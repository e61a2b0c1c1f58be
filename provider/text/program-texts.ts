/**
 * How messages refer to the user's program and to the command `app-platform`. Each front end passes its own, so this is the only
 * place that depends on the program's language.
 */
export interface ProgramTexts {
  /** Runs the command in a shell. */
  readonly command: string;
  /** Declares an App by the file of its spec. @param hasSecrets whether values of secrets have to be supplied */
  declaration(name: string, path: string, hasSecrets: boolean): string;
  /** Supplies the values of secrets, one line each. @param addresses without line breaks */
  secretValues(addresses: readonly string[]): readonly string[];
  /** Names the place for values of secrets, with their addresses. */
  secretsArgument(addresses: readonly string[]): string;
  /** Asks for an argument of an App, as a clause. */
  addArgument(name: string, value: string | boolean): string;
  /** Asks for an alias of an App, as a clause. @param name its earlier name; otherwise, its earlier URN */
  addAlias(before: { readonly urn: string } | { readonly name: string }): string;
}

const quoted = JSON.stringify;

const inline = (addresses: readonly string[]): string =>
  `secrets: { ${addresses.map((address) => `${quoted(address)}: …`).join(", ")} }`;

/** For programs that use the npm package. */
export const TYPESCRIPT: ProgramTexts = {
  command: "npx app-platform",
  declaration: (name, path, hasSecrets) =>
    `new App(${quoted(name)}, { spec: loadSpec(${quoted(path)}${hasSecrets ? ", { secrets }" : ""}) })`,
  secretValues: (addresses) => [
    "const secrets = {",
    ...addresses.map((address) => `  ${quoted(address)}: …,`),
    "};",
  ],
  secretsArgument: (addresses) => `loadSpec(path, { ${inline(addresses)} })`,
  addArgument: (name, value) => `add to this App's arguments: ${name}: ${quoted(value)}`,
  addAlias: (before) =>
    `add to this App's options: aliases: [${"urn" in before ? quoted(before.urn) : `{ name: ${quoted(before.name)} }`}]`,
};

/** For programs that use the plugin, which does not know their language. */
export const ANY_LANGUAGE: ProgramTexts = {
  // The program's folder need not contain the npm package.
  command: "npx --package pulumi-app-platform app-platform",
  declaration: (name, path, hasSecrets) =>
    `declare the App ${quoted(name)} with specFile: ${quoted(path)}${hasSecrets ? ", and secrets" : ""}`,
  secretValues: (addresses) => ["secrets:", ...addresses.map((address) => `  ${quoted(address)}: …`)],
  secretsArgument: (addresses) => `specFile with ${inline(addresses)}`,
  addArgument: (name, value) => `set this App's argument ${name} to ${quoted(value)}`,
  addAlias: (before) =>
    `add an alias to this App's options, with the ${"urn" in before ? `URN ${quoted(before.urn)}` : `name ${quoted(before.name)}`}`,
};
