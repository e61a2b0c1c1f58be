import { createHash } from "node:crypto";
import { once } from "node:events";
import { unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where the holder of a name listens. A socket, since the system closes it when its process ends, even by SIGKILL: on Linux
 * one without a file, on Windows a pipe, elsewhere one in the temporary folder.
 */
export function lockAddress(name: string, platform: NodeJS.Platform = process.platform): string {
  const id = `app-platform-emulator-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  if (platform === "linux") return `\0${id}`;
  return platform === "win32" ? `\\\\.\\pipe\\${id}` : join(tmpdir(), `${id}.sock`);
}

/** @returns gives the lock back; undefined while another process, or this one, holds it */
export async function lock(address: string): Promise<(() => Promise<void>) | undefined> {
  const held = await listen(address);
  if (held !== undefined || (await answers(address))) return held;
  // The file of a process that was killed.
  await unlink(address).catch(() => {});
  return listen(address);
}

async function listen(address: string): Promise<(() => Promise<void>) | undefined> {
  const server: Server = createServer((socket) => socket.destroy());
  server.listen(address);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

async function answers(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
