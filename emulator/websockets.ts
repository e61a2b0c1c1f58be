import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Clock } from "./clock";
import { serveConsole } from "./logs/console";
import { breakOf, type Fault, type Faults } from "./http/faults";
import { servePlain } from "./http/plain-sockets";
import type { RecordedCall, Recorder } from "./http/recorder";
import type { Deps } from "./routes/context";
import { follow, frame, type LogTicket } from "./logs/signed-urls";
import { drip, faultAnswer, WRONG_TYPES, type FaultAnswer } from "./http/serve-fault";

interface SocketDeps extends Deps {
  faults: Faults;
  recorder: Recorder;
  /** Called for each request for a log or a console once it got its response. */
  onCall: ((call: RecordedCall) => void) | undefined;
}

/** Limit for one message; a console accepts no more. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * Serves live logs and consoles over WebSocket. Ignores other Upgrade requests and serves them as plain HTTP.
 * @param plain the same server without upgrades
 * @returns closes all open connections
 */
export function serveSockets(server: Server, plain: Server, deps: SocketDeps): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  const open = new Set<Duplex>();

  const upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    // A client that disconnects early must not crash the process.
    raw.on("error", () => raw.destroy());
    open.add(raw);
    raw.once("close", () => open.delete(raw));
    if (request.headers.upgrade?.toLowerCase() !== "websocket") return servePlain(plain, request, raw, head);
    const pathname = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const [, kind, live, secret] = /^\/_(logs|exec)\/(live\/)?([^/]+)$/.exec(pathname) ?? [];
    const isLog = kind === "logs" && live !== undefined;
    const call: RecordedCall = {
      method: "GET",
      path: isLog ? "/_logs" : "/_exec",
      query: {},
      at: deps.store().now,
    };
    if (kind !== undefined) deps.recorder.add(call);
    const fault = deps.faults.take("GET", pathname, true);
    if (fault !== undefined) call.fault = fault;
    let told = false;
    const answered = (status?: number): void => {
      if (told) return;
      told = true;
      if (status !== undefined) call.status = status;
      if (kind !== undefined) deps.onCall?.(call);
    };
    raw.once("close", () => answered());
    const reject = (answer: FaultAnswer): void => {
      answered(answer.status);
      refuse(raw, answer);
    };
    const stand = (serve: (socket: WebSocket) => void): void => {
      answered(101);
      sockets.handleUpgrade(request, raw, head, serve);
    };
    const serve = (): void => {
      const log = isLog ? deps.tickets.logs.find(secret ?? "") : undefined;
      const terminal = kind === "exec" ? deps.tickets.consoles.find(secret ?? "") : undefined;
      if (log !== undefined) stand((socket) => serveLog(socket, log, fault));
      else if (terminal !== undefined)
        stand((socket) => (typeof fault === "string" ? socket.terminate() : serveConsole(socket, terminal)));
      else reject({ status: kind === undefined ? 404 : 403, headers: {}, text: "" });
    };
    const cut = (): void => {
      answered();
      raw.destroy();
    };
    // Data must be read to notice that the other side has disconnected.
    const hang = (): void => void raw.once("end", cut).resume();
    meet(fault, deps.store().options.clock, { serve, reject, cut, hang });
  };
  server.on("upgrade", upgrade);
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    for (const raw of open) raw.destroy();
    sockets.close();
    plain.closeAllConnections();
  };
}

/** Applies a fault to a request for a WebSocket before the connection is established. */
function meet(
  fault: Fault | undefined,
  clock: Clock,
  {
    serve,
    reject,
    cut,
    hang,
  }: { serve(): void; reject(answer: FaultAnswer): void; cut(): void; hang(): void },
): void {
  const answer = fault === undefined ? undefined : faultAnswer(fault);
  if (answer !== undefined) reject(answer);
  else if (fault === "timeout") hang();
  else if (fault === "reset-before") cut();
  else if (typeof fault === "object" && "delayMs" in fault) clock.setTimeout(serve, fault.delayMs);
  else serve();
}

function refuse(raw: Duplex, { status, headers, text }: FaultAnswer): void {
  const all = { ...headers, connection: "close", "content-length": String(Buffer.byteLength(text)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  raw.end(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${text}`);
}

/** @param fault what happens to the established connection */
function serveLog(socket: WebSocket, ticket: LogTicket, fault: Fault | undefined): void {
  socket.on("error", () => socket.terminate());
  if (fault === "wrong-types") return socket.send(JSON.stringify(WRONG_TYPES), () => socket.close(1000));
  if (fault === "endless") {
    const stop = drip((text) => socket.send(text), ticket.store.options.clock);
    return void socket.on("close", stop);
  }
  const broken = fault === undefined ? undefined : breakOf(fault);
  if (broken?.chunks === 0 && !broken.half) return socket.terminate();
  let left = broken?.chunks ?? Infinity;
  let told = false;
  let stop = (): void => {};
  // Data that was sent earlier must arrive before the connection ends.
  const end = (): void => {
    stop();
    if (broken?.then === "cut") socket.terminate();
  };
  stop = follow(
    ticket,
    (line) => {
      if (told) return;
      const text = frame(line);
      left -= 1;
      told = broken?.half ? left < 0 : left === 0;
      // Half a message is a fragment whose rest never arrives.
      if (left < 0) socket.send(text.slice(0, text.length >> 1), { fin: false }, end);
      else socket.send(text, () => void (told && end()));
    },
    () => void (told || socket.close(1000)),
  );
  socket.on("close", stop);
}
