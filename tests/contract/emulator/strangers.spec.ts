import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { browserHere } from "./browser";
import { endLeftovers, listening, run } from "./command";
import { bench, webSpec, type Bench } from "./http";

interface Asked {
  status: number;
  body: { id?: string; message?: string };
}

/** Requests as a browser or proxy sends them, with headers that `fetch` does not allow. */
async function ask(
  port: number,
  target: string,
  headers: Record<string, string>,
  content?: unknown,
): Promise<Asked> {
  const [method, path] = target.split(" ");
  const asked = request({ host: "127.0.0.1", port, method, path, agent: false, headers });
  asked.end(content === undefined ? undefined : JSON.stringify(content));
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const isJson = answer.headers["content-type"]?.includes("json") === true;
  const body = isJson ? ((await json(answer)) as Asked["body"]) : (answer.resume(), {});
  return { status: answer.statusCode ?? 0, body };
}

const TOKEN = { authorization: "Bearer t" };

/** Requests from a foreign page, by the headers its browser sends. */
const FOREIGN: Record<string, Record<string, string>> = {
  "of another site": { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
  "of another port of this machine": { "sec-fetch-site": "same-site", origin: "http://localhost:3000" },
  "in a browser that tells its origin only": { origin: "https://evil.example" },
  "of no origin, as one in a sandbox": { origin: "null" },
  "that only loads, as an image does": { "sec-fetch-site": "cross-site" },
};

describe("emulator: web pages of others", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
    await b.ok("POST", "/v2/apps", { spec: webSpec("kept") });
  });
  afterEach(() => b.emulator.close());

  const controls = [
    ["POST /_emulator/reset"],
    ["POST /_emulator/failures", { reason: { code: "Boom", message: "no" } }],
    ["POST /_emulator/faults", { fault: "timeout" }],
    ["DELETE /_emulator/faults"],
    ["DELETE /_emulator/calls"],
    ["POST /_emulator/apps/kept/edit", { spec: webSpec("kept", { http_port: 1 }) }],
    ["GET /_emulator/apps"],
    ["GET /_emulator/calls"],
    ["GET /_emulator/calls/next"],
    ["GET /_emulator/waiting"],
    ["GET /_emulator/status"],
  ] as [target: string, content?: unknown][];
  const api = [
    ["GET /v2/apps"],
    ["GET /v2/account"],
    ["POST /v2/apps", { spec: webSpec("theirs") }],
  ] as typeof controls;

  async function nothingChanged(): Promise<void> {
    assert.deepEqual(
      b.emulator.calls.map(({ method, path }) => `${method} ${path}`),
      ["POST /v2/apps"],
    );
    const apps = b.emulator.apps();
    assert.deepEqual(
      apps.map(({ spec, deployments }) => [spec.name, deployments.length]),
      [["kept", 1]],
    );
    // A fault or failure added earlier would show up now.
    const { deployment } = await b.ok("POST", `/v2/apps/${apps[0]?.id}/deployments`, {});
    b.clock.advance(100_000);
    assert.equal(
      (await b.ok("GET", `/v2/apps/${apps[0]?.id}/deployments/${deployment.id}`)).deployment.phase,
      "ACTIVE",
    );
  }

  for (const [title, headers] of Object.entries(FOREIGN)) {
    it(`${title}: cannot change or read anything`, async () => {
      for (const [target, content] of [...controls, ...api]) {
        const { status, body } = await ask(b.emulator.port, target, { ...TOKEN, ...headers }, content);
        assert.deepEqual([target, status, body.id], [target, 403, "forbidden"]);
        assert.match(body.message ?? "", /web pages of another origin/);
        assert.ok(body.message?.includes(headers.origin ?? "cross-site"));
      }
      await nothingChanged();
    });
  }

  it("with a name that resolves to this machine: cannot change or read anything", async () => {
    for (const name of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"]) {
      const host = `${name}:${b.emulator.port}`;
      const own = { ...TOKEN, host, origin: `http://${host}`, "sec-fetch-site": "same-origin" };
      for (const [target, content] of [...controls, ...api, ["GET /"] as [string]]) {
        for (const headers of [own, { ...TOKEN, host }]) {
          const { status, body } = await ask(b.emulator.port, target, headers, content);
          assert.deepEqual([target, status, body.id], [target, 403, "forbidden"]);
          assert.ok(body.message?.includes(`--allow-host ${name}`), body.message);
        }
      }
    }
    await nothingChanged();
  });

  it("with a name known only in their own network: cannot reach the controls", async () => {
    for (const host of ["printer", "api.digitalocean.com", "host.docker.internal"]) {
      for (const [target, content] of [...controls, ["GET /"] as [string]])
        assert.equal(
          (await ask(b.emulator.port, target, { host }, content)).status,
          403,
          `${host} ${target}`,
        );
    }
    await nothingChanged();
  });

  it("may link to the status page, which then requests its data itself", async () => {
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    assert.equal((await ask(b.emulator.port, "GET /", link)).status, 200);
    assert.equal(
      (await ask(b.emulator.port, "GET /_emulator/status", { "sec-fetch-site": "same-origin" })).status,
      200,
    );
    assert.equal(
      (await ask(b.emulator.port, "GET /_emulator/status", { "sec-fetch-site": "none" })).status,
      200,
    );
  });
});

