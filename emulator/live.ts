import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Clock } from "./clock";
import type { Fault, Faults } from "./faults";
import { servePlain } from "./plain";
import type { RecordedCall, Recorder } from "./recorder";
import type { Deps } from "./routes/context";
import { follow, frame, type ConsoleTicket, type LogTicket } from "./tickets";

interface SocketDeps extends Deps {
  faults: Faults;
  recorder: Recorder;
  /** Told of each request for a log or a console once it is answered. */
  onCall: ((call: RecordedCall) => void) | undefined;
}

/** Of one message; a console takes no more. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * Serves live logs and consoles to those who ask for a WebSocket, and whoever asks for another protocol as if he did not.
 * @param plain the same server, but one that takes no upgrades
 * @returns cuts all that are open
 */
export function serveSockets(server: Server, plain: Server, deps: SocketDeps): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  const upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    // Whoever goes away early is nothing to end the process for.
    raw.on("error", () => raw.destroy());
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
    const fault = deps.faults.take("GET", pathname);
    if (fault !== undefined) call.fault = fault;
    const answered = (status?: number): void => {
      if (status !== undefined) call.status = status;
      if (kind !== undefined) deps.onCall?.(call);
    };
    const reject = (status: number): void => {
      answered(status);
      refuse(raw, status);
    };
    const open = (serve: (socket: WebSocket) => void): void => {
      answered(101);
      sockets.handleUpgrade(request, raw, head, serve);
    };
    const serve = (): void => {
      const log = isLog ? deps.tickets.logs.find(secret ?? "") : undefined;
      const terminal = kind === "exec" ? deps.tickets.consoles.find(secret ?? "") : undefined;
      const frames = typeof fault === "object" && "dropAfter" in fault ? fault.dropAfter : Infinity;
      if (log !== undefined) open((socket) => serveLog(socket, log, frames));
      else if (terminal !== undefined) open((socket) => serveConsole(socket, terminal));
      else reject(kind === undefined ? 404 : 403);
    };
    const cut = (): void => {
      answered();
      raw.destroy();
    };
    meet(fault, deps.store().options.clock, { serve, reject, cut });
  };
  server.on("upgrade", upgrade);
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    plain.closeAllConnections();
  };
}

/** What a fault makes of a request for a WebSocket; those that are about answers cut the connection. */
function meet(
  fault: Fault | undefined,
  clock: Clock,
  { serve, reject, cut }: { serve(): void; reject(status: number): void; cut(): void },
): void {
  if (fault === undefined) serve();
  else if (fault === "timeout") return;
  else if (fault === "html-502") reject(502);
  else if (typeof fault === "string") cut();
  else if ("delayMs" in fault) clock.setTimeout(serve, fault.delayMs);
  else if ("dropAfter" in fault) serve();
  else reject(fault.status);
}

const refuse = (raw: Duplex, status: number): void =>
  void raw.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);

/** @param frames after how many the connection is cut */
function serveLog(socket: WebSocket, ticket: LogTicket, frames: number): void {
  let left = frames;
  let stop = (): void => {};
  const cut = (): void => {
    stop();
    socket.terminate();
  };
  if (left <= 0) return cut();
  stop = follow(
    ticket,
    (line) => {
      if (left <= 0) return;
      left -= 1;
      // What was sent before has to arrive before the connection ends.
      socket.send(frame(line), () => void (left <= 0 && cut()));
    },
    () => left > 0 && socket.close(1000),
  );
  socket.on("close", stop);
  socket.on("error", cut);
}

const PROMPT = "$ ";

const CTRL_C = "\x03";
const CTRL_D = "\x04";
const ERASE = ["\x7f", "\b"];

/** A console that echoes what is typed and knows `echo`, `hostname` and `exit`; keys arrive as from a terminal in raw mode. */
function serveConsole(socket: WebSocket, { instance }: ConsoleTicket): void {
  let typed = "";
  const write = (data: string): void => socket.send(JSON.stringify({ data }));
  const run = (command: string): void => {
    const [name = "", ...words] = command.trim().split(/\s+/);
    if (name === "exit") return socket.close(1000);
    const output =
      name === "echo" ? words.join(" ") : name === "hostname" ? instance : `sh: ${name}: not found`;
    write(`${name === "" ? "" : `${output}\r\n`}${PROMPT}`);
  };
  write(PROMPT);
  socket.on("message", (message) => {
    for (const character of inputOf(String(message))) {
      if (character === "\r" || character === "\n") {
        write("\r\n");
        run(typed);
        typed = "";
      } else if (character === CTRL_C) {
        write(`^C\r\n${PROMPT}`);
        typed = "";
      } else if (character === CTRL_D) {
        if (typed === "") return socket.close(1000);
      } else if (ERASE.includes(character)) {
        if (typed !== "") write("\b \b");
        typed = typed.slice(0, -1);
      } else {
        typed += character;
        write(character);
      }
    }
  });
  socket.on("error", () => socket.terminate());
}

/** The keys in a message: `{"op": "stdin", "data": "…"}`, or text as it is; nothing in other messages. */
function inputOf(message: string): string {
  try {
    const { op, data } = JSON.parse(message) as { op?: unknown; data?: unknown };
    return typeof data === "string" && (op === undefined || op === "stdin") ? data : "";
  } catch {
    return message;
  }
}
