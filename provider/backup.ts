import { constants } from "node:fs";
import { link, lstat, mkdir, open, unlink } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Document, visit } from "yaml";
import type { App } from "./api/types";
import { AppPlatformError } from "./errors";
import { secretAddresses } from "./spec/secret-addresses";

/** Folder for backups, in the program's folder. */
export const DEFAULT_BACKUP_DIRECTORY = "app-spec-backups";

/** How the head of a backup begins; `loadSpec` knows a backup by it. */
export const BACKUP_HEAD = "# Backup of the app";

const MOST_FILES_OF_A_NAME = 1_000;

/**
 * The text of a backup: the spec as the service holds it, as YAML that `loadSpec` reads back, under a head that says what
 * it is and which secrets have to be supplied again. Pure.
 */
export function backupText(app: App, takenAt: Date): string {
  const secrets = secretAddresses(app.spec);
  const head = [
    `${BACKUP_HEAD} ${oneLine(app.spec.name ?? "")} (id ${app.id}), taken ${takenAt.toISOString()} before its deletion.`,
    "# To create the app again:",
    `#   new App(${JSON.stringify(oneLine(app.spec.name ?? "app"))}, { spec: loadSpec("<this file>"${secrets.length > 0 ? ", { secrets }" : ""}) })`,
    ...(secrets.length === 0
      ? ["# It holds no secrets."]
      : [
          "# Its secrets are ciphertext that only the deleted app could use. Supply their values again:",
          "#   const secrets = {",
          ...secrets.map((address) => `#     ${JSON.stringify(oneLine(address))}: …,`),
          "#   };",
        ]),
  ];
  return `${head.join("\n")}\n\n${yamlText(app.spec)}`;
}

/** Characters that an editor, YAML or the reader of spec files would not leave as they are. */
const FRAGILE = /[^\P{Cc}\n\t]|[\u2028\u2029\ufeff\ufffd]/gu;

function yamlText(spec: unknown): string {
  const document = new Document(spec, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      // Only text in double quotes can hold escapes.
      if (typeof node.value === "string" && node.value.search(FRAGILE) >= 0) node.type = "QUOTE_DOUBLE";
    },
  });
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return document.toString({ lineWidth: 0 }).replace(FRAGILE, escape);
}

/** For comments, in which nothing can be escaped. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\ufeff\ufffd]/gu, " ");

/** Name of the backup's file, without ending. Only letters, digits and dashes of the app's name get into it. Pure. */
export function backupName(app: App, takenAt: Date): string {
  const name = (app.spec.name ?? "app")
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 40);
  const time = takenAt.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return `${name}-${time}`;
}

/**
 * Writes a backup of the app's spec: complete or not at all, readable by the owner only, never over another file.
 * @param directory created if missing; relative to the working directory, which is the program's folder
 * @returns the path of the file, relative where it is below the working directory
 * @throws AppPlatformError `backup-failed`, with the cause and what to do
 */
export async function writeBackup(app: App, directory: string, takenAt: Date): Promise<string> {
  const folder = resolve(directory);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    if (!found.isDirectory()) throw new Error(`${directory} is a link or a file, not a folder`);
    const path = await writeNew(folder, backupName(app, takenAt), backupText(app, takenAt));
    const short = relative("", path);
    return short.startsWith("..") ? path : short;
  } catch (error) {
    throw new AppPlatformError(
      "backup-failed",
      `The app was not deleted, because its spec could not be backed up to ${directory}: ${(error as Error).message}. ` +
        `Make the folder writable, or choose another in backup.directory and run pulumi up; backup: false does without.`,
      { cause: error },
    );
  }
}

/** Writes beside the final name first: a full disk or a crash leaves no half backup under a name that looks complete. */
async function writeNew(folder: string, name: string, text: string): Promise<string> {
  const draft = join(folder, `.${name}-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const file = await open(draft, flags, 0o600);
  try {
    try {
      await file.writeFile(text, "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
    return await nameFree(folder, name, draft);
  } finally {
    await unlink(draft);
  }
}

/** Links the draft to the first free name: linking fails where something is already, whatever it is. */
async function nameFree(folder: string, name: string, draft: string): Promise<string> {
  for (let count = 1; count <= MOST_FILES_OF_A_NAME; count++) {
    const path = join(folder, `${name}${count === 1 ? "" : `-${count}`}.yaml`);
    try {
      await link(draft, path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new Error(`there are ${MOST_FILES_OF_A_NAME} files named ${name} already`);
}
