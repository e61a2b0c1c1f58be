import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { ErrorCode } from "../../../provider/errors";
import { failure, faultyService } from "../../helpers/world/faulty-service";
import { type Answer, brokenOff, reset, silence, text } from "../../helpers/world/scripted-server";

describe("Client: logs", () => {
  const service = faultyService();

  describe("openLog", () => {
    const read = async (url: string, options?: { signal?: AbortSignal }): Promise<string[]> => {
      const result = [];
      for await (const line of service.client({ timeoutMs: 1000 }).openLog(url, options)) result.push(line);
      return result;
    };
    const log = "first\r\nsecond ä€😀\n\nlast without end";
    const expected = ["first", "second ä€😀", "", "last without end"];

    it("reads the lines of plain and compressed logs and never reveals the token", async () => {
      const packed = gzipSync(log);
      const answers = [text(200, log), text(200, packed), text(200, packed, { "content-encoding": "gzip" })];
      for (const answer of answers) {
        service.server.script(answer);
        assert.deepEqual(await read(`${service.server.url}/log?sig=hush`), expected);
      }
      assert.ok(service.server.received.every(({ headers }) => headers.authorization === undefined));
      assert.equal(service.server.received[0]?.path, "/log?sig=hush");
    });

    it("joins chunks that arrive byte by byte", async () => {
      for (const bytes of [Buffer.from(log), gzipSync(log)]) {
        service.server.script((response) => void sendSlowly(response, bytes));
        assert.deepEqual(await read(`${service.server.url}/log`), expected);
      }
    });

    it("reads a log of one byte, which is too short to tell whether it is compressed", async () => {
      service.server.script(text(200, "x"));
      assert.deepEqual(await read(`${service.server.url}/log`), ["x"]);
    });

    it("returns no lines for an empty log", async () => {
      service.server.script(text(200, ""));
      assert.deepEqual(await read(`${service.server.url}/log`), []);
    });

    it("yields the lines of a live log as they arrive, and stops when the signal aborts", async () => {
      service.server.script((response) => void response.writeHead(200).write("one\ntwo\nhalf"));
      const stop = new AbortController();
      const seen: string[] = [];
      const error = await failure(
        (async () => {
          for await (const line of service
            .client()
            .openLog(`${service.server.url}/live?sig=hush`, { signal: stop.signal })) {
            seen.push(line);
            if (line === "two") stop.abort();
          }
        })(),
      );
      assert.equal(error.errorCode, "aborted");
      assert.deepEqual(seen, ["one", "two"]);
    });

    it("reports a log that does not start in time", async () => {
      service.server.script(silence);
      const quick = service.client({ timeoutMs: 40 }).openLog(`${service.server.url}/log?hush`);
      const error = await failure(quick[Symbol.asyncIterator]().next());
      assert.equal(error.errorCode, "timeout");
      assert.ok(!error.message.includes("hush"), error.message);
    });

    it("closes the connection of a log that is not read to the end", async () => {
      const closed = new Promise<void>((resolve) => {
        service.server.script((response) => {
          response.on("close", resolve);
          response.writeHead(200).write("one\ntwo\n");
        });
      });
      for await (const line of service.client().openLog(`${service.server.url}/live`))
        if (line === "one") break;
      await closed;
    });

    const faults: [string, Answer, ErrorCode][] = [
      ["an address that ran out", text(403, "<xml>hush</xml>"), "forbidden"],
      ["a log that is gone", text(404, "hush"), "not-found"],
      ["a redirect", text(302, "", { location: "http://127.0.0.1:1/hush" }), "unexpected-status"],
      ["a failing service", text(503, "hush"), "service-error"],
      ["a cut connection", reset, "network"],
      ["a log that breaks off", brokenOff("line"), "network"],
      [
        "a compressed log that is cut off",
        text(200, gzipSync(log.repeat(100)).subarray(0, 40)),
        "unreadable-answer",
      ],
    ];
    for (const [name, answer, code] of faults) {
      it(`reports ${name} without its address`, async () => {
        service.server.script(answer);
        const error = await failure(read(`${service.server.url}/path?X-Signature=hush`));
        assert.equal(error.errorCode, code);
        assert.ok(
          !/hush|Signature/.test(`${error.message}${error.stack}${JSON.stringify(error)}`),
          error.message,
        );
      });
    }

    it("rejects plain HTTP to other hosts, and other URL schemes", async () => {
      for (const url of [
        "http://example.com/?hush",
        "wss://example.com/?hush",
        "file:///etc/passwd?hush",
        "hush",
      ]) {
        const error = await failure(read(url));
        assert.equal(error.errorCode, "unreadable-answer");
        assert.ok(!error.message.includes("hush"));
      }
    });
  });
});

async function sendSlowly(response: Parameters<Answer>[0], bytes: Buffer): Promise<void> {
  response.writeHead(200);
  for (const byte of bytes) await new Promise((resolve) => response.write(Buffer.from([byte]), resolve));
  response.end();
}
