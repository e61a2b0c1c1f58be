import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { SpecFileError } from "./appspec/file-error";
import { LARGEST_FILE, parseSpec } from "./appspec/parse";
import type { AppSpec } from "./appspec/types";
import { TYPESCRIPT } from "./text/program-texts";

/**
 * A loaded spec stores the absolute path of its file under this symbol, so that errors can point into the file. Spread copies
 * keep it; JSON and `Object.keys` ignore it.
 */
export const SPEC_FILE = Symbol.for("pulumi-app-platform.file");

export interface LoadOptions {
  /**
   * Values of secrets by address: `KEY` for a variable of the app, `component.KEY` for one of a component,
   * `component.registry_credentials`, for log destinations `component.destination.token` (or `api_key`, `password`,
   * `headers.Name`), `ingress.secure_header`, and for any other value its path, such as `spec.services.web.run_command`.
   * They replace the values in the file and are Pulumi secrets, regardless of the variable's type. With this option, and for
   * backups of deleted apps, every value that is left out or still ciphertext is an error, since only its own app can use it.
   * @default values stay as they are in the file
   */
  secrets?: Readonly<Record<string, pulumi.Input<unknown>>>;
}

/**
 * Reads an AppSpec from a file: an `app.yaml`, the same as JSON, a deploy template, or a backup of a deleted app.
 * @param path relative to the working directory, which is the program's folder
 * @returns the AppSpec as an object; text and numbers have the type the AppSpec gives them
 * @throws AppPlatformError `unreadable-file`, with line, column and an excerpt if available. The content of the spec is
 * validated later, with the other arguments of the App
 */
export function loadSpec(path: string, options: LoadOptions = {}): AppSpec {
  return readSpec(path, marked(options.secrets));
}

/**
 * The same, with the values of secrets as they are.
 * @throws AppPlatformError as for {@link loadSpec}
 */
export function readSpec(
  path: string,
  secrets: Readonly<Record<string, unknown>> | undefined,
  texts = TYPESCRIPT,
): AppSpec {
  const { spec } = parseSpec(readText(path), { file: path, secrets, texts });
  return Object.assign({ ...spec }, { [SPEC_FILE]: resolve(path) });
}

function marked(secrets: LoadOptions["secrets"]): LoadOptions["secrets"] {
  if (secrets === undefined) return undefined;
  // Loaded on first use: the `app-platform` command reads files without Pulumi.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { secret } = require("@pulumi/pulumi") as typeof pulumi;
  return Object.fromEntries(
    Object.entries(secrets).map(([address, value]) => [address, value === undefined ? value : secret(value)]),
  );
}

/** The absolute path of a loaded spec's file. */
export function fileOf(spec: unknown): string | undefined {
  if (typeof spec !== "object" || spec === null) return undefined;
  const file = (spec as { [SPEC_FILE]?: unknown })[SPEC_FILE];
  return typeof file === "string" ? file : undefined;
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(path);
    if (!found.isFile())
      throw new SpecFileError("not-a-file", {
        file: path,
        what: found.isDirectory() ? "is a folder" : "is not a regular file",
        hint: "Pass the path of the file itself, such as .do/app.yaml",
      });
    if (found.size > LARGEST_FILE)
      throw new SpecFileError("too-large", {
        file: path,
        what: "is larger than 5 MB",
        hint: "An AppSpec is much smaller: check the path",
      });
    bytes = readFileSync(path);
  } catch (error) {
    throw error instanceof SpecFileError ? error : unreadable(path, error as NodeJS.ErrnoException);
  }
  return new TextDecoder("utf-8").decode(bytes);
}

function unreadable(path: string, error: NodeJS.ErrnoException): SpecFileError {
  if (error.code === "ENOENT" || error.code === "ENOTDIR")
    return new SpecFileError(
      "missing",
      { file: path, what: "does not exist", hint: `Check the path; it is relative to ${process.cwd()}` },
      { cause: error },
    );
  const what = `cannot be read (${error.code ?? error.message})`;
  return new SpecFileError(
    "unreadable",
    { file: path, what, hint: "Check its permissions" },
    { cause: error },
  );
}
