import assert from "node:assert/strict";
import fc from "fast-check";
import { validate } from "../../../../provider/appspec/validate";
import { github, only, service } from "./found";

const FORMS = [
  "${NAME}",
  "${name}",
  "v-${TAG}",
  "${TAG:-latest}",
  "${{ github.sha }}",
  "{{ name }}",
  "{{.Values.tag}}",
  "{% if x %}",
  "<%= name %>",
];
const LOOSE = ["<NAME>", "<your-name>", "$(NAME)", "$NAME", "#{NAME}#"];
const image = (fields: object): object => ({
  name: "shop",
  services: [
    { name: "web", image: { registry_type: "GHCR", registry: "acme", repository: "web", ...fields } },
  ],
});
const logs = (fields: object): object => service({ log_destinations: [{ name: "logs", ...fields }] });

/** Specs with the text in one place where nothing expands it. */
const PLACES: [string, (text: unknown) => object][] = [
  ["name", (text) => ({ ...service({}), name: text })],
  ["region", (text) => ({ ...service({}), region: text })],
  ["domains", (text) => service({}, { domains: [{ domain: text }] })],
  ["a component's name", (text) => ({ name: "shop", services: [{ name: text, github }] })],
  ["a repository", (text) => service({ github: { repo: text, branch: "main" } })],
  ["a branch", (text) => service({ github: { repo: "a/b", branch: text } })],
  ["a clone address", (text) => service({ github: undefined, git: { repo_clone_url: text } })],
  ["a count", (text) => service({ instance_count: text })],
  ["a port", (text) => service({ http_port: text })],
  ["an internal port", (text) => service({ internal_ports: [text] })],
  ["a size", (text) => service({ instance_size_slug: text })],
  ["a boolean", (text) => service({ github: { ...github, deploy_on_push: text } })],
  ["a list", (text) => service({ envs: text })],
  ["a map", (text) => service({ autoscaling: text })],
  ["an item", (text) => service({ envs: [text] })],
  ["a key", (text) => service({ envs: [{ key: text, value: "x" }] })],
  ["a scope", (text) => service({ envs: [{ key: "A", value: "x", scope: text }] })],
  ["a tag", (text) => image({ tag: text })],
  ["an image", (text) => image({ repository: text })],
  ["a type of registry", (text) => image({ registry_type: text })],
  ["a Dockerfile", (text) => service({ dockerfile_path: text })],
  [
    "a schedule",
    (text) => ({
      name: "shop",
      jobs: [{ name: "task", github, kind: "SCHEDULED", schedule: { cron: text } }],
    }),
  ],
  ["an engine", (text) => service({}, { databases: [{ name: "db", engine: text }] })],
  [
    "a cluster",
    (text) =>
      service({}, { databases: [{ name: "db", engine: "PG", production: true, cluster_name: text }] }),
  ],
  [
    "the component of an ingress rule",
    (text) => service({}, { ingress: { rules: [{ match: {}, component: { name: text } }] } }),
  ],
  [
    "an authority",
    (text) =>
      service(
        {},
        { ingress: { rules: [{ match: { authority: { exact: text } }, component: { name: "web" } }] } },
      ),
  ],
  ["a feature", (text) => service({}, { features: [text] })],
  ["a log address", (text) => logs({ endpoint: text })],
];

const SECRET_PLACES: [string, (text: string) => object][] = [
  ["credentials", (text) => image({ registry_credentials: text })],
  ["a token", (text) => logs({ logtail: { token: text } })],
  ["a header", (text) => logs({ endpoint: "https://example.com", headers: [{ key: "X", value: text }] })],
  [
    "a password",
    (text) =>
      logs({ open_search: { endpoint: "https://example.com", basic_auth: { user: "u", password: text } } }),
  ],
  [
    "the secure header",
    (text) => service({}, { ingress: { secure_header: { key: "X-Edge", value: text } } }),
  ],
];

