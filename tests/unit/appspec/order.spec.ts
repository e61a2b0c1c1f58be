import assert from "node:assert/strict";
import fc from "fast-check";
import { describeAll } from "../../../provider/appspec/describe";
import { parseSpec } from "../../../provider/appspec/parse";
import { validate } from "../../../provider/appspec/validate";
import { runs } from "../../helpers/runs";

/** A spec with mistakes of both kinds, its parts in any order. */
const PARTS = [
  "name: Shop",
  "region: moon",
  "services:\n- http_port: eighty\n  name: web\n  routes: [{ path: / }]\n  instance_size_slug: basic-xs",
  "databases:\n- engine: mysql\n  size: small\n  name: d",
  "domains:\n- domain: x",
  "quantum: 1",
  "envs:\n- value: '${GONE}'\n  key: A\n- key: A\n  value: b",
];

describe("problems of a spec", () => {
  it("list errors first, then warnings, each by line in the file", () => {
    const texts = fc.shuffledSubarray(PARTS, { minLength: 2 }).map((parts) => `${parts.join("\n")}\n`);
    fc.assert(
      fc.property(texts, (text) => {
        const source = parseSpec(text);
        const problems = validate(source.spec);
        const described = describeAll(problems, source.spec, source);
        assert.deepEqual(
          described.map(({ problem }) => problem.severity),
          described.map(({ problem }) => problem.severity).sort(),
        );
        for (const severity of ["error", "warning"]) {
          const lines = described
            .filter(({ problem }) => problem.severity === severity)
            .map(({ places }) => places.at(-1)?.line ?? 0);
          assert.deepEqual(
            lines,
            lines.toSorted((a, b) => a - b),
            text,
          );
        }
        // Without a file the places in the spec decide, and lead to the same order in a file without anchors.
        assert.deepEqual(
          described.map(({ problem }) => problem.code),
          problems.map(({ code }) => code),
        );
      }),
      { numRuns: runs(12, 60) },
    );
  });
});

describe("deprecated fields and sizes", () => {
  const component = (index: number, size: string): object => ({
    name: `web-${index}`,
    github: { repo: "a/b" },
    instance_size_slug: size,
    routes: [{ path: `/${index}` }],
  });

  it("have one message per kind, with all places and replacements", () => {
    const sizes = ["basic-xxs", "professional-l", "basic-xxs", "basic-m", "basic-xs", "apps-s-1vcpu-1gb"];
    const problems = validate({ name: "shop", services: sizes.map((size, index) => component(index, size)) });
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["deprecated-size", "deprecated-field"],
    );
    const [size, field] = problems;
    assert.match(size?.message ?? "", /services\.web-1.*services\.web-2.*services\.web-3.*1 more/);
    for (const replacement of [
      "apps-s-1vcpu-0.5gb instead of basic-xxs",
      "apps-d-2vcpu-8gb instead of professional-l",
      "apps-s-2vcpu-4gb instead of basic-m",
      "apps-s-1vcpu-1gb instead of basic-xs",
    ])
      assert.ok(size?.hint?.includes(replacement), size?.hint);
    assert.equal(size?.hint?.match(/basic-xxs/g)?.length, 1);
    assert.match(field?.message ?? "", /2 more/);
  });

  it("have separate messages for different fields", () => {
    const database = { name: "db", engine: "PG", size: "s", num_nodes: 1 };
    const other = { ...database, name: "db2" };
    assert.deepEqual(
      validate({ name: "shop", databases: [database, other] }).map(({ code, path }) => [code, path.at(-1)]),
      [
        ["deprecated-field", "size"],
        ["deprecated-field", "num_nodes"],
      ],
    );
  });
});

describe("a duplicate variable in a file", () => {
  it("is reported with all of its lines", () => {
    const text =
      "name: shop\nenvs:\n- key: A\n  value: 1\n- key: B\n  value: 2\n- key: A\n  value: 3\nworkers:\n- name: mail\n  github: { repo: a/b }\n";
    const source = { ...parseSpec(text), file: "app.yaml" };
    const [{ text: described = "" } = {}] = describeAll(validate(source.spec), source.spec, source);
    assert.match(described, /app\.yaml:3:3 and 7:3/);
    assert.match(described, /3 \| - key: A[^]*7 \| - key: A/);
  });
});

describe("a mistake behind a YAML anchor", () => {
  it("is reported once, however often the anchor is used", () => {
    const text =
      "name: shop\nservices:\n- &web\n  name: web\n  github: &from { repo: a/b, deploy_on_push: yes }\n" +
      "- { name: api, github: *from }\n- { <<: *web, name: third }\n";
    const source = parseSpec(text);
    const problems = validate(source.spec);
    assert.equal(problems.length, 3);
    assert.deepEqual(
      describeAll(problems, source.spec, source).map(({ places }) => places.map(({ line }) => line)),
      [[5]],
    );
    assert.equal(describeAll(problems, source.spec).length, 3);
  });
});
