import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/** Headers that are about going on with another protocol. */
const ABOUT_UPGRADE = /^(upgrade|connection|http2-settings)$/i;

/**
 * Serves a request that offers to go on with another protocol, as curl and Java's client do with HTTP/2, as if it did not.
 * @param server one that takes no upgrades
 * @param head what came after the headers
 */
export function servePlain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || ABOUT_UPGRADE.test(name) ? [] : [`${name}: ${rawHeaders[index + 1]}`],
  );
  const text = [`${method} ${url} HTTP/${httpVersion}`, ...headers, "", ""].join("\r\n");
  socket.unshift(Buffer.concat([Buffer.from(text, "latin1"), head]));
  server.emit("connection", socket);
}