describe("an unfilled placeholder", () => {
  for (const [what, spec] of PLACES) {
    it(`is one error in ${what}`, () => {
      for (const text of [...FORMS, ...LOOSE]) {
        const problem = only(spec(text));
        assert.deepEqual([problem.severity, problem.code], ["error", "unfilled-placeholder"], text);
        assert.ok(problem.hint?.includes("program"));
      }
    });
  }

  for (const [what, spec] of SECRET_PLACES) {
    it(`is one error in ${what}, which does not quote the value`, () => {
      for (const text of FORMS) {
        const problem = only(spec(text));
        assert.deepEqual([problem.severity, problem.code], ["error", "unfilled-placeholder"], text);
        assert.ok(!JSON.stringify(problem).includes(text));
      }
      for (const text of LOOSE) assert.deepEqual(validate(spec(text)), [], text);
    });
  }

  it("is quoted in the message if it is not secret", () => {
    assert.match(only(image({ tag: "v-${IMAGE_TAG}-x" })).message, /"\$\{IMAGE_TAG\}"/);
  });

  it("is one error per place", () => {
    const spec = {
      ...service({ http_port: "${PORT}", github: { repo: "${REPO}", branch: "${BRANCH}" } }),
      name: "${NAME}",
    };
    assert.deepEqual(
      validate(spec).map(({ code, path }) => [code, path.at(-1)]),
      [
        ["unfilled-placeholder", "name"],
        ["unfilled-placeholder", "repo"],
        ["unfilled-placeholder", "branch"],
        ["unfilled-placeholder", "http_port"],
      ],
    );
  });

  it("is an error as a field name", () => {
    const problem = only(service({ "${FIELD}": "x" }));
    assert.deepEqual([problem.severity, problem.code], ["error", "unfilled-placeholder"]);
  });
});

describe("a placeholder in a value or command", () => {
  const variable = (value: string, more: object = {}): object =>
    service({ envs: [{ key: "A", value, ...more }] }, { envs: [{ key: "NAME", value: "x" }] });
  const command = (text: string): object => service({ run_command: text, build_command: text });

  it("is accepted in values and commands as ${NAME}", () => {
    for (const text of ["${NAME}", "${APP_URL}/x", "${_self.PRIVATE_URL}", "${web.PUBLIC_URL}", "$NAME"])
      assert.deepEqual(validate(variable(text)), [], text);
    for (const text of ["serve -p ${PORT:-8080}", "echo ${X} $Y $(date)", "awk '{print $1}' <in >out"])
      assert.deepEqual(validate(command(text)), [], text);
  });

  it("is a warning if it uses template syntax", () => {
    for (const text of [
      "{{ name }}",
      "a {{ .Values.x }} b",
      "{% if x %}y{% endif %}",
      "${{ secrets.TOKEN }}",
      "<%= x %>",
    ]) {
      const problem = only(variable(text));
      assert.deepEqual([problem.severity, problem.code], ["warning", "unfilled-placeholder"], text);
      const found = validate(command(text));
      assert.deepEqual(
        found.map(({ severity, code }) => [severity, code]),
        [
          ["warning", "unfilled-placeholder"],
          ["warning", "unfilled-placeholder"],
        ],
        text,
      );
    }
    assert.doesNotMatch(JSON.stringify(validate(variable("{{ hunter2 }}", { type: "SECRET" }))), /hunter2/);
  });

  it("is a warning if the whole value is a placeholder", () => {
    assert.equal(only(variable("<REQUIRED>")).code, "unfilled-placeholder");
    for (const text of ["<b>bold</b>", "a <REQUIRED> b", "<html>"])
      assert.deepEqual(validate(variable(text)), [], text);
  });

  it("is not reported for other text", () => {
    for (const value of ['{"a":{"b":1}}', "{}", "100%", "a < b > c", "$", "${}", "{ {x} }", "{%"])
      assert.deepEqual(validate(variable(value)), [], value);
    const cors = { allow_origins: [{ regex: "^https://[a-z]{2,}<x>$" }] };
    assert.deepEqual(
      validate(service({}, { ingress: { rules: [{ match: {}, component: { name: "web" }, cors }] } })),
      [],
    );
  });
});

describe("placeholder detection", () => {
  it("stays fast for hostile input", () => {
    for (const piece of ["${", "{{", "{%", "<%", "<a", "$(a", "${{", "${a", "#{a", "<a ", "{{a", "{%a"]) {
      validate(service({ source_dir: piece.repeat(200_000), run_command: piece.repeat(200_000) }));
    }
  }).timeout(5_000);

  it("reports nothing in plain words", () => {
    const words = fc.stringMatching(/^[a-z0-9./_ -]{0,30}$/);
    fc.assert(
      fc.property(words, (text) => {
        const problems = validate(service({ run_command: text, source_dir: text }));
        assert.ok(problems.every(({ code }) => code !== "unfilled-placeholder"));
      }),
    );
  });
});
