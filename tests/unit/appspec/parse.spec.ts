import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { parseSpec, SpecFileError } from "../../../provider/appspec/parse";
import { runs } from "../../helpers/runs";

function refused(text: string, options = {}): SpecFileError {
  try {
    parseSpec(text, { file: "app.yaml", ...options });
  } catch (error) {
    assert.ok(error instanceof SpecFileError, String(error));
    assert.equal(error.errorCode, "unreadable-file");
    return error;
  }
  return assert.fail("the text was accepted");
}

describe("parseSpec", () => {
  it("reads YAML and JSON", () => {
    assert.deepEqual(parseSpec("name: shop\nservices:\n  - name: web\n").spec, {
      name: "shop",
      services: [{ name: "web" }],
    });
    assert.deepEqual(parseSpec('{"name":"shop"}').spec, { name: "shop" });
    assert.deepEqual(parseSpec("\ufeffname: shop\r\nregion: ams\r\n").spec, { name: "shop", region: "ams" });
  });

  it("unwraps a deploy template and keeps its places", () => {
    const { spec, locate } = parseSpec("spec:\n  name: shop\n  services:\n    - name: web\n");
    assert.equal(spec.name, "shop");
    const place = locate(["services", 0, "name"]);
    assert.deepEqual([place?.line, place?.column], [4, 7]);
  });

  it("keeps numbers as written where the AppSpec expects a string", () => {
    const { spec } = parseSpec(
      "name: shop\nenvs:\n  - { key: A, value: 1.10 }\n  - { key: B, value: 0123 }\n  - { key: C, value: True }\n  - { key: D, value: yes }\n" +
        "  - { key: E, value: 123456789012345678901 }\n  - { key: F, value: '1.10' }\n  - { key: G, value: }\ndatabases:\n  - { name: db, version: 16 }\n",
    );
    assert.deepEqual(
      spec.envs?.map(({ value }) => value),
      ["1.10", "0123", "True", "yes", "123456789012345678901", "1.10", undefined],
    );
    assert.equal(spec.databases?.[0]?.version, "16");
  });

  it("keeps numbers as written behind aliases and merged maps", () => {
    const { spec } = parseSpec(
      "envs:\n  - &a { key: A, value: 1.10 }\n  - { <<: *a, key: B }\nservices:\n  - name: web\n    envs: [*a]\n",
    );
    assert.deepEqual(spec.envs, [
      { key: "A", value: "1.10" },
      { value: "1.10", key: "B" },
    ]);
    assert.deepEqual(spec.services?.[0]?.envs, [{ key: "A", value: "1.10" }]);
  });

  it("locates places, also through aliases, and falls back to the nearest parent", () => {
    const { locate } = parseSpec(
      "name: shop\nservices:\n  - &web\n    name: web\n    http_port: 80\n  - *web\n",
      { file: "app.yaml" },
    );
    const at = (...path: (string | number)[]): unknown[] => {
      const place = locate(path);
      return [place?.line, place?.column];
    };
    assert.deepEqual(at("name"), [1, 1]);
    assert.deepEqual(at("services", 0, "http_port"), [5, 5]);
    assert.deepEqual(at("services", 1, "http_port"), [5, 5]);
    assert.deepEqual(at("services", 0, "github"), at("services", 0));
    assert.deepEqual(at("nowhere", 7), [1, 1]);
    assert.equal(locate(["services", 0, "http_port"])?.excerpt, "  5 |     http_port: 80\n    |     ^");
  });

  const CASES: [what: string, text: string, reason: string, line?: number, column?: number][] = [
    ["an empty file", "", "empty"],
    ["nothing but comments", "# later\n\n---\n", "empty"],
    ["a list", "- name: shop\n", "not-a-map", 1, 1],
    ["plain text", "hello", "not-a-map", 1, 1],
    ["a template without a map", "spec: shop\n", "not-a-map", 1, 1],
    ["a template with fields beside it", "spec:\n  name: a\nregion: ams\n", "mixed-template", 3, 1],
    ["a field that appears twice", "name: a\nregion: ams\nname: b\n", "duplicate-key", 3, 1],
    ["a tag", "name: !!js/function 'x'\n", "tag", 1, 7],
    ["a binary value", "name: !!binary aGVsbG8=\n", "tag", 1],
    ["a set", "services: !!set {x}\n", "tag"],
    ["two documents", "name: a\n---\nname: b\n", "several-documents"],
    ["a tab", "services:\n\t- name: a\n", "syntax", 2, 1],
    ["an open bracket", "services: [a, b\n", "syntax"],
    ["an open quote", 'name: "shop\n', "syntax"],
    ["a bad start", "name: @shop\n", "syntax", 1, 7],
    ["a map as a key", "? { a: 1 }\n: 2\n", "syntax"],
    ["binary content", "name: a\0b\n", "binary", 1, 8],
    ["bytes that are not UTF-8", "name: a\nregion: \ufffd\n", "binary", 2, 9],
    ["a prototype as a key", "name: a\n__proto__:\n  x: 1\n", "reserved-key", 2, 1],
    ["an alias without anchor", "name: *none\n", "alias", 1, 7],
    ["an alias within its anchor", "services: &x [*x]\n", "alias", 1, 15],
    [
      "an alias bomb",
      `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefgh"].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[index]}`).join(", ")}]\n`).join("")}`,
      "alias",
    ],
    ["endless nesting", "[".repeat(5_000), "too-deep"],
    [
      "deep nesting in block style",
      Array.from({ length: 3_000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
      "too-deep",
    ],
  ];
  for (const [what, text, reason, line, column] of CASES) {
    it(`rejects ${what}`, () => {
      const error = refused(text);
      assert.equal(error.reason, reason);
      assert.match(error.message, /^app\.yaml(:\d+:\d+)?: /);
      if (line !== undefined) assert.equal(error.line, line);
      if (column !== undefined) {
        assert.equal(error.column, column);
        assert.ok(error.message.includes(`app.yaml:${line}:${column}`));
        assert.match(error.excerpt ?? "", /\^$/);
      }
    });
  }

  it("rejects a file that is too large before parsing it", () => {
    assert.equal(refused(`name: a\n#${"x".repeat(5 * 1024 * 1024)}`).reason, "too-large");
  });

  it("reads back every spec that was written as YAML", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/);
    const text = fc.string({ unit: "grapheme" }).filter((value) => !/[\0\ufffd]/.test(value));
    const plain = { noNullPrototype: true };
    const variable = fc.record({ key: fc.stringMatching(/^[A-Z_]{1,8}$/), value: text }, plain);
    const component = fc.record(
      { name, source_dir: text, http_port: fc.integer({ min: 1, max: 65535 }), envs: fc.array(variable) },
      plain,
    );
    const spec = fc.record(
      { name, disable_edge_cache: fc.boolean(), services: fc.array(component), features: fc.array(text) },
      plain,
    );
    fc.assert(
      fc.property(spec, (value) => {
        assert.deepEqual(parseSpec(stringify(value)).spec, value);
        assert.deepEqual(parseSpec(JSON.stringify(value)).spec, value);
      }),
      { numRuns: runs(12, 60) },
    );
  });

  it("returns a spec or throws a SpecFileError for any text", () => {
    const piece = fc.constantFrom(
      "name",
      ": ",
      "\n",
      "  ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      '"',
      "'",
      "&a",
      "*a",
      "!t",
      "|",
      ">",
      "#",
      "---",
      "\t",
      "?",
      "spec",
      "value",
      "%",
      "@",
      "1",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
        ),
        (text) => {
          try {
            assert.equal(typeof parseSpec(text).spec, "object");
          } catch (error) {
            assert.ok(error instanceof SpecFileError, `${JSON.stringify(text)}: ${String(error)}`);
          }
        },
      ),
      { numRuns: runs(100, 500) },
    );
  });
});