describe("emulator: accepted host names", () => {
  const targets = ["GET /", "GET /_emulator/status", "GET /v2/apps"];

  it("are those of this machine, in any notation, for everything", async () => {
    const b = await bench();
    const names = ["127.0.0.1", "localhost", "LOCALHOST", "app.localhost", "localhost.", "[::1]", "127.1"];
    for (const host of names.flatMap((name) => [name, `${name}:${b.emulator.port}`])) {
      for (const target of targets)
        assert.equal((await ask(b.emulator.port, target, { ...TOKEN, host })).status, 200, host);
    }
    const host = `localhost:${b.emulator.port}`;
    const same = { ...TOKEN, host, origin: `http://${host}` };
    assert.equal((await ask(b.emulator.port, "POST /_emulator/reset", same)).status, 204);
    await b.emulator.close();
  });

  it("include, for the API, names that nobody can register, and the service's own, as behind a proxy", async () => {
    const b = await bench();
    for (const host of ["emulator:8787", "host.docker.internal:8787", "api.digitalocean.com"])
      assert.equal((await ask(b.emulator.port, "GET /v2/apps", { ...TOKEN, host })).status, 200, host);
    await b.emulator.close();
  });

  it("include those of a configured proxy, whose pages may send requests", async () => {
    const b = await bench({ allowedHosts: ["Emulator.example.com"] });
    const host = "emulator.example.com";
    for (const target of targets)
      assert.equal((await ask(b.emulator.port, target, { ...TOKEN, host })).status, 200);
    const page = { ...TOKEN, host, origin: `https://${host}` };
    assert.equal((await ask(b.emulator.port, "POST /_emulator/reset", page)).status, 204);
    assert.equal((await ask(b.emulator.port, "GET /", { host: "other.example.com" })).status, 403);
    // A proxy that uses another host name than the page passes on the browser's headers.
    const proxied = { ...TOKEN, origin: "http://localhost:5173", "sec-fetch-site": "same-origin" };
    assert.equal((await ask(b.emulator.port, "POST /_emulator/reset", proxied)).status, 204);
    await b.emulator.close();
  });
});

describe("emulator: its command's --allow-host", () => {
  afterEach(endLeftovers);

  it("lists additional host names, in any notation", async () => {
    const { url } = await listening(
      run("--port", "0", "--allow-host", "a.test", "--allow-host", "Proxy.Test"),
    );
    const answers = ["a.test", "proxy.test:80", "127.0.0.1", "b.test"].map((host) =>
      ask(Number(new URL(url).port), "GET /_emulator/status", { host }),
    );
    assert.deepEqual(
      (await Promise.all(answers)).map(({ status }) => status),
      [200, 200, 200, 403],
    );
  });
});

describe("emulator: a page of someone else in a browser", () => {
  const rendered = browserHere();

  /** Sends what a page may send without a preflight request, and records what it can read. */
  const attack = (target: string): string => `<!doctype html><p id="seen"></p><script>
    const tries = ["/_emulator/reset", "/_emulator/faults", "/v2/apps"].map((path) =>
      fetch("${target}" + path, { method: "POST", mode: "no-cors", body: '{"fault":"timeout"}' }));
    const reads = ["/_emulator/apps", "/_emulator/status"].map((path) =>
      fetch("${target}" + path).then((answer) => answer.text(), () => "unreadable"));
    Promise.all([...tries.map((one) => one.then((answer) => answer.type)), ...reads]).then((all) =>
      document.getElementById("seen").textContent = all.join(" "));
  </script>`;

  it("changes and reads nothing from another site, another port, or a name that resolves to this machine", async function () {
    this.timeout(120_000);
    const b = await bench();
    await b.ok("POST", "/v2/apps", { spec: webSpec("kept") });
    const { port } = b.emulator;
    const elsewhere = createServer((_request, response) => {
      response.setHeader("content-type", "text/html").end(attack(b.emulator.url));
    }).listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    const other = (elsewhere.address() as AddressInfo).port;
    try {
      const names = "--host-resolver-rules=MAP evil.example 127.0.0.1";
      for (const host of ["evil.example", "localhost", "127.0.0.1"])
        assert.match(
          await rendered(`http://${host}:${other}/`, names),
          /<p id="seen">opaque opaque opaque unreadable unreadable<\/p>/,
        );
      for (const path of ["/", "/_emulator/apps", "/_emulator/status"]) {
        const dom = await rendered(`http://evil.example:${port}${path}`, names);
        assert.match(dom, /rejects the host name/);
        assert.doesNotMatch(dom, /kept/);
      }
      assert.deepEqual(
        (await b.ok("GET", "/v2/apps")).apps.map(({ spec }: { spec: { name: string } }) => spec.name),
        ["kept"],
      );
      assert.equal(b.emulator.calls.length, 2);
    } finally {
      elsewhere.close();
      elsewhere.closeAllConnections();
      await b.emulator.close();
    }
  });
});
