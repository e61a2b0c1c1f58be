import assert from "node:assert/strict";
import fc from "fast-check";
import { mapShapes } from "../../../../provider/appspec/schema-shape";
import { github, only, service } from "./found";

const variable = (fields: object): object => service({ envs: [{ key: "A", value: "b", ...fields }] });
const job = (kind: string): object => ({ name: "shop", jobs: [{ name: "task", github, kind }] });
const database = (engine: string): object => service({}, { databases: [{ name: "db", engine }] });
const image = (registry_type: string): object => ({
  name: "shop",
  services: [{ name: "web", image: { registry_type, registry: "acme", repository: "web" } }],
});
const alert = (fields: object): object =>
  service({
    alerts: [{ rule: "CPU_UTILIZATION", operator: "GREATER_THAN", window: "ONE_HOUR", value: 80, ...fields }],
  });

describe("an unknown value of a closed list", () => {
  const CASES: [spec: object, meant: string][] = [
    [variable({ scope: "run_time" }), "RUN_TIME"],
    [variable({ scope: "RUNTIME" }), "RUN_TIME"],
    [variable({ scope: "RUN_TIM" }), "RUN_TIME"],
    [variable({ scope: "Build Time" }), "BUILD_TIME"],
    [variable({ scope: "BUILD_AND_RUN_TIME" }), "RUN_AND_BUILD_TIME"],
    [variable({ type: "secret" }), "SECRET"],
    [variable({ type: "SECERT" }), "SECRET"],
    [variable({ type: "general" }), "GENERAL"],
    [job("pre-deploy"), "PRE_DEPLOY"],
    [job("PREDEPLOY"), "PRE_DEPLOY"],
    [job("post_deploy"), "POST_DEPLOY"],
    [job("Scheduled"), "SCHEDULED"],
    [job("cron"), "SCHEDULED"],
    [job("FAILED_DEPLOYS"), "FAILED_DEPLOY"],
    [database("pg"), "PG"],
    [database("postgres"), "PG"],
    [database("PostgreSQL"), "PG"],
    [database("mysql"), "MYSQL"],
    [database("Redis"), "REDIS"],
    [database("mongo"), "MONGODB"],
    [database("VALKY"), "VALKEY"],
    [image("docr"), "DOCR"],
    [image("dockerhub"), "DOCKER_HUB"],
    [image("DOCKER-HUB"), "DOCKER_HUB"],
    [image("ghcr.io"), "GHCR"],
    [service({ protocol: "http" }), "HTTP"],
    [service({ protocol: "http2" }), "HTTP2"],
    [service({}, { domains: [{ domain: "shop.example.com", type: "primary" }] }), "PRIMARY"],
    [service({}, { egress: { type: "dedicated-ip" } }), "DEDICATED_IP"],
    [service({}, { alerts: [{ rule: "deployment_failed" }] }), "DEPLOYMENT_FAILED"],
    [alert({ rule: "CPU" }), "CPU_UTILIZATION"],
    [alert({ operator: "greater_than" }), "GREATER_THAN"],
    [alert({ operator: ">" }), "GREATER_THAN"],
    [alert({ window: "five_minutes" }), "FIVE_MINUTES"],
    [alert({ window: "5m" }), "FIVE_MINUTES"],
  ];
  it("is one error with a suggestion, or a warning if unknown values are allowed", () => {
    for (const [spec, meant] of CASES) {
      const problem = only(spec);
      assert.deepEqual(
        [problem.severity, problem.code, problem.hint],
        ["error", "unknown-value", `did you mean ${meant}?`],
        problem.message,
      );
      assert.equal(only(spec, { allowUnknown: true }).severity, "warning");
    }
  });

  it("is a warning that lists the known values if it resembles none of them", () => {
    for (const spec of [
      database("COCKROACH"),
      job("HOURLY"),
      service({ protocol: "GOPHER" }),
      variable({ scope: "NEVER" }),
    ]) {
      const problem = only(spec);
      assert.deepEqual([problem.severity, problem.code], ["warning", "unknown-value"]);
      assert.match(problem.hint ?? "", /^known values: [A-Z]/);
      assert.doesNotMatch(problem.hint ?? "", /UNS/);
    }
  });

  it("is an error in any list if one letter or its case is wrong", () => {
    const kinds = mapShapes().get("AppJob")?.fields.get("kind")?.shape;
    assert.ok(kinds?.kind === "string" && kinds.words);
    const words = fc.constantFrom(...kinds.words.known.filter((word) => word !== "UNSPECIFIED"));
    fc.assert(
      fc.property(words, fc.nat(), fc.constantFrom("drop", "double", "lower"), (word, at, edit) => {
        const place = at % word.length;
        const letter = word[place] ?? "";
        const wrong =
          edit === "lower"
            ? word.toLowerCase()
            : word.slice(0, place) + (edit === "double" ? letter + letter : "") + word.slice(place + 1);
        assert.equal(only(job(wrong)).severity, "error", wrong);
      }),
    );
  });
});

describe("an unknown value of an open list", () => {
  it("is a warning that lists the known values", () => {
    const CASES: [spec: object, known: string][] = [
      [service({ instance_size_slug: "apps-s-1vcpu-3gb" }), "apps-s-1vcpu-2gb"],
      [service({ instance_size_slug: "apps-s-1vcpu-1g" }), "apps-s-1vcpu-1gb"],
      [service({ instance_size_slug: "huge" }), "apps-d-8vcpu-32gb"],
      [service({}, { region: "moon" }), "syd"],
      [service({}, { region: "nyc9" }), "nyc"],
      [service({}, { domains: [{ domain: "shop.example.com", minimum_tls_version: "1.4" }] }), "1.3"],
    ];
    for (const [spec, known] of CASES) {
      const problem = only(spec);
      assert.deepEqual([problem.severity, problem.code], ["warning", "unknown-value"]);
      assert.ok(problem.hint?.includes(known), problem.hint);
      assert.doesNotMatch(problem.hint ?? "", /basic-|professional-/);
    }
  });

  it("is reported with a size as a suggestion only if just the case is wrong", () => {
    const hint = (instance_size_slug: string): string => only(service({ instance_size_slug })).hint ?? "";
    assert.match(hint("APPS-S-1VCPU-1GB"), /did you mean apps-s-1vcpu-1gb\?/);
    assert.doesNotMatch(hint("apps-s-1vcpu-3gb"), /did you mean/);
    for (const region of ["NYC", "nyc3", "Nyc1", "nyx"])
      assert.match(only(service({}, { region })).hint ?? "", /did you mean nyc\?/);
  });
});
