import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonMistake, looksLikeJson } from "../../../provider/appspec/json-syntax";
import { parseSpec, SpecFileError } from "../../../provider/appspec/parse";
import { validate } from "../../../provider/appspec/validate";

function refused(text: string): SpecFileError {
  try {
    parseSpec(text, { file: "app.yaml" });
  } catch (error) {
    assert.ok(error instanceof SpecFileError, String(error));
    return error;
  }
  return assert.fail(`the text was accepted: ${text}`);
}

type Case = [what: string, text: string, line: number, column: number, says: RegExp];

function describeCases(cases: readonly Case[], reason: string): void {
  for (const [what, text, line, column, says] of cases) {
    for (const [form, written] of [
      ["", text],
      [" with CRLF line endings", text.replaceAll("\n", "\r\n")],
      [" in a deploy template", `spec:\n${text.replace(/^(?=.)/gm, "  ")}`],
    ] as const) {
      const [down, right] = form.endsWith("template") ? [1, 2] : [0, 0];
      it(`points to ${what}${form}`, () => {
        const error = refused(written);
        assert.deepEqual([error.reason, error.line, error.column], [reason, line + down, column + right]);
        assert.match(`${error.what} ${error.hint}`, says);
      });
    }
  }
}

describe("a YAML indentation error", () => {
  it("is not suspected in a list in the column of its field", () => {
    const { what, hint } = refused("services:\n- @web\n");
    assert.doesNotMatch(`${what} ${hint}`, /indented|column|Align/);
  });

  const web = "services:\n  - name: web\n    github: { repo: a/b, branch: main }\n";
  describeCases(
    [
      [
        "an item that begins before the others",
        `${web}- name: api\n`,
        4,
        1,
        /less than.*line 2.*by 2 spaces, not 0/,
      ],
      [
        "an item that begins after the others",
        `${web}    - name: api\n`,
        4,
        5,
        /more than.*line 2.*by 2 spaces, not 4/,
      ],
      [
        "an item of a deeper list",
        `${web}    envs:\n      - key: A\n        value: b\n    - key: B\n`,
        7,
        5,
        /less than.*line 5.*by 6 spaces, not 4/,
      ],
      ["an item behind other fields", `name: shop\n${web}- name: api\nregion: nyc\n`, 5, 1, /line 3/],
      [
        "the second of three items",
        `${web}   - name: api\n   - name: mail\n`,
        4,
        4,
        /line 2.*by 2 spaces, not 3/,
      ],
      [
        "a field that ends a list too early",
        `${web}    envs:\n    - key: A\n    value: b\n    - key: B\n`,
        6,
        5,
        /less than.*item on line 5/,
      ],
      ["an item among fields", "services:\n  name: web\n  - name: api\n", 3, 3, /dash before line 2/],
      [
        "a field that begins before the others",
        `${web}   http_port: 80\n`,
        4,
        4,
        /less than.*line 3.*by 4 spaces, not 3/,
      ],
      ["a field that begins after the others", `${web}     http_port: 80\n`, 4, 6, /more than.*line 3/],
      [
        "a field right behind the first",
        "services:\n- name: web\n   http_port: 80\n",
        3,
        4,
        /more than.*line 2/,
      ],
      [
        "a field of a deeper map",
        "services:\n- name: web\n  github:\n    repo: a/b\n   branch: main\n",
        5,
        4,
        /by 4 spaces, not 3/,
      ],
    ]
      .map((one) => one as Case)
      .map(([what, text, line, column, says]): Case => [what, text, line, column, inTemplates(says)]),
    "syntax",
  );

  it("reports the path in the spec", () => {
    assert.equal(
      refused("services:\n- name: web\n  github:\n    repo: a/b\n   branch: main\n").specPath,
      "spec.services[0].branch",
    );
    assert.equal(refused("spec:\n  name: @x\n").specPath, "spec.name");
    assert.equal(refused("hunter2:\n  hunter2: @x\n").specPath, undefined);
  });
});

