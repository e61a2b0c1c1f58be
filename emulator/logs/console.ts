import type { WebSocket } from "ws";
import type { ConsoleTicket } from "./signed-urls";

const PROMPT = "$ ";

const CTRL_C = "\x03";
const CTRL_D = "\x04";
const ERASE = ["\x7f", "\b"];

/** A console that echoes input and supports `echo`, `hostname` and `exit`; keys arrive as from a terminal in raw mode. */
export function serveConsole(socket: WebSocket, { instance }: ConsoleTicket): void {
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

/** The keys in a message: `{"op": "stdin", "data": "…"}`, or plain text; other messages contain none. */
function inputOf(message: string): string {
  try {
    const { op, data } = JSON.parse(message) as { op?: unknown; data?: unknown };
    return typeof data === "string" && (op === undefined || op === "stdin") ? data : "";
  } catch {
    return message;
  }
}
