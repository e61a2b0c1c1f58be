import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/** Headers that concern a protocol upgrade. */
const ABOUT_UPGRADE = /^(upgrade|connection|http2-settings)$/i;

/**
 * Ignores the Upgrade header of a request and serves it as plain HTTP; curl and Java's client offer HTTP/2 this way.
 * @param server one that does not handle upgrades
 * @param head bytes that arrived after the headers
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
