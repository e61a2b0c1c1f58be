import assert from "node:assert/strict";
import { isLoopback, parseBaseUrl, path, withQuery } from "../../../provider/net/address";
import { AppPlatformError } from "../../../provider/errors";

function refused(text: string): AppPlatformError {
  try {
    parseBaseUrl(text);
  } catch (error) {
    assert.ok(error instanceof AppPlatformError);
    assert.equal(error.errorCode, "bad-address");
    return error;
  }
  return assert.fail(`${text} was taken`);
}

describe("parseBaseUrl", () => {
  it("is the service's own address when none is given", () => {
    assert.equal(parseBaseUrl(), "https://api.digitalocean.com");
  });

  it("does without a trailing slash and the version", () => {
    for (const text of [
      "https://example.com",
      "https://example.com/",
      "https://example.com/v2",
      " https://example.com/v2/ ",
    ]) {
      assert.equal(parseBaseUrl(text), "https://example.com", text);
    }
    assert.equal(parseBaseUrl("https://example.com/proxy/v2/"), "https://example.com/proxy");
  });

  it("takes plain http for this machine only", () => {
    for (const host of ["127.0.0.1:8080", "127.1.2.3:1", "localhost:3000", "[::1]:99"]) {
      assert.equal(parseBaseUrl(`http://${host}`), `http://${host}`);
    }
    for (const host of [
      "example.com",
      "10.0.0.1",
      "127.0.0.1.example.com",
      "localhost.example.com",
      "[::2]",
      "0.0.0.0",
    ]) {
      assert.match(refused(`http://${host}`).message, /unencrypted/, host);
    }
  });

  it("is not taken in by addresses that only look like this machine", () => {
    for (const text of [
      "http://127.0.0.1.evil.example",
      "http://127.0.0.1\t.evil.example",
      "http://localhost\n.evil.example",
      "http://localhost.",
      "http://localhost.evil.example",
      "http://xn--localhost-9qa",
      "http://127.0.0.1@evil.example",
      "http://127.0.0.1:80@evil.example",
      "http://evil.example#@127.0.0.1",
      "http://evil.example?@127.0.0.1",
      "http://evil.example\\@127.0.0.1",
      "http://0.0.0.0",
      "http://0",
      "http://0177.0.0.2.example",
      "http://127.0.0.1.nip.io",
      "http://128.0.0.1",
      "http://[::]",
      "http://[::1%25eth0]",
      "http://[::ffff:10.0.0.1]",
      "http://[::ffff:127.0.0.1]",
      "http://[fe80::1]",
      "http:evil.example",
      "http:/evil.example",
    ])
      refused(text);
  });

  it("takes other ways to write an address of this machine for what they are", () => {
    for (const host of ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "%31%32%37.0.0.1", "127。0。0。1"])
      assert.equal(parseBaseUrl(`http://${host}`), "http://127.0.0.1", host);
    assert.equal(parseBaseUrl("http://LOCALHOST:80"), "http://localhost");
    assert.equal(parseBaseUrl("http://[0:0:0:0:0:0:0:1]:8"), "http://[::1]:8");
    // What follows a backslash is a path, also for who connects.
    assert.equal(parseBaseUrl("http://127.0.0.1\\@evil.example"), "http://127.0.0.1/@evil.example");
  });

  it("says what is wrong with an address", () => {
    assert.match(refused("example").message, /is not an address.*DIGITALOCEAN_API_URL/);
    assert.match(refused("").message, /is not an address/);
    assert.match(refused("ftp://example.com").message, /https:\/\//);
    assert.match(refused("https://example.com/?a=b").message, /query/);
    assert.match(refused("https://example.com/#a").message, /fragment/);
  });

  it("refuses credentials in the address without printing them", () => {
    for (const text of [
      "https://someone:hunter2@example.com",
      "http://hunter2@example.com",
      "someone:hunter2@example.com",
    ]) {
      assert.ok(!refused(text).message.includes("hunter2"), text);
    }
  });
});

describe("isLoopback", () => {
  it("does not take names that only look like loopback", () => {
    assert.ok(!isLoopback("127.evil.example"));
    assert.ok(!isLoopback("localhost.evil.example"));
    assert.ok(isLoopback("127.0.0.1"));
  });
});

describe("path", () => {
  it("encodes its parts", () => {
    assert.equal(path`/v2/apps/${"a/b?c#d e"}/logs`, "/v2/apps/a%2Fb%3Fc%23d%20e/logs");
  });

  it("refuses parts that would name something else", () => {
    for (const part of ["", ".", "..", undefined as unknown as string]) {
      assert.throws(() => path`/v2/apps/${part}`, { errorCode: "invalid-input" });
    }
  });
});

describe("withQuery", () => {
  it("leaves out what is not set", () => {
    assert.equal(withQuery("/a", { b: undefined }), "/a");
    assert.equal(withQuery("/a", { b: 1, c: undefined, d: false, e: "x y&z" }), "/a?b=1&d=false&e=x+y%26z");
  });
});
