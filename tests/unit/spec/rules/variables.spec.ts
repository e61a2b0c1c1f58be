import assert from "node:assert/strict";
import { describeRules, problems } from "./cases";
import { top, variable, database } from "./specs";

describeRules("variables and databases", [
  [
    "duplicate-variable",
    "error",
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
    "warning",
    "databases.0",
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
  ["bad-count", "warning", "databases.0.num_nodes", database({ num_nodes: 0 }), database({ num_nodes: 1 })],
]);

describe("a reference to a component that is not there", () => {
  const wrong = "${dbb.DATABASE_URL}";

  it("comes with the component that was meant", () => {
    const [problem] = problems("no-such-reference", variable(wrong));
    assert.match(problem?.message ?? "", /"dbb"/);
    assert.equal(problem?.hint, "did you mean db?");
  });

  it("is not repeated where it stands in a SECRET", () => {
    const [problem] = problems("no-such-reference", variable(wrong, { type: "SECRET" }));
    assert.ok(problem);
    assert.ok(!JSON.stringify(problem).includes("dbb"));
  });
});
