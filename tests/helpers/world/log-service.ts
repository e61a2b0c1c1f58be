import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

type Handler = (response: ServerResponse, request: IncomingMessage) => void;

/** A service with one app, whose logs and deployment a test sets. */
export interface LogService {
  readonly url: string;
  /** Requests so far: method and path. */
  readonly asked: string[];
  readonly app: Record<string, unknown>;
  /** The deployment that every id refers to. */
  readonly deployment: { id: string; phase: string };
  /** The deployments that a list contains, the newest first. */
  listed: { id: string; phase: string }[];
  /** Responses to the next requests for a log; the last one repeats. Addresses are paths on this server. */
  logs: { status?: number; historic_urls?: string[]; live_url?: string }[];
  /** Paths that the service does not know. */
  unknown: RegExp | undefined;
  /** Archives and live logs over HTTP, by path. */
  readonly files: Map<string, Handler>;
  /** Live logs over WebSocket, by path, one per connection; the last one repeats. */
  readonly sockets: Map<string, ((socket: WebSocket) => void)[]>;
  close(): Promise<void>;
}

export const APP_ID = "11111111-2222-4333-8444-000000000001";
export const DEPLOYMENT_ID = "11111111-2222-4333-8444-000000000011";

/** Starts a {@link LogService} on loopback. */
export async function logService(): Promise<LogService> {
  const service: LogService = {
    url: "",
    asked: [],
    app: { id: APP_ID, spec: { name: "shop", services: [{ name: "web" }] } },
    deployment: { id: DEPLOYMENT_ID, phase: "ACTIVE" },
    listed: [],
    logs: [],
    unknown: undefined,
    files: new Map(),
    sockets: new Map(),
    close: async () => {
      for (const client of live.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const absolute = (path: string): string =>
    /^\w+:/.test(path) ? path.replace("ws://", `ws://${new URL(service.url).host}`) : service.url + path;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const file = service.files.get(path);
    if (file) return file(response, request);
    service.asked.push(`${request.method} ${request.url}`);
    const json = (body: unknown, status = 200): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (service.unknown?.test(path)) return json({ id: "not_found", message: "not found" }, 404);
    if (path.endsWith("/logs")) {
      const answer = (service.logs.length > 1 ? service.logs.shift() : service.logs[0]) ?? { status: 404 };
      if (answer.status !== undefined) return json({ id: "bad", message: "no logs" }, answer.status);
      const { historic_urls: archives = [], live_url: address } = answer;
      return json({
        historic_urls: archives.map(absolute),
        ...(address !== undefined && { live_url: absolute(address) }),
      });
    }
    const list = /\/(deployments|events|job-invocations)$/.exec(path)?.[1];
    if (list === "deployments") return json({ deployments: service.listed });
    if (list !== undefined) return json({ [list.replace("-", "_")]: [] });
    if (path.includes("/deployments/")) return json({ deployment: service.deployment });
    return json({ app: service.app });
  });
  const live = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const handlers = service.sockets.get((request.url ?? "").split("?")[0] ?? "") ?? [];
    const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
    if (!handler) return void socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    live.handleUpgrade(request, socket, head, handler);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(service, { url: `http://127.0.0.1:${port}` });
}
