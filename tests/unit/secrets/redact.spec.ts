import assert from "node:assert/strict";
import fc from "fast-check";
import { redact, redactError } from "../../../provider/secrets/redact";
import { writtenForms } from "../../../provider/secrets/encodings";
import { plainRedact } from "../../helpers/plain-redact";
import { runs } from "../../helpers/runs";

const KEY = [
  "-----BEGIN PRIVATE KEY-----",
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49",
  "AwEHBG0wawIBAQQg7x0Zb1cQ",
  "-----END PRIVATE KEY-----",
];

describe("redact", () => {
  it("masks headers, tokens and encrypted values by default", () => {
    assert.equal(redact("Authorization: Bearer abc.def-1"), "Authorization: Bearer ***");
    assert.equal(redact("authorization: basic dXNlcjpwYXNz"), "authorization: basic ***");
    assert.equal(redact(`token dop_v1_${"0af9".repeat(16)}!`), "token ***!");
    assert.equal(redact("value: EV[1:abc:def==], next"), "value: ***, next");
    assert.equal(redact("?value=EV%5B1%3Aabc%3Adef%5D"), "?value=***");
  });

  it("masks a truncated encrypted value", () => {
    assert.equal(redact("value EV[1:abc:de"), "value ***");
  });

  it("masks passwords in URLs and webhooks by default", () => {
    assert.equal(
      redact("cannot reach postgresql://app:hunter2@db:25060/x"),
      "cannot reach postgresql://app:***@db:25060/x",
    );
    assert.equal(redact("https://ci:ghp_abc@github.com/a/b.git"), "https://ci:***@github.com/a/b.git");
    assert.equal(
      redact("POST https://hooks.slack.com/services/T0/B0/xyz"),
      "POST https://hooks.slack.com/services/***",
    );
  });

  it("masks private keys by default, also truncated ones", () => {
    const [begin, ...rest] = KEY;
    assert.equal(redact(`key: ${KEY.join("\n")}\nnext`), "key: ***\nnext");
    assert.equal(redact(`key: ${KEY.join("\\n")} next`), "key: *** next");
    assert.equal(redact(`${rest.join("\n")}\nnext`), "***\nnext");
    const stamped = [begin, ...rest.slice(0, -1)].map((line) => `web 2026-03-04T05:06:07Z ${line}`);
    assert.equal(
      redact(`${stamped.join("\n")}\nweb: cannot go on`),
      "web 2026-03-04T05:06:07Z ***\nweb: cannot go on",
    );
  });

  it("masks given secrets in plain text, JSON and URLs", () => {
    const secret = 'pa"ss/wörd';
    const text = `${secret} ${JSON.stringify({ secret })} ?s=${encodeURIComponent(secret)}`;
    assert.equal(redact(text, [secret]), '*** {"secret":"***"} ?s=***');
  });

  it("masks each line of a multiline secret", () => {
    const log = KEY.map((line) => `web 05:06:07 ${line}`).join("\n");
    const shown = redact(log, [`${KEY.join("\n")}\n`]);
    for (const line of KEY) assert.ok(!shown.includes(line), shown);
    assert.equal(shown.split("\n").length, KEY.length);
  });

  it("masks the longer of two secrets with the same prefix", () => {
    assert.equal(redact("secret-and-more secret", ["secret", "secret-and-more"]), "*** ***");
  });

  it("masks overlapping secrets completely", () => {
    assert.equal(redact("x abcdef y", ["abcd", "cdef"]), "x *** y");
    assert.equal(redact("aaaaa", ["aaa"]), "***");
  });

  it("does not change text without a secret", () => {
    const text = "EVERY Bearer-like word stays: DEV, EV, bear; see https://example.com:8080/a@b, basic plan";
    assert.equal(redact(text, ["", "EV"]), text);
  });

  it("masks a form-encoded secret", () => {
    const secret = "pa~ss (word)*";
    const form = new URLSearchParams({ user: "app", password: secret, next: "/" }).toString();
    assert.equal(form, "user=app&password=pa%7Ess+%28word%29*&next=%2F");
    assert.equal(redact(form, [secret]), "user=app&password=***&next=%2F");
    assert.equal(redact(form.toLowerCase(), [secret]), "user=app&password=***&next=%2f");
  });

  it("masks a password that contains an at sign, also after a URL without a password", () => {
    assert.equal(redact("postgres://app:p@ss@db:5432/x"), "postgres://app:***@db:5432/x");
    assert.equal(redact("a://b://c:d@e"), "a://b://c:***@e");
  });

  it("masks private keys with joined or doubly escaped lines", () => {
    const [begin, ...rest] = KEY.slice(0, -1);
    assert.equal(redact(`${begin} ${rest.join(" ")}`), "***");
    assert.equal(redact(`${begin}${rest.join("")}, next`), "***, next");
    assert.equal(redact(`{"key":"${begin}\\\\n${rest.join("\\\\n")}"}`), '{"key":"***"}');
  });

  it("masks at least as much as a plain search for each form of each secret", () => {
    const given = ["hunter2", "aaaa", "abcabc", "pass word\nof two lines", KEY.join("\n")];
    const forms = given.flatMap(writtenForms).map(({ form, widen }) => [form, !!widen] as const);
    const parts = [
      ...given,
      ...KEY,
      ...forms.map(([form]) => form),
      ..."-----BEGIN ,-----END ,PRIVATE KEY-----,Bearer ,authorization: basic ,EV[,%5B,dop_v1_,a://,u:,@,/".split(
        ",",
      ),
      ...'aa,ab,abc,A,n,x, ,  ,\n,\\n,\t,",],-----,hooks.slack.com/,AAAAAAAAAAAAAAAA,BBBBBBBBBBBBBBBBBBBB'.split(
        ",",
      ),
    ];
    const texts = fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((some) => some.join(""));
    const visible = (text: string): string => text.replaceAll("***", "");
    fc.assert(
      fc.property(texts, fc.subarray(given), (text, secrets) => {
        const its = secrets.flatMap(writtenForms).map(({ form, widen }) => [form, !!widen] as const);
        const [ours, plain] = [redact(text, secrets), plainRedact(text, its)].map(visible) as [
          string,
          string,
        ];
        let at = 0;
        for (const char of plain) if (char === ours.charAt(at)) at++;
        assert.equal(at, ours.length, `${JSON.stringify(text)}\nshows ${ours}\nnot ${plain}`);
      }),
      { numRuns: runs(400, 2_000) },
    );
  });

  it("runs in linear time for any text", () => {
    const begin = KEY[0] ?? "";
    const repeated =
      "a.a-;x://;a://u:p@;a://u:;Bearer ;authorization:;EV[;dop_v1_;hooks.slack.com/a/;-----BEGIN ;-----END ;PRIVATE KEY ;hunter2;abcabd".split(
        ";",
      );
    const hostile = [
      ...[
        ...repeated,
        "a",
        "abc",
        begin,
        `${begin} `,
        `${begin}\n`,
        `${begin} ${"A".repeat(16)}\n`,
        "\n",
        " ",
        "-",
        "\\",
      ],
      Buffer.from("hunter2").toString("base64"),
    ].map((part) => part.repeat(500_000 / part.length));
    const afterBegin = [
      "\\n",
      "\\n ",
      "\n",
      " ",
      " a",
      "\\",
      ` ${"A".repeat(16)}`,
      `\na ${"A".repeat(16)}`,
    ].map((part) => begin + part.repeat(500_000 / part.length));
    const secrets = ["hunter2", "aaaa", "abcabc", "a".repeat(1000), KEY.join("\n")];
    for (const text of [...hostile, ...afterBegin]) {
      const began = performance.now();
      redact(text, secrets);
      // With the square of the length it would be minutes.
      assert.ok(performance.now() - began < 3_000, `${text.slice(0, 60)}…`);
    }
  });

  /** A mask inside of a secret would make the property meaningless. */
  const secrets = fc.string({ minLength: 3, unit: "binary" }).filter((text) => !text.includes("*"));

  it("masks a given secret at any position", () => {
    fc.assert(
      fc.property(fc.string(), secrets, fc.string(), (before, hidden, after) => {
        assert.ok(!redact(before + hidden + after, [hidden]).includes(hidden));
      }),
    );
  });

  it("masks an encoded secret at any position of the encoded text", () => {
    const long = fc.string({ minLength: 6, unit: "grapheme" }).filter((text) => !text.includes("*"));
    const encodings: ((text: string) => string)[] = [
      (text) => Buffer.from(text).toString("base64"),
      (text) => Buffer.from(text).toString("base64url"),
      (text) => JSON.stringify({ text }),
      (text) => JSON.stringify(JSON.stringify([text])),
      (text) => encodeURIComponent(text),
      (text) => new URLSearchParams({ text }).toString(),
    ];
    const word = fc.stringMatching(/^[a-z]{0,4}$/);
    fc.assert(
      fc.property(word, long, word, fc.constantFrom(...encodings), (before, hidden, after, encode) => {
        const text = encode(before + hidden + after);
        const shown = redact(`said ${text} and more`, [hidden]);
        assert.notEqual(shown, `said ${text} and more`);
        // Encoded alone it shows in none of the texts either.
        assert.ok(!shown.includes(encode(hidden)));
        assert.ok(shown.startsWith("said ") && shown.endsWith(" and more"), shown);
      }),
      { numRuns: runs(100, 500) },
    );
  });
});

describe("redactError", () => {
  it("masks the message, the stack and the cause", () => {
    const cause = new Error("it said s3cret");
    const error = new Error("failed: s3cret", { cause });
    redactError(error, ["s3cret"]);
    assert.equal(error.message, "failed: ***");
    for (const { message, stack = "" } of [error, cause])
      assert.ok(!`${message} ${stack}`.includes("s3cret"));
    redactError("no error", ["s3cret"]);
  });

  it("masks the error of an aborted signal, whose message is read-only", () => {
    const reason = new DOMException("aborted: s3cret", "AbortError");
    redactError(new Error("failed", { cause: reason }), ["s3cret"]);
    assert.equal(reason.message, "aborted: ***");
    assert.ok(!`${reason.stack}`.includes("s3cret"));
  });
});
