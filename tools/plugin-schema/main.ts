import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format } from "prettier";
import { functions } from "./functions";
import { argumentTypes, resources } from "./resources";
import { TEXT, type Json } from "../../plugin/schema/json";
import { specTypes } from "./types";

/** The schema of the plugin, from the AppSpec's JSON schema and the docstrings. `npm run schema` writes it. */

export const PLUGIN_SCHEMA_FILE = resolve(__dirname, "../../plugin/schema/schema.json");

const TOKEN = {
  ...TEXT,
  secret: true,
  description:
    "API token. The default is the environment variable `DIGITALOCEAN_TOKEN` or `DIGITALOCEAN_ACCESS_TOKEN`.",
};
const API_URL = {
  ...TEXT,
  description:
    "Address of the API, for example of an emulator. The default is the environment variable `DIGITALOCEAN_API_URL`, then the real service.",
};

/** Without a version, which the server adds. */
export const pluginSchema = (): Json => ({
  name: "app-platform",
  displayName: "App Platform",
  description: "Apps on the DigitalOcean App Platform, declared by their AppSpec",
  keywords: ["pulumi", "digitalocean", "app-platform", "category/cloud"],
  license: "Apache-2.0",
  // With supportPack, the Go SDK is a module of its own.
  meta: { moduleFormat: "(.*)", supportPack: true },
  config: { variables: { token: TOKEN, apiUrl: API_URL } },
  provider: {
    description: "An account. Declare one to use a token of its own.",
    inputProperties: { token: TOKEN, apiUrl: API_URL },
  },
  types: { ...specTypes(), ...argumentTypes() },
  resources: resources(),
  functions: functions(),
  language: {
    nodejs: { packageName: "pulumi-app-platform-sdk", respectSchemaVersion: true },
    python: {
      packageName: "pulumi_app_platform",
      pyproject: { enabled: true },
      inputTypes: "classes-and-dicts",
      respectSchemaVersion: true,
    },
    go: { generateResourceContainerTypes: true, respectSchemaVersion: true },
    csharp: {
      rootNamespace: "Pulumi",
      namespaces: { "app-platform": "AppPlatform" },
      respectSchemaVersion: true,
    },
  },
});

/** The expected text of the schema file. */
export const pluginSchemaText = (): Promise<string> =>
  format(JSON.stringify(pluginSchema()), { parser: "json", printWidth: 110 });

async function main(args: readonly string[]): Promise<void> {
  const text = await pluginSchemaText();
  if (!args.includes("--check")) return writeFileSync(PLUGIN_SCHEMA_FILE, text);
  if (readFileSync(PLUGIN_SCHEMA_FILE, "utf8") === text) return;
  console.error("plugin/schema/schema.json is outdated: run `npm run schema`");
  process.exitCode = 1;
}

if (require.main === module) void main(process.argv.slice(2));
