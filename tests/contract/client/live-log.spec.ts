import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { openLive } from "../../../provider/net/live-log";
import { failure } from "../../helpers/world/faulty-service";

/** What a server does with the request for a WebSocket. */
type Upgrade = (socket: Duplex, request: IncomingMessage, head: Buffer) => void;

describe("a live log with an http address", () => {
  let server: Server;
  let upgrade: Upgrade;
  let overHttp: { status: number; type: string; text: string };
  const asked: string[] = [];

  before(async () => {
    server = createServer((_, response) => {
      asked.push("http");
      response.writeHead(overHttp.status, { "content-type": overHttp.type }).end(overHttp.text);
    });
    server.on("upgrade", (request, socket, head) => {
      asked.push("websocket");
      upgrade(socket, request, head);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());
  beforeEach(() => {
    asked.splice(0);
    overHttp = { status: 200, type: "text/plain", text: "over http\n" };
  });

  const read = async (): Promise<string[]> => {
    const seen: string[] = [];
    const { port } = server.address() as AddressInfo;
    for await (const line of openLive(`http://127.0.0.1:${port}/?token=hush`, { timeoutMs: 300 }))
      seen.push(line);
    return seen;
  };
  const refuse =
    (status: number, type = "text/plain", body = ""): Upgrade =>
    (socket) =>
      void socket.end(
        `HTTP/1.1 ${status} No\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );

  it("is read over WebSocket", async () => {
    const sockets = new WebSocketServer({ noServer: true });
    upgrade = (socket, request, head) =>
      sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.send('{"data":"web one\\n"}');
        opened.send('{"data":"web two\\n"}');
        opened.close(1000);
      });
    assert.deepEqual(await read(), ["web one", "web two"]);
    assert.deepEqual(asked, ["websocket"]);
  });

  const REFUSALS: [what: string, upgrade: Upgrade][] = [
    ...[400, 401, 403, 404, 405, 426, 500, 502].map((status): [string, Upgrade] => [
      `refuses WebSockets with ${status}`,
      refuse(status),
    ]),
    ["answers with a web page", refuse(200, "text/html", "<html></html>")],
    ["answers with a web page and 502", refuse(502, "text/html", "<html></html>")],
    ["closes the connection", (socket) => void socket.destroy()],
    ["answers with something that is not HTTP", (socket) => void socket.end("hello\n")],
    ["never answers", () => {}],
  ];
  for (const [what, refusal] of REFUSALS)
    it(`is read over HTTP if the server ${what}`, async () => {
      upgrade = refusal;
      assert.deepEqual(await read(), ["over http"]);
      assert.deepEqual(asked, ["websocket", "http"]);
    });

  it("fails with the reason of the WebSocket if the server accepts nothing else", async () => {
    upgrade = refuse(502);
    for (const status of [400, 426]) {
      overHttp = { status, type: "text/plain", text: "" };
      const { errorCode } = await failure(read());
      assert.equal(errorCode, "service-error");
    }
  });

  it("fails with the reason of HTTP otherwise, without the address", async () => {
    upgrade = refuse(404);
    overHttp = { status: 403, type: "text/plain", text: "" };
    const { errorCode, message } = await failure(read());
    assert.equal(errorCode, "forbidden");
    assert.ok(!message.includes("hush"));
  });

  it("is not a web page", async () => {
    upgrade = refuse(404);
    overHttp = { status: 200, type: "text/html; charset=utf-8", text: "<html>Sign in</html>" };
    assert.equal((await failure(read())).errorCode, "unreadable-answer");
  });
});
