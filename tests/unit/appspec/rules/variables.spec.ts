import assert from "node:assert/strict";
import { describeRules, problems } from "./cases";
import { UNKNOWN } from "../../../../provider/appspec/unknown";
import { validate } from "../../../../provider/appspec/validate";
import { database, github, job, service, site, top, variable } from "./specs";

describeRules("variables and databases", [
  [
    "duplicate-variable",
    "warning",
    "envs.1.key",
    top({ envs: [{ key: "A" }, { key: "A" }] }),
    top({ envs: [{ key: "A" }, { key: "a" }] }),
  ],
  [
    "no-such-reference",
    "warning",
    "envs.0.value",
    variable("${dbb.DATABASE_URL}"),
    variable("${db.DATABASE_URL}${APP_URL}${_self.PRIVATE_URL}${db.pool.DATABASE_URL}"),
  ],
  [
    "no-such-reference",
    "warning",
    "envs.0.value",
    variable("x ${db.HOSTNAME} ${gone.pool.DATABASE_URL}"),
    variable("${user.name} ${} ${gone. $gone.URL ${web.PUBLIC_URL}"),
  ],
  [
    "no-cluster",
    "error",
    "databases.0.cluster_name",
    database({ production: true }),
    database({ production: true, cluster_name: "c" }),
  ],
  [
    "dev-engine",
    "warning",
    "databases.0.engine",
    database({ engine: "MYSQL" }),
    database({ engine: "MYSQL", production: true, cluster_name: "c" }),
  ],
  [
    "unknown-value",
    "warning",
    "databases.0.version",
    database({ version: "99" }),
    database({ version: "16.4" }),
  ],
  [
    "unknown-value",
    "warning",
    "databases.0.version",
    database({ engine: "MYSQL", cluster_name: "c", version: "latest" }),
    database({ engine: "MYSQL", cluster_name: "c", version: "8.0" }),
  ],
  ["bad-count", "warning", "databases.0.num_nodes", database({ num_nodes: 0 }), database({ num_nodes: 1 })],
]);

describe("a reference to an unknown component", () => {
  const wrong = "${dbb.DATABASE_URL}";

  it("is reported with the closest component as a suggestion", () => {
    const [problem] = problems("no-such-reference", variable(wrong));
    assert.match(problem?.message ?? "", /"dbb"/);
    assert.equal(problem?.hint, "did you mean db?");
  });

  it("is not shown in the message if its variable is a SECRET", () => {
    const [problem] = problems("no-such-reference", variable(wrong, { type: "SECRET" }));
    assert.ok(problem);
    assert.ok(!JSON.stringify(problem).includes("dbb"));
  });
});

describe("a reference without a component", () => {
  const APP = [{ key: "SHARED", value: "s" }];
  const found = (value: string, more: object = {}): string[] =>
    problems("no-such-reference", {
      ...top({ envs: APP }),
      services: [
        {
          name: "web",
          github,
          envs: [
            { key: "OTHER", value: "o" },
            { key: "OWN", value, ...more },
          ],
        },
      ],
    }).map(({ message }) => message);

  it("may name a variable of App Platform, of the app, or of the same component", () => {
    const right = [
      "${APP_URL}/x",
      "${APP_DOMAIN}",
      "${APP_ID}",
      "${SHARED}",
      "${OTHER}",
      "$OWN ${} ${1} $(X)",
    ];
    for (const value of right) assert.deepEqual(found(value), [], value);
  });

  it("is a warning if nothing has that name, one per value", () => {
    for (const value of [
      "${SESSION_KEY}",
      "${OWN}",
      "${APP_URI}",
      "a ${GONE} b ${GONE}",
      "${GONE:-default}",
      "${gone}",
    ])
      assert.equal(found(value).length, 1, value);
    const [message] = found("${GONE} ${LOST} ${db.DATABASE_URL}");
    assert.match(message ?? "", /GONE.*LOST.*db/);
  });

  it("is not shown in the message if its variable is a SECRET", () => {
    assert.doesNotMatch(found("${HUNTER2}", { type: "SECRET" }).join(), /HUNTER2/);
  });

  it("is reported with the closest name as a suggestion", () => {
    assert.equal(problems("no-such-reference", variable("${APP_URI}"))[0]?.hint, "did you mean APP_URL?");
  });

  it("may name an app variable of the same name, but not the variable itself", () => {
    const shared = (value: string): object => top({ envs: [{ key: "A", value }] });
    const component = { name: "web", github, envs: [{ key: "SHARED", value: "${SHARED}" }] };
    assert.deepEqual(problems("no-such-reference", { ...top({ envs: APP }), services: [component] }), []);
    assert.equal(problems("no-such-reference", shared("${A}")).length, 1);
  });

  it("is accepted while a key is not known yet", () => {
    for (const envs of [UNKNOWN, [{ key: UNKNOWN }], [UNKNOWN]]) {
      const services = [{ name: "web", github, envs: [{ key: "A", value: "${GONE}" }] }];
      assert.deepEqual(problems("no-such-reference", { name: "shop", envs, services }), []);
    }
  });
});

describe("a duplicate variable", () => {
  const envs = ["A", "B", "A", "A"].map((key) => ({ key, value: key }));

  it("is one warning at its last item, in any list", () => {
    for (const spec of [top({ envs }), service({ envs }), job({ envs }), site({ envs })]) {
      const [problem, ...others] = problems("duplicate-variable", spec);
      assert.deepEqual([problem?.severity, problem?.path.slice(-2), others], ["warning", [3, "key"], []]);
      assert.match(problem?.message ?? "", /1, 3 and 4/);
    }
  });

  it("may be set once in the app and once in a component", () => {
    const [variable] = envs;
    assert.deepEqual(validate({ ...service({ envs: [variable] }), envs: [variable] }), []);
  });
});
