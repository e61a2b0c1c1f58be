import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the server received it. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The parsed JSON body, or the text when it is not JSON. */
  readonly body: unknown;
}

/** Responds to one request; see the predefined ones below. */
export type Answer = (response: ServerResponse, received: Received) => void;

export interface ScriptedServer {
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  /** All requests received, in order. */
  readonly received: Received[];
  /** Sets the next responses, one per request; the last one repeats. */
  script(...answers: Answer[]): void;
  /** Resolves with the next request that arrives. */
  next(): Promise<Received>;
  close(): Promise<void>;
}

/** A real HTTP server on loopback with scripted responses, faults included. */
export async function scriptedServer(...answers: Answer[]): Promise<ScriptedServer> {
  let script = answers;
  const received: Received[] = [];
  const waiting: ((request: Received) => void)[] = [];
  const server = createServer((incoming, response) => {
    let text = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => (text += chunk));
    incoming.on("end", () => {
      const request: Received = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: parse(text),
      };
      received.push(request);
      const answer = script.length > 1 ? script.shift() : script[0];
      if (answer === undefined) json(599, { id: "unscripted" })(response, request);
      else answer(response, request);
      waiting.splice(0).forEach((tell) => tell(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    received,
    script: (...next) => (script = next),
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return text(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
}

export function text(status: number, body: string | Buffer, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

/** Resets the connection without a response. */
export const reset: Answer = (response) => response.socket?.resetAndDestroy();

/** Never responds. */
export const silence: Answer = () => {};

/** Promises more bytes than it sends, then resets the connection. */
export function brokenOff(part: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100000" });
    response.write(part, () => response.socket?.destroy());
  };
}

/** Sends endlessly, as fast as the reader accepts it. */
export const endless: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const chunk = " ".repeat(64 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
};
