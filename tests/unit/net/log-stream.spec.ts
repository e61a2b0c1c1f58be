import assert from "node:assert/strict";
import fc from "fast-check";
import { checkLogUrl, lines, shortLines } from "../../../provider/net/log-stream";

async function read(chunks: Buffer[]): Promise<string[]> {
  const result = [];
  for await (const line of lines(streamOf(chunks))) result.push(line);
  return result;
}

async function* streamOf(chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

describe("lines", () => {
  it("are the same wherever the bytes are cut", async () => {
    const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));
    const cuts = fc.array(fc.nat(7), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.constantFrom("\n", "\r\n"), cuts, async (expected, end, sizes) => {
        let bytes = Buffer.from(expected.map((text) => text + end).join(""));
        const chunks: Buffer[] = [];
        for (const size of sizes) {
          chunks.push(bytes.subarray(0, size));
          bytes = bytes.subarray(size);
        }
        assert.deepEqual(await read([...chunks, bytes]), expected);
      }),
    );
  });

  it("come in parts when they are too long to keep", async () => {
    const mebibyte = Buffer.alloc(1024 * 1024, "x");
    const result = await read([mebibyte, mebibyte, Buffer.from("end\nnext")]);
    assert.deepEqual(
      result.map(({ length }) => length),
      [1024 * 1024, 1024 * 1024 + 3, 4],
    );
    assert.equal(result.join("").length, 2 * 1024 * 1024 + 7);
  });
});

describe("shortened lines", () => {
  it("never contain half a character, wherever the bytes are cut", async () => {
    const bytes = Buffer.from("ab😀cdef\n");
    for (let most = 1; most <= 8; most++)
      for (let cut = 0; cut <= bytes.length; cut++) {
        const result: string[] = [];
        for await (const line of shortLines(streamOf([bytes.subarray(0, cut), bytes.subarray(cut)]), most))
          result.push(line);
        const [whole = ""] = result;
        const [, text = "", left = "0"] = /^(.*?)(?: … \((\d+) more characters\))?$/u.exec(whole) ?? [];
        assert.ok("ab😀cdef".startsWith(text) && !/[\ud800-\udbff]$/.test(text), whole);
        assert.equal(text.length + Number(left), 8, `${most} ${cut}: ${whole}`);
      }
  });
});

describe("the address of a log", () => {
  it("may be encrypted to any host, and unencrypted only on this machine", () => {
    for (const text of ["https://logs.example/a?b=c", "http://127.0.0.1:8080/a", "http://localhost/a"]) {
      assert.equal(checkLogUrl(text).href, text);
    }
    for (const text of ["wss://logs.example/a", "ws://127.0.0.1/a"]) {
      assert.equal(checkLogUrl(text, ["https:", "wss:"]).href, text);
    }
  });

  it("is refused when it is unencrypted to another host, of another kind, or not an address", () => {
    for (const text of [
      "http://logs.example/a",
      "ftp://127.0.0.1/a",
      "ws://127.0.0.1/a",
      "wss://logs.example/a",
      "logs",
    ]) {
      assert.throws(() => checkLogUrl(text), { errorCode: "unreadable-answer" }, text);
    }
    assert.throws(() => checkLogUrl("ws://logs.example/a", ["https:", "wss:"]), {
      errorCode: "unreadable-answer",
    });
  });
});
