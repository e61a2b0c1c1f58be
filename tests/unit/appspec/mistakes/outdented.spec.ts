import assert from "node:assert/strict";
import { parseSpec } from "../../../../provider/appspec/parse";
import { validate } from "../../../../provider/appspec/validate";
import { foundIn } from "./found";

const HEAD = "name: shop\nservices:\n  - name: web\n    github: { repo: a/b, branch: main }\n";

describe("a list item with too little indentation", () => {
  it("is one error that names its list", () => {
    const CASES: [text: string, list: string][] = [
      [`${HEAD}    envs:\n  - key: A\n    value: b\n`, "envs"],
      [`${HEAD}    envs:\n  - key: A\n    value: b\n  - key: B\n    value: c\n`, "envs"],
      [`${HEAD}    envs:\n      - { key: A, value: b }\n  - key: B\n    value: c\n`, "envs"],
      [`${HEAD}    alerts:\n  - rule: CPU_UTILIZATION\n    operator: GREATER_THAN\n`, "alerts"],
      [`${HEAD}    routes:\n  - path: /\n`, "routes"],
      [`${HEAD}    log_destinations:\n  - name: logs\n    logtail: { token: x }\n`, "log_destinations"],
    ];
    for (const [text, list] of CASES) {
      const errors = validate(parseSpec(text).spec).filter(({ code }) => !code.startsWith("deprecated-"));
      assert.deepEqual(
        errors.map(({ severity, code, path }) => [severity, code, path.join(".")]),
        [["error", "outdented-item", "services.1"]],
        text,
      );
      assert.match(errors[0]?.hint ?? "", new RegExp(`${list}$`));
    }
  });

  it("is found again after the next component", () => {
    const text = `${HEAD}    envs:\n  - key: A\n    value: b\n  - name: api\n    github: { repo: a/c }\n    envs:\n  - key: B\n    value: c\n`;
    assert.deepEqual(foundIn(text), [
      "error outdented-item spec.services[1]",
      "error outdented-item spec.services[3]",
    ]);
  });

  it("is not reported for other mistakes", () => {
    assert.deepEqual(foundIn(`${HEAD}  - key: A\n    value: b\n`).length, 1);
    assert.equal(
      foundIn("name: shop\nservices:\n  - key: A\n").includes("error outdented-item spec.services[0]"),
      false,
    );
    assert.deepEqual(foundIn(`${HEAD}  - kye: A\n`).includes("error outdented-item spec.services[1]"), false);
    assert.deepEqual(foundIn(`${HEAD}  - name: api\n    github: { repo: a/c }\n`), []);
  });
});

describe("fields with too little indentation", () => {
  it("are one error that names their section", () => {
    const CASES: [text: string, path: string, part: string][] = [
      [
        "name: shop\nservices:\n- name: web\n  github:\n  repo: a/b\n  branch: main\n",
        "spec.services[0].repo",
        "github",
      ],
      [`${HEAD}    envs:\n    key: A\n    value: b\n`, "spec.services[0].key", "envs"],
      [
        `${HEAD}    autoscaling:\n    min_instance_count: 1\n    max_instance_count: 2\n`,
        "spec.services[0].min_instance_count",
        "autoscaling",
      ],
      [
        "name: shop\njobs:\n- name: task\n  github: { repo: a/b }\n  kind: SCHEDULED\n  schedule:\n  cron: 0 2 * * *\n  time_zone: UTC\n",
        "spec.jobs[0].cron",
        "schedule",
      ],
    ];
    for (const [text, path, part] of CASES) {
      const { spec } = parseSpec(text);
      assert.deepEqual(foundIn(text), [`error unknown-field ${path}`], text);
      assert.match(validate(spec)[0]?.hint ?? "", new RegExp(`under ${part}`));
      const allowed = validate(spec, { allowUnknown: true });
      assert.equal(allowed.find(({ code }) => code === "unknown-field")?.severity, "warning");
    }
  });

  it("are one error each if their section exists", () => {
    assert.deepEqual(foundIn(`${HEAD}    repo: a/b\n    branch: main\n`), [
      "error unknown-field spec.services[0].repo",
      "error unknown-field spec.services[0].branch",
    ]);
  });
});
