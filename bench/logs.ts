import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getLogs } from "../provider/logs";

/**
 * `tsx bench/logs.ts [MEGABYTES]` reads an archived log of that size (default 1024) from a server on this machine, through
 * getLogs, and prints the memory that took. Client and server share the process, so it is at most that.
 */
const LINE = `web 2026-01-01T00:00:00.000000000Z ${"GET /products?page=7 200 ".repeat(4)}\n`;
const CHUNK = Buffer.from(LINE.repeat(500));
const MEGABYTE = 1024 * 1024;
/** Above what the process needs by itself; a log that were kept would pass it at once. */
const MOST_GROWTH = 150 * MEGABYTE;

async function main(megabytes: number): Promise<void> {
  const chunks = Math.ceil((megabytes * MEGABYTE) / CHUNK.length);
  const server = createServer((request, response) => {
    const { url = "" } = request;
    const json = (body: unknown): void =>
      void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.includes("/logs")) return json({ historic_urls: [`${address}/archive`] });
    if (url !== "/archive")
      return json({ app: { id: "a", spec: { name: "a" }, active_deployment: { id: "d" } } });
    let sent = 0;
    const more = (): void => {
      while (sent < chunks) if ((sent++, !response.write(CHUNK))) return;
      response.end();
    };
    response.on("drain", more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env["DIGITALOCEAN_API_URL"] = address;
  process.env["DIGITALOCEAN_TOKEN"] = "none";

  const before = process.memoryUsage().rss;
  const started = Date.now();
  let [lines, bytes, peak] = [0, 0, before];
  for await (const line of getLogs({ appId: "a" })) {
    bytes += line.length + 1;
    if (++lines % 50_000 === 0) peak = Math.max(peak, process.memoryUsage().rss);
  }
  server.close();
  const seconds = (Date.now() - started) / 1000;
  const mb = (size: number): string => `${Math.round(size / MEGABYTE)} MB`;
  console.log(`read ${mb(bytes)} in ${lines} lines, ${seconds.toFixed(1)} s (${mb(bytes / seconds)}/s)`);
  console.log(`memory: ${mb(before)} before, ${mb(peak)} at most`);
  if (peak - before > MOST_GROWTH || bytes !== chunks * CHUNK.length) process.exitCode = 1;
  // Connections that are kept open for the next request.
  server.closeAllConnections();
}

void main(Number(process.argv[2] ?? 1024));
