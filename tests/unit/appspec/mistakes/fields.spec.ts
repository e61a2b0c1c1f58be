import assert from "node:assert/strict";
import fc from "fast-check";
import { mapShapes } from "../../../../provider/appspec/schema-shape";
import { validate } from "../../../../provider/appspec/validate";
import { foundIn, github, only, service } from "./found";

const component = (list: string, fields: object): object => ({
  name: "shop",
  [list]: [{ name: "web", github, ...fields }],
});

describe("a misplaced field", () => {
  const CASES: [spec: object, path: (string | number)[], hint: RegExp][] = [
    [
      service({ github: { ...github, instance_count: 2 } }),
      ["services", 0, "github", "instance_count"],
      /the service.*out of github/,
    ],
    [service({ github: { ...github, envs: [] } }), ["services", 0, "github", "envs"], /the service/],
    [service({ jobs: [{ name: "task", github }] }), ["services", 0, "jobs"], /top level of the spec/],
    [service({ domains: [] }), ["services", 0, "domains"], /top level of the spec/],
    [
      service({ health_check: { http_port: 80 } }),
      ["services", 0, "health_check", "http_port"],
      /the service/,
    ],
    [
      component("jobs", { routes: [{ path: "/" }] }),
      ["jobs", 0, "routes"],
      /a service, a static site or a functions component/,
    ],
    [component("jobs", { http_port: 80 }), ["jobs", 0, "http_port"], /a service/],
    [component("static_sites", { http_port: 80 }), ["static_sites", 0, "http_port"], /a service/],
    [component("static_sites", { instance_count: 2 }), ["static_sites", 0, "instance_count"], /a service/],
    [component("workers", { health_check: {} }), ["workers", 0, "health_check"], /a service/],
    [component("services", { output_dir: "dist" }), ["services", 0, "output_dir"], /a static site/],
    [component("services", { kind: "PRE_DEPLOY" }), ["services", 0, "kind"], /a job/],
    [component("functions", { http_port: 80 }), ["functions", 0, "http_port"], /a service/],
    [service({ tag: "v1" }), ["services", 0, "tag"], /image\.tag/],
    [
      service({ min_instance_count: 1 }),
      ["services", 0, "min_instance_count"],
      /autoscaling\.min_instance_count/,
    ],
    [service({ http_path: "/" }), ["services", 0, "http_path"], /health_check\.http_path/],
    [component("jobs", { kind: "SCHEDULED", cron: "0 3 * * *" }), ["jobs", 0, "cron"], /schedule\.cron/],
    [
      { name: "shop", services: [{ name: "web", repo: "a/b" }] },
      ["services", 0, "repo"],
      /github\.repo.*gitlab\.repo/,
    ],
    [service({ repo: "a/b" }), ["services", 0, "repo"], /write github\.repo$/],
    [{ ...service({}), http_port: 80 }, ["http_port"], /a service/],
    [{ ...service({}), rules: [] }, ["rules"], /belongs to ingress/],
    [
      { ...service({}), offline_page_url: "https://example.com" },
      ["offline_page_url"],
      /belongs to maintenance/,
    ],
    [
      service({}, { databases: [{ name: "db", engine: "PG", envs: [] }] }),
      ["databases", 0, "envs"],
      /top level of the spec/,
    ],
    [service({}, { ingress: { domains: [] } }), ["ingress", "domains"], /top level of the spec/],
  ];
  for (const [spec, path, hint] of CASES) {
    it(`is one error at ${path.join(".")} that says where it belongs`, () => {
      const problem = only(spec);
      assert.deepEqual([problem.severity, problem.code, problem.path], ["error", "unknown-field", path]);
      assert.match(problem.hint ?? "", hint);
    });

    it(`is a warning at ${path.join(".")} where unknown fields are allowed`, () => {
      const [problem] = validate(spec, { allowUnknown: true }).filter(({ code }) => code === "unknown-field");
      assert.deepEqual([problem?.severity, problem?.path], ["warning", path]);
    });
  }

  it("is an error in every section of the spec that does not have it", () => {
    const shapes = [...mapShapes().values()].filter(({ type }) =>
      /^App(Service|Worker|Job|StaticSite|Functions)$/.test(type),
    );
    const lists: Record<string, string> = {
      AppService: "services",
      AppWorker: "workers",
      AppJob: "jobs",
      AppStaticSite: "static_sites",
      AppFunctions: "functions",
    };
    const known = [...new Set([...mapShapes().values()].flatMap(({ fields }) => [...fields.keys()]))];
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.constantFrom(...known), (shape, field) => {
        fc.pre(!shape.fields.has(field));
        const disputed = shape.type === "AppStaticSite" && ["image", "run_command"].includes(field);
        const problems = validate(component(lists[shape.type] ?? "", { [field]: "x" }));
        const found = problems.filter(({ code }) => code === "unknown-field");
        assert.deepEqual(
          found.map(({ severity }) => severity),
          [disputed ? "warning" : "error"],
        );
        assert.ok(disputed || found[0]?.hint);
      }),
    );
  });

  it("is one message with the fix if its indentation is too small", () => {
    const outdented = "name: shop\nservices:\n- name: web\ngithub:\n  repo: a/b\nhttp_port: 80\n";
    assert.deepEqual(foundIn(outdented), [
      "error unknown-field spec.github",
      "error unknown-field spec.http_port",
    ]);
  });

  it("is not also reported as missing in the right place", () => {
    assert.equal(
      only({ name: "shop", services: [{ github: { ...github, name: "web" } }] }).code,
      "unknown-field",
    );
  });
});

