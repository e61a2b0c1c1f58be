import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pulumiSchema } from "../../plugin/schema/schema";
import { getLanguageHosts, getPythonPackages } from "../pulumi-cli/languages";
import { TOP } from "../pulumi-project";
import { mustRun, npmPack } from "./packages";

/** The packages that Pulumi generates from the plugin's schema, built. */

/** A date for files in archives, in seconds, so that each build gives the same bytes. ZIP knows none before 1980. */
const FIRST_OF_1980 = "315532800";

/** @param work an empty folder */
export async function packNodeSdk(work: string, out: string): Promise<void> {
  const source = await generated("nodejs", work);
  symlinkSync(join(TOP, "node_modules"), join(source, "node_modules"), "junction");
  const built = join(work, "package");
  const tsc = join(TOP, "node_modules", "typescript", "bin", "tsc");
  const noMaps = ["--declarationMap", "false", "--sourceMap", "false"];
  await mustRun(process.execPath, [tsc, "-p", source, "--outDir", built, ...noMaps], source);
  // The generated code reads its version from a package.json beside it.
  const { scripts, devDependencies, ...manifest } = JSON.parse(
    readFileSync(join(source, "package.json"), "utf8"),
  ) as Record<string, unknown>;
  void [scripts, devDependencies];
  const text = JSON.stringify({ ...manifest, main: "./index.js", types: "./index.d.ts" }, undefined, 2);
  writeFileSync(join(built, "package.json"), `${text}\n`);
  cpSync(join(source, "README.md"), join(built, "README.md"));
  cpSync(join(TOP, "LICENSE"), join(built, "LICENSE"));
  await npmPack(built, out);
}

/** @param work an empty folder. @returns why it was left out, if Python is missing */
export async function packPythonSdk(work: string, out: string): Promise<string | undefined> {
  const python = await getPythonPackages();
  if ("missing" in python) return python.missing;
  const source = await generated("python", work);
  cpSync(join(source, "pulumi_app_platform", "README.md"), join(source, "README.md"));
  cpSync(join(TOP, "LICENSE"), join(source, "LICENSE"));
  const offline = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"];
  await mustRun("python3", ["-m", "pip", "wheel", ...offline, "--wheel-dir", out, "."], source, {
    ...python.env,
    SOURCE_DATE_EPOCH: FIRST_OF_1980,
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  });
  return undefined;
}

async function generated(language: "nodejs" | "python", work: string): Promise<string> {
  mkdirSync(work, { recursive: true });
  const schema = join(work, "schema.json");
  writeFileSync(schema, JSON.stringify(pulumiSchema()));
  const source = join(work, "source");
  const { generateSdk } = await getLanguageHosts();
  await generateSdk(schema, language, source);
  return source;
}
