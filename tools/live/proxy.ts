import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request and its response, as the proxy saw them. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly sent: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface RecordingProxy {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

const parsed = (text: string): unknown => {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
};

/** Headers that belong to one connection. */
const HOP = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "content-encoding",
  "host",
]);

/**
 * Forwards requests on loopback to the service, and records them. An id of a created app is passed on before anyone
 * else receives it, so that a kill at any moment leaves no unrecorded app behind.
 */
export async function recordingProxy(
  target: string,
  onCreated: (id: string) => void,
): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const sent = Buffer.concat(chunks);
      const { method = "GET", url = "/" } = request;
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !HOP.has(name)),
      ) as Record<string, string>;
      const answer = await fetch(target + url, {
        method,
        headers,
        redirect: "manual",
        ...(method === "GET" || method === "HEAD" ? {} : { body: sent }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const body = parsed(bytes.toString("utf8"));
      const address = new URL(url, target);
      const id = (body as { app?: { id?: unknown } } | undefined)?.app?.id;
      if (method === "POST" && address.pathname === "/v2/apps" && typeof id === "string") onCreated(id);
      const told = Object.fromEntries(answer.headers);
      if (!address.pathname.startsWith("/_"))
        exchanges.push({
          method,
          path: address.pathname,
          query: Object.fromEntries(address.searchParams),
          sent: parsed(sent.toString("utf8")),
          status: answer.status,
          headers: told,
          body,
          at: Date.now(),
        });
      response.writeHead(
        answer.status,
        Object.fromEntries(Object.entries(told).filter(([name]) => !HOP.has(name))),
      );
      response.end(bytes);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
