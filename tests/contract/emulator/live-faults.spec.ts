import assert from "node:assert/strict";
import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Fault } from "../../../emulator/index";
import WebSocket from "ws";
import { bench, webSpec, WHOLE, type Bench } from "./http";

/** The data received from a live log, and how the connection closed. */
interface Arrived {
  readonly text: string;
  readonly end: "well" | "cut" | "left by the reader";
}

type Enough = (text: string) => boolean;

const socketUrl = (url: string): string => url.replace(/^http/, "ws");

async function overHttp(url: string, enough: Enough): Promise<Arrived> {
  let text = "";
  try {
    const { body } = await fetch(url);
    for await (const part of body ?? []) {
      text += Buffer.from(part).toString();
      if (enough(text)) return { text, end: "left by the reader" };
    }
    return { text, end: "well" };
  } catch {
    return { text, end: "cut" };
  }
}

async function overWebSocket(url: string, enough: Enough): Promise<Arrived> {
  const socket = new WebSocket(socketUrl(url));
  let text = "";
  let left = false;
  socket.on("message", (message) => {
    text += `${String(message)}\n`;
    left ||= enough(text);
    if (left) socket.terminate();
  });
  // The close event reports how a connection ended, whatever error precedes it.
  socket.on("error", () => {});
  const code = await new Promise((closed) => socket.once("close", closed));
  return { text, end: left ? "left by the reader" : code === 1000 ? "well" : "cut" };
}

describe("emulator: faults of live logs", () => {
  let b: Bench;
  let url: string;
  beforeEach(async () => {
    b = await bench();
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    const path = `/v2/apps/${app.id}/deployments/${app.pending_deployment.id}/logs?type=BUILD&follow=true`;
    url = (await b.ok("GET", path)).live_url as string;
    b.clock.advance(WHOLE);
  });
  afterEach(() => b.emulator.close());

  for (const [name, read] of [
    ["HTTP", overHttp],
    ["WebSocket", overWebSocket],
  ] as const) {
    it(`cut it off, stall it, alter its content or make it endless, over ${name}`, async () => {
      const first = (await overHttp(url, () => false)).text.split("\n", 1)[0] ?? assert.fail();
      const met = async (fault: Fault, enough: Enough = () => false): Promise<Arrived> => {
        b.emulator.faults.add({ path: /^\/_logs\/live/, fault });
        return read(url, enough);
      };
      assert.deepEqual(await met("reset-before"), { text: "", end: "cut" });
      assert.deepEqual(await met("reset-after"), { text: "", end: "cut" });
      assert.deepEqual(await met({ dropAfter: 1 }), { text: `${first}\n`, end: "cut" });
      const cut = await met("truncated");
      assert.equal(cut.end, "cut");
      assert.equal(cut.text.split("\n")[0], first);
      // Half a message does not count as one.
      assert.equal(cut.text.length > first.length + 1, name === "HTTP");
      const silent = await met("stalled", (text) => text.length > (name === "HTTP" ? first.length + 1 : 0));
      assert.deepEqual(silent, { text: cut.text, end: "left by the reader" });
      const other = await met("wrong-types");
      assert.deepEqual([typeof JSON.parse(other.text).apps, other.end], ["string", "well"]);
      assert.equal((await met("endless", ({ length }) => length > 50_000)).end, "left by the reader");
      assert.match((await read(url, () => false)).text, /build complete/);
    });
  }

  it("return an HTTP response with its headers instead of a WebSocket", async () => {
    const answers: unknown[] = [];
    const busy = { status: 429, headers: { "retry-after": "7" }, body: { id: "slow", message: "down" } };
    for (const fault of [busy, "html-502"] as const) {
      b.emulator.faults.add({ path: /^\/_logs/, fault });
      const socket = new WebSocket(socketUrl(url));
      const [request, response] = (await once(socket, "unexpected-response")) as [
        ClientRequest,
        IncomingMessage,
      ];
      let text = "";
      for await (const part of response) text += String(part);
      answers.push([response.statusCode, response.headers["retry-after"], text]);
      request.destroy();
    }
    assert.deepEqual(answers[0], [429, "7", JSON.stringify(busy.body)]);
    assert.match(JSON.stringify(answers[1]), /^\[502,null,"<html>.*502 Bad Gateway/);
  });
});
