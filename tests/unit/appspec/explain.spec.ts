import assert from "node:assert/strict";
import { withValueAt } from "../../../provider/appspec/diff";
import { explain } from "../../../provider/appspec/explain";
import { plan, type Accepted, type Wanted } from "../../../provider/appspec/plan";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";

const github = { repo: "acme/shop", branch: "main" };
const spec = listsToMaps({
  name: "shop",
  services: [
    { name: "web", github, envs: [{ key: "RUN", value: "1", scope: "RUN_TIME" }] },
    { name: "img", image: { registry_type: "DOCKER_HUB", repository: "nginx", tag: "1" } },
  ],
  static_sites: [{ name: "site", github }],
  databases: [{ name: "db" }],
});
const olds: Accepted = { spec, lastPhase: "ACTIVE" };
const changed = (path: string, value: unknown): Wanted => ({
  spec: withValueAt(spec, path.split("."), value),
});

describe("plan lines", () => {
  it("list each affected component and count the unchanged ones", () => {
    assert.deepEqual(explain(plan(olds, changed("services.web.envs.RUN.value", "2"))), [
      "~ web (service): redeploy without a new build: envs.RUN.value changed",
      "3 components unchanged",
    ]);
    assert.match(
      explain(plan(olds, changed("envs", { ALL: { value: "1" } }))).join("\n"),
      /~ site .*\n1 component unchanged$/,
    );
  });

  it("mark inferred effects as likely", () =>
    assert.match(
      explain(plan(olds, changed("services.web.build_command", "make")))[0] ?? "",
      /^~ web \(service\): rebuild and redeploy \(likely\): build_command added$/,
    ));

  it("contain no values, and so no secrets", () =>
    assert.doesNotMatch(
      explain(plan(olds, changed("services.web.envs.RUN.value", "hunter2"))).join(),
      /hunter2/,
    ));

  it("stay short for many changes", () => {
    const web = { github, envs: Object.fromEntries([..."ABCDEF"].map((key) => [key, { value: "1" }])) };
    assert.match(explain(plan(olds, changed("services.web", web))).join("\n"), /and \d+ more/);
  });

  it("report whether the data of a removed database is lost or kept", () => {
    const removed = changed("databases", undefined);
    assert.match(explain(plan(olds, removed)).join(), /- db \(database\): remove, with all its data/);
    const production = { ...olds, spec: withValueAt(spec, ["databases", "db", "production"], true) };
    assert.match(explain(plan(production, removed)).join(), /- db .*data are kept/);
  });

  it("are empty if nothing is deployed, or if the update only waits for the last deployment", () => {
    assert.deepEqual(explain(plan(olds, { spec })), []);
    assert.deepEqual(explain(plan({ spec, lastPhase: "BUILDING" }, { spec })), []);
  });

  describe("for jobs", () => {
    const job = (kind?: string): unknown => ({ github, ...(kind && { kind }) });
    const withJobs = withValueAt(spec, ["jobs"], {
      migrate: job("PRE_DEPLOY"),
      notify: job(),
      repair: job("FAILED_DEPLOY"),
      nightly: job("SCHEDULED"),
    });
    const of = (path: string, value: unknown): string[] =>
      explain(plan({ ...olds, spec: withJobs }, { spec: withValueAt(withJobs, path.split("."), value) }));

    it("list jobs that run with the deployment, even if unchanged", () =>
      assert.deepEqual(of("services.web.envs.RUN.value", "2"), [
        "~ web (service): redeploy without a new build: envs.RUN.value changed",
        "~ migrate (job): runs before the deployment",
        "~ notify (job): runs after the deployment",
        "~ repair (job): runs if the deployment fails",
        "4 components unchanged",
      ]));

    it("give the reason if a job changes", () => {
      assert.match(
        of("jobs.migrate.run_command", "m").join("\n"),
        /~ migrate .*before the deployment: run_command/,
      );
      assert.match(
        of("jobs.migrate.build_command", "m").join("\n"),
        /~ migrate \(job\): rebuild \(likely\); runs before the deployment: build_command added/,
      );
      assert.match(
        of("jobs.nightly.run_command", "m").join("\n"),
        /~ nightly \(job\): redeploy without a new build/,
      );
    });
  });

  describe("for a new app", () => {
    const sizes = new Map([
      ["apps-s-1vcpu-0.5gb", 5],
      ["apps-d-1vcpu-0.5gb", 29],
    ]);
    const news: Wanted = {
      spec: {
        services: [
          { name: "web", github, instance_count: 3 },
          {
            name: "api",
            github,
            instance_size_slug: "apps-d-1vcpu-0.5gb",
            autoscaling: { min_instance_count: 1, max_instance_count: 4 },
          },
          { name: "odd", github, instance_size_slug: "a-new-size" },
        ],
        jobs: [{ name: "migrate", kind: "PRE_DEPLOY", github }],
        static_sites: [{ name: "site", github }],
        databases: [{ name: "db" }],
      },
    };

    it("list every component with its containers, and their price if known", () =>
      assert.deepEqual(explain(plan(undefined, news), sizes), [
        "+ web (service): create, 3 × apps-s-1vcpu-0.5gb, $15 a month",
        "+ api (service): create, 1 to 4 × apps-d-1vcpu-0.5gb, $29 to $116 a month",
        "+ odd (service): create, 1 × a-new-size",
        "+ site (static site): create",
        "+ migrate (job): create, 1 × apps-s-1vcpu-0.5gb; runs before the deployment",
        "+ db (database): create",
      ]));

    it("omit prices that are unknown", () =>
      assert.doesNotMatch(explain(plan(undefined, news)).join(), /\$|month/));
  });
});
