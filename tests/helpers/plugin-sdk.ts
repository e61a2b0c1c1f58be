import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pulumiSchema } from "../../plugin/schema/schema";
import { getLanguageHosts } from "../../tools/pulumi-cli/languages";

/** Writes the plugin's schema to a folder. @returns the file */
export function writeSchema(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "schema.json");
  writeFileSync(file, JSON.stringify(pulumiSchema()));
  return file;
}

/** Generates the package for programs in a language, as `pulumi package gen-sdk` does. */
export async function writeSdk(language: "go" | "nodejs" | "python", folder: string): Promise<void> {
  const { generateSdk } = await getLanguageHosts();
  await generateSdk(writeSchema(`${folder}-schema`), language, folder);
}
