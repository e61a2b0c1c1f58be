import { createHash } from "node:crypto";
import { once } from "node:events";
import { unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where the process that locks a name listens. A socket, because the system closes it when the process exits, even on
 * SIGKILL: on Linux an abstract one without a file, on Windows a pipe, elsewhere one in the temporary folder.
 */
export function lockAddress(name: string, platform: NodeJS.Platform = process.platform): string {
  const id = `app-platform-emulator-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  if (platform === "linux") return `\0${id}`;
  return platform === "win32" ? `\\\\.\\pipe\\${id}` : join(tmpdir(), `${id}.sock`);
}

/** @returns releases the lock; undefined while another process, or this one, has it */
export async function lock(address: string): Promise<(() => Promise<void>) | undefined> {
  const held = await listen(address);
  if (held !== undefined || (await answers(address))) return held;
  // The socket file of a killed process.
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
