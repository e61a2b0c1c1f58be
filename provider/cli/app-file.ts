import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { oneLine, yamlText } from "../appspec/yaml-text";
import { AppPlatformError } from "../errors";
import type { OpenSpec } from "../secrets/open-spec";

const SCHEMA = "node_modules/pulumi-app-platform/dist/appspec/app-spec.schema.json";

/** The comment by which editors with the YAML language server find the schema. Pure. */
export function schemaLine(file: string, folder = process.cwd()): string {
  const path = relative(dirname(resolve(folder, file)), resolve(folder, SCHEMA)).replaceAll("\\", "/");
  return `# yaml-language-server: $schema=${path.startsWith(".") ? path : `./${path}`}`;
}

/**
 * The text of the file. Pure.
 * @param about lines about its origin, without `#`
 */
export function appFileText({ spec, secrets }: OpenSpec, file: string, about: readonly string[]): string {
  const list =
    secrets.length === 0
      ? []
      : [
          "Secrets are left out; as long as the app exists, the service keeps their values.",
          "To change them, or to create another app from this file, supply all of them as secrets of loadSpec,",
          "or of an App with specFile:",
          ...secrets.map((address) => `  ${address}`),
        ];
  const comments = [...about, ...list].map((line) => `# ${oneLine(line)}`);
  return [schemaLine(file), ...comments, "", yamlText(spec)].join("\n");
}

/** Writes a file, with its folder. @throws AppPlatformError if it exists, unless `force`, or cannot be written */
export function writeFile(file: string, content: string, force = false): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AppPlatformError(
      "invalid-input",
      code === "EEXIST"
        ? `${file} already exists. Use --force to overwrite it.`
        : `${file} cannot be written (${code}).`,
    );
  }
}
