import assert from "node:assert/strict";
import fc from "fast-check";
import { printableJson } from "../../../provider/text/json";
import { printable } from "../../../provider/text/printable";
import { runs } from "../../helpers/runs";

const ESC = "\x1b";

const parts = fc.constantFrom(
  ...[
    ESC,
    `${ESC}[`,
    `${ESC}]`,
    "0;",
    "31m",
    "8m",
    "[",
    "]",
    "\x07",
    "\x9b",
    "\x9c",
    "\x9d",
    "\r",
    "\n",
    "\r\n",
  ],
  ...[
    "\b",
    "\0",
    ":",
    "::",
    "#",
    "##",
    "vso",
    "section_start",
    " ",
    "\t",
    "---",
    "+",
    "<",
    "{",
    "%",
    "a",
    "word",
  ],
  ...["\u200b", "\u202e", "\u2028", "\ud83d", "\ude00", "\u00a0", "\ufeff", "é", "😀"],
);
const hostile = fc.array(fc.oneof(parts, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 40 });
const hostileText = hostile.map((some) => some.join(""));

describe("printable", () => {
  const cases: [what: string, text: string, shown: string][] = [
    ["colors", `${ESC}[31mred${ESC}[0m ${ESC}[1;38;5;208morange`, "red orange"],
    ["cursor movements and erasing", `a${ESC}[2K${ESC}[1A${ESC}[?25lb`, "ab"],
    [
      "titles, links and the clipboard",
      `${ESC}]0;mine\x07a${ESC}]8;;http://x${ESC}\\b${ESC}]52;c;ZXZpbA==\x07c`,
      "abc",
    ],
    ["other strings for terminals", `${ESC}P1;2qx${ESC}\\a${ESC}_bk;t=1\x07b${ESC}^x${ESC}\\c`, "abc"],
    ["resets and character sets", `${ESC}ca${ESC}(0b${ESC}#8c`, "abc"],
    ["sequences in characters of the C1 set", "\x9b31ma\x9d0;title\x9cb\x85c", "ab\nc"],
    ["sequences within sequences", `${ESC}${ESC}[31m[31ma${ESC}]0;${ESC}]0;x\x07b`, "[31ma0;b"],
    ["the beginning only of a string without an end", `a${ESC}]0;b\nc\x9dd\ne`, "a0;b\ncd\ne"],
    ["backspaces, bells and other controls", "ab\b\b\x07\x00\x7fc\td", "abc\td"],
    ["marks that turn the direction of text", "a\u202eb\u2066c\u200fd\u061ce", "abcde"],
    ["characters of no width", "a\u200bb\u200dc\u2060d\ufeffe\u00adf\u{e0041}g", "abcdefg"],
    ["halves of characters, which no message may contain", "a\ud83db\ude00c", "a\ufffdb\ufffdc"],
  ];
  for (const [what, text, shown] of cases) it(`removes ${what}`, () => assert.equal(printable(text), shown));

  it("normalizes every line break, so that no text overwrites earlier text", () =>
    assert.equal(printable("10 %\r20 %\r\na\vb\fc\u2028d\u2029e\x85f"), "10 %\n20 %\na\nb\nc\nd\ne\nf"));

  const commands = [
    "::error file=a::b",
    "  ::set-output name=a::b",
    "\t\u00a0::add-mask::a",
    "##vso[task.setvariable variable=a]b",
    "a ##[error]b",
    "##teamcity[buildStop comment='a']",
    "section_start:1600000000:a\r\x1b[0K",
    "travis_fold:start:a",
    "--- :rocket: a",
    "+++ a",
    "<{%fg 99%}>a",
    `${ESC}[31m::error::a`,
    "a\r::error::b",
    "a\u2028::error::b",
    ":\u200b:error::a",
    `#${ESC}[0m#vso[a]`,
    `<${ESC}[0m{%reset%}>`,
  ];
  /** What runners read as a command: GitHub's at the beginning of a line, others anywhere. */
  const isCommand = (text: string): boolean =>
    text.split(/[\r\n\u2028\u2029\x85\v\f]/).some((line) => {
      const starts = line.trimStart().startsWith("::") || /^(?:---|\+\+\+|~~~|\^\^\^) /.test(line);
      return starts || /##\w*\[|section_(?:start|end):|travis_fold:|<\{%/.test(line);
    });

  for (const command of commands)
    it(`defuses the command ${JSON.stringify(command)} and keeps its text`, () => {
      const text = printable(command);
      assert.ok(!isCommand(text), text);
      for (const word of command.match(/\b(?:error|set-output|task|buildStop|rocket)\b/g) ?? [])
        assert.ok(text.includes(word), text);
    });

  it("does not change ordinary text", () => {
    for (const text of [
      "web 2026-05-01T12:34:56.789Z npm ERR! code E404 – not found: left-pad@1.3.0 (C:\\temp) [x] #1 ## Heading",
      "TypeError: Cannot read properties of undefined (reading 'a::b')\n    at Object.<anonymous> (/app/x.js:1:2)",
      "Größe 5 µm, naïve, 東京, שלום, 😀, std::vector<int>, {% if %}, <{}>, -- a, ---",
    ])
      assert.equal(printable(text), text);
  });

  it("keeps only colors, up to the end of the line, if requested", () => {
    const text = `${ESC}[31mred\nplain${ESC}[2K ${ESC}[38;5;208;8mhidden${ESC}[8mtoo\x9b1mbold${ESC}]0;t\x07`;
    assert.equal(
      printable(text, { colors: true }),
      `${ESC}[31mred${ESC}[0m\nplain ${ESC}[38;5;208mhiddentoo${ESC}[1mbold${ESC}[0m`,
    );
    assert.equal(printable(`${ESC}[31mred${ESC}[0m end`, { colors: true }), `${ESC}[31mred${ESC}[0m end`);
    assert.equal(printable(`${ESC}${ESC}[8m[8ma`, { colors: true }), "[8ma");
  });

  it("removes everything a terminal or CI runner would interpret, for any text", () => {
    fc.assert(
      fc.property(hostileText, (raw) => {
        const text = printable(raw);
        assert.doesNotMatch(
          text,
          /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|\p{Bidi_Control}|\p{Surrogate}/u,
        );
        assert.ok(!isCommand(text), JSON.stringify(text));
        assert.equal(printable(text), text);
        const colored = printable(raw, { colors: true });
        assert.doesNotMatch(colored.replace(/\x1b\[[\d;]+m/g, ""), /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
        for (const [, codes = ""] of colored.matchAll(/\x1b\[([\d;]+)m/g))
          assert.doesNotMatch(codes.replace(/[34]8;(?:5;\d*|2;\d*;\d*;\d*)/g, ""), /(?:^|;)0*8(?:;|$)/);
      }),
      { numRuns: runs(400, 2_000) },
    );
  });

  it("runs in linear time", () => {
    for (const part of [
      ESC,
      `${ESC}[0;`,
      `${ESC}]`,
      "\x9b",
      "\x9d",
      "\x90\x98",
      "\r",
      " ",
      "::",
      "#",
      "##a",
      "section_",
      "<{",
      "\u200b",
      "\ud83d",
    ]) {
      const text = part.repeat(400_000 / part.length);
      const began = performance.now();
      for (const colors of [false, true]) printable(text, { colors });
      assert.ok(performance.now() - began < 3_000, JSON.stringify(part));
    }
  });
});

describe("printableJson", () => {
  it("parses to the same value and contains no command, for any value", () => {
    fc.assert(
      fc.property(
        fc.dictionary(hostileText, fc.oneof(hostileText, fc.integer()), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
        (value) => {
          const text = printableJson(value);
          assert.deepEqual(JSON.parse(text), value);
          assert.equal(printable(text), text);
        },
      ),
      { numRuns: runs(200, 1_000) },
    );
  });

  it("equals JSON.stringify if nothing must be escaped", () => {
    const value = { name: "größe 東京 😀", list: [1, null, "a::b"] };
    assert.equal(printableJson(value), JSON.stringify(value, undefined, 2));
  });
});