/** Lines count one more below `spec:`, so that only the words and the columns are compared there. */
function inTemplates(says: RegExp): RegExp {
  return new RegExp(
    says.source
      .replaceAll(/line \d+/g, "line \\d+")
      .replaceAll(/by \d+ spaces, not \d+/g, "by \\d+ spaces, not \\d+"),
  );
}

describe("a missing colon", () => {
  describeCases(
    [
      ["a field without a colon", "name: shop\nregion nyc\nservices: []\n", 2, 1, /colon is missing/],
      ["a colon without a space", "name:shop\nregion: nyc\n", 1, 1, /space is missing/],
    ],
    "syntax",
  );
});

describe("an unclosed quote", () => {
  describeCases(
    [
      ["a text before the next line", 'name: "shop\nregion: nyc\n', 1, 7, /not closed/],
      ["a text before other quotes", 'name: "shop\nregion: "nyc"\n', 1, 7, /not closed/],
      ["a text in a list", "services:\n- name: 'web\n  http_port: 80\n", 2, 9, /not closed/],
      [
        "a command",
        'services:\n- name: web\n  run_command: "npm start\n  http_port: 80\n',
        3,
        16,
        /not closed/,
      ],
    ],
    "syntax",
  );

  it("does not show a secret", () => {
    assert.doesNotMatch(refused('envs:\n- key: A\n  value: "hunter2\n').message, /hunter2/);
  });
});

describe("text that must be quoted", () => {
  const job = "jobs:\n- name: task\n  schedule:\n";
  describeCases(
    [["a schedule that begins with *", `${job}    cron: */5 * * * *\n`, 4, 15, /starts with \*.*quotes/]],
    "alias",
  );
  describeCases(
    [
      [
        "a command with a colon",
        "workers:\n- name: mail\n  run_command: echo a: b\n",
        3,
        16,
        /colon.*quotes/,
      ],
      [
        "a command half in quotes",
        'workers:\n- name: mail\n  run_command: "npm" start\n',
        3,
        22,
        /one pair of quotes/,
      ],
    ],
    "syntax",
  );

  it("is reported if it looks like an alias", () => {
    assert.match(refused("domains:\n- domain: *.example.com\n").message, /quotes/);
  });
});

