import assert from "node:assert/strict";
import { parseSpec } from "../../../../provider/spec/parse";
import { validate } from "../../../../provider/spec/validate";
import { foundIn } from "./found";

const HEAD = "name: shop\nservices:\n  - name: web\n    github: { repo: a/b, branch: main }\n";

describe("an item of a list that is indented too little", () => {
  it("is one error that names the list it belongs to", () => {
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

  it("is no other mistake", () => {
    assert.deepEqual(foundIn(`${HEAD}  - key: A\n    value: b\n`).length, 1);
    assert.deepEqual(foundIn(`${HEAD}  - kye: A\n`).includes("error outdented-item spec.services[1]"), false);
    assert.deepEqual(foundIn(`${HEAD}  - name: api\n    github: { repo: a/c }\n`), []);
  });
});
