import { constants } from "node:fs";
import { link, lstat, mkdir, open, readFile, stat, unlink, type FileHandle } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

const MOST_FILES_OF_A_NAME = 1_000;

/** What file systems without hard links answer, such as FAT and some network drives. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);
/** What those answer that keep folders in no need of being told. */
const NO_FOLDER_SYNC = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM"]);

/**
 * Writes a file that was not there before: complete or not at all, kept over a loss of power, for its owner alone, never
 * over something else, and, where the system has paths to opened folders, never outside of `folder`, whatever is put in its
 * place meanwhile.
 * @param folder absolute; created if missing. A link is refused, and so is one on the way from the working directory
 * @param name without ending; where it is taken, a number follows it
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

/** True for a path below the working directory, and for that itself. */
export function isBelowWorkingDirectory(path: string): boolean {
  const short = relative("", path);
  return short !== ".." && !short.startsWith(`..${sep}`) && !isAbsolute(short);
}

/** What lies above the working directory, or elsewhere, is the machine's own affair: there only the folder itself counts. */
async function refuseLinks(folder: string): Promise<void> {
  const last = isBelowWorkingDirectory(folder) ? resolve("") : dirname(folder);
  for (let path = folder; path !== last && path !== dirname(path); path = dirname(path)) {
    const found = await lstat(path).catch(unless(new Set(["ENOENT"])));
    if (found && !found.isDirectory()) throw new Error(`${path} is a link or a file, not a folder`);
  }
}

/** Windows opens no folders. */
async function openFolder(folder: string): Promise<FileHandle | undefined> {
  if (process.platform === "win32") return undefined;
  return open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** A path into the folder that was opened, also when another one has its name by now; where the system has such paths. */
async function throughHandle(handle: FileHandle | undefined, folder: string): Promise<string> {
  if (!handle) return folder;
  const path = `/proc/self/fd/${handle.fd}`;
  const [found, opened] = await Promise.all([stat(path).catch(() => undefined), handle.stat()]);
  return found?.dev === opened.dev && found.ino === opened.ino ? path : folder;
}

/**
 * Writes beside the final name first: a full disk or a crash leaves no half file under a name that looks complete.
 * @returns the name that was free
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

/** Puts the draft to its place. False where something is already, whatever it is: linking and writing fail then. */
async function isFreeFor(draft: string, path: string, text: string): Promise<boolean> {
  try {
    const linked = await link(draft, path).then(() => true, unless(NO_LINKS));
    if (!linked) await writeExclusively(path, text);
    return true;
  } catch (error) {
    return unless(new Set(["EEXIST"]))(error) ?? false;
  }
}

/** @throws Error with nothing left behind; `EEXIST` */
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

/** For errors of the system: nothing for those with one of these codes; all others go on. */
const unless =
  (codes: ReadonlySet<string>) =>
  (error: unknown): undefined => {
    if (!codes.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  };
