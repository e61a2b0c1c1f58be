import { existsSync, readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { App } from "../../api/types";
import { normalizeScalars } from "../../appspec/coerce-scalars";
import { BACKUP_HEAD } from "../../appspec/parse";
import { oneLine, yamlText } from "../../appspec/yaml-text";
import { AppPlatformError } from "../../errors";
import { isBelowWorkingDirectory, writeNewFile } from "./write-new-file";
import { withSecretsLeftOut, type LeftOut } from "../../secrets/left-out";
import { secretAddresses } from "../../appspec/secret-addresses";
import { KEPT_SECRET } from "../../appspec/secrets";
import type { AppSpec } from "../../appspec/types";
import { shownInLine } from "../../text/shown";
import type { AppInputs } from "./state";
import type { ProgramTexts } from "../../text/program-texts";

/** Folder for backups, in the program's folder. */
export const DEFAULT_BACKUP_DIRECTORY = "app-spec-backups";

/** The folder for backups that the program sets. */
export const backupDirectory = (backup: AppInputs["backup"]): string =>
  (typeof backup === "object" ? backup.directory : undefined) ?? DEFAULT_BACKUP_DIRECTORY;

const NONE: LeftOut = { places: [], texts: [] };

interface BackupOptions {
  /** @default nothing but what the service shows encrypted */
  readonly leftOut?: LeftOut;
  /** False if the service did not return the app and the spec comes from the state. @default true */
  readonly isShown?: boolean;
  readonly texts: ProgramTexts;
}

/** The spec in a backup, with {@link KEPT_SECRET} in place of every secret. Pure. */
export const backupSpec = (app: App, leftOut: LeftOut): AppSpec => withSecretsLeftOut(app.spec, leftOut);

/**
 * The text of a backup: the service's spec as YAML that `loadSpec` and `specFile` can read, below a header that explains how to
 * restore the app and lists the secrets to supply again. Contains no secret in plain text. Pure.
 */
export function backupText(
  app: App,
  takenAt: Date,
  { leftOut = NONE, isShown = true, texts }: BackupOptions,
): string {
  // Normalized as at the service: YAML readers would read -0 as the text "-0", but the service receives a program's -0 as "0".
  const spec = normalizeScalars(backupSpec(app, leftOut));
  const secrets = secretAddresses(spec);
  const name = oneLine(shownName(spec));
  const isChecked = leftOut.places !== undefined;
  const head = [
    `${BACKUP_HEAD} ${name} (id ${oneLine(app.id)}), taken ${takenAt.toISOString()} before its deletion.`,
    ...(isShown ? [] : FROM_STATE),
    "# To create the app again:",
    `#   ${texts.declaration(name, "<this file>", secrets.length > 0)}`,
    ...(isChecked ? [] : UNCHECKED),
    ...(secrets.length > 0
      ? [
          "# Its secrets are left out. Supply their values again:",
          ...texts.secretValues(secrets.map(oneLine)).map((line) => `#   ${line}`),
        ]
      : [isChecked ? "# It contains no secrets." : "# It contains no SECRET variables."]),
  ];
  return `${head.join("\n")}\n\n${yamlText(spec)}`;
}

const shownName = ({ name }: AppSpec): string => (name === undefined || name === KEPT_SECRET ? "app" : name);

const FROM_STATE = [
  "# The service did not show the app. This is the spec that the Pulumi state recorded after the last run.",
];

/** The example pipeline greps for the first line. */
const UNCHECKED = [
  "# Warning: this file may contain secrets of the program in plain text. The state of the app comes from version 0.1, which did",
  "# not record them. Check the values below before you share the file.",
];

const fileStem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 40);

/** File name of the backup, without extension. Keeps only letters, digits and dashes of the app's name. Pure. */
export function backupName(app: App, takenAt: Date, leftOut = NONE): string {
  const name = fileStem(shownName(backupSpec(app, leftOut)));
  const time = takenAt.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return `${name}-${time}`;
}

/**
 * Writes a backup of the app's spec atomically, readable by the owner only, and never overwrites a file.
 * @param directory created if missing; relative to the working directory, which is the program's folder
 * @returns the path of the file, relative if it is below the working directory
 * @throws AppPlatformError `backup-failed`, with the cause and what to do
 */
export async function writeBackup(
  app: App,
  directory: string,
  takenAt: Date,
  options: BackupOptions,
): Promise<string> {
  const folder = resolve(directory);
  const [name, text] = [backupName(app, takenAt, options.leftOut), backupText(app, takenAt, options)];
  try {
    const path = await writeNewFile(folder, name, ".yaml", text);
    return isBelowWorkingDirectory(path) ? relative("", path) : path;
  } catch (error) {
    throw new AppPlatformError(
      "backup-failed",
      `The app was not deleted, because its spec could not be backed up (${reason(error)}) to the folder ${shownInLine(directory)}. ` +
        "Fix this, or set backup.directory to another folder and run pulumi up; then delete again. " +
        "Set backup to false to skip the backup.",
      { cause: error },
    );
  }
}

/** More than the first line of a backup needs. */
const HEAD_BYTES = 400;

/**
 * True if the folder contains a backup of the app: a run has started to delete it, because a backup is written before each
 * deletion. A folder that cannot be read counts as empty.
 */
export async function hasBackup(id: string, name: string | undefined, directory: string): Promise<boolean> {
  const folder = resolve(directory);
  const stems = [fileStem(name ?? ""), fileStem(shownName({}))].filter((stem) => stem !== "");
  const files = namesIn(folder).filter(
    (file) => file.endsWith(".yaml") && stems.some((stem) => file.startsWith(`${stem}-`)),
  );
  const heads = await Promise.all(files.map((file) => readHead(join(folder, file)).catch(() => "")));
  return heads.some((head) => head.startsWith(BACKUP_HEAD) && head.split("\n")[0]?.includes(`(id ${id})`));
}

/** Not asynchronous, because every App of a run asks, and most folders do not exist: an asynchronous failure takes 20 times as long. */
function namesIn(folder: string): string[] {
  try {
    return existsSync(folder) ? readdirSync(folder) : [];
  } catch {
    return [];
  }
}

async function readHead(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The OS message without the path, which names our temporary file. */
const reason = (error: unknown): string => (error as Error).message.replace(/^(E[A-Z]+: [^,]*), .*$/s, "$1");
