import assert from "node:assert/strict";
import { bounded, boundedLine } from "../../../provider/text/bounded";
import { redact } from "../../../provider/secrets/redact";
import { shown, shownInLine } from "../../../provider/text/shown";

describe("bounded text", () => {
  it("keeps the start of a long line and counts the omitted characters, also over several cuts", () => {
    assert.equal(boundedLine("abcdef", 6), "abcdef");
    assert.equal(boundedLine("abcdefghi", 6), "abcdef … (3 more characters)");
    assert.equal(boundedLine(boundedLine("abcdefghi", 6), 4), "abcd … (5 more characters)");
    assert.equal(boundedLine("abcdef", 4, 1_000), "abcd … (1002 more characters)");
  });

  it("does not split a character", () => {
    assert.equal(boundedLine("abc😀def", 4), "abc … (5 more characters)");
    assert.equal(boundedLine("abc😀def", 5), "abc😀 … (3 more characters)");
  });

  it("keeps the first lines of a long text and counts the omitted ones", () => {
    assert.equal(bounded("a\nb\nc\nd", 5, 3), "a\nb\n… (2 more lines)");
    assert.equal(bounded("abcdef\nb", 100, 3), "abc … (3 more characters)\nb");
  });

  it("fits into an engine message for any input", () => {
    for (const part of ["a", "a\n", "\n", "\r", "😀", "\x1b[31m", "::"]) {
      const text = part.repeat(1_000_000 / part.length);
      assert.ok(shown(text).length < 50_000, part);
      assert.ok(shownInLine(text, 100).length < 200, part);
      assert.ok(!shownInLine(text, 100).includes("\n"));
    }
  });

  it("shows no part of a secret at the cut", () => {
    const secret = "correct-horse-battery";
    const line = `using ${secret} and ${Buffer.from(`user:${secret}`).toString("base64")} for it`;
    for (let most = 0; most < line.length; most++) {
      const text = redact(bounded(line, most, most), [secret]);
      assert.doesNotMatch(text, /cor|battery|dXNlcjpjb3J|Y29y/, text);
    }
  });
});
