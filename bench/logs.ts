import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { getLogs } from "../provider/dynamic/functions/logs";

/**
 * `tsx bench/logs.ts [MEGABYTES]` reads logs of that size (default 1024) from a server on this machine through
 * getLogs: archived, archived and compressed, and followed live; and prints the memory used for each. Client and
 * server share the process, so the figure is an upper bound.
 */
const LINE = `web 2026-01-01T00:00:00.000000000Z ${"GET /products?page=7 200 ".repeat(4)}\n`;
const CHUNK = Buffer.from(LINE.repeat(500));
const PACKED = gzipSync(CHUNK);
const MEGABYTE = 1024 * 1024;
const SAMPLE_LINES = 50_000;

export type LogKind = "plain" | "packed" | "live";

export interface LogMemory {
  readonly megabytesRead: number;
  /** Maximum growth of the whole process above its memory before. */
  readonly growthMegabytes: number;
}

/**
 * Reads one log of the given size and measures the memory it takes.
 * @throws Error when not every byte arrived
 */
export async function logMemory(megabytes: number, kind: LogKind = "plain"): Promise<LogMemory> {
  const chunks = Math.ceil((megabytes * MEGABYTE) / CHUNK.length);
  let address = "";
  let asked = 0;
  const listener: RequestListener = ({ url = "" }, response) => {
    const json = (body: unknown): void =>
      void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.includes("/logs")) {
      const first = asked++ === 0;
      if (kind !== "live") return json({ historic_urls: [`${address}/log`] });
      return json(first ? { live_url: `${address}/log` } : { historic_urls: [] });
    }
    if (url.includes("/deployments/")) return json({ deployment: { id: "d", phase: "SUPERSEDED" } });
    if (url !== "/log")
      return json({ app: { id: "a", spec: { name: "a" }, active_deployment: { id: "d" } } });
    let sent = 0;
    const more = (): void => {
      while (sent < chunks) if ((sent++, !response.write(kind === "packed" ? PACKED : CHUNK))) return;
      response.end();
    };
    response.on("drain", more);
    more();
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: token } = process.env;
  Object.assign(process.env, { DIGITALOCEAN_API_URL: address, DIGITALOCEAN_TOKEN: "none" });
  try {
    const before = process.memoryUsage().rss;
    let [lines, bytes, peak] = [0, 0, before];
    for await (const line of getLogs({ appId: "a", follow: kind === "live" })) {
      bytes += line.length + 1;
      if (++lines % SAMPLE_LINES === 0) peak = Math.max(peak, process.memoryUsage().rss);
    }
    if (bytes !== chunks * CHUNK.length)
      throw new Error(`${bytes} bytes of ${chunks * CHUNK.length} arrived`);
    return { megabytesRead: bytes / MEGABYTE, growthMegabytes: (peak - before) / MEGABYTE };
  } finally {
    restore("DIGITALOCEAN_API_URL", url);
    restore("DIGITALOCEAN_TOKEN", token);
    // Keep-alive connections.
    server.close().closeAllConnections();
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Leaves room for the process's own needs; a log kept in memory would exceed it at once. */
const MOST_GROWTH_MEGABYTES = 150;

async function main(megabytes: number): Promise<void> {
  for (const kind of ["plain", "packed", "live"] satisfies LogKind[]) {
    const started = Date.now();
    const { megabytesRead, growthMegabytes } = await logMemory(megabytes, kind);
    const seconds = (Date.now() - started) / 1000;
    console.log(
      `${kind}: ${Math.round(megabytesRead)} MB in ${seconds.toFixed(1)} s, memory grew by ${Math.round(growthMegabytes)} MB`,
    );
    if (growthMegabytes > MOST_GROWTH_MEGABYTES) process.exitCode = 1;
  }
}

if (require.main === module) void main(Number(process.argv[2] ?? 1024));
