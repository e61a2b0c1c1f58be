import assert from "node:assert/strict";
import fc from "fast-check";
import { plan, type Accepted, type Wanted } from "../../../provider/appspec/plan";
import { toKeyed } from "../../../provider/appspec/lists-by-name";

const github = { repo: "acme/shop", branch: "main" };
const spec = toKeyed({
  name: "shop",
  services: [
    {
      name: "web",
      github,
      build_command: "make",
      envs: [
        { key: "RUN", value: "1", scope: "RUN_TIME" },
        { key: "BUILD", value: "1", scope: "BUILD_TIME" },
        { key: "BOTH", value: "1" },
      ],
    },
    { name: "img", image: { registry_type: "DOCKER_HUB", repository: "nginx", tag: "1" } },
  ],
  static_sites: [{ name: "site", github, envs: [{ key: "TITLE", value: "x", scope: "RUN_TIME" }] }],
  databases: [{ name: "db", engine: "PG" }],
}) as Record<string, never>;

const olds: Accepted = { spec, redeployOn: { v: 1 }, lastPhase: "ACTIVE", projectId: "p1" };
const same: Wanted = { spec, redeployOn: { v: 1 }, projectId: "p1" };

/** A copy of the spec with a value set at a dotted path. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(spec) as Record<string, unknown>;
  const steps = path.split(".");
  const last = steps.pop() as string;
  const holder = steps.reduce<Record<string, unknown>>(
    (at, step) => (at[step] ??= {}) as Record<string, unknown>,
    copy,
  );
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

const effects = (news: Wanted, from: Accepted = olds): Record<string, string> =>
  Object.fromEntries(
    plan(from, news).components.map(({ name, effect, inferred }) => [name, inferred ? `${effect}?` : effect]),
  );

describe("the plan", () => {
  it("is nothing for the same spec after a deployment that went well", () => {
    const planned = plan(olds, same);
    assert.equal(planned.action, "none");
    assert.deepEqual(planned.changes, []);
    assert.deepEqual(planned.components, []);
    assert.equal(planned.moveProject, false);
  });

  it("is nothing for any value compared with itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(
          plan({ spec: value, lastPhase: "ACTIVE" }, { spec: structuredClone(value) }).action,
          "none",
        );
      }),
    );
  });

  it("takes AppSpecs with their lists for the same as their form by name", () => {
    const lists = { services: [{ name: "web", envs: [{ key: "A", value: "1" }] }] };
    const from = { spec: lists, lastPhase: "ACTIVE" };
    assert.equal(plan(from, { spec: toKeyed(lists) }).action, "none");
    const news = {
      spec: { services: [{ name: "web", envs: [{ key: "A", value: "2", scope: "RUN_TIME" }] }] },
    };
    assert.deepEqual(plan(from, news), plan({ ...from, spec: toKeyed(lists) }, { spec: toKeyed(news.spec) }));
  });

  it("creates what is not there", () => {
    const planned = plan(undefined, same);
    assert.equal(planned.action, "create");
    assert.deepEqual(new Set(planned.components.map(({ effect }) => effect)), new Set(["created"]));
  });

  it("redeploys only the component whose run-time variable changed, and says so as a fact", () => {
    assert.deepEqual(effects({ ...same, spec: changed("services.web.envs.RUN.value", "2") }), {
      web: "redeployed",
      img: "unchanged?",
      site: "unchanged?",
      db: "unchanged?",
    });
  });

  for (const [what, path, value] of [
    ["a build-time variable", "services.web.envs.BUILD.value", "2"],
    ["a variable of both times", "services.web.envs.BOTH.value", "2"],
    ["the build command", "services.web.build_command", "make all"],
    ["the source directory", "services.web.source_dir", "src"],
    ["the branch", "services.web.github.branch", "next"],
    ["the scope of a variable", "services.web.envs.BUILD.scope", "RUN_TIME"],
    ["a removed build-time variable", "services.web.envs.BUILD", undefined],
  ] as const)
    it(`expects a new build after a change of ${what}`, () =>
      assert.equal(effects({ ...same, spec: changed(path, value) })["web"], "rebuilt?"));

  it("expects a static site to be rebuilt by any of its variables", () =>
    assert.equal(
      effects({ ...same, spec: changed("static_sites.site.envs.TITLE.value", "y") })["site"],
      "rebuilt?",
    ));

  it("never rebuilds a prebuilt image", () =>
    assert.equal(effects({ ...same, spec: changed("services.img.image.tag", "2") })["img"], "redeployed"));

  it("reaches every component but databases with a variable of the app", () => {
    assert.deepEqual(effects({ ...same, spec: changed("envs.ALL", { value: "1" }) }), {
      web: "rebuilt?",
      img: "redeployed",
      site: "rebuilt?",
      db: "unchanged?",
    });
  });

  it("names components that come and go", () => {
    const without = changed("static_sites", undefined);
    assert.equal(effects({ ...same, spec: without })["site"], "removed");
    assert.equal(effects(same, { ...olds, spec: without })["site"], "created");
  });

  it("makes one new deployment when only redeployOn changed", () => {
    const planned = plan(olds, { ...same, redeployOn: { v: 2 } });
    assert.deepEqual([planned.action, planned.updateSources, planned.forceBuild], ["redeploy", false, false]);
    assert.deepEqual(effects({ ...same, redeployOn: { v: 2 } })["web"], "rebuilt");
  });

  it("ignores the build cache of a deployment that redeployOn makes, with forceBuild", () =>
    assert.equal(plan(olds, { ...same, redeployOn: { v: 2 }, forceBuild: true }).forceBuild, true));

  it("turns a changed spec together with redeployOn into one update with the newest sources", () => {
    const planned = plan(olds, {
      ...same,
      spec: changed("services.web.envs.RUN.value", "2"),
      redeployOn: { v: 2 },
    });
    assert.deepEqual([planned.action, planned.updateSources, planned.warnings.length], ["update", true, 0]);
  });

  it("warns that forceBuild does not reach an update of the spec", () => {
    const news = { ...same, spec: changed("region", "nyc"), redeployOn: { v: 2 }, forceBuild: true };
    assert.match(plan(olds, news).warnings.join(), /cache may be reused/);
  });

  it("fetches the newest sources with every update of the spec, with updateSources", () => {
    assert.equal(
      plan(olds, { ...same, spec: changed("region", "nyc"), updateSources: true }).updateSources,
      true,
    );
    assert.equal(plan(olds, { ...same, updateSources: true }).action, "none");
  });

  it("deploys nothing when only flags change, or when redeployOn becomes empty from absent", () => {
    assert.equal(plan(olds, { ...same, forceBuild: true }).action, "none");
    assert.equal(plan({ ...olds, redeployOn: undefined }, { ...same, redeployOn: {} }).action, "none");
  });

  it("moves to another project without a deployment", () => {
    const planned = plan(olds, { ...same, projectId: "p2" });
    assert.deepEqual([planned.action, planned.moveProject], ["none", true]);
    assert.equal(plan(olds, { spec, redeployOn: { v: 1 } }).moveProject, false);
  });

  for (const [phase, action] of [
    ["ERROR", "redeploy"],
    ["CANCELED", "redeploy"],
    ["BUILDING", "resume"],
    ["PENDING_DEPLOY", "resume"],
    ["ACTIVE", "none"],
    ["SUPERSEDED", "none"],
    ["A_NEW_PHASE", "resume"],
  ] as const)
    it(`answers a last deployment in phase ${phase} with ${action}`, () =>
      assert.equal(plan({ ...olds, lastPhase: phase }, same).action, action));

  describe("of jobs", () => {
    const jobs = ["PRE_DEPLOY", "POST_DEPLOY", "FAILED_DEPLOY", "SCHEDULED", "UNSPECIFIED", undefined];
    const withJobs = {
      ...(spec as object),
      jobs: Object.fromEntries(jobs.map((kind, index) => [`j${index}`, { github, ...(kind && { kind }) }])),
    };

    it("says which of them run with a deployment, and when", () => {
      const news = { ...same, spec: { ...withJobs, region: "nyc" } };
      const runs = plan({ ...olds, spec: withJobs }, news).components.flatMap(({ kind, runs }) =>
        kind === "job" ? [runs] : [],
      );
      assert.deepEqual(runs, ["before", "after", "on failure", undefined, "after", "after"]);
    });
  });
});
