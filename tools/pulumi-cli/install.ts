// Moves a CLI into its folder so that an incomplete one is never visible, and only one process at a time
// creates one.

import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { duration, type Log } from "./progress";

const HEARTBEAT_MS = 3_000;
const STALE_MS = 30_000;
const WAIT_LINE_MS = 15_000;

/**
 * Runs `work` while no other process does so for the same target folder. If two processes ever enter at once (a
 * suspended lock owner, or two that find the same stale lock), they only do the work twice.
 */
export async function exclusively<T>(
  target: string,
  log: Log,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const lock = `${dirname(target)}.lock`;
  makeWritable(dirname(lock));
  await acquire(lock, log, signal);
  const heartbeat = setInterval(() => touch(lock), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(lock, { force: true });
  }
}

/**
 * Gives `work` an empty folder on the same disk as the target, and removes it afterwards with everything left in it.
 * Call it within `exclusively`: it also removes what killed processes left behind.
 */
export async function withStaging<T>(target: string, work: (staging: string) => Promise<T>): Promise<T> {
  const versionFolder = dirname(target);
  const prefix = `${basename(versionFolder)}.partial-`;
  for (const name of readdirSync(dirname(versionFolder))) {
    if (name.startsWith(prefix)) remove(join(dirname(versionFolder), name));
  }
  const staging = mkdtempSync(join(dirname(versionFolder), prefix));
  try {
    return await work(staging);
  } finally {
    remove(staging);
  }
}

/** Renames `folder` to the target in one step. A previous CLI there, which did not work, is removed. */
export function moveIntoPlace(folder: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  remove(target);
  renameSync(folder, target);
}

function makeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The Pulumi CLI has no place: ${folder} cannot be written to (${reason}). ` +
        "Set PULUMI_HOME to a folder of yours, or put a Pulumi CLI on PATH.",
    );
  }
}

async function acquire(lock: string, log: Log, signal: AbortSignal): Promise<void> {
  const start = Date.now();
  let nextLine = start;
  while (!tryLock(lock)) {
    if (isStale(lock)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (Date.now() >= nextLine) {
      log(
        `another process is getting the Pulumi CLI or its language hosts; waiting for it (${duration(Date.now() - start)}, ${lock})`,
      );
      nextLine += WAIT_LINE_MS;
    }
    await sleep(250, undefined, { signal });
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A running owner touches its lock every few seconds, on whatever machine it runs. */
function isStale(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE_MS;
  } catch {
    return false; // Released just now.
  }
}

function touch(lock: string): void {
  try {
    utimesSync(lock, new Date(), new Date());
  } catch {
    // Another process considered it stale; see `exclusively`.
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
