import { constants } from "node:fs";
import { link, lstat, mkdir, open, readFile, stat, unlink, type FileHandle } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

const MOST_FILES_OF_A_NAME = 1_000;

/** Error codes of file systems without hard links, such as FAT and some network drives. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);
/** Error codes of file systems that do not support fsync on directories. */
const NO_FOLDER_SYNC = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM"]);

/**
 * Writes a new file atomically and durably, readable by its owner only, without overwriting anything. On systems with paths to
 * open folders, never writes outside of `folder`, even if the folder is replaced meanwhile.
 * @param folder absolute; created if missing. Rejects symbolic links, also in the path from the working directory
 * @param name without extension; if it is taken, a number is appended
 * @returns the path of the file, which has been read back
 */
export async function writeNewFile(
  folder: string,
  name: string,
  ending: string,
  text: string,
): Promise<string> {
  await refuseLinks(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await refuseLinks(folder);
  const handle = await openFolder(folder);
  try {
    const inside = await throughHandle(handle, folder);
    const path = join(folder, await writeComplete(inside, name, ending, text));
    await handle?.sync().catch(unless(NO_FOLDER_SYNC));
    const found = await readFile(path).catch(() => undefined);
    if (found?.equals(Buffer.from(text)) !== true) throw new Error(`${folder} was replaced meanwhile`);
    return path;
  } finally {
    await handle?.close();
  }
}

/** True for the working directory and paths below it. */
export function isBelowWorkingDirectory(path: string): boolean {
  const short = relative("", path);
  return short !== ".." && !short.startsWith(`..${sep}`) && !isAbsolute(short);
}

/** Outside of the working directory, links above the folder are allowed: only the folder itself is checked. */
async function refuseLinks(folder: string): Promise<void> {
  const last = isBelowWorkingDirectory(folder) ? resolve("") : dirname(folder);
  for (let path = folder; path !== last && path !== dirname(path); path = dirname(path)) {
    const found = await lstat(path).catch(unless(new Set(["ENOENT"])));
    if (found && !found.isDirectory()) throw new Error(`${path} is a link or a file, not a folder`);
  }
}

/** Windows cannot open folders. */
async function openFolder(folder: string): Promise<FileHandle | undefined> {
  if (process.platform === "win32") return undefined;
  return open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** A path to the opened folder that stays valid if the folder is replaced, if the system supports such paths. */
async function throughHandle(handle: FileHandle | undefined, folder: string): Promise<string> {
  if (!handle) return folder;
  const path = `/proc/self/fd/${handle.fd}`;
  const [found, opened] = await Promise.all([stat(path).catch(() => undefined), handle.stat()]);
  return found?.dev === opened.dev && found.ino === opened.ino ? path : folder;
}

/**
 * Writes to a draft first: a full disk or a crash never leaves an incomplete file under the final name.
 * @returns the free name that was used
 */
async function writeComplete(folder: string, name: string, ending: string, text: string): Promise<string> {
  const draft = join(folder, `.${name}-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
  await writeExclusively(draft, text);
  try {
    for (let count = 1; count <= MOST_FILES_OF_A_NAME; count++) {
      const numbered = `${name}${count === 1 ? "" : `-${count}`}${ending}`;
      if (await isFreeFor(draft, join(folder, numbered), text)) return numbered;
    }
  } finally {
    await unlink(draft).catch(() => {});
  }
  throw new Error(`there are ${MOST_FILES_OF_A_NAME} files named ${name} already`);
}

/** Moves the draft to its final path. False if the path already exists, since linking and writing then fail. */
async function isFreeFor(draft: string, path: string, text: string): Promise<boolean> {
  try {
    const linked = await link(draft, path).then(() => true, unless(NO_LINKS));
    if (!linked) await writeExclusively(path, text);
    return true;
  } catch (error) {
    return unless(new Set(["EEXIST"]))(error) ?? false;
  }
}

/** Leaves no file behind on errors. @throws Error such as `EEXIST` */
async function writeExclusively(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    try {
      await file.writeFile(text, "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  }
}

/** Ignores system errors with one of these codes, and rethrows all others. */
const unless =
  (codes: ReadonlySet<string>) =>
  (error: unknown): undefined => {
    if (!codes.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  };
