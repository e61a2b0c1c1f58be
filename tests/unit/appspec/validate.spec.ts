import assert from "node:assert/strict";
import fc from "fast-check";
import { nearest } from "../../../provider/appspec/nearest";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { validate, type Problem } from "../../../provider/appspec/validate";

const github = { repo: "example/shop", branch: "main" };
const app = (service: object, rest: object = {}): object => ({
  name: "shop",
  services: [{ name: "web", github, ...service }],
  ...rest,
});
const only = (problems: Problem[]): Problem => {
  assert.equal(problems.length, 1, JSON.stringify(problems));
  return problems[0] as Problem;
};

describe("validate", () => {
  it("accepts a small app", () => {
    assert.deepEqual(validate(app({})), []);
  });

  it("rejects a spec that is not a map", () => {
    for (const value of [null, undefined, 1, "text", [], true])
      assert.equal(only(validate(value)).code, "wrong-type");
  });

  it("reports a misspelled field as an error and suggests the correct field", () => {
    for (const wrong of [
      "instace_count",
      "instance_coutn",
      "instancecount",
      "instanceCount",
      "instance-count",
    ]) {
      const problem = only(validate(app({ [wrong]: 2 })));
      assert.deepEqual(problem, {
        severity: "error",
        code: "unknown-field",
        path: ["services", 0, wrong],
        message: "is not a field of a service",
        hint: "did you mean instance_count?",
      });
    }
  });

  it("only warns about misspelled fields if unknown fields are allowed", () => {
    assert.equal(only(validate(app({ instace_count: 2 }), { allowUnknown: true })).severity, "warning");
  });

  it("warns about unknown fields", () => {
    const unheard = only(validate(app({ quantum_tunnel: true })));
    assert.deepEqual([unheard.severity, unheard.code], ["warning", "unknown-field"]);
    assert.match(unheard.message, /sent unchanged/);
  });

  it("explains how to write the name of a domain, and how to include its subdomains", () => {
    const hintFor = (domain: string): string | undefined => {
      const problem = only(validate(app({}, { domains: [{ domain }] })));
      assert.deepEqual([problem.severity, problem.path], ["error", ["domains", 0, "domain"]]);
      return problem.hint;
    };
    assert.equal(hintFor("*.example.com"), "write example.com, and wildcard: true");
    assert.match(hintFor("https://example.com/") ?? "", /only the host name/);
  });

  it("reports where a value does not match the schema, by index in lists and by name in maps", () => {
    const pathOf = (spec: object): unknown => only(validate(spec)).path;
    assert.deepEqual(pathOf({ ...app({}), name: "Shop" }), ["name"]);
    assert.deepEqual(pathOf(app({ instance_count: -1 })), ["services", 0, "instance_count"]);
  });

  it("converts scalars of the wrong type with a warning", () => {
    for (const service of [
      { http_port: "80" },
      { envs: [{ key: "A", value: 1 }] },
      { envs: [{ key: "A", value: true }] },
    ]) {
      const problem = only(validate(app(service)));
      assert.deepEqual([problem.severity, problem.code], ["warning", "converted-value"]);
    }
    assert.equal(only(validate(app({}, { disable_edge_cache: "true" }))).code, "converted-value");
  });

  it("checks the limits of a number given as a string", () => {
    const codes = validate(app({ http_port: "99999" })).map(({ code }) => code);
    assert.deepEqual(codes, ["too-big", "converted-value"]);
  });

  it("enforces the documented limits", () => {
    const name = (text: string): object => ({ ...app({}), name: text });
    const cases: [object, string][] = [
      [name("x"), "too-short"],
      [name("x".repeat(33)), "too-long"],
      [name("Shop"), "wrong-format"],
      [app({ http_port: 0 }), "too-small"],
      [app({ liveness_health_check: { success_threshold: 2 } }), "too-big"],
      [app({ envs: [{ key: "1A", value: "" }] }), "wrong-format"],
      [app({ envs: [{ value: "" }] }), "missing-field"],
      [app({}, { domains: [{ domain: "https://example.com" }] }), "wrong-format"],
    ];
    for (const [spec, code] of cases) {
      const problems = validate(spec).filter((problem) => problem.code === code);
      assert.equal(problems.length, 1, code);
      assert.equal(problems[0]?.severity, "error");
    }
    assert.deepEqual(validate(app({ http_port: 65535 })), []);
  });

  it("suggests the replacement of a deprecated field", () => {
    const problem = only(validate(app({ routes: [{ path: "/" }] })));
    assert.deepEqual([problem.code, problem.hint], ["deprecated-field", "use ingress.rules of the app"]);
  });

  it("treats a field without a value as not set", () => {
    const problem = only(validate(app({ run_command: null })));
    assert.deepEqual([problem.severity, problem.code], ["warning", "empty-field"]);
    assert.deepEqual(
      validate({ name: "shop", domains: [{ domain: null }], services: [] }).map(({ code }) => code),
      ["missing-field", "no-components", "empty-field"],
    );
  });

  it("reports all problems at once", () => {
    const codes = validate({ nam: "shop", services: [{ http_port: "x" }, { name: "B" }] }).map(
      ({ code }) => code,
    );
    for (const code of ["unknown-field", "wrong-type", "missing-field", "too-short", "no-source"])
      assert.ok(codes.includes(code), code);
  });

  it("never shows values that may be secret", () => {
    const secret = "hunter2-hunter2";
    const problems = validate({
      name: "shop",
      services: [
        {
          name: "web",
          image: { registry_credentials: [secret], tag: "x", repository: "r", registry_type: "GHCR" },
          envs: [
            { key: "A", value: { secret } },
            { key: "B", value: `\${${secret}.URL}`, type: "SECRET" },
          ],
          log_destinations: [{ name: "x", datadog: { api_key: { secret } } }],
        },
      ],
      ingress: { secure_header: { value: [secret] } },
    });
    assert.ok(problems.length >= 5);
    assert.ok(!JSON.stringify(problems).includes(secret));
  });

  it("truncates long values and hides passwords in URLs", () => {
    const long = only(validate({ ...app({}), name: "a".repeat(500) }).slice(0, 1));
    assert.ok(long.message.length < 150);
    const address = validate(
      app({}, { ingress: { custom_error_page_url: "http://me:hunter2@example.com/" } }),
    );
    assert.ok(!JSON.stringify(address).includes("hunter2"));
  });

  it("accepts values that are not known yet, anywhere in the spec", () => {
    const everything = {
      name: UNKNOWN,
      region: UNKNOWN,
      services: [
        { name: "web", github: UNKNOWN, http_port: UNKNOWN, envs: UNKNOWN, instance_count: UNKNOWN },
        UNKNOWN,
        { name: UNKNOWN, image: { repository: UNKNOWN, tag: UNKNOWN }, autoscaling: { metrics: UNKNOWN } },
        { name: "api", github, envs: [{ key: UNKNOWN, value: UNKNOWN, scope: UNKNOWN }, UNKNOWN] },
      ],
      jobs: UNKNOWN,
      databases: [{ name: "db", production: UNKNOWN, engine: "MYSQL" }],
      ingress: { rules: [{ match: UNKNOWN, component: { name: "perhaps-a-job" } }] },
      domains: [{ domain: UNKNOWN }, { domain: UNKNOWN }],
    };
    assert.deepEqual(
      validate(everything).filter(({ code }) => code !== "no-registry-type"),
      [],
    );
    assert.deepEqual(validate(UNKNOWN), []);
  });

  it("is not affected by prototype properties", () => {
    const spec = JSON.parse(
      '{"name":"shop","__proto__":{"name":1},"constructor":1,"services":[{"name":"web","toString":1,"github":{"repo":"a/b"}}]}',
    ) as object;
    const problems = validate(spec);
    assert.deepEqual(problems.map(({ path }) => path.at(-1)).sort(), [
      "__proto__",
      "constructor",
      "toString",
    ]);
    assert.ok(problems.every(({ severity, code }) => severity === "warning" && code === "unknown-field"));
    const emptyShape = validate({ name: "shop", services: [{ name: "__proto__", github }] });
    assert.equal(emptyShape[0]?.code, "wrong-format");
  });

  it("never throws, whatever the input", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withNullPrototype: true,
          withMap: true,
          withDate: true,
          withBigInt: true,
          withSparseArray: true,
        }),
        (value) => Array.isArray(validate(value)),
      ),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(validate(value))));
  });

  it("never throws for specs with any value in any place", () => {
    const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(UNKNOWN), fc.constant(undefined));
    const field = (...names: string[]): fc.Arbitrary<object> =>
      fc.dictionary(fc.constantFrom(...names, "__proto__", "nmae"), junk);
    const component = field(
      "name",
      "git",
      "image",
      "envs",
      "autoscaling",
      "instance_count",
      "routes",
      "cors",
      "alerts",
      "log_destinations",
      "schedule",
      "kind",
      "internal_ports",
      "health_check",
    );
    const list = fc.oneof(fc.array(fc.oneof(component, junk)), junk);
    const spec = fc.record(
      {
        name: junk,
        services: list,
        jobs: list,
        databases: list,
        domains: list,
        envs: list,
        alerts: list,
        ingress: fc.oneof(junk, fc.record({ rules: list })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(spec, (value) => {
        for (const { code, path, message } of validate(value)) {
          assert.match(code, /^[a-z]+(-[a-z]+)*$/);
          assert.ok(Array.isArray(path) && message !== "");
        }
      }),
    );
  });

  it("handles deeply nested specs", () => {
    let deep: unknown = {};
    for (let level = 0; level < 20_000; level++) deep = { deep };
    assert.equal(only(validate({ ...app({}), deep })).code, "unknown-field");
  });

  it("stays fast for large specs", () => {
    const services = Array.from({ length: 2_000 }, (_, index) => ({
      name: `web-${index}`,
      github,
      envs: Array.from({ length: 5 }, (__, variable) => ({
        key: `K${variable}`,
        value: "${web-1.PUBLIC_URL}",
      })),
    }));
    assert.deepEqual(validate({ name: "big", services }), []);
    const hostile = validate(app({ envs: [{ key: "A", value: "${".repeat(500_000) }] }));
    assert.deepEqual(hostile, []);
  });
});

describe("nearest", () => {
  it("finds words one edit away and no others", () => {
    const words = ["github", "gitlab", "http_port"];
    assert.equal(nearest("githbu", words), "github");
    assert.equal(nearest("gitub", words), "github");
    assert.equal(nearest("gitHub", words), "github");
    assert.equal(nearest("httpPort", words), "http_port");
    assert.equal(nearest("git", words), undefined);
    assert.equal(nearest("github", words), undefined);
  });

  it("recognizes every single edit", () => {
    const word = fc.string({ minLength: 3, maxLength: 12, unit: fc.constantFrom(..."abcdef_") });
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom(..."xyz"), (original, at, letter) => {
        const place = at % original.length;
        const edits = [
          original.slice(0, place) + letter + original.slice(place),
          original.slice(0, place) + letter + original.slice(place + 1),
          original.slice(0, place) + original.slice(place + 1),
        ];
        for (const edit of edits) assert.equal(nearest(edit, [original]), original);
      }),
    );
  });
});
