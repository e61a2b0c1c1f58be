import { programLines, type ProgramApp } from "./program-lines";
import { yamlProgram } from "./yaml-program";

/** A new project: names and versions for its files. */
export interface Project {
  readonly name: string;
  readonly app: ProgramApp;
  /** Version of this package, for package.json. */
  readonly version: string;
}

/** What a project needs in a language of programs. */
export interface Language {
  /** As in `Pulumi.yaml`. */
  readonly runtime: string;
  /** The file that contains the program. */
  readonly program: string;
  /** Packages that `npm install` adds. */
  readonly packages: readonly string[];
  readonly devPackages: readonly string[];
  /** The program and the files around it, by path. Pure. */
  files(project: Project): Readonly<Record<string, string>>;
  /** What to add to a program that exists. Pure. */
  lines(apps: readonly ProgramApp[]): string;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const DESCRIPTION = "Apps on the DigitalOcean App Platform";

const typescript: Language = {
  runtime: "nodejs",
  program: "index.ts",
  packages: ["pulumi-app-platform", "@pulumi/pulumi"],
  // Pulumi does not support TypeScript 7 yet.
  devPackages: ["typescript@5", "@types/node"],
  files: ({ name, app, version }) => ({
    "Pulumi.yaml": `name: ${name}\ndescription: ${DESCRIPTION}\nruntime: nodejs\n`,
    "package.json": json({
      name,
      private: true,
      main: "index.ts",
      dependencies: { "@pulumi/pulumi": "^3.216.0", "pulumi-app-platform": `^${version}` },
      devDependencies: { "@types/node": "^20.0.0", typescript: ">=5.4.0 <7" },
    }),
    "tsconfig.json": json({
      compilerOptions: {
        target: "es2020",
        module: "node16",
        moduleResolution: "node16",
        types: ["node"],
        strict: true,
        outDir: "bin",
        sourceMap: true,
        forceConsistentCasingInFileNames: true,
      },
      files: ["index.ts"],
    }),
    ".gitignore": "node_modules/\nbin/\n",
    "index.ts": programLines([app]),
  }),
  lines: programLines,
};

const yaml: Language = {
  runtime: "yaml",
  program: "Pulumi.yaml",
  // It contains the plugin.
  packages: ["pulumi-app-platform"],
  devPackages: [],
  files: ({ name, app, version }) => ({
    "Pulumi.yaml": `name: ${name}\ndescription: ${DESCRIPTION}\nruntime: yaml\n${yamlProgram([app])}`,
    "package.json": json({ name, private: true, dependencies: { "pulumi-app-platform": `^${version}` } }),
    ".gitignore": "node_modules/\n",
  }),
  lines: yamlProgram,
};

export const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ["typescript", typescript],
  ["yaml", yaml],
]);

/** The app.yaml of a new project: a service from a public repository, with a SECRET variable. Pure. */
export const sampleSpec = (name: string, schemaLine: string): string => `${schemaLine}
name: ${name}
region: fra

services:
  - name: web
    git:
      repo_clone_url: https://github.com/digitalocean/sample-nodejs.git
      branch: main
    http_port: 8080
    instance_size_slug: apps-s-1vcpu-0.5gb
    instance_count: 1
    envs:
      - key: GREETING
        value: Hello
      # The program supplies the value.
      - key: SESSION_KEY
        type: SECRET
`;

export const SAMPLE_SECRETS = ["web.SESSION_KEY"] as const;

/** A name that both Pulumi and App Platform accept, such as `my-shop` for `My Shop`. Pure. */
export function validName(text: string): string {
  const name = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 32)
    .replace(/-+$/, "");
  return name.length < 2 ? "my-app" : name;
}