describe("a misspelled field", () => {
  it("is one error that suggests the correct field, which is not also reported as missing", () => {
    const CASES: [object, string][] = [
      [{ name: "shop", services: [{ naem: "web", github }] }, "name"],
      [{ name: "shop", services: [{ name: "web", githb: github }] }, "github"],
      [service({ envs: [{ kye: "A", value: "b" }] }), "key"],
      [service({ InstaceCount: 2 }), "instance_count"],
      [service({ "instance-count": 2 }), "instance_count"],
      [service({ env: [] }), "envs"],
      [
        {
          name: "shop",
          jobs: [
            { name: "task", github, kind: "SCHEDULED", schedule: { cron: "0 3 * * *", timezone: "UTC" } },
          ],
        },
        "time_zone",
      ],
      [service({ httpPort: 80 }), "http_port"],
      [{ ...service({}), domain: [] }, "domains"],
      [service({ github: undefined, image: { registryType: "DOCR", repository: "shop" } }), "registry_type"],
    ];
    for (const [spec, meant] of CASES) {
      const problem = only(spec);
      assert.deepEqual([problem.severity, problem.hint], ["error", `did you mean ${meant}?`]);
    }
  });

  it("is found if it belongs to another section", () => {
    assert.match(
      only(service({ github: { ...github, instance_cout: 2 } })).hint ?? "",
      /instance_count.*the service/,
    );
  });

  it("is not reported for names that define anchors", () => {
    for (const name of ["x-envs", "x-env", ".defaults", "_common"])
      assert.equal(only({ ...service({}), [name]: [] }).severity, "warning", name);
  });
});

describe("a field name of another tool", () => {
  it("is an error that suggests the correct field if the AppSpec uses the name elsewhere", () => {
    const CASES: [object, string][] = [
      [service({ envs: [{ name: "A", value: "b" }] }), "key"],
      [service({ port: 80 }), "http_port"],
      [service({ size: "apps-s-1vcpu-1gb" }), "instance_size_slug"],
      [service({}, { domains: [{ name: "shop.example.com" }] }), "domain"],
      [service({}, { databases: [{ name: "db", type: "PG" }] }), "engine"],
      [service({ github: { repository: "a/b", branch: "main" } }), "repo"],
      [service({ health_check: { timeout: 3 } }), "timeout_seconds"],
    ];
    for (const [spec, meant] of CASES) {
      const problem = only(spec);
      assert.deepEqual([problem.severity, problem.hint], ["error", `did you mean ${meant}?`]);
    }
  });

  it("is a warning if the AppSpec does not use the name", () => {
    const CASES: [object, string][] = [
      [service({ replicas: 2 }), "instance_count"],
      [service({ startCommand: "x" }), "run_command"],
      [service({ envVars: [] }), "envs"],
      [service({ autoscaling: { min: 1, metrics: { cpu: { percent: 70 } } } }), "min_instance_count"],
    ];
    for (const [spec, meant] of CASES) {
      const problem = only(spec);
      assert.deepEqual([problem.severity, problem.hint], ["warning", `did you mean ${meant}?`]);
    }
  });

  it("does not suggest a field that is already set", () => {
    assert.equal(only(service({ envs: [], envVars: [] })).hint, undefined);
  });

  it("is distinguished from a dash without a space", () => {
    const problem = only({ ...service({}), "-name": "x" });
    assert.deepEqual([problem.severity, problem.hint], ["error", "write - name"]);
  });
});

describe("an item with its name as a field", () => {
  it("is one error that names the field for the name", () => {
    const CASES: [object, RegExp][] = [
      [service({ envs: [{ PORT: "8080" }] }), /key: PORT and value/],
      [service({ envs: [{ PORT: "8080", HOST: "x" }] }), /key: PORT/],
      [service({ envs: [{ PORT: "8080", scope: "RUN_TIME" }] }), /key: PORT/],
      [{ name: "shop", services: [{ shop: { github } }] }, /name: shop/],
    ];
    for (const [spec, hint] of CASES) {
      const [problem, ...others] = validate(spec).filter(({ code }) => code !== "no-source");
      assert.deepEqual([problem?.severity, problem?.code, others], ["error", "missing-field", []]);
      assert.match(problem?.hint ?? "", hint);
    }
  });
});
