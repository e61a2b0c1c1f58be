import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isPlainObject } from "../appspec/lists-by-name";
import { AppPlatformError } from "../errors";
import { meant, UsageError } from "./command";
import { LANGUAGES, type Language } from "./init-files";

/** The language with this name. @throws UsageError for another one */
export function languageOf(name: string): Language {
  const found = LANGUAGES.get(name);
  if (found) return found;
  const names = [...LANGUAGES.keys()];
  const near = meant(name, names) || `: use ${names.join(" or ")}`;
  throw new UsageError(`--language: unknown language ${name}${near}`);
}

/** The name of the language whose programs have a runtime; undefined for other runtimes. */
const nameOf = (runtime: unknown): string | undefined =>
  [...LANGUAGES].find(([, language]) => language.runtime === runtime)?.[0];

/** The `runtime` of the Pulumi project in a folder; undefined if there is none. @throws AppPlatformError if it is not valid YAML */
function runtimeIn(directory: string): string | undefined {
  const path = join(directory, "Pulumi.yaml");
  if (!existsSync(path)) return undefined;
  let project: unknown;
  try {
    project = parse(readFileSync(path, "utf8"));
  } catch {
    throw new AppPlatformError(
      "invalid-input",
      `${path} is not valid YAML. Fix it, or choose another directory.`,
    );
  }
  const declared = isPlainObject(project) ? project["runtime"] : undefined;
  return String(isPlainObject(declared) ? declared["name"] : declared);
}

/**
 * The language of lines to add to a program.
 * @param given the option `--language`; by default, the language of the project in this folder, or TypeScript
 */
export const languageOfLines = (given: string | undefined): Language =>
  languageOf(given ?? nameOf(runtimeIn("")) ?? "typescript");

/** @throws AppPlatformError if the project in a folder is one of another language */
export function refuseOtherRuntime(directory: string, { runtime }: Language): void {
  const found = runtimeIn(directory);
  if (found === undefined || found === runtime) return;
  const other = nameOf(found);
  throw new AppPlatformError(
    "invalid-input",
    `${join(directory, "Pulumi.yaml")} is a project with the runtime ${found}, and this program needs ${runtime}. ` +
      `Choose another directory${other === undefined ? "" : `, or --language ${other}`}.`,
  );
}