describe("a missing bracket or comma", () => {
  describeCases(
    [
      [
        "a brace",
        "services:\n- name: web\n  github: {repo: a/b\n  http_port: 80\n",
        3,
        11,
        /this \{ is not closed/,
      ],
      [
        "a bracket",
        "services:\n- name: web\n  internal_ports: [80, 81\n  http_port: 80\n",
        3,
        19,
        /this \[ is not closed/,
      ],
      ["a comma in braces", "envs:\n- {key: A value: b}\n", 2, 9, /comma/],
      ["a comma behind quotes", 'envs:\n- {key: "A" value: b}\n', 2, 9, /comma/],
      ["a dash before an item", "envs:\n  - key: A\n    value: b\n  key: B\n", 4, 3, /dash before it/],
    ],
    "syntax",
  );
});

describe("an unrendered template", () => {
  describeCases(
    [
      ["a name in two braces", "name: {{ name }}\nregion: nyc\n", 1, 7, /not rendered/],
      [
        "a name in two braces of Helm",
        "services:\n- name: {{ .Values.name }}\n  http_port: 80\n",
        2,
        9,
        /not rendered/,
      ],
      [
        "a condition",
        "name: shop\n{% if x %}\nregion: nyc\n{% endif %}\n",
        2,
        1,
        /not rendered.*also in line/,
      ],
      [
        "a loop",
        "services:\n{{- range .Services }}\n- name: {{ .Name }}\n{{- end }}\n",
        2,
        1,
        /also in line/,
      ],
      ["a tag of ERB", "<% if x %>\nname: shop\n<% end %>\n", 1, 1, /not rendered/],
      ["a value in braces", "envs:\n- { key: A, value: ${db.DATABASE_URL} }\n", 2, 20, /quotes/],
      [
        "a repository in braces",
        "services:\n- github: {repo: ${REPO}, branch: main}\n",
        2,
        18,
        /quotes.*substitute/,
      ],
    ],
    "placeholder",
  );

  it("is ignored in quotes and comments", () => {
    for (const text of ["name: '{{ x }}' # {{ y }}\nregion: @x\n", "name: shop # {% x %}\nregion: @x\n"])
      assert.equal(refused(text).reason, "syntax");
  });
});

describe("a JSON syntax error", () => {
  const CASES: [what: string, text: string, line: number, column: number, says: RegExp, path?: string][] = [
    ["a missing comma", '{\n  "name": "shop"\n  "region": "nyc"\n}', 3, 3, /comma is missing/, "spec.region"],
    [
      "a missing comma in a list",
      '{"services": [{"name": "web"} {"name": "api"}]}',
      1,
      31,
      /comma is missing/,
    ],
    ["a missing colon", '{\n  "name" "shop"\n}', 2, 10, /colon is missing/, "spec.name"],
    ["two commas", '{"name": "shop",, "region": "nyc"}', 1, 17, /missing before this comma/],
    [
      "a list that is not closed",
      '{\n  "services": [ {"name": "web"}\n',
      2,
      15,
      /not closed/,
      "spec.services",
    ],
    ["a map that is not closed", '{ "name": "shop"', 1, 1, /not closed/],
    ["the wrong bracket", '{ "services": [ {"name": "web" } }', 1, 34, /does not match an open bracket/],
    ["a bracket too many", '{ "name": "shop" } }', 1, 20, /after the last bracket/],
    [
      "a text that is not closed",
      '{\n  "name": "shop,\n  "region": "nyc"\n}',
      2,
      11,
      /not closed on its line/,
      "spec.name",
    ],
    ["a bad escape", '{ "name": "sh\\xop" }', 1, 14, /backslash/],
    ["a comment", '{\n  // my app\n  "name": "shop"\n}', 2, 3, /not allow comments/],
    ["a comment of several lines", '{\n  /* my\n app */ "name": "shop"\n}', 2, 3, /not allow comments/],
    [
      "a comment at the end of a line",
      '{\n  "name": "shop", // my app\n  "region": "nyc"\n}',
      2,
      19,
      /not allow comments/,
    ],
  ];
  for (const [what, text, line, column, says, path] of CASES) {
    it(`is reported at its location: ${what}`, () => {
      const error = refused(text);
      assert.deepEqual([error.reason, error.line, error.column], ["syntax", line, column], error.message);
      assert.match(error.what, says);
      assert.ok(error.hint.length > 10);
      if (path !== undefined) {
        assert.equal(error.specPath, path);
        assert.ok(error.message.includes(path));
      }
    });
  }

  it("is not reported for valid JSON with tabs, a byte order mark and any text", () => {
    const json = fc.json();
    fc.assert(fc.property(json, (text) => assert.equal(jsonMistake(text), undefined)));
    const spec = {
      name: "shop",
      services: [{ name: "web", git: { repo_clone_url: "https://example.com//a.git" } }],
    };
    for (const text of [
      JSON.stringify(spec),
      JSON.stringify(spec, undefined, "\t"),
      JSON.stringify(spec, undefined, 2).replaceAll("\n", "\r\n"),
      `\ufeff${JSON.stringify(spec)}`,
      '{"name": "shop", "services": [{"name": "web", "git": {"repo_clone_url": "https://example.com//a.git"},},],}',
    ])
      assert.deepEqual(parseSpec(text).spec, spec);
  });

  it("is not reported for YAML", () => {
    assert.equal(looksLikeJson("name: shop\n"), false);
    assert.equal(looksLikeJson("{name: shop}"), false);
    assert.deepEqual(validate(parseSpec("{name: shop, region: nyc, services: []}").spec).length, 1);
  });

  it("never throws or quotes the text", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "'",
      "\\",
      "\n",
      " ",
      "hunter2",
      "//",
      "/*",
      "1",
      '"a"',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const mistake = jsonMistake(`{${pieces.join("")}`);
        assert.doesNotMatch(JSON.stringify(mistake ?? ""), /hunter2/);
      }),
    );
  });
});
