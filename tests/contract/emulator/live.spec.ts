import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import WebSocket from "ws";
import { bench, webSpec, WHOLE, type Bench } from "./http";

const sockets = (url: string): string => url.replace(/^http/, "ws");
const dataOf = (message: unknown): string => (JSON.parse(String(message)) as { data: string }).data;

describe("emulator: live logs and consoles", () => {
  let b: Bench;
  let at: string;
  beforeEach(async () => {
    b = await bench();
    const { app } = await b.ok("POST", "/v2/apps", { spec: webSpec() });
    at = `/v2/apps/${app.id}`;
  });
  afterEach(() => b.emulator.close());

  const buildLog = async (): Promise<string> => {
    const id = (await b.ok("GET", at)).app.pending_deployment.id;
    return (await b.ok("GET", `${at}/deployments/${id}/logs?type=BUILD&follow=true`)).live_url as string;
  };

  it("sends each line as a WebSocket frame and closes when the build has finished", async () => {
    const url = await buildLog();
    const socket = new WebSocket(sockets(url));
    const lines: string[] = [];
    socket.on("message", (message) => lines.push(dataOf(message)));
    await once(socket, "open");
    b.clock.advance(WHOLE);
    const [code] = (await once(socket, "close")) as [number];
    assert.equal(code, 1000);
    assert.match(lines[0] ?? "", /git repo clone/);
    assert.match(lines.at(-1) ?? "", /build complete\n$/);
    assert.equal(new Set(lines).size, lines.length);
  });

  it("streams a running service's log until the reader disconnects", async () => {
    b.clock.advance(WHOLE);
    const { live_url: url } = await b.ok("GET", `${at}/components/web/logs?type=RUN&follow=true`);
    const socket = new WebSocket(sockets(url));
    const [first] = (await once(socket, "message")) as [unknown];
    assert.match(dataOf(first), /starting/);
    const beat = new Promise<string>((resolve) =>
      socket.on("message", (message) => /GET \//.test(dataOf(message)) && resolve(dataOf(message))),
    );
    b.clock.advance(10_000);
    assert.match(await beat, /^web .* 200 612\n$/);
    socket.close();
    await once(socket, "close");
  });

  it("sends the existing lines and closes without follow, and starts with tail_lines when following", async () => {
    b.clock.advance(WHOLE);
    const read = async (query: string): Promise<{ lines: string[]; socket: WebSocket }> => {
      const { live_url: url, historic_urls: archives } = await b.ok("GET", `${at}/logs?type=RUN${query}`);
      assert.deepEqual(archives, [], "what is still written is not archived");
      const socket = new WebSocket(sockets(url));
      const lines: string[] = [];
      socket.on("message", (message) => lines.push(dataOf(message)));
      return { lines, socket };
    };
    const whole = await read("");
    assert.equal(((await once(whole.socket, "close")) as [number])[0], 1000);
    assert.ok(whole.lines.length > 1);
    const followed = await read("&follow=true&tail_lines=1");
    await once(followed.socket, "message");
    const next = once(followed.socket, "message");
    b.clock.advance(10_000);
    await next;
    assert.equal(followed.lines[0], whole.lines.at(-1));
    assert.match(followed.lines[1] ?? "", /GET \//);
    followed.socket.terminate();
  });

  it("drops the connection after some lines on demand, over HTTP and WebSocket, and is complete the next time", async () => {
    const url = await buildLog();
    b.clock.advance(WHOLE);
    b.emulator.faults.add({ path: /^\/_logs\/live/, times: 2, fault: { dropAfter: 3 } });
    const dropped = new WebSocket(sockets(url));
    const lines: string[] = [];
    dropped.on("message", (message) => lines.push(dataOf(message)));
    assert.equal(((await once(dropped, "close")) as [number])[0], 1006);
    assert.equal(lines.length, 3);
    await assert.rejects(async () => (await fetch(url)).text());
    const whole = await (await fetch(url)).text();
    assert.ok(whole.startsWith(lines.map((data) => `${JSON.stringify({ data })}\n`).join("")));
    assert.match(whole, /build complete/);
  });

  /** The lines of a live log, once it has closed. */
  const ended = (url: string): Promise<string[]> =>
    fetch(url.replace(/^ws/, "http")).then(async (response) =>
      (await response.text()).trim().split("\n").map(dataOf),
    );

  it("starts with the requested number of existing lines", async () => {
    const { pending_deployment: deployment } = (await b.ok("GET", at)).app;
    b.clock.advance(WHOLE / 4);
    const read = async (query: string): Promise<{ lines: Promise<string[]> }> => {
      const { live_url: url } = await b.ok(
        "GET",
        `${at}/deployments/${deployment.id}/logs?type=BUILD&${query}`,
      );
      const arrives = b.emulator.nextCall({ path: /^\/_logs/ });
      const lines = ended(url as string);
      await arrives;
      return { lines };
    };
    const now = await (await read("")).lines;
    const two = await read("tail_lines=2&follow=true");
    const none = await read("tail_lines=0&follow=true");
    // Both streams have received the existing lines once this response arrives, as their requests came first.
    await b.call("GET", at);
    b.clock.advance(WHOLE);
    const [withTwo, withNone] = [await two.lines, await none.lines];
    assert.deepEqual(withTwo, [...now.slice(-2), ...withNone]);
    assert.match(withNone.at(-1) ?? "", /build complete/);
  });

  it("loses none of the lines written at the same time", async () => {
    const quick = await bench({ deploySeconds: 0 });
    try {
      const { app } = await quick.ok("POST", "/v2/apps", {
        spec: webSpec("demo", { health_check: { http_path: "/fail" } }),
      });
      const [{ id }] = (await quick.ok("GET", `/v2/apps/${app.id}/deployments`)).deployments;
      const path = `/v2/apps/${app.id}/deployments/${id}/logs?type=DEPLOY`;
      const archived = (await fetch((await quick.ok("GET", path)).historic_urls[0])).text();
      assert.equal((await archived).match(/readiness probe failed/g)?.length, 3);
    } finally {
      await quick.emulator.close();
    }
  });

  it("closes when the deployment is canceled, and when newer containers replace the old ones", async () => {
    const build = ended(await buildLog());
    const { pending_deployment: first } = (await b.ok("GET", at)).app;
    b.clock.advance(WHOLE / 4);
    await b.ok("POST", `${at}/deployments/${first.id}/cancel`);
    b.clock.advance(WHOLE / 20);
    assert.doesNotMatch((await build).join(""), /build complete/);

    await b.ok("POST", `${at}/deployments`, {});
    b.clock.advance(WHOLE);
    const running = ended((await b.ok("GET", `${at}/logs?type=RUN&follow=true`)).live_url as string);
    await b.ok("POST", `${at}/restart`, {});
    b.clock.advance(WHOLE * 2);
    const { last_deployment_active_at: newer } = (await b.ok("GET", at)).app;
    const last = (await running).at(-1)?.split(" ")[1] ?? "";
    assert.ok(Date.parse(last) > Date.parse(newer) - WHOLE / 2 && last <= newer, `${last}, ${newer}`);
  });

  it("ignores other Upgrade requests, such as those of curl and Java's client", async () => {
    const send = async (text: string): Promise<string> => {
      const socket = connect(b.emulator.port, "127.0.0.1");
      let answer = "";
      socket.on("data", (part) => (answer += String(part)));
      socket.write(text.replaceAll("\n", "\r\n"));
      await once(socket, "close");
      return answer;
    };
    const offer =
      "Host: x\nAuthorization: Bearer t\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABk";
    const body = JSON.stringify({ spec: webSpec("other") });
    const last = "GET /v2/account HTTP/1.1\nHost: x\nAuthorization: Bearer t\nConnection: close\n\n";
    const made = await send(
      `POST /v2/apps HTTP/1.1\n${offer}\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}${last}`,
    );
    assert.match(made, /^HTTP\/1\.1 200 [\s\S]*"name":"other"[\s\S]*HTTP\/1\.1 200 [\s\S]*"account"/);
    assert.equal((await b.ok("GET", "/v2/apps")).apps.length, 2);
  });

  it("survives Upgrade requests with malformed addresses", async () => {
    for (const path of ["//", "/_logs/live/%", "http://[", "*"]) {
      const socket = connect(b.emulator.port, "127.0.0.1");
      const key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`,
      );
      const [answer] = (await once(socket, "data")) as [Buffer];
      assert.match(String(answer), /^HTTP\/1\.1 40[034] /);
      socket.destroy();
    }
    assert.equal((await b.call("GET", at)).status, 200);
  });

  it("rejects addresses it never issued, and applies faults before the connection is established", async () => {
    const failure = async (url: string): Promise<string> => {
      const [error] = (await once(new WebSocket(url), "error")) as [Error];
      return error.message;
    };
    const root = sockets(b.emulator.url);
    assert.match(await failure(`${root}/_logs/live/guess`), /403/);
    assert.match(await failure(`${root}/_exec/guess`), /403/);
    assert.match(await failure(`${root}/v2/apps`), /404/);
    const url = sockets(await buildLog());
    b.emulator.faults.add({ path: /^\/_logs/, fault: { status: 503 } });
    assert.match(await failure(url), /503/);
    b.emulator.faults.add({ path: /^\/_logs/, fault: "reset-before" });
    assert.match(await failure(url), /hang up|ECONNRESET/);
    assert.ok(
      b.emulator.calls.every((call) => !call.path.includes("guess")),
      "addresses of logs are credentials",
    );
  });

  it("opens a console in a running instance", async () => {
    assert.equal((await b.call("GET", `${at}/components/web/exec`)).status, 400);
    b.clock.advance(WHOLE);
    const [{ instance_name: name }] = (await b.ok("GET", `${at}/instances`)).instances;
    const { url } = await b.ok("GET", `${at}/components/web/exec?instance_name=${name}`);
    const socket = new WebSocket(url as string);
    let seen = "";
    socket.on("message", (message) => (seen += dataOf(message)));
    await once(socket, "open");
    socket.send(JSON.stringify({ op: "resize", width: 80, height: 24 }));
    socket.send(JSON.stringify({ op: "stdin", data: "hostname\r" }));
    socket.send("echo hello\n");
    socket.send(JSON.stringify({ op: "stdin", data: "exit\n" }));
    const [code] = (await once(socket, "close")) as [number];
    assert.equal(code, 1000);
    assert.equal(seen, `$ hostname\r\n${name}\r\n$ echo hello\r\nhello\r\n$ exit\r\n`);
    const id = (await b.ok("GET", at)).app.active_deployment.id;
    assert.match((await b.ok("GET", `${at}/deployments/${id}/components/web/exec`)).url, /^ws:/);
    assert.equal((await b.call("GET", `${at}/components/gone/exec`)).status, 404);
    assert.equal((await b.call("GET", `${at}/components/web/exec?instance_name=gone`)).status, 404);
  });

  it("handles the keys of a terminal in raw mode, one message each", async () => {
    b.clock.advance(WHOLE);
    const { url } = await b.ok("GET", `${at}/components/web/exec`);
    const socket = new WebSocket(url as string);
    let seen = "";
    socket.on("message", (message) => (seen += dataOf(message)));
    await once(socket, "open");
    for (const key of ["", ..."ls\x03", ..."echo hx\x7fi\r", "\x04"])
      socket.send(JSON.stringify({ op: "stdin", data: key }));
    assert.equal(((await once(socket, "close")) as [number])[0], 1000);
    assert.equal(seen, "$ ls^C\r\n$ echo hx\b \bi\r\nhi\r\n$ ");
  });

  it("closes when the emulator stops", async () => {
    b.clock.advance(WHOLE);
    const { live_url: url } = await b.ok("GET", `${at}/logs?type=RUN&follow=true`);
    const socket = new WebSocket(sockets(url));
    await once(socket, "open");
    const closed = once(socket, "close");
    await b.emulator.close();
    await closed;
  });
});
