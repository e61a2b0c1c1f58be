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
  /** Resolves when the service has answered every request. */
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

/** Is told of the creation of apps, before anyone else is. */
export interface Creations {
  /** Before the request is sent. */
  request(name: string, at: number): void;
  /** The service refused the request. */
  refused(name: string): void;
  add(id: string, name: string): void;
}

interface AppLike {
  readonly id?: unknown;
  readonly spec?: { readonly name?: unknown };
}

const nameIn = (body: unknown): string | undefined => {
  const name = (body as AppLike | undefined)?.spec?.name;
  return typeof name === "string" ? name : undefined;
};

/** The service has decided not to create anything; after a 5xx, the app may exist nevertheless. */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 408;

/**
 * Forwards requests on loopback to the service, and records them. The name of an app is recorded before its creation is requested,
 * and its id before anyone else receives it, so that a kill at any moment leaves no unrecorded app behind.
 */
export async function recordingProxy(target: string, creations: Creations): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  const inFlight = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const forwarded = (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const sent = Buffer.concat(chunks);
      const { method = "GET", url = "/" } = request;
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !HOP.has(name)),
      ) as Record<string, string>;
      const address = new URL(target + url);
      const told = parsed(sent.toString("utf8"));
      const name = method === "POST" && address.pathname === "/v2/apps" ? nameIn(told) : undefined;
      if (name !== undefined) creations.request(name, Date.now());
      const answer = await fetch(address, {
        method,
        headers,
        redirect: "manual",
        ...(method === "GET" || method === "HEAD" ? {} : { body: sent }),
      });
      if (name !== undefined && isRefusal(answer.status)) creations.refused(name);
      const bytes = Buffer.from(await answer.arrayBuffer());
      const body = parsed(bytes.toString("utf8"));
      const { id } = (body as { app?: AppLike } | undefined)?.app ?? {};
      if (name !== undefined && typeof id === "string") creations.add(id, name);
      const answered = Object.fromEntries(answer.headers);
      if (!address.pathname.startsWith("/_"))
        exchanges.push({
          method,
          path: address.pathname,
          query: Object.fromEntries(address.searchParams),
          sent: told,
          status: answer.status,
          headers: answered,
          body,
          at: Date.now(),
        });
      response.writeHead(
        answer.status,
        Object.fromEntries(Object.entries(answered).filter(([header]) => !HOP.has(header))),
      );
      response.end(bytes);
    })().catch(() => void response.destroy());
    inFlight.add(forwarded);
    void forwarded.finally(() => inFlight.delete(forwarded));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      // The service still processes what it has received, such as the creation of an app.
      await Promise.all(inFlight);
    },
  };
}