describe("excerpts of a spec file", () => {
  const secret = "hunter2";
  const texts: [what: string, text: string][] = [
    ["behind value", `envs:\n  - key: A\n    value: "${secret}\n`],
    ["in a flow map", `envs: [{ key: A, value: ${secret}, }}\n`],
    ["in JSON", `{"envs":[{"key":"A","value":"${secret}",,}]}`],
    ["in a block", `envs:\n  - key: A\n    value: |\n      first\n      ${secret}\n     \t@x\n   bad\n`],
    ["behind a bad escape", `envs:\n  - key: A\n    value: "\\q${secret}"\n`],
    ["behind a misspelled field", `envs:\n  - key: A\n    vlaue: @${secret}\n`],
    ["without a colon", `envs:\n  - key: A\n    value ${secret}\n    type: SECRET\n`],
    ["in an image", `services:\n  - image:\n      registry_credentials: @${secret}\n`],
    ["in an open quote further up", `envs:\n  - value: "begins\n  ${secret}\n  name: x: y\n`],
    ["as a tag", `envs:\n  - value: !${secret} ${secret}\n`],
    ["as an alias", `envs:\n  - value: *${secret}\n`],
    [
      "in an address",
      `services:\n  - git: { repo_clone_url: 'https://me:${secret}@example.com/a.git', @ }\n`,
    ],
    ["in a duplicate", `envs:\n  - value: a\n    value: ${secret}\n`],
  ];
  for (const [what, text] of texts) {
    it(`hide a secret ${what}`, () => {
      const error = refused(text);
      assert.ok(error.line !== undefined && error.excerpt !== undefined);
      assert.ok(!error.message.includes(secret), error.message);
    });
  }

  it("show a value below a safe field, even after a misspelled one", () => {
    const { locate } = parseSpec(`vlaue:\n  a: ${secret}\nservices:\n  - name: web\n`);
    assert.match(locate(["services", 0, "name"])?.excerpt ?? "", /- name: web/);
  });

  it("hide secrets at located places", () => {
    const text = `envs:\n  - key: A\n    vlaue: ${secret}\n  - key: B\n    value: >\n      ${secret}\nservices:\n  - name: web\n    run_command: run\n`;
    const { locate } = parseSpec(text);
    for (const path of [
      ["envs", 0, "vlaue"],
      ["envs", 0],
      ["envs", 1, "value"],
    ])
      assert.ok(!locate(path)?.excerpt.includes(secret));
    assert.match(locate(["services", 0, "run_command"])?.excerpt ?? "", /run_command: run/);
    assert.match(locate(["envs", 0, "vlaue"])?.excerpt ?? "", /vlaue: \*\*\*/);
  });

  it("shorten long lines and contain no terminal escape sequences", () => {
    const { locate } = parseSpec(
      `{"name":"shop","region":"${"a".repeat(300)}","maintenance":{"enabled":true}}`,
    );
    const excerpt = locate(["maintenance"])?.excerpt ?? "";
    assert.ok(excerpt.split("\n").every((line) => line.length < 120));
    assert.match(excerpt, /maintenance/);
    assert.doesNotMatch(refused("name: \u001b[31mred: x: y\n").message, /\u001b/);
  });
});
